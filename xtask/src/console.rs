//! `cargo xtask console`: builds the console, which the host's binary embeds, with Node.js and npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::project::Project;
use crate::test::Counts;

/// How long npm may take to download the packages.
const INSTALL_LIMIT: Duration = Duration::from_secs(900);
/// How long a build, or the tests, may take.
const LIMIT: Duration = Duration::from_secs(600);
/// What the build is made of, beside the packages.
const SOURCES: [&str; 6] =
    ["src", "public", "index.html", "vite.config.ts", "tsconfig.json", "package-lock.json"];
/// The oldest Node.js that the packages run on.
const NODE: &str = "20.19";

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = arguments.first() {
        bail!("console takes no argument, and was given `{unknown}`");
    }
    build(&Project::find()?)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether this machine can build it: a host can do without.
pub(crate) fn can_be_built() -> bool {
    ["node", "npm"].iter().all(|program| {
        let mut command = process::command(program);
        command.arg("--version").stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

/// Builds it, if anything that it is made of is newer than the last build.
pub(crate) fn build(project: &Project) -> Result<()> {
    let console = folder(project);
    install(project)?;
    let built = modified(&console.join("dist/index.html"));
    let newest = SOURCES.iter().filter_map(|source| newest(&console.join(source))).max();
    if built.is_some() && newest <= built {
        println!("console: nothing to build");
        return Ok(());
    }
    process::run(npm(&console, &["run", "--silent", "build"]), LIMIT)
}

/// Formatting, types, lints and unit tests.
pub(crate) fn test(project: &Project, counts: &mut Counts) -> Result<()> {
    let console = folder(project);
    install(project)?;
    process::run(npm(&console, &["run", "--silent", "check"]), LIMIT)?;
    let mut tests = npm(&console, &["run", "--silent", "test"]);
    tests.env("NO_COLOR", "1");
    let status = process::stream_all(tests, LIMIT, |line| {
        println!("{line}");
        counts.read_vitest(line);
    })?;
    if !status.success() && counts.failed == 0 {
        bail!("vitest failed ({status}) before or beside its tests; see above");
    }
    Ok(())
}

/// Installs what `package-lock.json` names, once, and anew when it changes.
fn install(project: &Project) -> Result<()> {
    if !can_be_built() {
        bail!(
            "the console needs Node.js {NODE} or later and npm; install them (Debian: apt-get install nodejs npm)"
        );
    }
    let console = folder(project);
    let stamp = console.join("node_modules/installed-lock.json");
    let lock = console.join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("cannot read {}", project.relative(&lock)))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("console: install its packages");
    process::run(npm(&console, &["ci", "--silent", "--no-audit", "--no-fund"]), INSTALL_LIMIT)?;
    // Last, so that an installation that was cut short is not taken for a whole one.
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", project.relative(&stamp)))
}

fn folder(project: &Project) -> PathBuf {
    project.root().join("host/console")
}

fn npm(console: &Path, arguments: &[&str]) -> Command {
    let mut command = process::command("npm");
    command.args(arguments).current_dir(console);
    command
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// When a file, or anything in a folder, was changed last; a folder itself is when something in it came or went.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = modified(path);
    let Ok(entries) = fs::read_dir(path) else { return own };
    entries.flatten().filter_map(|entry| newest(&entry.path())).chain(own).max()
}
