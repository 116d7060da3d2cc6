//! Configurations of state machines and activities: what is refused, and what is kept of them.

use serde_json::{Value, json};

use super::{OWN, World, pass, text};

fn with(name: &str, value: Value) -> Value {
    let role = "arn:aws:iam::000000000000:role/r";
    let mut params = json!({ "name": "m", "definition": pass(json!(1)).to_string(), "roleArn": role });
    params[name] = value;
    params
}

#[tokio::test]
async fn what_configurations_cannot_be() {
    let world = World::new().await;
    let machine = world.create_as(OWN, "there", pass(json!(1))).await;
    let (logging, tracing, encryption) =
        ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration");
    let managed = |key: Value, seconds: Value| json!({ "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": key, "kmsDataKeyReusePeriodSeconds": seconds });
    let group = |arn: Value| json!({ "level": "ALL", "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }] });
    for (name, value, code, message) in [
        (logging, json!(1), "SerializationException", "'loggingConfiguration' must be an object"),
        (logging, json!({ "level": 7 }), "SerializationException", "'loggingConfiguration.level'"),
        (logging, json!({ "level": "all" }), "ValidationException", "[ALL, ERROR, FATAL, OFF]"),
        (logging, json!({ "includeExecutionData": 1 }), "SerializationException", ".includeExecutionData'"),
        (logging, json!({ "destinations": {} }), "SerializationException", "must be an array"),
        (logging, json!({ "destinations": [1] }), "SerializationException", ".destinations.1.member'"),
        (logging, json!({ "level": "ALL" }), "InvalidLoggingConfiguration", "exactly one Log Destination"),
        (
            logging,
            group(json!("a".repeat(257))),
            "ValidationException",
            "at 'loggingConfiguration.destinations.1.member.cloudWatchLogsLogGroup.logGroupArn'",
        ),
        (logging, group(json!(1)), "SerializationException", ".logGroupArn' must be a string"),
        (tracing, json!([]), "SerializationException", "'tracingConfiguration' must be an object"),
        (tracing, json!({ "enabled": "yes" }), "SerializationException", "'tracingConfiguration.enabled'"),
        (encryption, json!({}), "ValidationException", "Value null at 'encryptionConfiguration.type'"),
        (encryption, json!({ "type": "NONE" }), "ValidationException", "CUSTOMER_MANAGED_KMS_KEY]"),
        (encryption, managed(json!(null), json!(60)), "InvalidEncryptionConfiguration", "kmsKeyId must be"),
        (encryption, managed(json!(""), json!(60)), "ValidationException", "greater than or equal to 1"),
        (encryption, managed(json!("k"), json!(59)), "InvalidEncryptionConfiguration", "and is 59"),
        (encryption, managed(json!("k"), json!(901)), "InvalidEncryptionConfiguration", "and is 901"),
        (encryption, managed(json!("k"), json!(60.5)), "SerializationException", "must be an integer"),
    ] {
        let mut update = json!({ "stateMachineArn": machine });
        update[name] = value.clone();
        let mut calls =
            vec![("CreateStateMachine", with(name, value.clone())), ("UpdateStateMachine", update)];
        if name == encryption {
            calls.push(("CreateActivity", json!({ "name": "a", name: value })));
        }
        for (action, params) in calls {
            let error = world.call_as(OWN, action, params.clone()).await.err();
            let error = error.unwrap_or_else(|| panic!("{action} {params} succeeded"));
            let right = error.code() == code && error.message().contains(message);
            assert!(right, "{action} {params}: {}", error.body());
        }
    }
}

#[tokio::test]
async fn what_is_kept_of_configurations() {
    let world = World::new().await;
    let group = json!([{ "cloudWatchLogsLogGroup": { "logGroupArn": "arn:g" } }]);
    let logging =
        json!({ "level": "ALL", "destinations": group, "colour": "red", "includeExecutionData": null });
    let mut params = with("loggingConfiguration", logging);
    params["tracingConfiguration"] = json!({ "enabled": true, "how": 1 });
    params["encryptionConfiguration"] = json!({ "type": "AWS_OWNED_KEY", "kmsKeyId": null });
    let machine = text(&world.must_as(OWN, "CreateStateMachine", params).await["stateMachineArn"]);
    let described = world.must_as(OWN, "DescribeStateMachine", json!({ "stateMachineArn": machine })).await;
    for (name, expected) in [
        (
            "loggingConfiguration",
            json!({ "level": "ALL", "destinations": group, "includeExecutionData": false }),
        ),
        ("tracingConfiguration", json!({ "enabled": true })),
        ("encryptionConfiguration", json!({ "type": "AWS_OWNED_KEY" })),
    ] {
        assert_eq!(described[name], expected, "{name}");
    }
}
