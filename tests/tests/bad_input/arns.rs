//! ARNs of nothing, of something else, and what is no ARN.

use serde_json::json;

use crate::world::{Row, World, pass, refused};

#[test]
fn arns() {
    let World { host, standard, execution, .. } = &World::new();
    let unknown_machine = format!("{standard}-x");
    let unknown_execution = format!("{execution}-x");
    let mut rows: Vec<Row> = Vec::new();
    for action in ["DescribeStateMachine", "StartExecution", "ListExecutions", "UpdateStateMachine"] {
        let named = |arn: &str| json!({ "stateMachineArn": arn, "definition": pass() });
        rows.push((
            action,
            named(&unknown_machine),
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{unknown_machine}'"),
        ));
        rows.push((
            action,
            named(execution),
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: execution'".into(),
        ));
        rows.push((action, named("m"), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: m'".into()));
        rows.push((action, named("arn:aws:s3:::b"), "InvalidArn", "Invalid Arn: '".into()));
        rows.push((action, named(&"a".repeat(257)), "ValidationException", "at 'stateMachineArn'".into()));
    }
    for action in
        ["DescribeExecution", "GetExecutionHistory", "StopExecution", "DescribeStateMachineForExecution"]
    {
        let named = |arn: &str| json!({ "executionArn": arn });
        rows.push((
            action,
            named(&unknown_execution),
            "ExecutionDoesNotExist",
            format!("Execution Does Not Exist: '{unknown_execution}'"),
        ));
        rows.push((
            action,
            named(standard),
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: stateMachine'".into(),
        ));
        rows.push((action, named("e"), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: e'".into()));
        rows.push((
            action,
            json!({}),
            "ValidationException",
            "1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null"
                .into(),
        ));
    }
    refused(host, rows);
}
