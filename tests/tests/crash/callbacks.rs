//! The host dies while tasks wait for callers from outside: what these have in their hands still works afterwards.

use dirigent_tests::client::{parse, text};
use dirigent_tests::history::{check, details, first, kinds};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

fn machine(host: &Host, name: &str, resource: &str, more: Value) -> String {
    let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    host.create(name, &json!({ "StartAt": "Work", "States": { "Work": state } }))
}

fn die(host: &mut Host) {
    host.kill9();
    host.examined();
    host.restart();
}

/// The history of an execution once it has an event.
fn once(host: &Host, execution: &str, kind: &str) -> Vec<Value> {
    eventually(&format!("{execution} has {kind}"), || {
        let history = host.history(execution);
        kinds(&history).contains(&kind).then_some(history)
    })
}

#[test]
fn a_token_a_queue_and_a_worker() {
    let registry = Registry::with(&["echo"]);
    let mut host = Setup::new().registry(registry.path()).start();
    let activity = text(&host.must("CreateActivity", json!({ "name": "work" }))["activityArn"]);
    let by_token = machine(
        &host,
        "token",
        "plugin:echo.waitForTaskToken",
        json!({ "Parameters": { "token.$": "$$.Task.Token" }, "HeartbeatSeconds": 3_600 }),
    );
    let by_worker = machine(&host, "worker", &activity, json!({ "HeartbeatSeconds": 3_600 }));
    let token_task = host.start(&by_token, &json!({}));
    let taken_task = host.start(&by_worker, &json!({ "n": 1 }));
    let poll =
        |host: &Host| host.must("GetActivityTask", json!({ "activityArn": activity, "workerName": "w" }));
    let taken = poll(&host);
    let queued_task = host.start(&by_worker, &json!({ "n": 2 }));
    let submitted = once(&host, &token_task, "TaskSubmitted");
    let token = text(&parse(&details(first(&submitted, "TaskSubmitted"))["output"])["token"]);

    die(&mut host);
    host.must("SendTaskHeartbeat", json!({ "taskToken": token }));
    let queued = poll(&host);
    assert_eq!(parse(&queued["input"]), json!({ "n": 2 }), "the one that nobody had");

    die(&mut host);
    let answer = |token: &Value, output: Value| json!({ "taskToken": token, "output": output.to_string() });
    host.must("SendTaskSuccess", answer(&json!(token), json!("by token")));
    host.must("SendTaskSuccess", answer(&taken["taskToken"], json!("by a worker")));
    let failure = json!({ "taskToken": queued["taskToken"], "error": "Worker.Tired", "cause": "enough" });
    host.must("SendTaskFailure", failure.clone());

    die(&mut host);
    assert_eq!(host.output(&token_task), json!("by token"));
    assert_eq!(host.output(&taken_task), json!("by a worker"));
    let failed = host.ended(&queued_task);
    assert_eq!((&failed["error"], &failed["cause"]), (&json!("Worker.Tired"), &json!("enough")));
    for gone in ["SendTaskSuccess", "SendTaskHeartbeat"] {
        let refused = host.call(gone, answer(&json!(token), json!(1))).unwrap_err();
        assert_eq!(refused.code, "TaskTimedOut", "{refused}");
    }
    assert_eq!(host.call("SendTaskFailure", failure).unwrap_err().code, "TaskTimedOut");

    let shapes = [
        (&token_task, &["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"][..]),
        (&taken_task, &["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"][..]),
        (&queued_task, &["ActivityScheduled", "ActivityStarted", "ActivityFailed"][..]),
    ];
    for (execution, wanted) in shapes {
        let history = host.history(execution);
        check(&history);
        let told: Vec<&str> = kinds(&history)
            .into_iter()
            .filter(|kind| {
                kind.starts_with("Activity") || (kind.starts_with("Task") && !kind.contains("State"))
            })
            .collect();
        assert_eq!(told, wanted);
    }
}

#[test]
fn a_heartbeat_that_does_not_come() {
    let registry = Registry::with(&["echo"]);
    let mut host = Setup::new().registry(registry.path()).start();
    let activity = text(&host.must("CreateActivity", json!({ "name": "work" }))["activityArn"]);
    let mut machines = Vec::new();
    for (name, resource) in [("token", "plugin:echo.waitForTaskToken"), ("worker", activity.as_str())] {
        let task = json!({
            "Type": "Task",
            "Resource": resource,
            "HeartbeatSeconds": 2,
            "Catch": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "ResultPath": "$.error", "Next": "Late" }],
            "Next": "Done",
        });
        machines.push(host.create(
            name,
            &json!({ "StartAt": "Work", "States": {
                "Work": task,
                "Done": { "Type": "Fail", "Error": "Nobody.Returned" },
                "Late": { "Type": "Pass", "End": true },
            } }),
        ));
    }
    let executions: Vec<String> = machines.iter().map(|machine| host.start(machine, &json!({}))).collect();
    let taken = host.must("GetActivityTask", json!({ "activityArn": activity }));
    once(&host, &executions[0], "TaskSubmitted");
    die(&mut host);
    for execution in &executions {
        assert_eq!(host.output(execution), json!({ "error": { "Error": "States.Timeout", "Cause": "" } }));
    }
    assert!(kinds(&host.history(&executions[0])).contains(&"TaskTimedOut"));
    assert!(kinds(&host.history(&executions[1])).contains(&"ActivityTimedOut"));
    let late = json!({ "taskToken": taken["taskToken"], "output": "1" });
    assert_eq!(host.call("SendTaskSuccess", late).unwrap_err().code, "TaskTimedOut");
}
