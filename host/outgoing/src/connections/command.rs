//! Runs a program that prints a secret: without a shell, and bounded in time and output.

use std::{
    io::Read as _,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

/// How long a program may take to print a secret and to end.
const TIME: Duration = Duration::from_secs(20);
/// Between two looks whether a program that has closed its output has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Why there is no output. Never has any of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CommandError {
    #[error("cannot be started: {0}")]
    Start(std::io::ErrorKind),
    #[error("did not end within {TIME:?}")]
    Time,
    #[error("ended with {0}")]
    Status(std::process::ExitStatus),
    #[error("printed more than {0} bytes")]
    TooMuch(usize),
    #[error("has an output that cannot be read: {0}")]
    Output(std::io::ErrorKind),
}

/// What a program prints, at most `most` bytes. It gets no input, and what it says to standard error is dropped, as nobody
/// knows what is in it. Blocks.
pub(super) fn output(words: &[String], most: usize) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let (program, arguments) =
        words.split_first().ok_or(CommandError::Start(std::io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| CommandError::Start(error.kind()))?;
    let result = watch(&mut child, most);
    if result.is_err() {
        end(&mut child);
    }
    result
}

fn watch(child: &mut Child, most: usize) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let until = Instant::now() + TIME;
    let Some(pipe) = child.stdout.take() else {
        return Err(CommandError::Output(std::io::ErrorKind::BrokenPipe));
    };
    let (sender, receiver) = mpsc::channel();
    // A read from a pipe has no time limit. The thread ends when the program is killed, as that closes the pipe.
    thread::spawn(move || {
        let mut text = Zeroizing::new(Vec::with_capacity(most + 1));
        let read = pipe.take(most as u64 + 1).read_to_end(&mut text);
        let _ = sender.send(read.map(|_| text));
    });
    let text = receiver
        .recv_timeout(TIME)
        .map_err(|_| CommandError::Time)?
        .map_err(|error| CommandError::Output(error.kind()))?;
    if text.len() > most {
        return Err(CommandError::TooMuch(most));
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(text),
            Ok(Some(status)) => return Err(CommandError::Status(status)),
            Ok(None) if Instant::now() < until => thread::sleep(PAUSE),
            Ok(None) => return Err(CommandError::Time),
            Err(error) => return Err(CommandError::Output(error.kind())),
        }
    }
}

/// Kill the program with what it started, and take its status away.
fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_prints_on_and_on_is_ended() {
        let words = ["sh", "-c", "while :; do echo hunter22; done"].map(str::to_owned);
        assert_eq!(output(&words, 100), Err(CommandError::TooMuch(100)));
    }
}
