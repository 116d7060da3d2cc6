//! A folder in which a test writes, builds and runs plugins with the commands that users have.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use dirigent_tests::{places, process, process::Finished};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A first build downloads 50 MB, and a first run compiles QuickJS.
const LIMIT: Duration = Duration::from_secs(600);

/// The folder. It goes when the value does.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        static INSTALLED: OnceLock<()> = OnceLock::new();
        // Tests run side by side, and npm must not install into the same folder twice at the same time.
        INSTALLED.get_or_init(|| {
            let first = Folder(places::scratch());
            first.dirigent(&["plugin", "new", "first", "--lang", "js"]).success();
            first.dirigent(&["plugin", "build", "first", "--install"]).success();
        });
        Folder(places::scratch())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A state machine of one task.
    pub(crate) fn machine(&self, name: &str, resource: &str) {
        let task = json!({"Type": "Task", "Resource": resource, "End": true});
        self.write(name, &json!({"StartAt": "Task", "States": {"Task": task}}).to_string());
    }

    /// `dirigent` in this folder, with the toolchains of all tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(places::binary());
        command.args(arguments).current_dir(self.0.path());
        command.env("XDG_CACHE_HOME", places::root().join("target/cache")).env_remove("DIRIGENT_LOG");
        command
    }

    pub(crate) fn dirigent(&self, arguments: &[&str]) -> Finished {
        process::run(&mut self.command(arguments), "", LIMIT)
    }

    /// Runs a state machine on an input.
    pub(crate) fn run(&self, machine: &str, input: &str, more: &[&str]) -> Finished {
        let arguments = [&["run", machine, "--quiet", "--input", input], more].concat();
        self.dirigent(&arguments)
    }
}

/// How an execution is expected to end.
pub(crate) enum Ended {
    Output(Value),
    /// This text, to the letter.
    Text(&'static str),
    /// With this error, and a cause that contains this.
    Failed(&'static str, &'static str),
}

impl Ended {
    pub(crate) fn failed(error: &'static str, cause: &'static str) -> Ended {
        Ended::Failed(error, cause)
    }

    #[track_caller]
    pub(crate) fn check(&self, ended: &Finished, what: &str) {
        let Finished { code, stdout, stderr } = ended;
        match self {
            Ended::Output(expected) => {
                assert_eq!(*code, Some(0), "{what}: {stderr}");
                assert_eq!(serde_json::from_str::<Value>(stdout).unwrap(), *expected, "{what}");
            }
            Ended::Text(expected) => {
                assert_eq!((code, stdout.trim()), (&Some(0), *expected), "{what}: {stderr}")
            }
            Ended::Failed(error, cause) => {
                assert_eq!(*code, Some(1), "{what}: {stdout} {stderr}");
                let (_, told) = stderr.split_once("the execution failed: ").unwrap();
                let (name, rest) = told.split_once(": ").unwrap_or((told.trim(), ""));
                assert_eq!(name, *error, "{what}: {stderr}");
                assert!(rest.contains(cause), "{what}: {stderr}");
            }
        }
    }
}
