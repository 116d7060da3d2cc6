//! The host dies twice in the middle of a Map Run over a CSV file, and goes on.
//!
//! `DIRIGENT_ROWS` is how many rows the file has: 1,000,000 for the figures in the README, few by default.

use std::collections::HashSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use serde_json::{Value, json};

use crate::buckets::{describe, get_json, map, put_rows, reader, run_of, writer};

/// Rows by default.
const ROWS: u64 = 4_000;

/// Most memory that a host may hold while it runs, whatever the number of rows.
const MOST_MEMORY: u64 = 200 << 20;

/// A run with so many rows takes no longer than this on a slow machine.
fn patience(rows: u64) -> Duration {
    Duration::from_secs(60) + Duration::from_millis(rows * 2)
}

fn succeeded(host: &Host, run: &str) -> u64 {
    describe(host, run)["executionCounts"]["succeeded"].as_u64().unwrap()
}

/// Waits until so many children have succeeded, or the run has ended.
fn until(host: &Host, run: &str, wanted: u64, patience: Duration) {
    let start = Instant::now();
    while succeeded(host, run) < wanted && describe(host, run)["status"] == "RUNNING" {
        assert!(start.elapsed() < patience, "{wanted} children have not succeeded in {patience:?}");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_goes_on_and_no_child_succeeds_twice() {
    let rows = std::env::var("DIRIGENT_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS);
    dies_twice(rows, "STANDARD", 1);
}

#[test]
fn also_with_express_children() {
    dies_twice(ROWS, "EXPRESS", 1);
}

#[test]
fn also_with_batches() {
    dies_twice(ROWS, "STANDARD", 7);
}

/// A run over so many rows, with children of that type that take so many rows each.
fn dies_twice(rows: u64, children: &str, batch: u64) {
    let registry = Registry::with(&["echo"]);
    let mut host = Setup::new().registry(registry.path()).start();
    put_rows(&host, "rows.csv", rows);
    let echo = json!({ "Type": "Task", "Resource": "plugin:echo", "End": true });
    let csv = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    let mut more = json!({ "ItemReader": reader("rows.csv", csv), "ResultWriter": writer() });
    if batch > 1 {
        more["ItemBatcher"] = json!({ "MaxItemsPerBatch": batch });
    }
    let mut definition = map(echo, more);
    definition["States"]["Rows"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = json!(children);
    let started = rows.div_ceil(batch);
    let machine = host.create("rows", &definition);

    let start = Instant::now();
    let execution = host.start(&machine, &json!({}));
    let run = dirigent_tests::wait::eventually("the run begins", || run_of(&host, &execution));
    let mut peak = 0;
    for part in 1..=2 {
        until(&host, &run, started * part / 3, patience(rows));
        assert_eq!(describe(&host, &run)["status"], "RUNNING", "the host must die in the middle");
        peak = peak.max(host.peak_memory());
        host.kill9();
        host.examined();
        host.restart();
    }
    until(&host, &run, started, patience(rows));
    let ended = host.ended(&execution);
    let seconds = start.elapsed().as_secs_f64();
    peak = peak.max(host.peak_memory());
    assert_eq!(ended["status"], "SUCCEEDED", "{ended:#}");
    say(format!(
        "distributed map: {rows} rows, {started} {children} children in {seconds:.1} s with two deaths, {:.0} children/s, \
         at most {} MiB",
        started as f64 / seconds,
        peak >> 20
    ));
    assert!(peak < MOST_MEMORY, "the host held {} MiB", peak >> 20);

    let described = describe(&host, &run);
    for (counts, wanted) in [("executionCounts", started), ("itemCounts", rows)] {
        let counts = &described[counts];
        assert_eq!((&counts["succeeded"], &counts["total"]), (&json!(wanted), &json!(wanted)), "{counts}");
        assert_eq!(counts["resultsWritten"], wanted, "{counts}");
    }
    each_row_succeeded_once(&host, &ended["output"], rows);
}

/// The files of the results have every row once, from an execution of its own.
fn each_row_succeeded_once(host: &Host, output: &Value, rows: u64) {
    let output = dirigent_tests::client::parse(output);
    let manifest = get_json(host, output["ResultWriterDetails"]["Key"].as_str().unwrap());
    assert_eq!(manifest["ResultFiles"]["FAILED"], json!([]));
    let (mut ids, mut executions) = (HashSet::new(), HashSet::new());
    for file in manifest["ResultFiles"]["SUCCEEDED"].as_array().unwrap() {
        for result in get_json(host, file["Key"].as_str().unwrap()).as_array().unwrap() {
            let output = dirigent_tests::client::parse(&result["Output"]);
            let batch = output["Items"].as_array().cloned().unwrap_or_else(|| vec![output.clone()]);
            for row in batch {
                let id: u64 = row["id"].as_str().unwrap().parse().unwrap();
                assert_eq!(row["name"], format!("name of {id}"));
                assert!(ids.insert(id), "row {id} succeeded twice");
            }
            assert!(executions.insert(result["ExecutionArn"].as_str().unwrap().to_owned()), "{result}");
        }
    }
    assert_eq!(ids.len() as u64, rows);
    // A few of them as the API shows them: a history with one end.
    for execution in executions.iter().take(5) {
        let history = host.history(execution);
        let ends = history.iter().filter(|event| event["type"] == "ExecutionSucceeded").count();
        assert_eq!(ends, 1, "{execution}");
        let description = host.must("DescribeExecution", json!({ "executionArn": execution }));
        assert!(description["mapRunArn"].as_str().unwrap().contains("/rows:"), "{description}");
    }
}
