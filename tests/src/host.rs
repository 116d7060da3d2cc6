//! The host as a process: start, kill, start again on the same data.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::places;
use crate::process;
use crate::wait::{PATIENCE, eventually};

/// What the first line of the host's standard output begins with.
const LISTENING: &str = "listening on ";

/// How many lines of the host's log are shown when a test fails.
const SHOWN: usize = 40;

/// How to start a host.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    registry: Option<PathBuf>,
    arguments: Vec<String>,
    environment: Vec<(&'static str, OsString)>,
    limit_file_blocks: Option<u64>,
    data: Option<PathBuf>,
}

impl Setup {
    /// With the project's own plugins and defaults.
    #[must_use]
    pub fn new() -> Setup {
        Setup::default()
    }

    /// With the plugins of this directory.
    #[must_use]
    pub fn registry(mut self, registry: &Path) -> Setup {
        self.registry = Some(registry.to_owned());
        self
    }

    /// With a further argument of `dirigent serve`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Setup {
        self.arguments.push(argument.to_owned());
        self
    }

    /// With a further variable in its environment.
    #[must_use]
    pub fn environment(mut self, name: &'static str, value: impl Into<OsString>) -> Setup {
        self.environment.push((name, value.into()));
        self
    }

    /// On a disk that is full soon: no file may grow beyond this many blocks of `ulimit -f`.
    #[must_use]
    pub fn limit_file_blocks(mut self, blocks: u64) -> Setup {
        self.limit_file_blocks = Some(blocks);
        self
    }

    /// On this data directory.
    #[must_use]
    pub fn data(mut self, data: &Path) -> Setup {
        self.data = Some(data.to_owned());
        self
    }

    /// Starts a host, on a data directory of its own if none was named.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    #[must_use]
    pub fn start(self) -> Host {
        let home = places::scratch();
        let data = self.data.clone().unwrap_or_else(|| home.path().join("data"));
        let log = home.path().join("host.log");
        let spawned = spawn(&self, &data, &log);
        let (child, url) = spawned
            .unwrap_or_else(|said| panic!("the host says {said:?} and not where it listens\n{}", tail(&log)));
        Host { client: Client::new(&url), setup: self, child: Some(child), url, data, log, _home: home }
    }

    fn command(&self, data: &Path) -> Command {
        let mut command = match self.limit_file_blocks {
            None => Command::new(places::binary()),
            Some(blocks) => {
                // The signal that comes with the limit is ignored, so that a write fails as on a full disk.
                let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
                let mut shell = Command::new("sh");
                shell.args(["-c", &script]).arg(places::binary());
                shell
            }
        };
        let registry = self.registry.clone().unwrap_or_else(places::registry);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.arg("--registry").arg(registry).args(&self.arguments);
        // Tests read the log as it is by default, and say which mocks they have.
        command.env_remove("DIRIGENT_LOG").env_remove("SFN_MOCK_CONFIG");
        command.envs(self.environment.iter().cloned());
        command
    }
}

/// A running host, and a [`Client`] for it. It is killed when the value goes.
#[derive(Debug)]
pub struct Host {
    client: Client,
    setup: Setup,
    child: Option<Child>,
    url: String,
    data: PathBuf,
    log: PathBuf,
    _home: TempDir,
}

impl Host {
    /// A host with the project's own plugins.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    #[must_use]
    pub fn start() -> Host {
        Setup::new().start()
    }

