//! Builds a workspace of guests and says what came out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::toolchain::{TARGET, Toolchain};
use crate::process;
use crate::project::GuestWorkspace;

/// How long the build of a workspace may take.
const LIMIT: Duration = Duration::from_secs(1800);

/// A component that was built.
#[derive(Debug)]
pub(crate) struct Component {
    /// Its package's name and version.
    pub(crate) name: String,
    pub(crate) version: String,
    /// The component.
    pub(crate) wasm: PathBuf,
    /// The folder of its package, where its `plugin.toml` lies if it has one.
    pub(crate) package: PathBuf,
}

/// Builds every component of a workspace in release.
pub(crate) fn build(toolchain: &Toolchain, workspace: &GuestWorkspace) -> Result<Vec<Component>> {
    let mut cargo = toolchain.command("cargo");
    cargo
        .args(["build", "--release", "--message-format", "json-render-diagnostics"])
        .args(["--config", &remapped_paths(workspace)])
        .current_dir(&workspace.dir);
    let messages = process::output(cargo, LIMIT)?;
    let mut components =
        messages.lines().filter_map(|line| component(line).transpose()).collect::<Result<Vec<_>>>()?;
    if components.is_empty() {
        bail!("no crate of {} is a component: a plugin's crate-type is cdylib", workspace.name);
    }
    components.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(components)
}

/// The component that a message of cargo's tells of, if it tells of one.
fn component(line: &str) -> Result<Option<Component>> {
    let message: Value = serde_json::from_str(line).with_context(|| format!("cargo said {line}"))?;
    if message["reason"] != "compiler-artifact" {
        return Ok(None);
    }
    let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let Some(wasm) = files.map(Path::new).find(|file| file.extension().is_some_and(|end| end == "wasm"))
    else {
        return Ok(None);
    };
    let id = message["package_id"].as_str().context("an artifact without a package")?;
    let manifest = message["manifest_path"].as_str().context("an artifact without a manifest")?;
    let package = Path::new(manifest).parent().context("a manifest in no folder")?;
    let (name, version) = name_and_version(id).with_context(|| format!("cannot read the package id {id}"))?;
    Ok(Some(Component { name, version, wasm: wasm.to_owned(), package: package.to_owned() }))
}

/// The name and version in a package id: `path+file:///dir/name#1.0.0`, or `…/dir#name@1.0.0` when the
/// folder has another name.
fn name_and_version(id: &str) -> Option<(String, String)> {
    let (source, fragment) = id.rsplit_once('#')?;
    let (name, version) = match fragment.split_once('@') {
        Some(pair) => pair,
        None => (source.rsplit('/').next()?, fragment),
    };
    Some((name.to_owned(), version.to_owned()))
}

/// Has the compiler write neutral paths where it would write this machine's into the components (the
/// places of panics), so that a component is the same wherever it is built.
///
/// As an argument of cargo's, this adds to the flags of the workspace's own configuration; RUSTFLAGS
/// would replace them.
fn remapped_paths(workspace: &GuestWorkspace) -> String {
    let root = workspace.dir.ancestors().find(|dir| dir.join("xtask").is_dir()).unwrap_or(&workspace.dir);
    let mut flags = vec![format!("--remap-path-prefix={}=/dirigent", root.display())];
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    if let Some(cargo_home) = cargo_home.or(home) {
        flags.push(format!("--remap-path-prefix={}=/cargo", cargo_home.display()));
    }
    // JSON's form of an array of texts is TOML's, too.
    format!("target.{TARGET}.rustflags={}", Value::from(flags))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn package_ids() {
        for (id, name, version) in [
            ("path+file:///a/echo#0.1.0", "echo", "0.1.0"),
            ("path+file:///a/folder#echo@1.0.0-rc.1", "echo", "1.0.0-rc.1"),
            ("registry+https://host/index#serde@1.0.0", "serde", "1.0.0"),
        ] {
            assert_eq!(name_and_version(id).unwrap(), (name.to_owned(), version.to_owned()), "{id}");
        }
        assert!(name_and_version("echo 0.1.0").is_none());
    }

    #[test]
    fn messages() {
        let artifact = |file: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///w/echo#0.1.0",
                    "manifest_path":"/w/echo/Cargo.toml","filenames":["{file}"]}}"#
            )
        };
        let found = component(&artifact("/w/target/echo.wasm")).unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.package.as_path()), ("echo", Path::new("/w/echo")));
        assert!(component(&artifact("/w/target/libecho.rlib")).unwrap().is_none());
        assert!(component(r#"{"reason":"build-finished","success":true}"#).unwrap().is_none());
        assert!(component("not JSON").is_err());
    }
}
