//! Plugins in Python, and AWS Lambda handlers in Python: componentize-py packs the interpreter, the standard library's modules
//! that are imported, and the author's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use include_dir::{Dir, include_dir};

use super::{Component, Toolkit, Workspace, tool};
use crate::plugin::embedded;
use crate::plugin::project::{Lambda, MANIFEST, Project};

static TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/python/template");
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/python/dirigent_plugin");

pub(super) static TOOLKIT: Option<Toolkit> = Some(Toolkit {
    template: &TEMPLATE,
    folders: &[("python/dirigent_plugin", &LIBRARY)],
    files: &[
        ("python/dirigent_guest.py", include_str!("../../../../../sdk/python/dirigent_guest.py")),
        ("python/dirigent_lambda.py", include_str!("../../../../../sdk/python/dirigent_lambda.py")),
    ],
    build,
    wraps_lambda: true,
});

/// Pinned, since its bindings have other names in other versions, and its Python is what handlers run on (3.14).
const COMPONENTIZE: &str = "componentize-py==0.25.1";
const TOOLCHAIN: &str = "componentize-py-0.25.1";
/// How long componentize-py may take: a quarter of a minute for a small plugin on a quiet machine.
const BUILD_LIMIT: Duration = Duration::from_secs(900);
/// How long pip may take for what `requirements.txt` names.
const PACKAGES_LIMIT: Duration = Duration::from_secs(600);
/// Files that are packed.
const FILES_LIMIT: usize = 10_000;
/// Bytes of a file that is no module. All of them are in memory at each call.
const DATA_LIMIT: u64 = 1 << 20;
/// What `pip install` is given, in the author's folder.
const REQUIREMENTS: &str = "requirements.txt";

fn build(project: &Project, workspace: &Workspace) -> anyhow::Result<Component> {
    let toolchain = workspace.toolchain(TOOLCHAIN);
    let program = toolchain.join("bin/componentize-py");
    let install =
        format!("python3 -m venv '{0}' && '{0}/bin/pip' install --quiet {COMPONENTIZE}", toolchain.display());
    workspace.need("componentize-py", &install, || program.is_file().then_some(()))?;

    let place = workspace.dir().join("python");
    let sources = match &project.lambda {
        Some(lambda) => lambda.file.parent().unwrap_or(Path::new(".")),
        None => &project.dir,
    };
    pack(sources, &place.join("task"))?;
    packages(&sources.join(REQUIREMENTS), &place.join("packages"), &toolchain, workspace)?;
    let guest = match &project.lambda {
        Some(lambda) => {
            embedded::place_file(&place.join("handler.json"), handler(project, lambda)?.as_bytes())?;
            "dirigent_lambda"
        }
        None => "dirigent_guest",
    };

    let made = workspace.dir().join("plugin.wasm");
    let mut componentize = tool::command(&program);
    // What the author's shell has active is not what goes into a component.
    componentize.env_remove("VIRTUAL_ENV").env_remove("PYTHONPATH").env("RUST_BACKTRACE", "0");
    componentize.arg("--wit-path").arg(workspace.dir().join("wit")).args(["--world", "task", "componentize"]);
    componentize.arg(guest).arg("--python-path").arg(&place).arg("--output").arg(&made);
    workspace.run(componentize.current_dir(workspace.dir()), BUILD_LIMIT)?;
    Ok(Component(made))
}

/// What `dirigent_lambda.py` reads: the handler's module, its function if the author named it, and the function's name.
fn handler(project: &Project, lambda: &Lambda) -> anyhow::Result<String> {
    let module = lambda.file.file_stem().and_then(|stem| stem.to_str());
    let module = module.with_context(|| format!("{} is no module's name", lambda.file.display()))?;
    let told = serde_json::json!({"module": module, "handler": lambda.handler, "name": project.name});
    Ok(told.to_string())
}

