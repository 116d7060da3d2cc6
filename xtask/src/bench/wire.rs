//! The host over the wire: how long an execution takes, and how many there are in a second.
//!
//! Every figure stands beside the disk's limit of the same run, since these machines are noisy: what compares between
//! runs is the ratio.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::load::{self, Load};
use crate::plugins;
use crate::process;
use crate::project::Project;

/// How long each load runs, after as long a warm-up as a fifth of it.
const RUN: Duration = Duration::from_secs(5);
const START_LIMIT: Duration = Duration::from_secs(60);
const BUILD_LIMIT: Duration = Duration::from_secs(1_800);

/// What runs: a name, and a definition.
fn scenarios() -> Vec<(&'static str, Value)> {
    let task = |next: Option<String>| match next {
        Some(next) => json!({ "Type": "Task", "Resource": "plugin:echo", "Next": next }),
        None => json!({ "Type": "Task", "Resource": "plugin:echo", "End": true }),
    };
    let chain = |count: usize, state: &dyn Fn(Option<String>) -> Value| {
        let states: serde_json::Map<String, Value> = (0..count)
            .map(|n| (format!("S{n}"), state((n + 1 < count).then(|| format!("S{}", n + 1)))))
            .collect();
        json!({ "StartAt": "S0", "States": states })
    };
    let pass = |next: Option<String>| match next {
        Some(next) => json!({ "Type": "Pass", "Next": next }),
        None => json!({ "Type": "Pass", "End": true }),
    };
    vec![("one task", chain(1, &task)), ("ten passes", chain(10, &pass)), ("ten tasks", chain(10, &task))]
}

pub(super) fn run(project: &Project) -> Result<()> {
    plugins::build_and_install(project)?;
    println!("bench: building the release binary");
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--release", "--package", "dirigent-cli"]).current_dir(project.root());
    process::run(cargo, BUILD_LIMIT)?;

    let data = project.target().join("bench-data");
    if data.exists() {
        std::fs::remove_dir_all(&data).context("cannot clear the bench's data directory")?;
    }
    std::fs::create_dir_all(&data)?;
    let sync_us = fdatasync_us(&data)?;
    println!("disk: a 4 KiB append with fdatasync takes {sync_us:.0} µs (median)\n");

    // Once to fill the compile cache, and then as a user meets it.
    drop(Host::start(project, &data)?);
    let host = Host::start(project, &data)?;
    println!(
        "start with a warm cache: {:.0} ms; idle memory: {:.1} MiB\n",
        host.started_ms,
        host.memory_mib()?
    );

    println!(
        "{:<12} {:>5} {:>9} {:>9} {:>9} {:>10}  p50 ÷ fdatasync",
        "scenario", "conns", "p50 ms", "p99 ms", "per s", "CPU µs each"
    );
    for (name, definition) in scenarios() {
        let arn = host.create(name, &definition)?;
        let body = json!({ "stateMachineArn": arn, "input": { "n": 1 } }).to_string();
        for connections in [1, 32] {
            load::run(&host.address, &body, &Load { connections, time: RUN / 5 })?;
            let before = host.cpu_us()?;
            let measured = load::run(&host.address, &body, &Load { connections, time: RUN })?;
            let cpu_us = (host.cpu_us()? - before) / measured.count() as f64;
            println!(
                "{name:<12} {connections:>5} {:>9.2} {:>9.2} {:>9.0} {cpu_us:>10.0}  {:.1}",
                measured.percentile_ms(50.0),
                measured.percentile_ms(99.0),
                measured.rate(),
                measured.percentile_ms(50.0) * 1000.0 / sync_us
            );
        }
    }
    println!("\nmemory after all that: {:.1} MiB", host.memory_mib()?);
    Ok(())
}

/// Median time of a 4 KiB append with fdatasync, in microseconds.
fn fdatasync_us(dir: &Path) -> Result<f64> {
    let path = dir.join("fdatasync");
    let file: File = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let page = [7_u8; 4096];
    let mut times = Vec::new();
    let begin = Instant::now();
    let mut offset = 0;
    while begin.elapsed() < Duration::from_secs(1) {
        let start = Instant::now();
        file.write_all_at(&page, offset)?;
        file.sync_data()?;
        times.push(start.elapsed());
        offset += page.len() as u64;
    }
    std::fs::remove_file(&path)?;
    times.sort();
    Ok(times[times.len() / 2].as_secs_f64() * 1e6)
}

/// A host of the bench's own.
struct Host {
    child: Child,
    address: String,
    started_ms: f64,
}

impl Host {
    fn start(project: &Project, data: &Path) -> Result<Host> {
        let begin = Instant::now();
        let mut child = Command::new(project.release_binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"])
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
        let arn = self.create("warm-up", &scenarios()[0].1)?;
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

    fn create(&self, name: &str, definition: &Value) -> Result<String> {
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

    fn memory_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// CPU time that the host has used, in microseconds.
    fn cpu_us(&self) -> Result<f64> {
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
