//! Activities and task tokens.

use dirigent_tests::client::{ROLE, text};
use serde_json::{Value, json};

use crate::world::{Row, World, refused};

#[test]
fn activities() {
    let World { host, standard, .. } = &World::new();
    let activity = text(&host.must("CreateActivity", json!({ "name": "a" }))["activityArn"]);
    let unknown = format!("{activity}-x");
    let null = |name: &str| {
        format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        )
    };
    let mut rows: Vec<Row> = vec![
        ("CreateActivity", json!({}), "ValidationException", null("name")),
        (
            "CreateActivity",
            json!({ "name": "n".repeat(81) }),
            "ValidationException",
            "less than or equal to 80".into(),
        ),
        ("CreateActivity", json!({ "name": "a b" }), "InvalidName", "Invalid Name: 'a b'".into()),
        (
            "CreateActivity",
            json!({ "name": "a", "encryptionConfiguration": { "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/a" } }),
            "ActivityAlreadyExists",
            format!("Activity Already Exists: '{activity}'"),
        ),
        (
            "GetActivityTask",
            json!({ "activityArn": activity, "workerName": "w".repeat(81) }),
            "ValidationException",
            "at 'workerName'".into(),
        ),
        ("ListActivities", json!({ "maxResults": 1_001 }), "ValidationException", "at 'maxResults'".into()),
        ("ListActivities", json!({ "nextToken": "forged" }), "InvalidToken", "Invalid Token: '".into()),
        (
            "TagResource",
            json!({ "resourceArn": unknown, "tags": [] }),
            "ResourceNotFound",
            format!("Resource not found: '{unknown}'"),
        ),
        (
            "ListTagsForResource",
            json!({ "resourceArn": unknown }),
            "ResourceNotFound",
            format!("Resource not found: '{unknown}'"),
        ),
    ];
    for action in ["DescribeActivity", "GetActivityTask"] {
        for gone in [&unknown, "arn:aws:states:us-east-1:999999999999:activity:a"] {
            let message = format!("Activity Does Not Exist: '{gone}'");
            rows.push((action, json!({ "activityArn": gone }), "ActivityDoesNotExist", message));
        }
    }
    for action in ["DescribeActivity", "GetActivityTask", "DeleteActivity"] {
        let message = "Invalid Arn: 'Resource type not valid in this context: stateMachine'";
        rows.push((action, json!({ "activityArn": standard }), "InvalidArn", message.into()));
        rows.push((action, json!({}), "ValidationException", null("activityArn")));
    }
    refused(host, rows);
    // Tags that were asked for again change nothing, and deleting what is gone is no error.
    host.must("TagResource", json!({ "resourceArn": activity, "tags": [{ "key": "k", "value": "v" }] }));
    host.must("CreateActivity", json!({ "name": "a", "tags": [{ "key": "k", "value": "other" }] }));
    let tags = host.must("ListTagsForResource", json!({ "resourceArn": activity }));
    assert_eq!(tags["tags"], json!([{ "key": "k", "value": "v" }]));
    host.must("DeleteActivity", json!({ "activityArn": unknown }));
    host.must("DeleteActivity", json!({ "activityArn": "arn:aws:states:us-east-1:999999999999:activity:a" }));
    host.must("DescribeActivity", json!({ "activityArn": activity }));
}

#[test]
fn tokens() {
    let World { host, .. } = &World::new();
    let activity = text(&host.must("CreateActivity", json!({ "name": "a" }))["activityArn"]);
    let definition =
        json!({ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": activity, "End": true } } });
    let machine = host.create("waits", &definition);
    host.start(&machine, &json!({}));
    let token = text(&host.must("GetActivityTask", json!({ "activityArn": activity }))["taskToken"]);
    // Still a token, and not the one that was given out.
    let end = if token.ends_with("AA") { "BA" } else { "AA" };
    let forged = format!("{}{end}", &token[..token.len() - 2]);
    let mut rows: Vec<Row> = Vec::new();
    for action in ["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"] {
        let with = |token: &str| json!({ "taskToken": token, "output": "1" });
        for no_token in ["NoSuchTaskToken", "=", &token[1..], "\u{fffd}"] {
            rows.push((action, with(no_token), "InvalidToken", "Invalid Token: 'Invalid token'".into()));
        }
        rows.push((action, with(&forged), "TaskDoesNotExist", "Task Does Not Exist: '".into()));
        rows.push((action, with(""), "ValidationException", "at 'taskToken'".into()));
        rows.push((action, with(&"t".repeat(2_049)), "ValidationException", "at 'taskToken'".into()));
        rows.push((
            action,
            json!({ "output": "1" }),
            "ValidationException",
            "Value null at 'taskToken'".into(),
        ));
    }
    rows.push((
        "SendTaskSuccess",
        json!({ "taskToken": token }),
        "ValidationException",
        "at 'output'".into(),
    ));
    for output in ["", "{", "ParameterOutput"] {
        let params = json!({ "taskToken": token, "output": output });
        rows.push(("SendTaskSuccess", params, "InvalidOutput", "Invalid Output: '".into()));
    }
    let long = |name: &str, length: usize| json!({ "taskToken": token, name: "x".repeat(length) });
    rows.push(("SendTaskSuccess", long("output", 262_145), "ValidationException", "at 'output'".into()));
    rows.push(("SendTaskFailure", long("error", 257), "ValidationException", "at 'error'".into()));
    rows.push(("SendTaskFailure", long("cause", 32_769), "ValidationException", "at 'cause'".into()));
    refused(host, rows);
    // None of that has touched the task.
    host.must("SendTaskHeartbeat", json!({ "taskToken": token }));
    host.must("SendTaskSuccess", json!({ "taskToken": token, "output": "1" }));
}

#[test]
fn express_machines_wait_for_nobody() {
    let World { host, .. } = &World::new();
    let express = |resource: &str| -> Value {
        let state = json!({ "Type": "Task", "Resource": resource, "End": true });
        let definition = json!({ "StartAt": "T", "States": { "T": state } }).to_string();
        json!({ "name": "e", "definition": definition, "roleArn": ROLE, "type": "EXPRESS" })
    };
    let message = |what: &str| {
        format!(
            "SCHEMA_VALIDATION_FAILED: Express state machine does not support {what} at /States/T/Resource"
        )
    };
    let token = "'.waitForTaskToken' service integration ";
    refused(
        host,
        vec![
            (
                "CreateStateMachine",
                express("arn:aws:states:us-east-1:000000000000:activity:a"),
                "InvalidDefinition",
                message("Activity ARN"),
            ),
            (
                "CreateStateMachine",
                express("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
                "InvalidDefinition",
                message(token),
            ),
            (
                "CreateStateMachine",
                express("plugin:echo.waitForTaskToken"),
                "InvalidDefinition",
                message(token),
            ),
        ],
    );
}
