//! The host over the wire: how long an execution takes, and how many there are in a second.
//!
//! Every figure stands beside the disk's limit of the same run, since these machines are noisy: what compares between
//! runs is the ratio.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::host::{self, Host};
use super::load::{self, Load};
use crate::plugins;
use crate::project::Project;

/// How long each load runs, after as long a warm-up as a fifth of it.
const RUN: Duration = Duration::from_secs(5);

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
    let binary = host::binary(project)?;
    let data = host::fresh_data(project)?;
    let sync_us = fdatasync_us(&data)?;
    println!("disk: a 4 KiB append with fdatasync takes {sync_us:.0} µs (median)\n");

    // Once to fill the compile cache, and then as a user meets it.
    drop(Host::start(project, &binary, &data)?);
    let host = Host::start(project, &binary, &data)?;
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
