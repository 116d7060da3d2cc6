//! Executions that cannot be started, listed or stopped.

use serde_json::{Value, json};

use crate::world::{PAYLOAD, Row, World, nested, refused, with};

#[test]
fn executions() {
    let world = World::new();
    let start = |changes: Value| with(json!({ "stateMachineArn": world.standard }), &changes);
    let invalid_input = "Invalid State Machine Execution Input: '";
    let too_large = "x".repeat(PAYLOAD - 1);
    let mut rows: Vec<Row> = vec![
        (
            "StartExecution",
            start(json!({ "input": format!("\"{too_large}\"") })),
            "ValidationException",
            format!(
                "1 validation error detected: Value at 'input' failed to satisfy constraint: \
                 Member must have length less than or equal to {PAYLOAD}"
            ),
        ),
        ("StartExecution", start(json!({ "input": { "n": 1 } })), "SerializationException", String::new()),
        ("StartExecution", start(json!({ "stateMachineArn": 7 })), "SerializationException", String::new()),
        (
            "StartExecution",
            start(json!({ "name": "a b" })),
            "InvalidName",
            "Invalid Name: 'a b'".into(),
        ),
        (
            "StartExecution",
            start(json!({ "name": "" })),
            "ValidationException",
            "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1".into(),
        ),
        (
            "StartExecution",
            start(json!({ "name": "n".repeat(81) })),
            "ValidationException",
            "at 'name' failed to satisfy constraint: Member must have length less than or equal to 80".into(),
        ),
        (
            "StartExecution",
            start(json!({ "name": "taken", "input": "{\"n\":2}" })),
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{}'", world.execution),
        ),
        // With the same input, too: the first one has ended.
        (
            "StartExecution",
            start(json!({ "name": "taken", "input": "{\"n\":1}" })),
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{}'", world.execution),
        ),
        (
            "StartSyncExecution",
            start(json!({})),
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine".into(),
        ),
        (
            "ListExecutions",
            json!({ "stateMachineArn": world.express }),
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine".into(),
        ),
        (
            "ListExecutions",
            json!({}),
            "ValidationException",
            "Must provide a state machine ARN or map run ARN".into(),
        ),
        (
            "ListExecutions",
            start(json!({ "statusFilter": "DONE" })),
            "ValidationException",
            "Value 'DONE' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [".into(),
        ),
        (
            "StopExecution",
            json!({ "executionArn": world.execution, "error": "e".repeat(257) }),
            "ValidationException",
            "at 'error' failed to satisfy constraint: Member must have length less than or equal to 256".into(),
        ),
        (
            "StopExecution",
            json!({ "executionArn": world.execution, "cause": "c".repeat(32_769) }),
            "ValidationException",
            "at 'cause' failed to satisfy constraint: Member must have length less than or equal to 32768".into(),
        ),
    ];
    for input in ["", " ", "{", "no", "{} {}", "'a'", "{\"a\":1,}", "\"\\ud800\"", &nested(10_000)] {
        rows.push((
            "StartExecution",
            start(json!({ "input": input })),
            "InvalidExecutionInput",
            invalid_input.into(),
        ));
    }
    refused(&world.host, rows);
    let all = world.host.pages("ListExecutions", "executions", json!({ "stateMachineArn": world.standard }));
    assert_eq!(all.len(), 1, "nothing of all that was started");
    // The largest input is not too large.
    let largest = format!("\"{}\"", &too_large[1..]);
    world.host.must("StartExecution", start(json!({ "input": largest })));
}
