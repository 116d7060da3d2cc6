//! A toolchain that compiles to wasm32-unknown-unknown: one that is there, or one that can be had.
//!
//! A usual machine has rustup, and rustup has the target. Where rustup's server is out of reach, Debian's
//! packages have all that is needed to make a toolchain; see [`debian`](super::debian).

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::debian;
use crate::process;

/// What guests are compiled to. With `wasm-component-ld` as linker, cargo's output is a component that
/// imports exactly its world.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How long rustup may take to bring the target, which is some 30 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);
/// How long a question to a compiler may take.
pub(super) const QUESTION_LIMIT: Duration = Duration::from_secs(60);

/// A toolchain that compiles guests.
pub(crate) struct Toolchain {
    /// Its name, as rustup knows it. `None` is the active one, perhaps without rustup.
    name: Option<String>,
}

impl Toolchain {
    /// Finds a toolchain, or makes one, saying what it does if that takes time.
    pub(crate) fn ensure() -> Result<Self> {
        let active = Self { name: std::env::var("RUSTUP_TOOLCHAIN").ok() };
        let debian = Self { name: Some(debian::toolchain_name()) };
        match std::env::var("DIRIGENT_GUEST_ROUTE").as_deref() {
            Ok("debian") => debian.or_else_make(debian::make),
            Ok("rustup") => active.or_else_make(add_target),
            Ok(other) => bail!("DIRIGENT_GUEST_ROUTE is `{other}`; it can be `rustup` or `debian`"),
            Err(_) if active.works() => Ok(active),
            Err(_) if debian.works() => Ok(debian),
            Err(_) => match add_target() {
                Ok(()) if active.works() => Ok(active),
                outcome => {
                    if let Err(error) = outcome {
                        eprintln!("guest toolchain: {error:#}; taking Debian's packages instead");
                    }
                    debian.or_else_make(debian::make)
                }
            },
        }
    }

    fn or_else_make(self, make: impl FnOnce() -> Result<()>) -> Result<Self> {
        if !self.works() {
            make()?;
            if !self.works() {
                bail!("{self} still does not compile to {TARGET}");
            }
        }
        Ok(self)
    }

    /// Whether it compiles to [`TARGET`]: asks it to, since a library that is there may be of another
    /// compiler.
    fn works(&self) -> bool {
        let try_out = || -> Result<()> {
            let dir = std::env::temp_dir().join(format!("dirigent-guest-{}", std::process::id()));
            std::fs::create_dir_all(&dir)?;
            let source = dir.join("probe.rs");
            std::fs::write(&source, "#![crate_type = \"rlib\"] pub fn one() -> String { 1.to_string() }\n")?;
            let mut rustc = self.command("rustc");
            rustc.args(["--edition", "2024", "--target", TARGET, "--emit", "metadata", "--out-dir"]);
            rustc.arg(&dir).arg(&source).stdout(Stdio::null()).stderr(Stdio::null());
            let outcome = process::run(rustc, QUESTION_LIMIT);
            std::fs::remove_dir_all(&dir)?;
            outcome
        };
        try_out().is_ok()
    }

    /// A program of the toolchain: `cargo`, `rustc`.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = process::command(program);
        if let Some(name) = &self.name {
            command.env("RUSTUP_TOOLCHAIN", name);
        }
        command
    }
}

impl std::fmt::Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) => write!(f, "toolchain {name}"),
            None => f.write_str("the active toolchain"),
        }
    }
}

fn add_target() -> Result<()> {
    eprintln!("guest toolchain: waiting for rustup to bring {TARGET} (at most {} s)", RUSTUP_LIMIT.as_secs());
    let mut rustup = process::command("rustup");
    rustup.args(["target", "add", TARGET]);
    process::run(rustup, RUSTUP_LIMIT).context("rustup cannot bring the target")
}
