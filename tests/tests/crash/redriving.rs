//! The host dies while executions are being redriven: what was acknowledged goes on, what was not is redriven or as it
//! was, and what was done before is not done again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dirigent_tests::client::{ApiError, Client};
use dirigent_tests::history::{check, kinds};
use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use dirigent_tests::wait::eventually;
use serde_json::json;

/// Callers that redrive executions when the host dies.
const CALLERS: usize = 8;

/// How many executions each of them has.
const EACH: usize = 150;

/// How many redrives are acknowledged before.
const BEFORE: usize = 300;

/// Redrives executions until the host is gone, or there are no more. Returns those that were acknowledged.
fn redrive_until_gone(client: &Client, executions: &[String], acknowledged: &AtomicUsize) -> Vec<String> {
    let mut redriven = Vec::new();
    for execution in executions {
        match client.call("RedriveExecution", json!({ "executionArn": execution })) {
            Ok(_) => redriven.push(execution.clone()),
            Err(error) if error.code == ApiError::NO_ANSWER => return redriven,
            Err(error) => panic!("{execution}: {error}"),
        }
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    redriven
}

#[test]
fn what_was_redriven_goes_on() {
    let registry = Registry::with(&["echo"]);
    let mut host = Setup::new().registry(registry.path()).start();
    // It waits until it is stopped, and no longer once it is redriven.
    let machine = host.create(
        "redrive",
        &json!({ "QueryLanguage": "JSONata", "StartAt": "First", "States": {
            "First": { "Type": "Task", "Resource": "plugin:echo", "Next": "Stay" },
            "Stay": { "Type": "Wait", "Next": "Last",
                "Seconds": "{% $states.context.Execution.RedriveCount > 0 ? 0 : 3600 %}" },
            "Last": { "Type": "Task", "Resource": "plugin:echo", "End": true },
        } }),
    );
    let executions: Vec<String> =
        (0..CALLERS * EACH).map(|n| host.start(&machine, &json!({ "n": n }))).collect();
    for execution in &executions {
        eventually("it waits", || {
            let history = host.history(execution);
            kinds(&history).contains(&"WaitStateEntered").then_some(())
        });
        host.must("StopExecution", json!({ "executionArn": execution }));
    }
    let count = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = executions
        .chunks(EACH)
        .map(|executions| {
            let (client, executions, count) = ((*host).clone(), executions.to_vec(), count.clone());
            thread::spawn(move || redrive_until_gone(&client, &executions, &count))
        })
        .collect();
    eventually("enough redrives are acknowledged", || {
        (count.load(Ordering::Relaxed) >= BEFORE).then_some(())
    });
    host.kill9();
    host.examined();
    let acknowledged: BTreeSet<String> =
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    host.restart();
    let mut later = 0;
    for (n, execution) in executions.iter().enumerate() {
        let described = host.must("DescribeExecution", json!({ "executionArn": execution }));
        if described["status"] == "ABORTED" {
            assert!(!acknowledged.contains(execution), "{execution} was redriven, and is as it was");
            host.must("RedriveExecution", json!({ "executionArn": execution }));
            later += 1;
        }
        assert_eq!(host.output(execution), json!({ "n": n }), "{execution}");
        let history = host.history(execution);
        check(&history);
        let expected = [
            "ExecutionStarted",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSucceeded",
            "TaskStateExited",
            "WaitStateEntered",
            "ExecutionAborted",
            "ExecutionRedriven",
            "WaitStateExited",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded",
        ];
        assert_eq!(kinds(&history), expected, "{execution}");
    }
    say(format!(
        "crash: {} redrives acknowledged, {later} of {} executions redriven after the restart",
        acknowledged.len(),
        executions.len()
    ));
}
