//! Plugins in JavaScript and TypeScript, and AWS Lambda handlers in JavaScript: esbuild makes one module of the files,
//! and componentize-qjs a component of the module, which has QuickJS in it.
//!
//! `sdk/js/build/build.mjs` runs the two. This file finds Node.js and the two packages, and the module to begin with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use include_dir::{Dir, include_dir};

use super::{Component, Toolkit, Workspace, tool};
use crate::plugin::project::Project;

static JS_TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/js/template");
static TS_TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/ts/template");
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/js/src");
static BUILD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/js/build");

const FOLDERS: &[(&str, &Dir<'static>)] = &[("sdk/js/src", &LIBRARY), ("sdk/js/build", &BUILD)];
const FILES: &[(&str, &str)] = &[("sdk/js/package.json", include_str!("../../../../../sdk/js/package.json"))];

pub(super) static JAVASCRIPT: Option<Toolkit> =
    Some(Toolkit { template: &JS_TEMPLATE, folders: FOLDERS, files: FILES, build, wraps_lambda: true });

pub(super) static TYPESCRIPT: Option<Toolkit> =
    Some(Toolkit { template: &TS_TEMPLATE, folders: FOLDERS, files: FILES, build, wraps_lambda: false });

/// The toolchain's folder in the cache: another set of versions is another folder.
const TOOLCHAIN: &str = "js-1";
/// What jco's `componentize --backend qjs` calls. Taken alone it is a tenth of jco's size, and needs none of the package
/// overrides that jco does. Pinned, as the SDK relies on how it names interfaces and makes imports of them.
const COMPONENTIZE: &str = "componentize-qjs@0.4.5";
/// Pinned, so that the same sources give the same component.
const ESBUILD: &str = "esbuild@0.28.2";
/// The oldest Node.js that componentize-qjs runs on.
const NODE_MAJOR: u32 = 18;
/// How long a build may take; a few seconds are usual.
const BUILD_LIMIT: Duration = Duration::from_secs(300);
/// How long Node.js may take to say its version.
const QUESTION_LIMIT: Duration = Duration::from_secs(60);
/// The module to begin with, where `package.json` has no `main`.
const ENTRIES: [&str; 6] =
    ["plugin.ts", "plugin.js", "plugin.mjs", "src/plugin.ts", "src/plugin.js", "src/plugin.mjs"];
/// What Lambda's consoles and templates call a handler's function.
const HANDLER: &str = "handler";

fn build(project: &Project, workspace: &Workspace) -> anyhow::Result<Component> {
    let toolchain = toolchain(workspace)?;
    let work = workspace.dir().join("js");
    let made = work.join("plugin.wasm");
    let mut node = tool::command("node");
    node.arg(workspace.dir().join("sdk/js/build/build.mjs"))
        .arg("--out")
        .arg(&made)
        .arg("--work")
        .arg(&work)
        .arg("--wit")
        .arg(workspace.dir().join("wit"))
        .arg("--toolchain")
        .arg(toolchain);
    match &project.lambda {
        Some(lambda) => {
            node.arg("--entry").arg(std::path::absolute(&lambda.file)?);
            node.arg("--lambda").arg(lambda.handler.as_deref().unwrap_or(HANDLER));
            node.arg("--function").arg(&project.name);
        }
        None => {
            node.arg("--entry").arg(entry(&project.dir)?);
        }
    }
    // Places in messages are shown from here.
    node.current_dir(&project.dir);
    workspace.run(&mut node, BUILD_LIMIT)?;
    Ok(Component(made))
}

/// The folder with the two packages.
fn toolchain(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let node = format!("Node.js {NODE_MAJOR} or later with npm");
    workspace.need(&node, "apt-get install --yes nodejs npm", || {
        let version = workspace.run(tool::command("node").arg("--version"), QUESTION_LIMIT).ok()?;
        (major(&version)? >= NODE_MAJOR).then_some(())
    })?;
    let toolchain = workspace.toolchain(TOOLCHAIN);
    let install = format!(
        "npm install --prefix '{}' --save-exact --no-audit --no-fund --ignore-scripts {COMPONENTIZE} {ESBUILD}",
        toolchain.display()
    );
    let what = format!("the toolchain for JavaScript ({COMPONENTIZE}, {ESBUILD})");
    workspace.need(&what, &install, || installed(&toolchain).then(|| toolchain.clone()))
}

/// The first number of Node.js's version, such as 20 of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Whether npm has finished: it writes this file last.
fn installed(toolchain: &Path) -> bool {
    let packages = ["componentize-qjs", "esbuild"];
    let modules = toolchain.join("node_modules");
    modules.join(".package-lock.json").is_file()
        && packages.iter().all(|package| modules.join(package).join("package.json").is_file())
}

/// The module to begin with: `main` of `package.json`, or a file of one of the usual names.
fn entry(dir: &Path) -> anyhow::Result<PathBuf> {
    let package = std::fs::read_to_string(dir.join("package.json")).unwrap_or_default();
    let package: serde_json::Value = serde_json::from_str(&package).unwrap_or_default();
    let main = package["main"].as_str();
    let names: Vec<&str> = main.map_or_else(|| ENTRIES.to_vec(), |main| vec![main]);
    match names.iter().map(|name| dir.join(name)).find(|file| file.is_file()) {
        Some(file) => Ok(std::path::absolute(file)?),
        None => bail!(
            "{} has no module to begin with: there is no {}. Name it as \"main\" in package.json",
            dir.display(),
            names.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn versions_of_node() {
        for (text, expected) in [("v20.20.2\n", Some(20)), ("v8.0.0", Some(8)), ("20.1.0", None), ("", None)]
        {
            assert_eq!(major(text), expected, "{text}");
        }
    }

    #[test]
    fn modules_to_begin_with() {
        for (files, expected) in [
            (&[("plugin.js", "")][..], Ok("plugin.js")),
            (&[("plugin.js", ""), ("plugin.ts", "")], Ok("plugin.ts")),
            (&[("src/plugin.ts", ""), ("package.json", "{}")], Ok("src/plugin.ts")),
            (&[("plugin.js", ""), ("a.js", ""), ("package.json", r#"{"main":"a.js"}"#)], Ok("a.js")),
            (&[("plugin.js", ""), ("package.json", r#"{"main":"a.js"}"#)], Err("there is no a.js. Name")),
            (&[], Err("there is no plugin.ts, plugin.js")),
        ] {
            let dir = tempfile::tempdir().unwrap();
            std::fs::create_dir(dir.path().join("src")).unwrap();
            for (file, text) in files {
                std::fs::write(dir.path().join(file), text).unwrap();
            }
            match (entry(dir.path()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, dir.path().join(expected)),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (found, expected) => panic!("{files:?}: {found:?}, expected {expected:?}"),
            }
        }
    }
}
