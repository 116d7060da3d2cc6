//! Runs the programs of a toolchain: with a limit on time, and with their output kept until somebody wants it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How often a program is looked after.
const POLL: Duration = Duration::from_millis(20);
/// Bytes of a program's output that are read; what is more is cut off at the front, as errors come last.
const OUTPUT_LIMIT: u64 = 16 << 20;
/// Bytes of a failed program's output that are shown.
const SHOWN: usize = 64 << 10;

/// Variables by which cargo tells its children about one package. They would mislead another cargo, and a user's flags are
/// for the user's machine and not for WebAssembly.
const NOT_PASSED_ON: [&str; 9] = [
    "CARGO",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BUILD_",
];

/// A command that does not see what a cargo that runs this program has set for it.
pub(super) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let dropped =
            |listed: &&str| if listed.ends_with('_') { text.starts_with(listed) } else { text == **listed };
        if NOT_PASSED_ON.iter().any(dropped) {
            command.env_remove(&name);
        }
    }
    command
}

/// The shell command that installs a package of PyPI in an environment of its own.
pub(super) fn install_from_pypi(place: &Path, package: &str) -> String {
    let place = place.display();
    format!("python3 -m venv '{place}' && '{place}/bin/pip' install --quiet {package}")
}

/// Runs a command to its end and returns its standard output.
pub(super) fn run(command: &mut Command, limit: Duration, verbose: bool) -> anyhow::Result<String> {
    let shown = show(command);
    // Files and not pipes: they never fill up, and need no threads that read.
    let mut output = tempfile::tempfile().context("cannot make a temporary file")?;
    let mut errors = tempfile::tempfile().context("cannot make a temporary file")?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?);
    command.stderr(if verbose { Stdio::inherit() } else { errors.try_clone()?.into() });
    let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for {shown}"))? {
            break status;
        }
        if Instant::now() >= deadline {
            child.kill().and_then(|()| child.wait()).with_context(|| format!("cannot stop {shown}"))?;
            bail!("{shown} was stopped, as it took longer than {} s", limit.as_secs());
        }
        std::thread::sleep(POLL);
    };
    let output = text(&mut output)?;
    if verbose && !output.is_empty() {
        eprintln!("{}", output.trim_end());
    }
    if !status.success() {
        let said = format!("{}\n{}", output.trim(), text(&mut errors)?.trim());
        let said = said.trim();
        let start = said.ceil_char_boundary(said.len().saturating_sub(SHOWN));
        bail!("{shown} failed ({status}):\n{}", &said[start..]);
    }
    Ok(output)
}

fn text(file: &mut File) -> anyhow::Result<String> {
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(OUTPUT_LIMIT)))?;
    let mut bytes = Vec::new();
    file.take(OUTPUT_LIMIT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = command("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_comes_back_and_failures_show_all_of_it() {
        let limit = Duration::from_secs(60);
        assert_eq!(run(&mut shell("echo a; echo b >&2"), limit, false).unwrap(), "a\n");
        let error = run(&mut shell("echo a; echo b >&2; exit 3"), limit, false).unwrap_err().to_string();
        assert_eq!(error, "`sh -c echo a; echo b >&2; exit 3` failed (exit status: 3):\na\nb");
        let error = format!("{:#}", run(&mut command("no-such-tool"), limit, false).unwrap_err());
        assert!(error.starts_with("cannot start `no-such-tool`: "), "{error}");
    }

    #[test]
    fn what_takes_too_long_is_stopped() {
        let error = run(&mut shell("exec sleep 60"), Duration::ZERO, false).unwrap_err().to_string();
        assert!(error.ends_with("was stopped, as it took longer than 0 s"), "{error}");
    }
}
