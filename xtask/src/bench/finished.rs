//! A store that is full of executions that ended: whether a host still answers as fast as one with an empty store, and
//! whether retention can clear it beside a load.
//!
//! Two hosts are asked in turn, so that what else the machine does meets both. `--executions N` says how many are in the full
//! one (10,000,000, which take some 15 minutes and 10 GB of disk).

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Options;
use super::host::{self, Host};
use super::load::{self, Load, Measured, Request};
use crate::plugins;
use crate::project::Project;

const EXECUTIONS: usize = 10_000_000;
/// What the host has that is called empty: as many as are read.
const FEW: usize = SAMPLES;
const CONNECTIONS: usize = 64;
/// Executions that are read, evenly spread over all.
const SAMPLES: usize = 2_000;
/// Requests of a kind: so many to one host, then as many to the other, and again, until as many were sent as there are samples.
const TURN: usize = 100;
/// The load that retention runs beside.
const LOAD: Load = Load { connections: 8, time: Duration::from_secs(20) };

/// A host with executions that ended, and some of their ARNs.
struct Filled {
    host: Host,
    machine: String,
    arns: Vec<String>,
}

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    let executions = options.executions.unwrap_or(EXECUTIONS);
    if executions < FEW {
        bail!("--executions {executions} is too few for `finished`; give {FEW} or more");
    }
    plugins::build_and_install(project)?;
    let binary = host::binary(project)?;
    let data = host::fresh_data(project)?;
    let (few, many) = (data.join("few"), data.join("many"));
    for directory in [&few, &many] {
        std::fs::create_dir_all(directory)?;
        // Once to fill the compile cache.
        drop(Host::start(project, &binary, directory)?);
    }
    let few = fill(Host::start(project, &binary, &few)?, FEW)?;
    let begin = Instant::now();
    let full = fill(Host::start(project, &binary, &many)?, executions)?;
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{executions} executions ended in {took:.0} s ({:.0}/s); {:.0} bytes of disk each; memory {:.0} MiB",
        executions as f64 / took,
        size(&many) / executions as f64,
        full.host.memory_mib()?
    );
    compare(&few, &full)?;
    retain(project, &binary, &many, full)
}

/// Runs so many executions of one Pass state.
fn fill(host: Host, executions: usize) -> Result<Filled> {
    let pass = json!({ "StartAt": "S", "States": { "S": { "Type": "Pass", "End": true } } });
    let machine = host.create("finished", &pass)?;
    let request = Request::start(&json!({ "stateMachineArn": machine, "input": "{\"n\":1}" }).to_string());
    let every = (executions / SAMPLES).max(1);
    let (arns, progress) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    load::spread(
        &host.address,
        executions,
        CONNECTIONS,
        |_| &request,
        |n, answer| {
            if n % every == 0
                && let Some(arn) = arn_of(answer)
                && let Ok(mut arns) = arns.lock()
            {
                arns.push(arn);
            }
            let done = progress.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(1_000_000) {
                println!("{done} of {executions} executions");
            }
        },
    )?;
    let arns = arns.into_inner().unwrap_or_default();
    if arns.len() < SAMPLES {
        bail!("{} answers have an ARN, and {SAMPLES} executions are to be read", arns.len());
    }
    Ok(Filled { host, machine, arns })
}

fn arn_of(answer: &str) -> Option<String> {
    serde_json::from_str::<Value>(answer).ok()?["executionArn"].as_str().map(str::to_owned)
}

/// Bytes that the store's file has on the disk.
fn size(data: &Path) -> f64 {
    std::fs::metadata(data.join("dirigent.redb")).map_or(0, |file| file.len()) as f64
}

/// Requests of a kind, one for each number.
type Question<'a> = Box<dyn Fn(usize) -> Request + Sync + 'a>;

