//! `POST /api/executions`, the host's own.

use serde_json::{Value, json};

use crate::world::{PAYLOAD, World, nested, with};

#[test]
fn executions_of_our_own_api() {
    let World { host, standard, express, .. } = &World::new();
    let json = [("Content-Type", "application/json")];
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let plain = [("Content-Type", "text/plain")];
    let body = |changes: Value| with(json!({ "stateMachineArn": standard }), &changes).to_string();
    let good = body(json!({}));
    let deep = format!("{{\"stateMachineArn\":\"{standard}\",\"input\":{}}}", nested(10_000));
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], String, &'a str);
    let cases: Vec<Case<'_>> = vec![
        ("", &form, good.clone(), "ValidationException"),
        ("", &plain, good.clone(), "ValidationException"),
        ("", &[], good.clone(), "ValidationException"),
        ("?wait=16m", &json, good.clone(), "ValidationException"),
        ("?wait=901s", &json, good.clone(), "ValidationException"),
        ("?wait=99999999999999999999s", &json, good.clone(), "ValidationException"),
        ("?wait=1h", &json, good.clone(), "ValidationException"),
        ("?wait=-1s", &json, good.clone(), "ValidationException"),
        ("?wait=", &json, good.clone(), "ValidationException"),
        ("", &json, "{".into(), "ValidationException"),
        ("", &json, "{}".into(), "ValidationException"),
        ("", &json, body(json!({ "inputs": 1 })), "ValidationException"),
        ("", &json, body(json!({ "input": "x".repeat(PAYLOAD - 1) })), "ValidationException"),
        ("", &json, body(json!({ "name": "n".repeat(81) })), "ValidationException"),
        ("", &json, body(json!({ "name": "a b" })), "InvalidName"),
        ("", &json, body(json!({ "name": "" })), "InvalidName"),
        ("", &json, body(json!({ "name": "taken", "input": 1 })), "ExecutionAlreadyExists"),
        ("", &json, body(json!({ "stateMachineArn": "m" })), "InvalidArn"),
        ("", &json, body(json!({ "stateMachineArn": format!("{standard}-x") })), "StateMachineDoesNotExist"),
        ("", &json, body(json!({ "stateMachineArn": express })), "StateMachineTypeNotSupported"),
        // Deeper than StartExecution takes, and than a state could look into.
        ("", &json, deep, "InvalidExecutionInput"),
    ];
    let mut wrong = Vec::new();
    for (query, headers, body, code) in cases {
        let answer = host.post(&format!("/api/executions{query}"), headers, &body).unwrap();
        let error = answer.json();
        let told = error["message"].as_str().is_some_and(|message| !message.is_empty());
        if answer.status != 400 || error["error"] != code || !told {
            wrong.push(format!(
                "{query} {body:.200}: {code} expected: {} {:.300}",
                answer.status, answer.body
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": standard }));
    assert_eq!(all.len(), 1, "nothing of all that was started");
}
