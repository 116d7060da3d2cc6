//! The host dies while executions are being started: those that were acknowledged are there, the others are there whole
//! or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dirigent_tests::client::{ApiError, Client, text};
use dirigent_tests::history::{check, kinds};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

/// Callers that start executions when the host dies.
const CALLERS: usize = 8;

/// How many starts are acknowledged before.
const BEFORE: usize = 300;

/// How often it dies, on the same data.
const ROUNDS: usize = 3;

/// Two tasks with a Wait between them.
pub(crate) fn definition() -> Value {
    json!({
        "StartAt": "First",
        "States": {
            "First": { "Type": "Task", "Resource": "plugin:echo", "Next": "Pause" },
            "Pause": { "Type": "Wait", "Seconds": 1, "Next": "Last" },
            "Last": { "Type": "Task", "Resource": "plugin:echo", "End": true },
        },
    })
}

/// What happens in an execution of it.
pub(crate) const EVENTS: [&str; 14] = [
    "ExecutionStarted",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskStateExited",
    "WaitStateEntered",
    "WaitStateExited",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
];

fn params(machine: &str, name: &str) -> Value {
    json!({ "stateMachineArn": machine, "name": name, "input": json!({ "name": name }).to_string() })
}

/// Starts executions until the host is gone. Returns the ARNs of those that were acknowledged by name, and the name of
/// the one that was not.
fn start_until_gone(
    client: &Client,
    machine: &str,
    caller: &str,
    acknowledged: &AtomicUsize,
) -> (BTreeMap<String, String>, String) {
    let mut started = BTreeMap::new();
    for n in 0.. {
        let name = format!("{caller}-{n}");
        match client.call("StartExecution", params(machine, &name)) {
            Ok(answer) => drop(started.insert(name, text(&answer["executionArn"]))),
            Err(error) if error.code == ApiError::NO_ANSWER => return (started, name),
            Err(error) => panic!("{name}: {error}"),
        }
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    unreachable!("the host outlived all numbers")
}

#[track_caller]
fn ended_well(host: &Host, execution: &str, name: &str) {
    assert_eq!(host.output(execution), json!({ "name": name }), "{execution}");
    let history = host.history(execution);
    check(&history);
    assert_eq!(kinds(&history), EVENTS, "{execution}");
}

#[test]
fn what_was_acknowledged_is_there() {
    let registry = Registry::with(&["echo"]);
    let mut host = Setup::new().registry(registry.path()).start();
    let machine = host.create("start", &definition());
    let mut acknowledged = BTreeMap::new();
    let mut in_doubt = Vec::new();
    for round in 0..ROUNDS {
        let count = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (client, machine, count) = ((*host).clone(), machine.clone(), count.clone());
                let caller = format!("{round}-{caller}");
                thread::spawn(move || start_until_gone(&client, &machine, &caller, &count))
            })
            .collect();
        eventually("enough starts are acknowledged", || {
            (count.load(Ordering::Relaxed) >= BEFORE).then_some(())
        });
        host.kill9();
        host.examined();
        for caller in callers {
            let (started, unanswered) = caller.join().unwrap();
            acknowledged.extend(started);
            in_doubt.push(unanswered);
        }
        host.restart();
    }
    for (name, execution) in &acknowledged {
        ended_well(&host, execution, name);
    }
    // One that was not answered is there whole, or not at all: then it can be started as if nothing had been.
    let mut there = 0;
    for name in &in_doubt {
        let execution = machine.replace(":stateMachine:", ":execution:") + ":" + name;
        match host.call("DescribeExecution", json!({ "executionArn": execution })) {
            Ok(_) => there += 1,
            Err(error) if error.code == "ExecutionDoesNotExist" => {
                let answer = host.must("StartExecution", params(&machine, name));
                assert_eq!(answer["executionArn"], execution);
            }
            Err(error) => panic!("{name}: {error}"),
        }
        ended_well(&host, &execution, name);
    }
    say(format!(
        "crash: {} starts acknowledged, {there} of {} unanswered ones there",
        acknowledged.len(),
        in_doubt.len()
    ));
    let listed = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine }));
    assert_eq!(listed.len(), acknowledged.len() + in_doubt.len(), "executions that nobody started");
}
