//! A workflow with something of everything that can be under way when the host dies, and what must come of it.

use dirigent_tests::client::parse;
use dirigent_tests::history::{check, entered, exited, kind, kinds, millis};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

/// Plugins that the workflow needs.
pub(crate) const PLUGINS: [&str; 2] = ["echo", "hostile"];

/// How many inputs differ in what happens, not only in their data.
pub(crate) const SHAPES: usize = 4;

/// A host with the plugins of the workflow.
pub(crate) fn host() -> (Host, Registry) {
    let registry = Registry::with(&PLUGINS);
    (Setup::new().registry(registry.path()).start(), registry)
}

/// Tasks before and after a Wait, a Parallel of a task, a Wait and a task that is retried and caught, and a Map.
pub(crate) fn definition() -> Value {
    json!({
        "StartAt": "First",
        "States": {
            "First": {
                "Type": "Task",
                "Resource": "plugin:echo",
                "Parameters": { "n.$": "$.n", "twice.$": "States.Array($.n, $.n)" },
                "ResultPath": "$.first",
                "Next": "Pause",
            },
            "Pause": { "Type": "Wait", "SecondsPath": "$.pause", "Next": "Fork" },
            "Fork": {
                "Type": "Parallel",
                "Branches": [
                    {
                        "StartAt": "Echo",
                        "States": {
                            "Echo": {
                                "Type": "Task", "Resource": "plugin:echo", "InputPath": "$.first", "End": true,
                            },
                        },
                    },
                    {
                        "StartAt": "Nap",
                        "States": {
                            "Nap": { "Type": "Wait", "Seconds": 1, "Next": "Left" },
                            "Left": { "Type": "Pass", "Result": "left", "End": true },
                        },
                    },
                    {
                        "StartAt": "Try",
                        "States": {
                            "Try": {
                                "Type": "Task",
                                "Resource": "plugin:hostile",
                                "Parameters": { "do": "fail", "error": "Test.Flaky", "cause": "as told" },
                                "Retry": [{
                                    "ErrorEquals": ["Test.Flaky"],
                                    "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 1,
                                }],
                                "Catch": [{
                                    "ErrorEquals": ["States.ALL"], "ResultPath": "$.caught", "Next": "Caught",
                                }],
                                "End": true,
                            },
                            "Caught": { "Type": "Pass", "OutputPath": "$.caught", "End": true },
                        },
                    },
                ],
                "ResultPath": "$.fork",
                "Next": "Each",
            },
            "Each": {
                "Type": "Map",
                "ItemsPath": "$.items",
                "MaxConcurrency": 2,
                "ItemSelector": { "n.$": "$.n", "item.$": "$$.Map.Item.Value" },
                "ItemProcessor": {
                    "StartAt": "Item",
                    "States": { "Item": { "Type": "Task", "Resource": "plugin:echo", "End": true } },
                },
                "ResultPath": "$.each",
                "Next": "Last",
            },
            "Last": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:000000000000:function:echo",
                "Parameters": { "n.$": "$.n", "fork.$": "$.fork", "each.$": "$.each" },
                "End": true,
            },
        },
    })
}

fn items(n: usize) -> Vec<usize> {
    (0..n % SHAPES).map(|item| n + item).collect()
}

fn pause_seconds(n: usize) -> usize {
    1 + n % 2
}

/// The input of the `n`th execution.
pub(crate) fn input(n: usize) -> Value {
    json!({ "n": n, "pause": pause_seconds(n), "items": items(n) })
}

/// What must come of it.
pub(crate) fn output(n: usize) -> Value {
    let each: Vec<Value> = items(n).iter().map(|item| json!({ "n": n, "item": item })).collect();
    let fork = json!([{ "n": n, "twice": [n, n] }, "left", { "Error": "Test.Flaky", "Cause": "as told" }]);
    json!({ "n": n, "fork": fork, "each": each })
}

/// How often each type of event happens: the same for all executions of one shape, disturbed or not.
pub(crate) fn census(history: &[Value]) -> Vec<&str> {
    let mut kinds = kinds(history);
    kinds.sort_unstable();
    kinds
}

/// Waits for the end of the `n`th execution, and fails unless it ended as an undisturbed one does.
#[track_caller]
pub(crate) fn ended_well(host: &Host, execution: &str, n: usize, undisturbed: &[Value]) {
    let description = host.ended(execution);
    assert_eq!(description["status"], "SUCCEEDED", "{description:#}");
    assert_eq!(parse(&description["input"]), input(n), "{execution}");
    assert_eq!(parse(&description["output"]), output(n), "{execution}");
    let history = host.history(execution);
    check(&history);
    assert_eq!(census(&history), census(undisturbed), "{execution}");
    for (state, seconds) in [("Pause", pause_seconds(n)), ("Nap", 1)] {
        let waited = millis(exited(&history, state)) - millis(entered(&history, state));
        assert!(waited >= seconds as i64 * 1_000, "{state} waited {waited} ms: {execution}");
    }
    let of_try = |wanted: &str, field: &str| -> Vec<i64> {
        let events =
            history.iter().filter(|event| kind(event) == wanted && event[field]["resource"] == "hostile");
        events.map(millis).collect()
    };
    let scheduled = of_try("TaskScheduled", "taskScheduledEventDetails");
    let failed = of_try("TaskFailed", "taskFailedEventDetails");
    assert_eq!((scheduled.len(), failed.len()), (2, 2), "{execution}");
    let backoff = scheduled[1] - failed[0];
    assert!(backoff >= 1_000, "retried after {backoff} ms: {execution}");
}
