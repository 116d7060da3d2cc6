//! Express executions whose history is kept, because their state machine is tagged so: what AWS's Express has not.

use serde_json::{Value, json};

use super::{OWN, World, column, pass, text};

impl World {
    async fn express(&self, name: &str, definition: &Value, tags: Value) -> String {
        let created = self.must(
            "CreateStateMachine",
            json!({
                "name": name, "definition": definition.to_string(), "type": "EXPRESS", "tags": tags,
                "roleArn": "arn:aws:iam::000000000000:role/r"
            }),
        );
        text(&created.await["stateMachineArn"])
    }
}

fn kept() -> Value {
    json!([{ "key": "dirigent:history", "value": "kept" }])
}

#[tokio::test]
async fn a_kept_one_is_described_listed_and_found() {
    let world = World::new().await;
    let machine = world.express("m", &pass(json!(7)), kept()).await;
    let mut arns = Vec::new();
    for _ in 0..2 {
        // The same name again is another execution, as Express ones are.
        let params = json!({ "stateMachineArn": machine, "name": "e", "input": "{\"a\":1}" });
        let ran = world.must("StartSyncExecution", params.clone()).await;
        assert_eq!((&ran["status"], &ran["output"]), (&json!("SUCCEEDED"), &json!("7")));
        arns.push(text(&ran["executionArn"]));
        let started = world.must("StartExecution", params).await;
        arns.push(text(&started["executionArn"]));
    }
    for arn in &arns {
        assert!(arn.contains(":express:m:e:"), "{arn}");
        let described = world.ended(arn).await;
        assert_eq!((&described["executionArn"], &described["name"]), (&json!(arn), &json!("e")));
        assert_eq!((&described["status"], &described["input"]), (&json!("SUCCEEDED"), &json!("{\"a\":1}")));
        let history = world.must("GetExecutionHistory", json!({ "executionArn": arn })).await;
        let types = column(&history["events"], "type");
        assert_eq!(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
        let of = world.must("DescribeStateMachineForExecution", json!({ "executionArn": arn })).await;
        assert_eq!(of["stateMachineArn"], json!(machine));
    }
    let listed = world.must("ListExecutions", json!({ "stateMachineArn": machine })).await;
    let mut newest_first = arns.clone();
    newest_first.reverse();
    assert_eq!(column(&listed["executions"], "executionArn"), newest_first);
    // Another host finds them too.
    let world = World::on(world.store.clone()).await;
    assert_eq!(world.ended(&arns[0]).await["status"], "SUCCEEDED");
}

#[tokio::test]
async fn a_kept_one_is_redriven_and_survives_the_host() {
    let world = World::new().await;
    let fail = json!({ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "Made.Up" } } });
    let machine = world.express("m", &fail, kept()).await;
    let ran = world.must("StartSyncExecution", json!({ "stateMachineArn": machine })).await;
    assert_eq!((&ran["status"], &ran["error"]), (&json!("FAILED"), &json!("Made.Up")));
    let arn = text(&ran["executionArn"]);
    world.must("RedriveExecution", json!({ "executionArn": arn })).await;
    assert_eq!(world.ended(&arn).await["redriveCount"], 1);

    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 1, "End": true } } });
    let waiting = world.express("w", &wait, kept()).await;
    let started = world.must("StartExecution", json!({ "stateMachineArn": waiting })).await;
    let arn = text(&started["executionArn"]);
    let store = world.store.clone();
    drop(world);
    let second = World::on(store).await;
    assert_eq!(second.ended(&arn).await["status"], "SUCCEEDED");
}

#[tokio::test]
async fn others_are_as_on_aws() {
    let world = World::new().await;
    let untagged = world.express("u", &pass(json!(1)), json!([])).await;
    let ran = world.must("StartSyncExecution", json!({ "stateMachineArn": untagged })).await;
    let params = json!({ "executionArn": ran["executionArn"] });
    assert_eq!(world.refused("DescribeExecution", params).await, "InvalidArn");
    let list = json!({ "stateMachineArn": untagged });
    assert_eq!(world.refused("ListExecutions", list).await, "StateMachineTypeNotSupported");
    // A tag that comes later is for what begins later.
    let tags = json!({ "resourceArn": untagged, "tags": kept() });
    world.must("TagResource", tags).await;
    let ran = world.must_as(OWN, "StartSyncExecution", json!({ "stateMachineArn": untagged })).await;
    assert_eq!(world.ended(&text(&ran["executionArn"])).await["status"], "SUCCEEDED");
}
