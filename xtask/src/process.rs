//! Runs other programs: with a limit on time, and without what cargo told this one.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How often a process with a time limit is looked after.
const POLL: Duration = Duration::from_millis(50);
/// How long output may still come from a process that has ended.
const REST_LIMIT: Duration = Duration::from_secs(5);

/// Variables that concern cargo and the user, not the package that cargo runs at the moment.
const KEPT: [&str; 10] = [
    "CARGO_HOME",
    "CARGO_NET_",
    "CARGO_HTTP_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
    "CARGO_TERM_",
    "CARGO_INCREMENTAL",
    "CARGO_BUILD_JOBS",
    "CARGO_LOG",
];

/// A command that does not see the variables that `cargo run` sets for xtask.
///
/// They name another package, another compiler and another target folder than those of a nested build.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_cargo = text == "CARGO" || text.starts_with("CARGO_");
        let of_rustc = ["RUSTC", "RUSTDOC", "RUSTFLAGS", "RUSTDOCFLAGS"].contains(&&*text);
        if of_rustc || (of_cargo && !KEPT.iter().any(|kept| text.starts_with(kept))) {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs `command` to its end, but no longer than `limit`. Its output goes where ours goes.
pub(crate) fn run(mut command: Command, limit: Duration) -> Result<()> {
    let shown = show(&command);
    let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
    let status = wait(&mut child, limit).with_context(|| shown.clone())?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(())
}

/// Runs `command` like [`run`], and returns what it wrote to standard output.
pub(crate) fn output(command: Command, limit: Duration) -> Result<String> {
    let shown = show(&command);
    let mut text = String::new();
    let status = stream(command, limit, |line| {
        text.push_str(line);
        text.push('\n');
    })?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(text)
}

/// Runs `command` and hands out every line of its standard output as it comes.
pub(crate) fn stream(command: Command, limit: Duration, on_line: impl FnMut(&str)) -> Result<ExitStatus> {
    stream_to(command, false, limit, on_line)
}

/// Runs `command` and hands out every line of its standard output and its standard error as they come.
pub(crate) fn stream_all(command: Command, limit: Duration, on_line: impl FnMut(&str)) -> Result<ExitStatus> {
    stream_to(command, true, limit, on_line)
}

fn stream_to(
    mut command: Command,
    errors: bool,
    limit: Duration,
    mut on_line: impl FnMut(&str),
) -> Result<ExitStatus> {
    let shown = show(&command);
    let (output, writer) = std::io::pipe().context("cannot make a pipe")?;
    if errors {
        command.stderr(writer.try_clone().context("cannot make a pipe")?);
    }
    command.stdout(writer);
    let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
    // It holds our ends for writing, without which the output would never end.
    drop(command);
    // Another thread reads, since what the process has started may keep the output open after its end.
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let deadline = Instant::now() + limit;
    let status = loop {
        match lines.recv_timeout(POLL) {
            Ok(line) => on_line(&line),
            // The output has ended; the process is about to.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(POLL),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(status) = poll(&mut child, deadline, limit).with_context(|| shown.clone())? {
            break status;
        }
    };
    let rest_until = Instant::now() + REST_LIMIT;
    while let Ok(line) = lines.recv_timeout(rest_until.saturating_duration_since(Instant::now())) {
        on_line(&line);
    }
    Ok(status)
}

fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = poll(child, deadline, limit)? {
            return Ok(status);
        }
        thread::sleep(POLL);
    }
}

/// The status of a process that has ended; kills one that has had its time.
fn poll(child: &mut Child, deadline: Instant, limit: Duration) -> Result<Option<ExitStatus>> {
    if let Some(status) = child.try_wait().context("cannot wait")? {
        return Ok(Some(status));
    }
    if Instant::now() >= deadline {
        child.kill().context("cannot stop it")?;
        child.wait().context("cannot wait")?;
        bail!("it was stopped, as it took longer than {} s", limit.as_secs());
    }
    Ok(None)
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
    fn lines_and_status_come_back() {
        let mut lines = Vec::new();
        let status = stream(shell("echo a; printf 'b\\r\\nc'; exit 3"), Duration::from_secs(10), |line| {
            lines.push(line.to_owned());
        });
        assert_eq!(status.unwrap().code(), Some(3));
        assert_eq!(lines, ["a", "b", "c"]);
        lines.clear();
        let all = shell("echo a; echo b >&2; echo c");
        stream_all(all, Duration::from_secs(10), |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["a", "b", "c"]);
    }

    #[test]
    fn what_takes_too_long_is_stopped() {
        let start = Instant::now();
        let error = run(shell("exec sleep 20"), Duration::from_millis(100)).unwrap_err();
        assert!(format!("{error:#}").contains("took longer"), "{error:#}");
        // The one that holds the output open is not the one that is stopped.
        assert!(stream(shell("sleep 20 & wait"), Duration::from_millis(100), |_| {}).is_err());
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
