//! The steps of `cargo xtask test`, in order.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::counts::Counts;
use crate::console;
use crate::fuzz;
use crate::guest::TARGET;
use crate::plugins;
use crate::process;
use crate::project::Project;

/// How long a step may take. The longest compiles wasmtime twice on two cores.
const LIMIT: Duration = Duration::from_secs(3600);

/// A step: a check, a build, or some tests.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Whether `--quick` leaves it out.
    pub(super) slow: bool,
    /// Steps before it without which it cannot run.
    pub(super) needs: &'static [&'static str],
    /// Runs it, and counts tests as they end; the flag is `--quick`.
    pub(super) run: fn(&Project, bool, &mut Counts) -> Result<()>,
}

pub(super) const STEPS: [Step; 11] = [
    Step { name: "fmt-host", about: "the host is formatted", slow: false, needs: &[], run: fmt_host },
    Step {
        name: "fmt-guests",
        about: "SDK and guests are formatted",
        slow: false,
        needs: &[],
        run: fmt_guests,
    },
    Step {
        name: "clippy",
        about: "clippy has nothing to say of the host",
        slow: false,
        needs: &[],
        run: clippy,
    },
    Step { name: "guests", about: "all guests build", slow: false, needs: &[], run: guests },
    Step { name: "test-sdk", about: "tests of the Rust SDK", slow: false, needs: &[], run: test_sdk },
    Step {
        name: "test-guests",
        about: "tests of the guests, natively",
        slow: false,
        needs: &[],
        run: test_guests,
    },
    Step {
        name: "test-host",
        about: "tests of the host's crates",
        slow: false,
        needs: &["guests"],
        run: test_host,
    },
    Step {
        name: "fuzz",
        about: "each fuzz target finds nothing in a while",
        slow: false,
        needs: &[],
        run: fuzz_targets,
    },
    Step {
        name: "console",
        about: "the console builds, its checks have nothing to say, and its unit tests pass",
        slow: false,
        needs: &[],
        run: test_console,
    },
    Step {
        name: "release",
        about: "the release binary builds, with the console in it",
        slow: true,
        needs: &["console"],
        run: release,
    },
    Step {
        name: "suites",
        about: "suites that need the whole program",
        slow: true,
        needs: &["guests", "release"],
        run: suites,
    },
];

fn fmt_host(project: &Project, _: bool, _: &mut Counts) -> Result<()> {
    // The workspaces of this machine; what is compiled to wasm is the next step's.
    for dir in ["", "fuzz", "tests/clients/rust"] {
        process::run(cargo(&project.root().join(dir), &["fmt", "--all", "--check"]), LIMIT)?;
    }
    Ok(())
}

fn fmt_guests(project: &Project, _: bool, _: &mut Counts) -> Result<()> {
    let guests = project.guest_workspaces()?;
    for dir in guests.iter().map(|workspace| workspace.dir.clone()).chain([project.rust_sdk()]) {
        if dir.join("Cargo.toml").is_file() {
            process::run(cargo(&dir, &["fmt", "--all", "--check"]), LIMIT)?;
        }
    }
    Ok(())
}

fn clippy(project: &Project, _: bool, _: &mut Counts) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    process::run(cargo(project.root(), &arguments), LIMIT)
}

fn guests(project: &Project, _: bool, _: &mut Counts) -> Result<()> {
    plugins::build_and_install(project)
}

fn test_sdk(project: &Project, _: bool, counts: &mut Counts) -> Result<()> {
    let sdk = project.rust_sdk();
    if !sdk.join("Cargo.toml").is_file() {
        println!("there is no sdk/rust");
        return Ok(());
    }
    test(cargo(&sdk, &["test", "--no-fail-fast"]), counts)
}

/// Guests are compiled for wasm by their own configuration; their tests run on this machine.
fn test_guests(project: &Project, _: bool, counts: &mut Counts) -> Result<()> {
    let host = host_triple()?;
    for workspace in project.guest_workspaces()? {
        println!("test {}", workspace.name);
        let arguments = ["test", "--workspace", "--no-fail-fast", "--target", &host];
        test(cargo(&workspace.dir, &arguments), counts)?;
    }
    Ok(())
}

fn test_host(project: &Project, _: bool, counts: &mut Counts) -> Result<()> {
    let arguments = ["test", "--workspace", "--exclude", "dirigent-tests", "--no-fail-fast"];
    test(cargo(project.root(), &arguments), counts)
}

/// Seconds for each fuzz target.
const FUZZ_SECONDS: u64 = 30;
/// With `--quick`.
const FUZZ_SECONDS_QUICK: u64 = 5;

fn fuzz_targets(project: &Project, quick: bool, counts: &mut Counts) -> Result<()> {
    let seconds = if quick { FUZZ_SECONDS_QUICK } else { FUZZ_SECONDS };
    fuzz::run_all(project, seconds, counts)
}

fn test_console(project: &Project, _: bool, counts: &mut Counts) -> Result<()> {
    console::build(project)?;
    console::test(project, counts)
}

fn release(project: &Project, _: bool, _: &mut Counts) -> Result<()> {
    process::run(cargo(project.root(), &["build", "--release", "--package", "dirigent-cli"]), LIMIT)?;
    let binary = project.release_binary();
    if !binary.is_file() {
        bail!("cargo has built no {}", project.relative(&binary));
    }
    Ok(())
}

fn suites(project: &Project, _: bool, counts: &mut Counts) -> Result<()> {
    let mut command = cargo(project.root(), &["test", "--package", "dirigent-tests", "--no-fail-fast"]);
    command.env("DIRIGENT_BIN", project.release_binary()).env("DIRIGENT_REGISTRY", project.registry());
    test(command, counts)
}

fn cargo(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = process::command("cargo");
    command.args(arguments).current_dir(dir);
    command
}

/// Runs tests, shows what they print, and counts them.
fn test(command: Command, counts: &mut Counts) -> Result<()> {
    let status = process::stream_all(command, LIMIT, |line| {
        println!("{line}");
        counts.read(line);
    })?;
    if !status.success() && counts.failed == 0 {
        bail!("cargo test failed ({status}) before or beside its tests; see above");
    }
    Ok(())
}

pub(crate) fn host_triple() -> Result<String> {
    let mut rustc = process::command("rustc");
    rustc.arg("-vV");
    let version = process::output(rustc, LIMIT)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc names no host")?;
    if host == TARGET {
        bail!("rustc's host is {TARGET}, on which tests do not run");
    }
    Ok(host.to_owned())
}