impl Filled {
    /// What is asked of it, each with its title.
    fn questions(&self) -> Vec<(&'static str, Question<'_>)> {
        let of_one = |action: &'static str, expected: &'static str| {
            move |n: usize| {
                // A stride that is prime takes them in no order.
                let arn = &self.arns[n * 7_919 % self.arns.len()];
                Request::action(action, &json!({ "executionArn": arn }).to_string(), expected)
            }
        };
        let start = Request::start(&json!({ "stateMachineArn": self.machine, "input": "{}" }).to_string());
        let to_its_end =
            Request::to_its_end(&json!({ "stateMachineArn": self.machine, "input": {} }).to_string());
        let list = json!({ "stateMachineArn": self.machine, "maxResults": 100 }).to_string();
        let list = Request::action("ListExecutions", &list, "\"nextToken\"");
        vec![
            // What was not read since it was written may have to come from the disk, and is in the system's cache from then on.
            ("first describe", Box::new(of_one("DescribeExecution", "\"SUCCEEDED\""))),
            ("start", Box::new(move |_| start.clone())),
            ("start and wait", Box::new(move |_| to_its_end.clone())),
            ("describe", Box::new(of_one("DescribeExecution", "\"SUCCEEDED\""))),
            ("history", Box::new(of_one("GetExecutionHistory", "\"ExecutionSucceeded\""))),
            ("list 100", Box::new(move |_| list.clone())),
        ]
    }
}

fn compare(few: &Filled, full: &Filled) -> Result<()> {
    println!("{:<16} {:>22} {:>22} {:>14}", "", "empty: p50, p99 ms", "full: p50, p99 ms", "ratios");
    for ((title, to_few), (_, to_full)) in few.questions().into_iter().zip(full.questions()) {
        let (mut few_took, mut full_took) = (Measured::default(), Measured::default());
        for turn in 0..SAMPLES / TURN {
            for (filled, question, took) in [(few, &to_few, &mut few_took), (full, &to_full, &mut full_took)]
            {
                let request = |n: usize| question(turn * TURN + n);
                took.add(load::spread(&filled.host.address, TURN, 1, request, |_, _| {})?);
            }
        }
        let of = |percent: f64| (few_took.percentile_ms(percent), full_took.percentile_ms(percent));
        let ((few50, full50), (few99, full99)) = (of(50.0), of(99.0));
        println!(
            "{title:<16} {few50:>11.2} {few99:>10.2} {full50:>11.2} {full99:>10.2} {:>7.2} {:>6.2}",
            full50 / few50,
            full99 / few99
        );
    }
    Ok(())
}

/// Starts the full host again, which deletes what has ended, and measures a load beside that.
fn retain(project: &Project, binary: &Path, data: &Path, full: Filled) -> Result<()> {
    let request = Request::to_its_end(&json!({ "stateMachineArn": full.machine, "input": {} }).to_string());
    let without = load::run(&full.host.address, &request, &LOAD)?;
    let before = size(data);
    full.host.stop()?;
    let host = Host::start_with(project, binary, data, &["--retention", "1m"])?;
    println!("started again after a clean end in {:.0} ms", host.started_ms);
    let removed = host.counter("dirigent_executions_removed_total")?;
    let with = load::run(&host.address, &request, &LOAD)?;
    let removed = host.counter("dirigent_executions_removed_total")? - removed;
    println!(
        "retention: {:.0} executions deleted a second beside {} connections; their p50 {:.2} ms without it and {:.2} ms with, \
         p99 {:.2} and {:.2} ({:.2} times), {:.0}/s and {:.0}/s; the file grew by {:.0} MiB",
        removed / LOAD.time.as_secs_f64(),
        LOAD.connections,
        without.percentile_ms(50.0),
        with.percentile_ms(50.0),
        without.percentile_ms(99.0),
        with.percentile_ms(99.0),
        with.percentile_ms(99.0) / without.percentile_ms(99.0),
        without.rate(),
        with.rate(),
        (size(data) - before) / f64::from(1 << 20)
    );
    if removed <= 0.0 {
        bail!("retention deleted nothing, so this says nothing of it");
    }
    Ok(())
}
