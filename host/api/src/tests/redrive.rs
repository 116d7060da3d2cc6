//! RedriveExecution, and what other actions say of redriven executions.

use serde_json::{Value, json};

use super::{OWN, World, pass, text};

fn wait(more: Value) -> Value {
    let mut definition = json!({ "StartAt": "W", "States": {
        "W": { "Type": "Wait", "Seconds": 3600, "End": true } } });
    definition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    definition
}

impl World {
    async fn started(&self, name: &str, definition: Value, input: &str) -> String {
        let machine = self.create_as(OWN, name, definition).await;
        let params = json!({ "stateMachineArn": machine, "input": input });
        text(&self.must("StartExecution", params).await["executionArn"])
    }

    async fn event_types(&self, arn: &str) -> Vec<String> {
        let history = self.must("GetExecutionHistory", json!({ "executionArn": arn })).await;
        super::column(&history["events"], "type")
    }
}

#[tokio::test]
async fn a_failed_execution_is_redriven_to_its_end() {
    let world = World::new().await;
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Fail", "Error": "E", "Cause": "C" } } });
    let arn = world.started("m", definition, "{}").await;
    let failed = world.ended(&arn).await;
    assert_eq!((&failed["status"], &failed["redriveStatus"]), (&json!("FAILED"), &json!("REDRIVABLE")));
    assert_eq!((&failed["redriveCount"], &failed["redriveDate"]), (&json!(0), &Value::Null));

    let redriven = world.must("RedriveExecution", json!({ "executionArn": arn, "clientToken": "t" })).await;
    let again = world.must("RedriveExecution", json!({ "executionArn": arn, "clientToken": "t" })).await;
    assert_eq!(redriven, again);
    let failed = world.ended(&arn).await;
    assert_eq!((&failed["redriveCount"], &failed["redriveDate"]), (&json!(1), &redriven["redriveDate"]));
    let types = world.event_types(&arn).await;
    let wanted = [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "FailStateEntered",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ExecutionFailed",
    ];
    assert_eq!(types, wanted);
    let history = world.must("GetExecutionHistory", json!({ "executionArn": arn })).await;
    assert_eq!(history["events"][5]["executionRedrivenEventDetails"], json!({ "redriveCount": 1 }));
    for (filter, count) in [("REDRIVEN", 1), ("NOT_REDRIVEN", 0)] {
        let params = json!({ "stateMachineArn": failed["stateMachineArn"], "redriveFilter": filter });
        let listed = world.must("ListExecutions", params).await;
        assert_eq!(listed["executions"].as_array().map(Vec::len), Some(count), "{filter}");
    }
}

#[tokio::test]
async fn a_stopped_execution_waits_anew_and_a_running_one_is_refused() {
    let world = World::new().await;
    let arn = world.started("m", wait(json!({})), "{}").await;
    assert_eq!(
        world.refused("RedriveExecution", json!({ "executionArn": arn })).await,
        "ExecutionNotRedrivable"
    );
    world.must("StopExecution", json!({ "executionArn": arn })).await;
    world.must("RedriveExecution", json!({ "executionArn": arn })).await;
    let running = world.must("DescribeExecution", json!({ "executionArn": arn })).await;
    assert_eq!((&running["status"], &running["stopDate"]), (&json!("RUNNING"), &Value::Null));
    let reason = json!("Execution is RUNNING and cannot be redriven");
    assert_eq!(
        (&running["redriveStatus"], &running["redriveStatusReason"]),
        (&json!("NOT_REDRIVABLE"), &reason)
    );
    world.must("StopExecution", json!({ "executionArn": arn })).await;
}

#[tokio::test]
async fn a_timed_out_execution_has_its_time_anew() {
    let world = World::new().await;
    let arn = world.started("m", wait(json!({ "TimeoutSeconds": 1 })), "{}").await;
    assert_eq!(world.ended(&arn).await["status"], "TIMED_OUT");
    world.must("RedriveExecution", json!({ "executionArn": arn })).await;
    assert_eq!(world.ended(&arn).await["status"], "TIMED_OUT");
    let types = world.event_types(&arn).await;
    assert_eq!(types[2..], ["ExecutionTimedOut", "ExecutionRedriven", "ExecutionTimedOut"]);
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::new().await;
    let done = world.started("m", pass(json!(1)), "{}").await;
    world.ended(&done).await;
    for (params, code) in [
        (json!({ "executionArn": done }), "ExecutionNotRedrivable"),
        (json!({ "executionArn": format!("{done}x") }), "ExecutionDoesNotExist"),
        (json!({ "executionArn": "x" }), "InvalidArn"),
        (json!({}), "ValidationException"),
        (json!({ "executionArn": done, "clientToken": "a b" }), "ValidationException"),
        (json!({ "executionArn": done, "clientToken": "" }), "ValidationException"),
        (json!({ "executionArn": done, "clientToken": "x".repeat(65) }), "ValidationException"),
    ] {
        assert_eq!(world.refused("RedriveExecution", params.clone()).await, code, "{params}");
    }
}
