//! The workflows of the simulator that wait for callers from outside.

use serde_json::{Value, json};

use super::cases::{Case, case, one, racing, task};

fn activity(name: &str, rest: Value) -> Value {
    task(&format!("arn:aws:states:us-east-1:000000000000:activity:{name}"), rest)
}

/// A worker whose answer was lost in a crash never comes back; the task's heartbeat finds out.
fn until_it_works() -> Value {
    json!({ "HeartbeatSeconds": 5, "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"] }] })
}

pub(super) fn callback_cases() -> Vec<Case> {
    let token = json!({ "Parameters": { "Token.$": "$$.Task.Token", "n.$": "$" } });
    let with = |mut base: Value, more: Value| {
        base.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        base
    };
    vec![
        racing(
            "a token comes back",
            one(task("plugin:hand-on.waitForTaskToken", token.clone())),
            json!(21),
            Ok(json!(42)),
        ),
        racing(
            "a token in JSONata, and in what becomes of the result",
            json!({ "QueryLanguage": "JSONata", "StartAt": "S", "States": {
                "S": task("plugin:hand-on.waitForTaskToken", json!({
                    "Arguments": { "Token": "{% $states.context.Task.Token %}", "n": "{% $states.input %}" },
                    "Output": "{% [$states.result, $exists($states.context.Task.Token)] %}", "Next": "T" })),
                "T": { "Type": "Pass", "Output": "{% [$states.input, $exists($states.context.Task)] %}", "End": true }
            } }),
            json!(21),
            Ok(json!([42, true, false])),
        ),
        racing(
            "each attempt has a token of its own",
            one(task(
                "plugin:third-time.waitForTaskToken",
                with(token.clone(), json!({ "Retry": [{ "ErrorEquals": ["Custom.NotYet"] }] })),
            )),
            json!(2),
            Ok(json!(4)),
        ),
        racing(
            "heartbeats keep a task alive",
            one(task("plugin:beats.waitForTaskToken", with(token.clone(), json!({ "HeartbeatSeconds": 5 })))),
            json!(3),
            Ok(json!(6)),
        ),
        racing(
            "heartbeats do not stop the time-out",
            one(task(
                "plugin:beats.waitForTaskToken",
                with(token.clone(), json!({ "HeartbeatSeconds": 5, "TimeoutSeconds": 15 })),
            )),
            json!(3),
            Err("States.Timeout"),
        ),
        racing(
            "a token that nobody returns",
            one(task("plugin:echo.waitForTaskToken", json!({ "TimeoutSeconds": 30 }))),
            json!({}),
            Err("States.Timeout"),
        ),
        racing(
            "a heartbeat that does not come is told from a time-out",
            json!({ "StartAt": "S", "States": {
                "S": task("plugin:echo.waitForTaskToken", json!({
                    "HeartbeatSeconds": 10, "Next": "Never",
                    "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1 }],
                    "Catch": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late" }] })),
                "Never": { "Type": "Fail" },
                "Late": { "Type": "Pass", "End": true }
            } }),
            json!({}),
            Ok(json!({ "Error": "States.Timeout", "Cause": "" })),
        ),
        case(
            "a plugin that fails to hand its token on",
            one(task("plugin:fail.waitForTaskToken", json!({}))),
            json!({}),
            Err("Custom.Error"),
        ),
        racing(
            "a branch that waits for its token is lost",
            json!({ "StartAt": "P", "States": {
                "P": { "Type": "Parallel", "Next": "Never", "Branches": [
                    one(task("plugin:echo.waitForTaskToken", json!({ "HeartbeatSeconds": 500_000 }))),
                    { "StartAt": "A", "States": { "A": activity("idle", json!({})) } },
                    { "StartAt": "B", "States": { "B": task("plugin:fail", json!({})) } }
                ], "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }] },
                "Never": { "Type": "Fail" },
                "Caught": { "Type": "Wait", "Seconds": 5, "OutputPath": "$.Error", "End": true }
            } }),
            json!({}),
            Ok(json!("Custom.Error")),
        ),
        racing("an activity", one(activity("double", until_it_works())), json!(21), Ok(json!(42))),
        racing(
            "an activity for each item",
            one(json!({ "Type": "Map", "End": true, "MaxConcurrency": 3, "ItemProcessor":
                { "StartAt": "I", "States": { "I": activity("double", until_it_works()) } } })),
            json!([1, 2, 3, 4, 5]),
            Ok(json!([2, 4, 6, 8, 10])),
        ),
        case(
            "an activity that is not there",
            one(activity("gone", json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "S" }] }))),
            json!({}),
            Err("States.Runtime"),
        ),
        case(
            "an activity without workers, until the execution's time-out",
            json!({ "TimeoutSeconds": 600, "StartAt": "S", "States": {
                "S": activity("idle", json!({ "TimeoutSeconds": 60, "HeartbeatSeconds": 5 })) } }),
            json!({}),
            Err("States.Timeout"),
        ),
    ]
}
