//! Running a program to its end, with a bound.

use std::io::{Read, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How often a process is looked after.
const POLL: Duration = Duration::from_millis(10);

/// How long output may still come from a process that has ended.
const REST: Duration = Duration::from_secs(10);

/// What came of a process.
#[derive(Debug)]
pub struct Finished {
    /// The exit status; `None` for one that a signal ended.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// Standard output, of a process that succeeded.
    ///
    /// # Panics
    /// When it did not succeed.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!(self.code, Some(0), "\n{}\n{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// Runs `command` with `input` on its standard input, but no longer than `limit`.
///
/// # Panics
/// When it cannot be started, or takes longer.
#[track_caller]
pub fn run(command: &mut Command, input: &str, limit: Duration) -> Finished {
    let shown = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {shown}: {error}"));
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_owned();
        // A program may end without reading its input.
        thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    }
    let deadline = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            Ok(None) => {
                // Not dropped as it is: it would go on for ever.
                let _ = child.kill().and_then(|()| child.wait().map(drop));
                panic!(
                    "it took longer than {} s: {shown}\n{}\n{}",
                    limit.as_secs(),
                    rest(&stdout),
                    rest(&stderr)
                );
            }
            Err(error) => panic!("cannot wait for {shown}: {error}"),
        }
    };
    Finished { code: status.code(), stdout: rest(&stdout), stderr: rest(&stderr) }
}

/// Another thread reads, so that no pipe fills up.
fn read(from: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            let _ = from.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

fn rest(from: &Receiver<Vec<u8>>) -> String {
    String::from_utf8_lossy(&from.recv_timeout(REST).unwrap_or_default()).into_owned()
}
