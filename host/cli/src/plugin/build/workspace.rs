//! What a build works with: the folder `.dirigent` of the project, toolchains in the user's cache, and the tools in them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use super::super::args::How;
use super::super::embedded;
use super::super::project::{Project, WORKSPACE};
use super::{Toolkit, tool};

/// How long an installation may take: some toolchains are hundreds of megabytes.
const INSTALL_LIMIT: Duration = Duration::from_secs(1800);

/// Where a project is built.
pub(crate) struct Workspace {
    dir: PathBuf,
    toolchains: PathBuf,
    how: How,
}

impl Workspace {
    /// The workspace of a project. Nothing is made yet.
    ///
    /// # Errors
    /// When neither `XDG_CACHE_HOME` nor `HOME` is set.
    pub(crate) fn of(project: &Project) -> anyhow::Result<Workspace> {
        // Tools run in folders of their own, where a relative path would mean another place.
        let dir = std::path::absolute(project.dir.join(WORKSPACE))
            .with_context(|| format!("cannot find {}", project.dir.display()))?;
        let toolchains = cache()?.join("dirigent").join("toolchains");
        Ok(Workspace { dir, toolchains, how: How { install: false, verbose: false } })
    }

    pub(super) fn with(self, how: How) -> Workspace {
        Workspace { how, ..self }
    }

    /// The folder `.dirigent` of the project, absolute. What is in it can be made again.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of a toolchain in the user's cache, absolute; it may not be there. Put the version into the name, as
    /// projects with others share the cache: `componentize-py-0.25.1`.
    pub(crate) fn toolchain(&self, name_and_version: &str) -> PathBuf {
        self.toolchains.join(name_and_version)
    }

    /// Puts the contract and the language's library in their places below `.dirigent`.
    pub(crate) fn place(&self, toolkit: &Toolkit) -> anyhow::Result<()> {
        embedded::place(&embedded::WIT, &self.dir.join("wit"))?;
        for (place, folder) in toolkit.folders {
            embedded::place(folder, &self.dir.join(place))?;
        }
        for (place, text) in toolkit.files {
            embedded::place_file(&self.dir.join(place), text.as_bytes())?;
        }
        Ok(())
    }

    /// Runs a tool to its end and returns its standard output. What it writes is shown if it fails, or with `--verbose`.
    ///
    /// # Errors
    /// When it cannot be started, fails, or takes longer than `limit`.
    pub(crate) fn run(&self, command: &mut Command, limit: Duration) -> anyhow::Result<String> {
        tool::run(command, limit, self.how.verbose)
    }

    /// What `find` finds. If that is nothing: says that `what` is missing and that the shell command `install` installs it,
    /// or with `--install` runs it and looks again.
    pub(crate) fn need<T>(
        &self,
        what: &str,
        install: &str,
        find: impl Fn() -> Option<T>,
    ) -> anyhow::Result<T> {
        if let Some(found) = find() {
            return Ok(found);
        }
        if !self.how.install {
            bail!("{what} is missing. This installs it (`--install` does so for you):\n\n  {install}\n");
        }
        eprintln!("installing {what}: {install}");
        let mut shell = tool::command("sh");
        shell.args(["-c", install]);
        tool::run(&mut shell, INSTALL_LIMIT, self.how.verbose)
            .with_context(|| format!("cannot install {what}"))?;
        find().with_context(|| format!("{what} is still missing after `{install}`"))
    }
}

/// The user's cache folder. Source: XDG Base Directory Specification.
fn cache() -> anyhow::Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // A relative path is to be ignored, says the specification.
    let xdg = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    xdg.or_else(|| set("HOME").map(|home| home.join(".cache")))
        .context("there is no place for toolchains: set XDG_CACHE_HOME or HOME")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn workspace(dir: &Path, install: bool) -> Workspace {
        Workspace { dir: dir.to_owned(), toolchains: dir.to_owned(), how: How { install, verbose: false } }
    }

    #[test]
    fn what_is_missing_is_told_or_installed() {
        let dir = tempfile::tempdir().unwrap();
        let tool = dir.path().join("tool");
        let install = format!("touch '{}'", tool.display());
        let find = || tool.exists().then_some(());
        let need =
            |install_it, install: &str| workspace(dir.path(), install_it).need("the tool", install, find);
        for (install_it, install, expected) in [
            (
                false,
                install.as_str(),
                Some(format!(
                    "the tool is missing. This installs it (`--install` does so for you):\n\n  {install}\n"
                )),
            ),
            (
                true,
                "echo no >&2; false",
                Some(
                    "cannot install the tool: `sh -c echo no >&2; false` failed (exit status: 1):\nno".into(),
                ),
            ),
            (true, "true", Some("the tool is still missing after `true`".into())),
            (true, &install, None),
            (false, "false", None),
        ] {
            let error = need(install_it, install).err().map(|error| format!("{error:#}"));
            assert_eq!(error, expected, "{install_it} {install}");
        }
    }
}
