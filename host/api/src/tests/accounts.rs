//! Several accounts on one host.

use serde_json::{Value, json};

use super::{OWN, World, column, pass, text};

const OTHER: &str = "000000000002";

#[tokio::test]
async fn the_same_name_in_two_accounts_is_two_machines() {
    let world = World::new().await;
    let mut arns = Vec::new();
    for account in [OWN, OTHER] {
        let arn = world.create_as(account, "m", pass(json!(account))).await;
        assert_eq!(arn, format!("arn:aws:states:us-east-1:{account}:stateMachine:m"));
        let described = world.must_as(OWN, "DescribeStateMachine", json!({ "stateMachineArn": arn })).await;
        assert_eq!((&described["name"], &described["stateMachineArn"]), (&json!("m"), &json!(arn)));
        let listed = world.must_as(account, "ListStateMachines", json!({})).await;
        assert_eq!(column(&listed["stateMachines"], "stateMachineArn"), [arn.as_str()]);
        assert_eq!(column(&listed["stateMachines"], "name"), ["m"]);

        let start = json!({ "stateMachineArn": arn, "name": "e" });
        let execution = text(&world.must_as(OWN, "StartExecution", start).await["executionArn"]);
        assert_eq!(execution, format!("arn:aws:states:us-east-1:{account}:execution:m:e"));
        let ended = world.ended(&execution).await;
        assert_eq!(
            (&ended["output"], &ended["stateMachineArn"]),
            (&json!(format!("\"{account}\"")), &json!(arn))
        );
        arns.push(arn);
    }
    // A restarted host knows both, and deleting one leaves the other.
    let world = World::on(world.store.clone()).await;
    world.must_as(OWN, "DeleteStateMachine", json!({ "stateMachineArn": arns[0] })).await;
    for (arn, exists) in [(&arns[0], false), (&arns[1], true)] {
        let described = world.call_as(OWN, "DescribeStateMachine", json!({ "stateMachineArn": arn })).await;
        assert_eq!(described.is_ok(), exists, "{arn}");
    }
    assert_eq!(world.must_as(OWN, "ListStateMachines", json!({})).await["stateMachines"], json!([]));
}

#[tokio::test]
async fn pages_hold_one_account_only() {
    let world = World::new().await;
    // Names of the own account lie before and behind those of the other one.
    for (account, name) in [(OWN, "0"), (OTHER, "a"), (OWN, "b"), (OTHER, "c"), (OWN, "d")] {
        world.create_as(account, name, pass(json!(1))).await;
    }
    for (account, expected) in [(OWN, vec!["0", "b", "d"]), (OTHER, vec!["a", "c"]), ("000000000003", vec![])]
    {
        let (mut names, mut token) = (Vec::new(), Value::Null);
        loop {
            let params = json!({ "maxResults": 1, "nextToken": token });
            let page = world.must_as(account, "ListStateMachines", params).await;
            names.extend(column(&page["stateMachines"], "name"));
            token = page["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!(names, expected, "{account}");
    }
}

#[tokio::test]
async fn a_workflow_acts_in_its_own_account() {
    let world = World::new().await;
    let child = world.create_as(OTHER, "child", pass(json!({ "n": 1 }))).await;
    let state = |resource: &str, parameters: Value| {
        json!({ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": resource,
            "Parameters": parameters, "ResultPath": "$.T", "OutputPath": "$.T", "End": true } } })
    };
    // Across accounts, by the ARN.
    let start = state("arn:aws:states:::states:startExecution.sync:2", json!({ "StateMachineArn": child }));
    let parent = world.create_as(OWN, "parent", start).await;
    let started = world.must_as(OWN, "StartExecution", json!({ "stateMachineArn": parent })).await;
    let output: Value =
        serde_json::from_str(&text(&world.ended(&text(&started["executionArn"])).await["output"])).unwrap();
    assert_eq!((&output["StateMachineArn"], &output["Output"]), (&json!(child), &json!({ "n": 1 })));
    // An action of this host's own is one of the workflow's account, and the context object has plain names.
    let list = state("arn:aws:states:::aws-sdk:sfn:listStateMachines", json!({}));
    let lister = world.create_as(OTHER, "lister", list).await;
    let context = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass",
        "Parameters": { "machine.$": "$$.StateMachine", "id.$": "$$.Execution.Id" }, "End": true } } });
    let teller = world.create_as(OTHER, "teller", context).await;
    let mut outputs = Vec::new();
    for machine in [&lister, &teller] {
        let params = json!({ "stateMachineArn": machine, "name": "e" });
        let started = world.must_as(OWN, "StartExecution", params).await;
        let ended = world.ended(&text(&started["executionArn"])).await;
        outputs.push(serde_json::from_str::<Value>(&text(&ended["output"])).unwrap());
    }
    assert_eq!(column(&outputs[0]["StateMachines"], "Name"), ["child", "lister", "teller"]);
    let id = format!("arn:aws:states:us-east-1:{OTHER}:execution:teller:e");
    assert_eq!(outputs[1], json!({ "machine": { "Id": teller, "Name": "teller" }, "id": id }));
}

#[tokio::test]
async fn activities_of_one_name_have_queues_of_their_own() {
    let world = World::new().await;
    for account in [OWN, OTHER] {
        let activity =
            text(&world.must_as(account, "CreateActivity", json!({ "name": "a" })).await["activityArn"]);
        assert_eq!(activity, format!("arn:aws:states:us-east-1:{account}:activity:a"));
        let definition = json!({ "StartAt": "A", "States": { "A": { "Type": "Task", "Resource": activity,
            "Parameters": { "for": account }, "End": true } } });
        let machine = world.create_as(account, "m", definition).await;
        world.must_as(account, "StartExecution", json!({ "stateMachineArn": machine })).await;
    }
    for account in [OTHER, OWN] {
        let arn = format!("arn:aws:states:us-east-1:{account}:activity:a");
        let task = world.must_as(OWN, "GetActivityTask", json!({ "activityArn": arn })).await;
        assert_eq!(task["input"], json!(json!({ "for": account }).to_string()));
        let listed = world.must_as(account, "ListActivities", json!({})).await;
        assert_eq!(column(&listed["activities"], "name"), ["a"]);
        assert_eq!(column(&listed["activities"], "activityArn"), [arn.as_str()]);
        world.must_as(OWN, "DeleteActivity", json!({ "activityArn": arn })).await;
        assert_eq!(world.must_as(account, "ListActivities", json!({})).await["activities"], json!([]));
    }
}

#[tokio::test]
async fn tags_are_found_by_the_account_of_the_arn() {
    let world = World::new().await;
    let arn = world.create_as(OTHER, "m", pass(json!(1))).await;
    let tags = json!([{ "key": "k", "value": "v" }]);
    world.must_as(OWN, "TagResource", json!({ "resourceArn": arn, "tags": tags })).await;
    let listed = world.must_as(OWN, "ListTagsForResource", json!({ "resourceArn": arn })).await;
    assert_eq!(listed["tags"], tags);
    let own = arn.replace(OTHER, OWN);
    let error = world.call_as(OWN, "ListTagsForResource", json!({ "resourceArn": own })).await.unwrap_err();
    assert_eq!(error.code(), "ResourceNotFound");
}