/// Copies the author's files to where the build finds them.
fn pack(sources: &Path, into: &Path) -> anyhow::Result<()> {
    if into.exists() {
        std::fs::remove_dir_all(into).with_context(|| format!("cannot clear {}", into.display()))?;
    }
    std::fs::create_dir_all(into).with_context(|| format!("cannot make {}", into.display()))?;
    let mut files = Vec::new();
    collect(sources, &mut files)?;
    for file in files {
        let to = into.join(file.strip_prefix(sources)?);
        let copied = to.parent().map_or(Ok(()), std::fs::create_dir_all);
        copied
            .and_then(|()| std::fs::copy(&file, &to))
            .with_context(|| format!("cannot copy {} to {}", file.display(), to.display()))?;
    }
    Ok(())
}

/// The files below a folder that belong to the author's code.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A folder with a manifest is another plugin, and one with this file another Python.
        let other = || path.join(MANIFEST).exists() || path.join("pyvenv.cfg").exists();
        if name.starts_with('.') || matches!(&*name, "__pycache__" | "node_modules" | "target") {
            continue;
        }
        if path.is_dir() {
            if !other() {
                collect(&path, files)?;
            }
        } else if is_packed(&path)? {
            files.push(path);
        }
        if files.len() > FILES_LIMIT {
            bail!("more than {FILES_LIMIT} files belong to the plugin, the last one in {}", folder.display());
        }
    }
    Ok(())
}

fn is_packed(file: &Path) -> anyhow::Result<bool> {
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    let bytes = file.metadata().with_context(|| format!("cannot read {}", file.display()))?.len();
    let why = match &*ending {
        "py" => return Ok(true),
        "wasm" | "pyc" => return Ok(false),
        "so" | "pyd" | "dylib" => "it is native code",
        _ if bytes > DATA_LIMIT => "it has more than 1 MiB",
        _ => return Ok(true),
    };
    eprintln!("{} is left out: {why}", file.display());
    Ok(false)
}

/// Installs what the author's `requirements.txt` names, if that has changed.
fn packages(file: &Path, into: &Path, toolchain: &Path, workspace: &Workspace) -> anyhow::Result<()> {
    let wanted = std::fs::read(file).unwrap_or_default();
    let stamp = into.join(REQUIREMENTS);
    if into.is_dir() && std::fs::read(&stamp).unwrap_or_default() == wanted {
        return Ok(());
    }
    if into.exists() {
        std::fs::remove_dir_all(into).with_context(|| format!("cannot clear {}", into.display()))?;
    }
    std::fs::create_dir_all(into).with_context(|| format!("cannot make {}", into.display()))?;
    if wanted.is_empty() {
        return Ok(());
    }
    let mut pip = tool::command(toolchain.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]).arg(into);
    // Wheels without native code are all that runs in a component.
    pip.args(["--only-binary=:all:", "--platform", "any", "--implementation", "py", "--abi", "none"]);
    pip.args(["--python-version", "3.14", "--requirement"]).arg(std::path::absolute(file)?);
    workspace
        .run(&mut pip, PACKAGES_LIMIT)
        .context("packages have to be there as wheels without native code (py3-none-any)")?;
    embedded::place_file(&stamp, &wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    #[test]
    fn what_is_packed() {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            ("plugin.py", true),
            ("orders/__init__.py", true),
            ("orders/rules.json", true),
            ("plugin.wasm", false),
            ("orders/native.so", false),
            ("__pycache__/plugin.pyc", false),
            (".dirigent/python/dirigent_guest.py", false),
            ("other/plugin.toml", false),
            ("other/plugin.py", false),
            ("env/pyvenv.cfg", false),
            ("env/lib/site.py", false),
        ];
        for (file, _) in files {
            let path = dir.path().join("here").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        fs::write(dir.path().join("here/large.bin"), vec![0; 1 + DATA_LIMIT as usize]).unwrap();
        let into = dir.path().join("there");
        fs::create_dir_all(&into).unwrap();
        fs::write(into.join("gone.py"), "of a build before").unwrap();
        pack(&dir.path().join("here"), &into).unwrap();
        for (file, packed) in files.into_iter().chain([("large.bin", false), ("gone.py", false)]) {
            assert_eq!(into.join(file).exists(), packed, "{file}");
        }
    }
}
