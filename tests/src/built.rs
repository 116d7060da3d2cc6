//! Plugins that `dirigent plugin build` makes for the suites, kept below `target/` for as long as nothing that goes into them
//! changes: some builds take half a minute.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::{places, process};

/// How long a build may take, with the toolchain that it may have to fetch.
const LIMIT: Duration = Duration::from_secs(900);

/// The component of all handlers in `tests/handlers/handler.py`. The variable `_HANDLER` says which of them it is: see
/// [`handler_manifest`].
///
/// # Panics
/// When it cannot be built.
#[track_caller]
#[must_use]
pub fn lambda_handlers() -> Vec<u8> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let source = places::root().join("tests/handlers");
        let folder = kept("python-handlers", &[&source, &places::root().join("sdk/python")]);
        if !folder.join("plugin.wasm").exists() {
            let mut build = Command::new(places::binary());
            build.args(["plugin", "build", "--install", "--name", "handlers"]);
            build
                .arg("--out")
                .arg(&folder)
                .arg("--lambda")
                .arg(format!("{}/handler.py:echo", source.display()));
            process::run(&mut build, "", LIMIT).success();
        }
        folder
    });
    fs::read(folder.join("plugin.wasm")).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// The component of the plugin in `tests/python-plugin`.
///
/// # Panics
/// When it cannot be built.
#[track_caller]
#[must_use]
pub fn python_plugin() -> Vec<u8> {
    let source = places::root().join("tests/python-plugin");
    let folder = kept("python-plugin", &[&source, &places::root().join("sdk/python")]);
    if !folder.join("plugin.wasm").exists() {
        for file in ["plugin.py", "plugin.toml"] {
            let copied =
                fs::create_dir_all(&folder).and_then(|()| fs::copy(source.join(file), folder.join(file)));
            copied.unwrap_or_else(|error| panic!("cannot copy {file}: {error}"));
        }
        let mut build = Command::new(places::binary());
        process::run(build.args(["plugin", "build", "--install"]).arg(&folder), "", LIMIT).success();
    }
    fs::read(folder.join("plugin.wasm")).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// The manifest under which [`lambda_handlers`] is the function `name` with this handler (`handler.echo`) and these
/// variables.
#[must_use]
pub fn handler_manifest(name: &str, handler: &str, variables: &[(String, String)]) -> String {
    // JSON's strings are TOML's as well.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let more: String =
        variables.iter().map(|(name, value)| format!("{} = {}\n", quoted(name), quoted(value))).collect();
    format!(
        "[environment]\nAWS_LAMBDA_FUNCTION_NAME = {}\n_HANDLER = {}\n{more}",
        quoted(name),
        quoted(handler)
    )
}

/// The folder of a build from these sources and the contract.
fn kept(name: &str, sources: &[&Path]) -> PathBuf {
    let root = places::root();
    let mut hasher = DefaultHasher::new();
    for source in
        sources.iter().copied().chain([&*root.join("wit"), &*root.join("host/cli/src/plugin/build")])
    {
        for file in files(source) {
            file.hash(&mut hasher);
            fs::read(&file).unwrap_or_default().hash(&mut hasher);
        }
    }
    root.join("target/built").join(format!("{name}-{:016x}", hasher.finish()))
}

/// The files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_name().to_str() {
                Some("__pycache__") => {}
                _ if path.is_dir() => folders.push(path),
                _ => files.push(path),
            }
        }
    }
    files.sort();
    files
}
