//! Plugins in C: Zig's C compiler, which brings its own C library for WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use include_dir::{Dir, include_dir};

use super::{Component, Toolkit, Workspace, module, tool};
use crate::plugin::project::Project;

static TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/c/template");
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/c/src");

/// Where the library is, below the workspace.
const PLACE: &str = "sdk/c";

pub(super) static TOOLKIT: Option<Toolkit> = Some(Toolkit {
    template: &TEMPLATE,
    folders: &[("sdk/c/src", &LIBRARY)],
    files: &[("sdk/c/dirigent_plugin.h", include_str!("../../../../../sdk/c/dirigent_plugin.h"))],
    build,
    wraps_lambda: false,
});

/// The compiler, as PyPI has it. Pinned, since another release may bring another C library and so other components.
const ZIG: &str = "0.17.1";
/// The first build compiles the C library too; later ones find it in Zig's cache.
const BUILD_LIMIT: Duration = Duration::from_secs(900);

const FLAGS: [&str; 7] = [
    "cc",
    "-target",
    "wasm32-wasi",
    // A library that the host calls, and no program with a `main`.
    "-mexec-model=reactor",
    "-Os",
    "-Wl,--gc-sections",
    "-Wl,--strip-all",
];

fn build(project: &Project, workspace: &Workspace) -> anyhow::Result<Component> {
    let dir = std::path::absolute(&project.dir)?;
    let library = workspace.dir().join(PLACE);
    let mut sources = sources(&dir)?;
    sources.extend(self::sources(&dir.join("src"))?);
    if sources.is_empty() {
        bail!("there is no .c file in {} and none in its folder src", dir.display());
    }
    sources.extend(self::sources(&library.join("src"))?);
    let module = workspace.dir().join("module.wasm");
    let mut zig = zig(workspace)?;
    zig.args(FLAGS).arg("-I").arg(&library).arg("-I").arg(&dir).args(sources).arg("-o").arg(&module);
    workspace.run(zig.current_dir(&dir), BUILD_LIMIT)?;
    module::component(&module, workspace)
}

/// The C files of a folder, in one order on every machine. A folder that is not there has none.
fn sources(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if dir.is_dir() {
        for entry in std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
            found.push(entry?.path());
        }
    }
    found.retain(|path| path.extension().is_some_and(|ending| ending == "c"));
    found.sort_unstable();
    Ok(found)
}

fn zig(workspace: &Workspace) -> anyhow::Result<Command> {
    let place = workspace.toolchain(&format!("ziglang-{ZIG}"));
    let program = place.join("bin/python-zig");
    let install = tool::install_from_pypi(&place, &format!("ziglang=={ZIG}"));
    workspace
        .need("Zig, which compiles C", &install, || program.is_file().then(|| program.clone()))
        .map(tool::command)
}
