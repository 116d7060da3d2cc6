//! Configurations of state machines and activities, and what `includedData` leaves out.

use serde_json::{Value, json};

use super::{OWN, World, pass, text};

const ROLE: &str = "arn:aws:iam::000000000000:role/r";
const GROUP: &str = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/g:*";

fn destinations(arns: &[&str]) -> Value {
    arns.iter().map(|arn| json!({ "cloudWatchLogsLogGroup": { "logGroupArn": arn } })).collect()
}

/// `params` with further members.
fn with(params: Value, more: &Value) -> Value {
    let (Value::Object(mut params), Value::Object(more)) = (params, more.clone()) else { panic!("{more}") };
    params.extend(more);
    Value::Object(params)
}

fn creation(name: &str, more: &Value) -> Value {
    with(json!({ "name": name, "definition": pass(json!(1)).to_string(), "roleArn": ROLE }), more)
}

#[tokio::test]
async fn what_is_given_is_kept() {
    let world = World::new().await;
    let off = json!({ "level": "OFF", "includeExecutionData": false });
    let untraced = json!({ "enabled": false });
    let all = json!({ "level": "ALL", "includeExecutionData": true, "destinations": destinations(&[GROUP]) });
    let key =
        json!({ "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k", "kmsDataKeyReusePeriodSeconds": 60 });
    for (at, (given, logging, tracing, encryption)) in [
        (json!({}), off.clone(), untraced.clone(), Value::Null),
        (
            json!({ "loggingConfiguration": {}, "tracingConfiguration": {} }),
            off.clone(),
            untraced.clone(),
            Value::Null,
        ),
        (json!({ "loggingConfiguration": all }), all.clone(), untraced.clone(), Value::Null),
        (
            json!({ "loggingConfiguration": { "level": "FATAL", "destinations": destinations(&[GROUP]), "x": 1 } }),
            json!({ "level": "FATAL", "includeExecutionData": false, "destinations": destinations(&[GROUP]) }),
            untraced.clone(),
            Value::Null,
        ),
        (
            json!({ "tracingConfiguration": { "enabled": true } }),
            off.clone(),
            json!({ "enabled": true }),
            Value::Null,
        ),
        (json!({ "encryptionConfiguration": key }), off.clone(), untraced.clone(), key.clone()),
        (
            json!({ "encryptionConfiguration": { "type": "AWS_OWNED_KEY" } }),
            off,
            untraced,
            json!({ "type": "AWS_OWNED_KEY" }),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let created = world.must("CreateStateMachine", creation(&format!("m{at}"), &given)).await;
        let machine = text(&created["stateMachineArn"]);
        let version = world.publish(&machine).await;
        let ended = world.run(&version).await;
        // The version and the execution keep what the state machine no longer has.
        let change = json!({
            "stateMachineArn": machine,
            "loggingConfiguration": { "level": "ERROR", "destinations": destinations(&[GROUP]) },
            "tracingConfiguration": { "enabled": tracing["enabled"] == false },
            "encryptionConfiguration": { "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "another" },
        });
        let before = world.must("DescribeStateMachine", json!({ "stateMachineArn": machine })).await;
        world.must("UpdateStateMachine", change).await;
        let of_version = world.must("DescribeStateMachine", json!({ "stateMachineArn": version })).await;
        let of_execution = json!({ "executionArn": ended["executionArn"] });
        let of_execution = world.must("DescribeStateMachineForExecution", of_execution).await;
        for described in [before, of_version, of_execution] {
            assert_eq!(described["loggingConfiguration"], logging, "{given}");
            assert_eq!(described["tracingConfiguration"], tracing, "{given}");
            assert_eq!(described["encryptionConfiguration"], encryption, "{given}");
        }
        let after = world.must("DescribeStateMachine", json!({ "stateMachineArn": machine })).await;
        assert_eq!(after["loggingConfiguration"]["level"], "ERROR", "{given}");
        assert_ne!(after["tracingConfiguration"], tracing, "{given}");
        assert_eq!(after["encryptionConfiguration"]["kmsKeyId"], "another", "{given}");
    }
}

#[tokio::test]
async fn what_configurations_cannot_be() {
    let world = World::new().await;
    let machine = world.create_as(OWN, "there", pass(json!(1))).await;
    let (logging, tracing, encryption) =
        ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration");
    let managed = |key: Value, seconds: Value| json!({ "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": key, "kmsDataKeyReusePeriodSeconds": seconds });
    let group = |arn: Value| json!({ "level": "ALL", "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }] });
    let qualifier = "Log Group ARN must be provided with '*' qualifier.";
    let two = json!({ "level": "ALL", "destinations": destinations(&[GROUP, GROUP]) });
    for (name, value, code, message) in [
        (logging, json!(1), "SerializationException", "'loggingConfiguration' must be an object"),
        (logging, json!({ "level": 7 }), "SerializationException", "'loggingConfiguration.level'"),
        (logging, json!({ "level": "all" }), "ValidationException", "[ALL, ERROR, FATAL, OFF]"),
        (logging, json!({ "includeExecutionData": 1 }), "SerializationException", ".includeExecutionData'"),
        (logging, json!({ "destinations": {} }), "SerializationException", "must be an array"),
        (logging, json!({ "destinations": [1] }), "SerializationException", ".destinations.1.member'"),
        (logging, json!({ "level": "ALL" }), "InvalidLoggingConfiguration", "exactly one Log Destination"),
        (logging, two, "InvalidLoggingConfiguration", "exactly one Log Destination"),
        (
            logging,
            json!({ "level": "FATAL", "destinations": [{}] }),
            "InvalidLoggingConfiguration",
            "exactly one",
        ),
        (logging, group(json!(GROUP.trim_end_matches(":*"))), "InvalidLoggingConfiguration", qualifier),
        (logging, group(json!("g:*")), "InvalidLoggingConfiguration", "'g:*' is no ARN of a log group"),
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
        let mut calls = vec![
            ("CreateStateMachine", creation("new", &json!({ name: value }))),
            ("UpdateStateMachine", update),
        ];
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
async fn the_same_machine_has_the_same_configurations() {
    let world = World::new().await;
    let key = |id: &str| json!({ "encryptionConfiguration": { "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": id } });
    let arn = world.must("CreateStateMachine", creation("m", &key("k"))).await["stateMachineArn"].clone();
    let again = world.must("CreateStateMachine", creation("m", &key("k"))).await;
    assert_eq!(again["stateMachineArn"], arn);
    for other in [key("l"), json!({ "tracingConfiguration": { "enabled": true } }), json!({})] {
        assert_eq!(
            world.refused("CreateStateMachine", creation("m", &other)).await,
            "StateMachineAlreadyExists",
            "{other}"
        );
    }
}

#[tokio::test]
async fn included_data() {
    let world = World::new().await;
    let express = world.must("CreateStateMachine", creation("e", &json!({ "type": "EXPRESS" }))).await;
    let standard = world.create_as(OWN, "s", pass(json!(1))).await;
    let started = json!({ "stateMachineArn": standard, "input": "{\"a\":1}" });
    let execution = text(&world.must("StartExecution", started).await["executionArn"]);
    world.ended(&execution).await;
    let definition = pass(json!(1)).to_string();
    let payloads = |included: bool| {
        let of = |text: &str| if included { json!(text) } else { Value::Null };
        let details = json!({ "included": included });
        json!({
            "input": of("{\"a\":1}"), "inputDetails": details, "output": of("1"), "outputDetails": details,
        })
    };
    let of_execution = json!({ "executionArn": execution });
    let sync = json!({ "stateMachineArn": express["stateMachineArn"], "input": "{\"a\":1}" });
    for (action, params, all, metadata) in [
        ("DescribeExecution", of_execution.clone(), payloads(true), payloads(false)),
        ("StartSyncExecution", sync, payloads(true), payloads(false)),
        (
            "DescribeStateMachine",
            json!({ "stateMachineArn": standard }),
            json!({ "definition": definition }),
            json!({ "definition": "{}" }),
        ),
        (
            "DescribeStateMachineForExecution",
            of_execution,
            json!({ "definition": definition }),
            json!({ "definition": "{}" }),
        ),
    ] {
        for (included, expected) in [
            (json!({}), &all),
            (json!({ "includedData": "ALL_DATA" }), &all),
            (json!({ "includedData": "METADATA_ONLY" }), &metadata),
        ] {
            let answer = world.must(action, with(params.clone(), &included)).await;
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(&answer[name], value, "{action} {included} {name}");
            }
        }
        let wrong = with(params, &json!({ "includedData": "SOME" }));
        assert_eq!(world.refused(action, wrong).await, "ValidationException", "{action}");
    }
}
