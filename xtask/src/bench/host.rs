//! A host of the bench's own: built, started on an empty data directory, asked what it uses.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
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
        Host::start_with(project, binary, data, &[])
    }

    /// Starts it with more options.
    pub(super) fn start_with(
        project: &Project,
        binary: &Path,
        data: &Path,
        options: &[&str],
    ) -> Result<Host> {
        let begin = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn,plugin=off", "--data"])
            .arg(data)
            .arg("--registry")
            .arg(project.registry())
            .args(options)
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
        self.create_as(name, "STANDARD", definition)
    }

    /// Creates a state machine of a type, and returns its ARN.
    pub(super) fn create_as(&self, name: &str, machine_type: &str, definition: &Value) -> Result<String> {
        let body = json!({
            "type": machine_type,
            "name": name.replace(' ', "-"),
            "definition": definition.to_string(),
            "roleArn": "arn:aws:iam::000000000000:role/bench",
        });
        let answer = self.call("CreateStateMachine", &body)?;
        answer["stateMachineArn"].as_str().map(str::to_owned).context("no ARN in the answer")
    }

    /// How many milliseconds after the time `at` in its input each execution of a state machine ended.
    pub(super) fn lateness_ms(&self, machine: &str) -> Result<Vec<f64>> {
        let (mut late, mut token) = (Vec::new(), Value::Null);
        loop {
            let mut body =
                json!({ "stateMachineArn": machine, "statusFilter": "SUCCEEDED", "maxResults": 1_000 });
            if !token.is_null() {
                body["nextToken"] = token;
            }
            let page = self.call("ListExecutions", &body)?;
            for execution in page["executions"].as_array().into_iter().flatten() {
                let described =
                    self.call("DescribeExecution", &json!({ "executionArn": execution["executionArn"] }))?;
                let input: Value = serde_json::from_str(described["input"].as_str().unwrap_or_default())?;
                let due: Timestamp = input["at"].as_str().unwrap_or_default().parse()?;
                let ended = execution["stopDate"].as_f64().context("an execution has no end")?;
                late.push(ended * 1_000.0 - due.as_millisecond() as f64);
            }
            token = page["nextToken"].clone();
            if token.is_null() {
                return Ok(late);
            }
        }
    }

    /// Calls an action of AWS's API.
    fn call(&self, action: &str, body: &Value) -> Result<Value> {
        let mut response = ureq::post(format!("http://{}/", self.address))
            .header("X-Amz-Target", format!("AWSStepFunctions.{action}"))
            .content_type("application/x-amz-json-1.0")
            .send(body.to_string())?;
        Ok(response.body_mut().read_json()?)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Bytes that the host has caused to be written to disks.
    pub(super) fn written(&self) -> Result<f64> {
        let io = std::fs::read_to_string(format!("/proc/{}/io", self.child.id()))?;
        let line =
            io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).context("no write_bytes")?;
        Ok(line.trim().parse()?)
    }

    /// Transactions that the host's store has committed.
    pub(super) fn commits(&self) -> Result<f64> {
        self.counter("dirigent_store_commits_total")
    }

    /// A counter of the host's, which has no labels.
    pub(super) fn counter(&self, name: &str) -> Result<f64> {
        let mut response = ureq::get(format!("http://{}/metrics", self.address)).call()?;
        let text = response.body_mut().read_to_string()?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.with_context(|| format!("the host has no {name}"))?.trim().parse()?)
    }

    /// Asks the host to end, and waits until it has.
    pub(super) fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let begin = Instant::now();
        while begin.elapsed() < START_LIMIT {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("the host did not end within {START_LIMIT:?}")
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
