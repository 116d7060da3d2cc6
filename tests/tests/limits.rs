//! Each limit is enforced, with AWS's error: AWS's own values where they are quick to reach, small ones of `--limit` else.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use dirigent_tests::client::{parse, text};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

/// A host with AWS's limits.
fn aws() -> Host {
    Setup::new().start()
}

/// A host with limits of our own, but for these.
fn with(settings: &[&str]) -> Host {
    let setup = Setup::new().argument("--limits").argument("off");
    settings.iter().fold(setup, |setup, setting| setup.argument("--limit").argument(setting)).start()
}

/// Runs a definition to its end.
fn run(host: &Host, definition: &Value, input: &Value) -> Value {
    let machine = host.create("limited", definition);
    let execution = host.start(&machine, input);
    host.ended(&execution)
}

fn pass(more: Value) -> Value {
    let mut state = json!({ "Type": "Pass", "End": true });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "StartAt": "P", "States": { "P": state } })
}

fn failed(ended: &Value) -> (String, String, String) {
    let text = |name: &str| ended[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("error"), text("cause"))
}

/// Two states after each other without end.
fn endless() -> Value {
    json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Variable": "$.stop", "IsPresent": true, "Next": "C" }], "Default": "A" },
        "C": { "Type": "Succeed" } } })
}

#[test]
fn a_history_has_25000_events() {
    let host = aws();
    let machine = host.create("endless", &endless());
    let execution = host.start(&machine, &json!({}));
    let (status, error, cause) = failed(&host.ended(&execution));
    assert_eq!((status.as_str(), error.as_str()), ("FAILED", "States.Runtime"));
    assert_eq!(cause, "The execution reached the maximum number of history events (25000).");
    let last = host.must(
        "GetExecutionHistory",
        json!({ "executionArn": execution, "reverseOrder": true, "maxResults": 1 }),
    );
    assert_eq!(last["events"][0]["type"], "ExecutionFailed");
    assert_eq!(last["events"][0]["id"], 25_000);
}

#[test]
fn a_task_that_is_tried_without_end_fills_its_history_too() {
    let host = with(&["history-events=50"]);
    let definition = json!({ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "plugin:nobody",
        "Retry": [{ "ErrorEquals": ["Plugin.NotFound"], "MaxAttempts": 1000, "BackoffRate": 1.0,
                    "MaxDelaySeconds": 2, "JitterStrategy": "FULL" }], "End": true } } });
    let machine = host.create("stubborn", &definition);
    let execution = host.start(&machine, &json!({}));
    let (status, error, cause) = failed(&host.ended(&execution));
    assert_eq!((status.as_str(), error.as_str()), ("FAILED", "States.Runtime"));
    assert!(cause.ends_with("history events (50)."), "{cause}");
    let events = host.history(&execution).len();
    assert!((50..60).contains(&events), "{events} events");
}

#[test]
fn payloads_have_256_kib() {
    let host = aws();
    let machine = host.create("echo", &pass(json!({ "Parameters": { "a.$": "$", "b.$": "$" } })));
    // An input may be that large, and not a byte more.
    let most = 256 * 1024;
    let input = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let start = |bytes: usize| {
        host.call("StartExecution", json!({ "stateMachineArn": machine, "input": input(bytes) }))
    };
    let started = start(most).unwrap();
    let refused = start(most + 1).unwrap_err();
    assert_eq!(refused.code, "ValidationException", "{}", refused.message);
    assert!(refused.message.contains("less than or equal to 262144"), "{}", refused.message);
    // Twice that is more than an output may be.
    let (status, error, cause) = failed(&host.ended(&text(&started["executionArn"])));
    assert_eq!((status.as_str(), error.as_str()), ("FAILED", "States.DataLimitExceeded"));
    let words = "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit.";
    assert!(cause.ends_with(words), "{cause}");
}

#[test]
fn a_tasks_result_is_a_payload_too() {
    let host = with(&["payload-bytes=1KiB"]);
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:hostile", "Parameters": { "do": "huge", "bytes": 2000 },
               "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "Next": "C" }], "End": true },
        "C": { "Type": "Pass", "End": true } } });
    let ended = run(&host, &definition, &json!({}));
    let words = "The state/task 'plugin:hostile' returned a result with a size exceeding the maximum number of bytes service limit.";
    assert_eq!(parse(&ended["output"]), json!({ "Error": "States.DataLimitExceeded", "Cause": words }));
}

#[test]
fn express_executions_end_after_their_time() {
    let host = with(&["express-seconds=1"]);
    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 600, "End": true } } });
    let created = host.must(
        "CreateStateMachine",
        json!({ "name": "slow", "definition": wait.to_string(), "type": "EXPRESS",
                "roleArn": "arn:aws:iam::000000000000:role/any" }),
    );
    let ended = host.must("StartSyncExecution", json!({ "stateMachineArn": created["stateMachineArn"] }));
    assert_eq!(ended["status"], "TIMED_OUT", "{ended}");
}

