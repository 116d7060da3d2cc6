//! The host dies at every single point of its writing to the disk, one run each: before a sync, after it, and in the middle
//! of a write. `DIRIGENT_CRASH_POINTS` tries more of them than CI does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use dirigent_tests::client::{ApiError, Client, text};
use dirigent_tests::history::{check, kinds};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use serde_json::{Value, json};

/// Points of each kind that CI tries: those of opening, creating and the first executions, and some beyond.
const POINTS: u64 = 20;
/// Runs at a time.
const AT_A_TIME: u64 = 2;
/// Executions that are started one after the other.
const EXECUTIONS: u64 = 6;

/// Kinds of points, and how many of them lie between two that are tried: there are several writes to each sync.
const KINDS: [(&str, u64); 3] = [("die-before-sync", 1), ("die-after-sync", 1), ("die-in-write", 5)];

fn points() -> u64 {
    let wanted = std::env::var("DIRIGENT_CRASH_POINTS").ok().and_then(|points| points.parse().ok());
    wanted.unwrap_or(POINTS)
}

fn definition() -> Value {
    json!({ "StartAt": "First", "States": {
        "First": { "Type": "Task", "Resource": "plugin:echo", "Next": "Pause" },
        "Pause": { "Type": "Wait", "Seconds": 0, "Next": "Each" },
        "Each": { "Type": "Map", "ItemsPath": "$.items", "Next": "Last",
            "ItemProcessor": { "StartAt": "Item", "States": {
                "Item": { "Type": "Task", "Resource": "plugin:echo", "End": true } } } },
        "Last": { "Type": "Wait", "Seconds": 1, "End": true },
    } })
}

const EVENTS: [&str; 29] = [
    "ExecutionStarted",
    "ExecutionSucceeded",
    "MapIterationStarted",
    "MapIterationStarted",
    "MapIterationSucceeded",
    "MapIterationSucceeded",
    "MapStateEntered",
    "MapStateExited",
    "MapStateStarted",
    "MapStateSucceeded",
    "TaskScheduled",
    "TaskScheduled",
    "TaskScheduled",
    "TaskStarted",
    "TaskStarted",
    "TaskStarted",
    "TaskStateEntered",
    "TaskStateEntered",
    "TaskStateEntered",
    "TaskStateExited",
    "TaskStateExited",
    "TaskStateExited",
    "TaskSucceeded",
    "TaskSucceeded",
    "TaskSucceeded",
    "WaitStateEntered",
    "WaitStateEntered",
    "WaitStateExited",
    "WaitStateExited",
];

/// What clients were told before the host went.
#[derive(Default)]
struct Told {
    machine: Option<String>,
    /// Executions whose start was acknowledged.
    started: Vec<String>,
    /// Histories that were read, as far as they were: what is in them is durable.
    seen: Vec<(String, Vec<Value>)>,
}

fn input() -> Value {
    json!({ "items": [1, 2] })
}

/// Does the same in every run, until the host is gone or all is done.
fn drive(client: &Client, told: &mut Told) -> Result<(), ApiError> {
    let role = "arn:aws:iam::000000000000:role/r";
    let definition = definition().to_string();
    let create = json!({ "name": "m", "definition": definition, "roleArn": role });
    let machine = text(&client.call("CreateStateMachine", create)?["stateMachineArn"]);
    told.machine = Some(machine.clone());
    for n in 0..EXECUTIONS {
        let start =
            json!({ "stateMachineArn": machine, "name": format!("e{n}"), "input": input().to_string() });
        let execution = text(&client.call("StartExecution", start)?["executionArn"]);
        told.started.push(execution.clone());
        // Read while it goes on, and most often on the way.
        for _ in 0..3 {
            let params = json!({ "executionArn": execution, "maxResults": 1_000 });
            let page = client.call("GetExecutionHistory", params)?;
            let events = page["events"].as_array().cloned().unwrap_or_default();
            told.seen.push((execution.clone(), events));
        }
    }
    Ok(())
}

/// One run. Returns whether the host died in it.
fn run(registry: &Registry, kind: &str, at: u64) -> bool {
    let context = format!("{kind}={at}");
    let plain = Setup::new().registry(registry.path());
    let faulty = plain.clone().argument(&format!("--disk-fault={context}"));
    // The database is made by a host that lives, since one that dies while it opens says nothing.
    let mut host = plain.clone().start();
    host.kill9();
    let mut told = Told::default();
    if host.try_restart_as(faulty) {
        if let Err(error) = drive(&host, &mut told) {
            assert_eq!(error.code, ApiError::NO_ANSWER, "{context}: {error}");
        }
        // What is under way when the last start is answered may bring it there.
        let died = within_moments(|| host.ended_by_itself()).is_some();
        if !died {
            host.kill9();
        }
        finish(&mut host, plain, &told, &context);
        return died;
    }
    finish(&mut host, plain, &told, &context);
    true
}

/// Looks a few times: what does not happen then will not.
fn within_moments<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    (0..30).find_map(|_| {
        let found = look();
        if found.is_none() {
            thread::sleep(Duration::from_millis(100));
        }
        found
    })
}

/// What must hold after a death.
fn finish(host: &mut Host, plain: Setup, told: &Told, context: &str) {
    host.examined();
    host.restart_as(plain);
    for (execution, seen) in &told.seen {
        let now = host.history(execution);
        assert!(now.starts_with(seen), "{context}: what was seen of {execution} has changed");
    }
    let Some(machine) = &told.machine else { return };
    let listed = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine }));
    // The one start that was not answered may be there or not.
    let expected = told.started.len()..=told.started.len() + 1;
    assert!(expected.contains(&listed.len()), "{context}: {listed:?}, acknowledged: {:?}", told.started);
    for item in &listed {
        let execution = text(&item["executionArn"]);
        assert_eq!(host.output(&execution), json!([1, 2]), "{context}");
        let history = host.history(&execution);
        check(&history);
        let mut all = kinds(&history);
        all.sort_unstable();
        assert_eq!(all, EVENTS, "{context}");
    }
    for execution in &told.started {
        assert!(
            listed.iter().any(|item| item["executionArn"] == **execution),
            "{context}: {execution} is lost"
        );
    }
    host.kill9();
    host.examined();
}

#[test]
fn whatever_was_acknowledged_is_there_at_each() {
    let registry = Registry::with(&["echo"]);
    let points = points();
    let died = AtomicU64::new(0);
    let all: Vec<(&str, u64)> =
        KINDS.iter().flat_map(|(kind, step)| (0..points).map(move |n| (*kind, 1 + n * step))).collect();
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((kind, at)) = all.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    died.fetch_add(u64::from(run(&registry, kind, *at)), Ordering::Relaxed);
                }
            });
        }
    });
    let died = died.into_inner();
    say(format!("crash: died at {died} of {} points", all.len()));
    assert!(died * 10 >= all.len() as u64 * 9, "only {died} of {} runs got to their point", all.len());
}
