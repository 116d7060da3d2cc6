//! Plugins in Rust: cargo with the target `wasm32-unknown-unknown`, whose output is the component.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use include_dir::{Dir, include_dir};
use serde_json::Value;

use super::{Component, Toolkit, Workspace, tool};
use crate::plugin::project::Project;

static TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/rust/template");
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/rust/src");

pub(super) static TOOLKIT: Option<Toolkit> = Some(Toolkit {
    template: &TEMPLATE,
    folders: &[("sdk/rust/src", &LIBRARY)],
    files: &[("sdk/rust/Cargo.toml", include_str!("../../../../../sdk/rust/Cargo.toml"))],
    build,
    wraps_lambda: false,
});

const TARGET: &str = "wasm32-unknown-unknown";
/// It ships with rustup's toolchains, and makes cargo's output a component that imports its world and nothing else.
const LINKER: &str = "target.wasm32-unknown-unknown.linker=\"wasm-component-ld\"";
/// A stack of 64 KiB instead of 1 MiB: a fresh instance maps its memory anew, so unused stack costs each call.
const FLAGS: &str = "target.wasm32-unknown-unknown.rustflags=[\"-Clink-arg=-zstack-size=65536\"]";
/// How long cargo may take, which downloads and compiles what the plugin depends on.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);
/// How long a question to a compiler may take.
const QUESTION_LIMIT: Duration = Duration::from_secs(60);
/// The toolchain that `cargo xtask plugins` makes of Debian's packages where rustup's server is out of reach.
const DEBIAN_TOOLCHAIN: &str = "wasm-guest";

fn build(project: &Project, workspace: &Workspace) -> anyhow::Result<Component> {
    let toolchain = toolchain(workspace)?;
    let mut cargo = toolchain.command("cargo");
    cargo
        .args([
            "build",
            "--release",
            "--lib",
            "--target",
            TARGET,
            "--message-format",
            "json-render-diagnostics",
        ])
        .args(["--config", LINKER, "--config", FLAGS])
        .current_dir(&project.dir);
    let messages = workspace.run(&mut cargo, BUILD_LIMIT)?;
    let manifest = std::path::absolute(project.dir.join("Cargo.toml"))?;
    let made = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    made.filter(|message| message["manifest_path"].as_str().is_some_and(|path| manifest == *path))
        .find_map(|message| {
            let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
            files.map(PathBuf::from).find(|file| file.extension().is_some_and(|ending| ending == "wasm"))
        })
        .map(Component)
        .context("cargo made no component: Cargo.toml needs [lib] with crate-type = [\"cdylib\"]")
}

fn toolchain(workspace: &Workspace) -> anyhow::Result<Toolchain> {
    let active = Toolchain(None);
    let debian = Toolchain(Some(
        std::env::var("DIRIGENT_GUEST_TOOLCHAIN").unwrap_or_else(|_| DEBIAN_TOOLCHAIN.into()),
    ));
    let candidates = match std::env::var("DIRIGENT_GUEST_ROUTE").as_deref() {
        Ok("rustup") => vec![active],
        Ok("debian") => vec![debian],
        Ok(other) => bail!("DIRIGENT_GUEST_ROUTE is `{other}`; it can be `rustup` or `debian`"),
        Err(_) => vec![active, debian],
    };
    if tool::run(tool::command("rustc").arg("--version"), QUESTION_LIMIT, false).is_err() {
        bail!("Rust is missing. https://rustup.rs says how to install it");
    }
    let works = || candidates.iter().find(|toolchain| toolchain.works()).cloned();
    workspace.need("Rust's standard library for WebAssembly", &format!("rustup target add {TARGET}"), works)
}

/// A toolchain as rustup knows it; `None` is the active one, perhaps without rustup.
#[derive(Clone)]
struct Toolchain(Option<String>);

impl Toolchain {
    fn command(&self, program: &str) -> Command {
        let mut command = tool::command(program);
        if let Some(name) = &self.0 {
            command.env("RUSTUP_TOOLCHAIN", name);
        }
        command
    }

    /// Whether it compiles to [`TARGET`]: asks it to, since a library that is there may be of another compiler.
    fn works(&self) -> bool {
        let try_out = || -> anyhow::Result<()> {
            let dir = tempfile::tempdir()?;
            let source = dir.path().join("probe.rs");
            std::fs::write(&source, "#![crate_type = \"rlib\"] pub fn one() -> String { 1.to_string() }\n")?;
            let mut rustc = self.command("rustc");
            rustc.args(["--edition", "2024", "--target", TARGET, "--emit", "metadata", "--out-dir"]);
            tool::run(rustc.arg(dir.path()).arg(&source), QUESTION_LIMIT, false)?;
            Ok(())
        };
        try_out().is_ok()
    }
}