#[test]
fn an_inline_map_runs_so_many_iterations_at_a_time() {
    let processor =
        json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 1, "End": true } } });
    let map = json!({ "StartAt": "M", "States": {
        "M": { "Type": "Map", "ItemProcessor": processor, "ResultPath": null, "End": true } } });
    let begun = |host: &Host, items: usize| {
        let machine = host.create("map", &map);
        let execution = host.start(&machine, &Value::from(vec![0; items]));
        host.ended(&execution);
        let events = host.history(&execution);
        let first_end = events.iter().position(|event| event["type"] == "MapIterationSucceeded").unwrap();
        events[..first_end].iter().filter(|event| event["type"] == "MapIterationStarted").count()
    };
    assert_eq!(begun(&aws(), 41), 40);
    assert_eq!(begun(&with(&["inline-concurrency=2"]), 3), 2);
}

#[test]
fn an_inline_map_takes_so_many_items() {
    let host = with(&["inline-items=3"]);
    let map = json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "End": true,
        "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } } } });
    let machine = host.create("map", &map);
    let run = |items: usize| failed(&host.ended(&host.start(&machine, &Value::from(vec![0; items]))));
    assert_eq!(run(3).0, "SUCCEEDED");
    let (status, error, cause) = run(4);
    assert_eq!((status.as_str(), error.as_str()), ("FAILED", "States.Runtime"));
    assert!(cause.contains("4 items; at most 3"), "{cause}");
}

#[test]
fn definitions_requests_and_tags() {
    let host = with(&["definition-bytes=1000", "request-bytes=4000", "tags=2"]);
    let role = "arn:aws:iam::000000000000:role/any";
    let create = |name: &str, comment: usize, tags: usize| {
        let definition = pass(json!({ "Comment": "x".repeat(comment) })).to_string();
        let tags: Vec<Value> = (0..tags).map(|n| json!({ "key": format!("k{n}"), "value": "v" })).collect();
        host.call(
            "CreateStateMachine",
            json!({ "name": name, "definition": definition, "roleArn": role, "tags": tags }),
        )
    };
    assert!(create("small", 10, 2).is_ok());
    let refused = create("large", 1000, 0).unwrap_err();
    assert_eq!(refused.code, "ValidationException");
    assert!(
        refused.message.contains("'definition'") && refused.message.contains("1000"),
        "{}",
        refused.message
    );
    assert_eq!(create("tagged", 10, 3).unwrap_err().code, "TooManyTags");
    let headers = [
        ("X-Amz-Target", "AWSStepFunctions.ListStateMachines"),
        ("Content-Type", "application/x-amz-json-1.0"),
    ];
    let body = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    assert_eq!(host.post("/", &headers, &body(4000)).unwrap().status, 200);
    assert_eq!(host.post("/", &headers, &body(4001)).unwrap().status, 413);
}

#[test]
fn awss_own_numbers_of_definitions_and_tags() {
    let host = aws();
    let role = "arn:aws:iam::000000000000:role/any";
    let room = 1024 * 1024 - pass(json!({ "Comment": "" })).to_string().len();
    let create = |name: &str, comment: usize, tags: usize| {
        let definition = pass(json!({ "Comment": "x".repeat(comment) })).to_string();
        let tags: Vec<Value> = (0..tags).map(|n| json!({ "key": format!("k{n}"), "value": "v" })).collect();
        host.call(
            "CreateStateMachine",
            json!({ "name": name, "definition": definition, "roleArn": role, "tags": tags }),
        )
    };
    assert!(create("largest", room, 50).is_ok());
    assert_eq!(create("larger", room + 1, 0).unwrap_err().code, "ValidationException");
    assert_eq!(create("tagged", 0, 51).unwrap_err().code, "TooManyTags");
    assert_eq!(create(&"n".repeat(81), 0, 0).unwrap_err().code, "ValidationException");
    assert!(create(&"n".repeat(80), 0, 0).is_ok());
}

#[test]
fn limits_cannot_be_set_while_awss_hold() {
    let registry = Registry::empty();
    for arguments in [&["--limit", "tags=5"][..], &["--limits", "off", "--limit", "tgas=5"]] {
        let mut command = std::process::Command::new(dirigent_tests::places::binary());
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--data"]).arg(registry.path()).args(arguments);
        let ran = dirigent_tests::process::run(&mut command, "", dirigent_tests::wait::PATIENCE);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("limit"), "{}", ran.stderr);
    }
}
