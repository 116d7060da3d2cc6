//! A host of the bench's own: built, started on an empty data directory, asked what it uses.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::load;
use crate::process;
use crate::project::Project;

const START_LIMIT: Duration = Duration::from_secs(60);
const BUILD_LIMIT: Duration = Duration::from_secs(1_800);

/// The host to measure: the release binary, built now, or what `DIRIGENT_BIN` names.
pub(super) fn binary(project: &Project) -> Result<PathBuf> {
    if let Some(binary) = std::env::var_os("DIRIGENT_BIN") {
        println!("bench: measuring {}", binary.display());
        return Ok(binary.into());
    }
    println!("bench: building the release binary");
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--release", "--package", "dirigent-cli"]).current_dir(project.root());
    process::run(cargo, BUILD_LIMIT)?;
    Ok(project.release_binary())
}

/// An empty data directory.
pub(super) fn fresh_data(project: &Project) -> Result<PathBuf> {
    let data = project.target().join("bench-data");
    if data.exists() {
        std::fs::remove_dir_all(&data).context("cannot clear the bench's data directory")?;
    }
    std::fs::create_dir_all(&data)?;
    Ok(data)
}

/// A state machine of this task alone.
pub(super) fn one_task(resource: &str) -> Value {
    json!({ "StartAt": "S", "States": { "S": { "Type": "Task", "Resource": resource, "End": true } } })
}

/// A host of the bench's own.
pub(super) struct Host {
    child: Child,
    /// Host and port.
    pub(super) address: String,
    pub(super) started_ms: f64,
}

impl Host {
    pub(super) fn start(project: &Project, binary: &Path, data: &Path) -> Result<Host> {
        let begin = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn,plugin=off", "--data"])
            .arg(data)
            .arg("--registry")
            .arg(project.registry())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the host")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let started_ms = begin.elapsed().as_secs_f64() * 1000.0;
        let address = line.trim().strip_prefix("listening on http://").map(str::to_owned);
        let Some(address) = address else {
            let _ = child.kill();
            bail!("the host did not say where it listens; it said {line:?}");
        };
        let mut host = Host { child, address, started_ms };
        host.wait_until_compiled()?;
        Ok(host)
    }

    /// A plugin that is being compiled would be measured as a slow first execution.
    fn wait_until_compiled(&mut self) -> Result<()> {
        let arn = self.create("warm-up", &one_task("plugin:echo"))?;
        let body = json!({ "stateMachineArn": arn }).to_string();
        let begin = Instant::now();
        while begin.elapsed() < START_LIMIT {
            if load::one(&self.address, &body)?.contains("SUCCEEDED") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the host did not run a first execution within {START_LIMIT:?}")
    }

    /// Creates a state machine, and returns its ARN.
    pub(super) fn create(&self, name: &str, definition: &Value) -> Result<String> {
        let body = json!({
            "name": name.replace(' ', "-"),
            "definition": definition.to_string(),
            "roleArn": "arn:aws:iam::000000000000:role/bench",
        });
        let mut response = ureq::post(format!("http://{}/", self.address))
            .header("X-Amz-Target", "AWSStepFunctions.CreateStateMachine")
            .content_type("application/x-amz-json-1.0")
            .send(body.to_string())?;
        let answer: Value = response.body_mut().read_json()?;
        answer["stateMachineArn"].as_str().map(str::to_owned).context("no ARN in the answer")
    }

    pub(super) fn memory_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// CPU time that the host has used, in microseconds.
    pub(super) fn cpu_us(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The command's name may hold spaces; what follows its bracket does not.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
        // Linux counts in ticks of 10 ms.
        Ok((ticks(11) + ticks(12)) * 10_000.0)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::io::stdout().flush();
    }
}
