//! The host's process: started on a free port, and stopped in any case.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::process;

/// How long the host may take until it serves. With a cold cache it looks at every plugin first.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long the host may take to end when it is asked to.
const STOP_LIMIT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(20);
/// Lines of the log that an error shows.
const LOG_TAIL: usize = 15;

/// A running host.
pub(super) struct Host {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Host {
    /// Starts `dirigent serve` on a free port of this machine, and waits until it answers.
    pub(super) fn start(binary: &Path, data: &Path, registry: &Path) -> Result<Self> {
        std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
        let log = data.with_file_name("host.log");
        let log_file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = process::command(binary);
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .arg("--data")
            .arg(data)
            .arg("--registry")
            .arg(registry)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file);
        let child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let mut host = Self { child, url: String::new(), log };
        host.wait_until_served().with_context(|| {
            format!(
                "the host did not start; it keeps its data in {}, and its log ends with\n{}",
                data.display(),
                host.log_tail()
            )
        })?;
        Ok(host)
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Where its log is.
    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    fn wait_until_served(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        let lines = self.lines()?;
        self.url = loop {
            match lines.recv_timeout(POLL) {
                // The host chose the port, so only it can say where it listens.
                Ok(line) => {
                    if let Some(url) = line.strip_prefix("listening on ") {
                        break url.trim().to_owned();
                    }
                }
                Err(_) => self.check_alive(deadline)?,
            }
        };
        let health = format!("{}/healthz", self.url);
        while ureq::get(&health).config().timeout_global(Some(Duration::from_secs(2))).build().call().is_err()
        {
            self.check_alive(deadline)?;
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// The lines of its standard output. They are read to the end, as a full pipe would stop the host.
    fn lines(&mut self) -> Result<mpsc::Receiver<String>> {
        let stdout = self.child.stdout.take().context("the output is not piped")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens any more once the address is known.
                let _ = sender.send(line);
            }
        });
        Ok(lines)
    }

    fn check_alive(&mut self, deadline: Instant) -> Result<()> {
        if let Some(status) = self.child.try_wait().context("cannot wait for the host")? {
            bail!("it ended with {status}");
        }
        if Instant::now() > deadline {
            bail!("it does not answer after {} s", START_LIMIT.as_secs());
        }
        Ok(())
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL)..].join("\n")
    }

    /// Asks the host to stop, and waits until it has.
    pub(super) fn stop(mut self) -> Result<()> {
        if !self.terminate() {
            // Nothing is lost by that: what the host has acknowledged is on disk.
            self.child.kill().context("cannot stop the host")?;
        }
        let deadline = Instant::now() + STOP_LIMIT;
        while self.child.try_wait().context("cannot wait for the host")?.is_none() {
            if Instant::now() > deadline {
                bail!("the host does not stop; it is killed now. Its log ends with\n{}", self.log_tail());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Sends SIGTERM, which the standard library cannot; whether that worked.
    fn terminate(&self) -> bool {
        let mut kill = process::command("kill");
        kill.args(["-TERM", &self.child.id().to_string()]);
        cfg!(unix) && kill.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // After an error, or a stop that worked; then both do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
