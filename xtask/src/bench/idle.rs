//! Executions that only wait: what a great many of them cost, whether their timers come in time, and how long a host takes to
//! start with them.
//!
//! `--executions N` says how many (1,000,000).

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::json;

use super::Options;
use super::host::{self, Host};
use super::load::{self, Request};
use crate::plugins;
use crate::project::Project;

const EXECUTIONS: usize = 1_000_000;
const CONNECTIONS: usize = 64;
/// How many timers fall due in each second of the second part.
const DUE_PER_SECOND: usize = 1_000;
/// How many seconds of them there are.
const DUE_SECONDS: usize = 10;
/// They fall due so much after the first of them is started.
const HEAD_START: Duration = Duration::from_secs(15);

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    let executions = options.executions.unwrap_or(EXECUTIONS);
    plugins::build_and_install(project)?;
    let binary = host::binary(project)?;
    let data = host::fresh_data(project)?;
    // Once to fill the compile cache, and then as a user meets it: compiling takes memory too.
    drop(Host::start(project, &binary, &data)?);
    let host = Host::start(project, &binary, &data)?;
    let before = host.memory_mib()?;

    let hour =
        json!({ "StartAt": "Hour", "States": { "Hour": { "Type": "Wait", "Seconds": 3_600, "End": true } } });
    let body = json!({ "stateMachineArn": host.create("hour", &hour)?, "input": "{}" }).to_string();
    let begin = Instant::now();
    load::repeat(&host.address, &Request::start(&body), executions, CONNECTIONS)?;
    let took = begin.elapsed().as_secs_f64();
    println!("{executions} executions were started in {took:.0} s ({:.0}/s)", executions as f64 / took);
    settle();
    let size = std::fs::metadata(data.join("dirigent.redb")).map_or(0, |file| file.len());
    println!(
        "memory: {before:.1} MiB idle, {:.1} MiB with them; the data directory's file has {:.0} MiB, {:.0} bytes each",
        host.memory_mib()?,
        size as f64 / f64::from(1 << 20),
        size as f64 / executions as f64
    );

    in_time(&host)?;
    drop(host);
    let host = Host::start(project, &binary, &data)?;
    println!("started again after kill -9 in {:.0} ms; {:.1} MiB then", host.started_ms, host.memory_mib()?);
    Ok(())
}

/// Lets what the load left behind end.
fn settle() {
    thread::sleep(Duration::from_secs(3));
}

/// Starts executions that wait for a time each, evenly spread, and says how late they ended.
fn in_time(host: &Host) -> Result<()> {
    let until = json!({ "StartAt": "Until", "States": { "Until": { "Type": "Wait", "TimestampPath": "$.at", "End": true } } });
    let arn = host.create("until", &until)?;
    let first = Timestamp::now() + HEAD_START;
    let apart = Duration::from_secs(1) / u32::try_from(DUE_PER_SECOND)?;
    let requests: Vec<Request> = (0..DUE_PER_SECOND * DUE_SECONDS)
        .map(|n| {
            let at = first + apart * u32::try_from(n).unwrap_or(u32::MAX);
            let input = json!({ "at": at.to_string() }).to_string();
            Request::start(&json!({ "stateMachineArn": arn, "input": input }).to_string())
        })
        .collect();
    let count = requests.len();
    let until = Instant::now() + HEAD_START + Duration::from_secs(DUE_SECONDS as u64);
    load::each(&host.address, &requests, CONNECTIONS)?;
    thread::sleep(until.saturating_duration_since(Instant::now()) + Duration::from_secs(3));
    let mut late = host.lateness_ms(&arn)?;
    if late.len() < count {
        bail!("{} of {count} executions have ended", late.len());
    }
    late.sort_by(f64::total_cmp);
    let percentile = |percent: usize| late[(late.len() - 1) * percent / 100];
    println!(
        "{} timers, {DUE_PER_SECOND} due each second: p50 {:.0} ms late, p99 {:.0} ms, at most {:.0} ms",
        late.len(),
        percentile(50),
        percentile(99),
        percentile(100)
    );
    Ok(())
}
