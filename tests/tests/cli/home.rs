//! A folder for one test, in which commands run.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use dirigent_tests::places;
use dirigent_tests::process::{self, Finished};
use serde_json::Value;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);

/// The folder. It goes when the value does.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Home {
        Home(places::scratch())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes a definition to `machine.asl.json`.
    pub(crate) fn machine(&self, definition: &Value) {
        self.write("machine.asl.json", &definition.to_string());
    }

    /// Runs `dirigent` in the folder.
    #[track_caller]
    pub(crate) fn dirigent<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Finished {
        self.dirigent_with("", arguments)
    }

    /// Runs `dirigent` in the folder, with this on standard input.
    #[track_caller]
    pub(crate) fn dirigent_with<A: AsRef<OsStr>>(
        &self,
        stdin: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Finished {
        process::run(&mut self.command(arguments), stdin, LIMIT)
    }

    /// Starts `dirigent` in the folder, and reads what it writes while it goes on.
    #[track_caller]
    pub(crate) fn follow<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Followed {
        let mut child = self.command(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Followed { child, lines }
    }

    /// The command that runs `dirigent` in the folder.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(places::binary());
        command.args(arguments).current_dir(self.path());
        for name in ["DIRIGENT_LOG", "DIRIGENT_ENDPOINT", "DIRIGENT_TOKEN", "SFN_MOCK_CONFIG"] {
            command.env_remove(name);
        }
        command
    }
}

/// A command that goes on. It is killed when the value goes.
pub(crate) struct Followed {
    child: Child,
    lines: Receiver<String>,
}

impl Followed {
    /// The lines that it has written since the last time, each with its end.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.lines.try_iter().map(|line| line + "\n")
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}