    /// Where it listens, such as `http://127.0.0.1:8083`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The most memory that this life of it has held, in bytes (`VmHWM`).
    ///
    /// # Panics
    /// When it is not running, or the system does not say.
    #[track_caller]
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        let pid = self.child.as_ref().expect("the host is running").id();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the system knows the process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says VmHWM");
        let kib = line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kB");
        kib * 1024
    }

    /// What it has logged so far, over all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it with SIGKILL, which it cannot see coming.
    ///
    /// # Panics
    /// When it is not running.
    #[track_caller]
    pub fn kill9(&mut self) {
        let mut child = self.child.take().expect("the host is running");
        child.kill().and_then(|()| child.wait()).expect("the host can be killed");
    }

    /// How it ended, if it has by itself.
    ///
    /// # Panics
    /// When it cannot be waited for.
    #[track_caller]
    pub fn ended_by_itself(&mut self) -> Option<ExitStatus> {
        let child = self.child.as_mut()?;
        let status = child.try_wait().expect("the host can be waited for")?;
        self.child = None;
        Some(status)
    }

    /// Asks it to stop with SIGTERM, and returns how it ended.
    ///
    /// # Panics
    /// When it is not running, or does not end.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the host is running");
        let script = format!("kill -TERM {}", child.id());
        let asked = Command::new("sh").args(["-c", &script]).status();
        assert!(asked.is_ok_and(|status| status.success()), "cannot send SIGTERM");
        eventually("the host ends after SIGTERM", || child.try_wait().expect("the host can be waited for"))
    }

    /// What `dirigent doctor` says of its data, while it does not run.
    ///
    /// # Panics
    /// When something is wrong with the data, or it cannot be examined.
    #[track_caller]
    pub fn examined(&self) -> Value {
        assert!(self.child.is_none(), "the host is still running");
        examined(&self.data)
    }

    /// Starts it again on the same data. It listens on another port then.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn restart(&mut self) {
        self.restart_as(self.setup.clone());
    }

    /// Starts it again on the same data, in another way.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn restart_as(&mut self, setup: Setup) {
        assert!(self.try_restart_as(setup), "the host does not say where it listens\n{}", tail(&self.log));
    }

    /// Starts it again on the same data, in another way. Returns whether it got as far as listening.
    ///
    /// # Panics
    /// When it is still running.
    #[track_caller]
    pub fn try_restart_as(&mut self, setup: Setup) -> bool {
        assert!(self.child.is_none(), "the host is still running");
        let Ok((child, url)) = spawn(&setup, &self.data, &self.log) else { return false };
        self.child = Some(child);
        self.client = Client::new(&url);
        self.setup = setup;
        self.url = url;
        true
    }
}

impl Deref for Host {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill().and_then(|()| child.wait());
        }
        if thread::panicking() {
            eprintln!("{}", tail(&self.log));
        }
    }
}

/// What `dirigent doctor` says of a data directory.
///
/// # Panics
/// When something is wrong with it, or it cannot be examined.
#[track_caller]
pub fn examined(data: &Path) -> Value {
    let mut doctor = Command::new(places::binary());
    doctor.args(["doctor", "--json", "--data"]).arg(data);
    let said = process::run(&mut doctor, "", PATIENCE);
    let report = serde_json::from_str::<Value>(&said.stdout);
    match report {
        Ok(report) if said.code == Some(0) => report,
        _ => panic!("{} is not sound ({:?}): {}{}", data.display(), said.code, said.stdout, said.stderr),
    }
}

/// A host and where it listens, or what it said instead.
#[track_caller]
fn spawn(setup: &Setup, data: &Path, log: &Path) -> Result<(Child, String), Option<String>> {
    let file = File::options().create(true).append(true).open(log).expect("the log can be written");
    let mut command = setup.command(data);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    match child.stdout.take().and_then(first_line) {
        Some(line) if line.starts_with(LISTENING) => Ok((child, line[LISTENING.len()..].to_owned())),
        other => {
            let _ = child.kill().and_then(|()| child.wait());
            Err(other)
        }
    }
}

/// The first line; `None` if it does not come in time. What follows is read and dropped, so that the pipe stays open.
fn first_line(stdout: ChildStdout) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver.recv_timeout(PATIENCE).ok()
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(SHOWN);
    format!("── the host's log ──\n{}", lines[from..].join("\n"))
}
