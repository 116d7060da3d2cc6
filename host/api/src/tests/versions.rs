//! Versions: their numbers, what they name, what they start, and what becomes of them.

use serde_json::{Value, json};

use super::{OWN, World, column, pass, text};

impl World {
    /// Publishes the current revision, and returns the version's ARN.
    pub(super) async fn publish(&self, machine: &str) -> String {
        let published = self.must("PublishStateMachineVersion", json!({ "stateMachineArn": machine })).await;
        text(&published["stateMachineVersionArn"])
    }

    pub(super) async fn update(&self, machine: &str, definition: Value) -> Value {
        let params = json!({ "stateMachineArn": machine, "definition": definition.to_string() });
        self.must("UpdateStateMachine", params).await
    }

    /// A machine whose versions 1 to `count` pass their own numbers on; returns its ARN.
    pub(super) async fn with_versions(&self, count: u32) -> String {
        let machine = self.create_as(OWN, "m", pass(json!(1))).await;
        for number in 1..=count {
            self.update(&machine, pass(json!(number))).await;
            assert_eq!(self.publish(&machine).await, format!("{machine}:{number}"));
        }
        machine
    }

    /// What an execution's description says once it has ended.
    pub(super) async fn run(&self, arn: &str) -> Value {
        let started = self.must("StartExecution", json!({ "stateMachineArn": arn })).await;
        self.ended(&text(&started["executionArn"])).await
    }

    pub(super) async fn versions(&self, machine: &str) -> Vec<String> {
        let listed = self.must("ListStateMachineVersions", json!({ "stateMachineArn": machine })).await;
        column(&listed["stateMachineVersions"], "stateMachineVersionArn")
    }
}

#[tokio::test]
async fn a_version_keeps_its_definition() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    world.update(&machine, pass(json!(3))).await;
    for (arn, output) in
        [(format!("{machine}:1"), "1"), (format!("{machine}:2"), "2"), (machine.clone(), "3")]
    {
        let ended = world.run(&arn).await;
        assert_eq!((&ended["output"], &ended["stateMachineArn"]), (&json!(output), &json!(machine)));
        let version = if arn == machine { Value::Null } else { json!(arn) };
        assert_eq!(
            (&ended["stateMachineVersionArn"], &ended["stateMachineAliasArn"]),
            (&version, &Value::Null)
        );
        let described = world.must("DescribeStateMachine", json!({ "stateMachineArn": arn })).await;
        assert_eq!(described["stateMachineArn"], json!(arn));
        let definition = text(&described["definition"]);
        assert!(definition.contains(&format!("\"Result\":{output}")), "{definition}");
        // The execution's own revision is what it runs.
        let of = json!({ "executionArn": ended["executionArn"] });
        let for_execution = world.must("DescribeStateMachineForExecution", of).await;
        assert_eq!(for_execution["definition"], json!(definition));
    }
}

#[tokio::test]
async fn executions_are_listed_by_version() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    let mut names = Vec::new();
    for arn in [&format!("{machine}:1"), &machine, &format!("{machine}:2"), &format!("{machine}:1")] {
        names.push(text(&world.run(arn).await["name"]));
    }
    let [first, plain, second, again] = names.as_slice() else { panic!("four") };
    for (arn, expected) in [
        (format!("{machine}:1"), vec![again, first]),
        (format!("{machine}:2"), vec![second]),
        (machine.clone(), vec![again, second, plain, first]),
    ] {
        // Page by page, since a filter must not lose its place.
        let (mut found, mut token) = (Vec::new(), Value::Null);
        loop {
            let params = json!({ "stateMachineArn": arn, "maxResults": 1, "nextToken": token });
            let page = world.must("ListExecutions", params).await;
            found.extend(column(&page["executions"], "name"));
            token = page["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{arn}");
    }
    let none = json!({ "stateMachineArn": format!("{machine}:9") });
    assert_eq!(world.refused("ListExecutions", none).await, "ResourceNotFound");
}

#[tokio::test]
async fn a_revision_has_one_version_and_no_number_comes_twice() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    // Publishing what is published already is no error and makes no version.
    assert_eq!(world.publish(&machine).await, format!("{machine}:2"));
    world
        .must("DeleteStateMachineVersion", json!({ "stateMachineVersionArn": format!("{machine}:2") }))
        .await;
    // Nor is deleting what is not there.
    world
        .must("DeleteStateMachineVersion", json!({ "stateMachineVersionArn": format!("{machine}:2") }))
        .await;
    let world = World::on(world.store.clone()).await;
    assert_eq!(world.versions(&machine).await, [format!("{machine}:1")]);
    assert_eq!(world.publish(&machine).await, format!("{machine}:3"));
    assert_eq!(world.versions(&machine).await, [format!("{machine}:3"), format!("{machine}:1")]);
}

#[tokio::test]
async fn publishing_in_one_call_with_a_change() {
    let world = World::new().await;
    let role = "arn:aws:iam::000000000000:role/r";
    let create = |description: &str| {
        json!({ "name": "m", "definition": pass(json!(1)).to_string(), "roleArn": role, "publish": true,
            "versionDescription": description })
    };
    let created = world.must("CreateStateMachine", create("first")).await;
    let machine = text(&created["stateMachineArn"]);
    assert_eq!(created["stateMachineVersionArn"], json!(format!("{machine}:1")));
    assert_eq!(world.must("CreateStateMachine", create("first")).await, created, "the same again");
    assert_eq!(world.refused("CreateStateMachine", create("other")).await, "StateMachineAlreadyExists");
    let described =
        world.must("DescribeStateMachine", json!({ "stateMachineArn": format!("{machine}:1") })).await;
    assert_eq!(described["description"], json!("first"));

    let update =
        json!({ "stateMachineArn": machine, "definition": pass(json!(2)).to_string(), "publish": true });
    for _ in 0..2 {
        let updated = world.must("UpdateStateMachine", update.clone()).await;
        assert_eq!(updated["stateMachineVersionArn"], json!(format!("{machine}:2")));
    }
    let plain = world.update(&machine, pass(json!(3))).await;
    assert_eq!(plain["stateMachineVersionArn"], Value::Null);
}

#[tokio::test]
async fn only_the_revision_that_was_meant_is_published() {
    let world = World::new().await;
    let machine = world.create_as(OWN, "m", pass(json!(1))).await;
    let publish = |revision: &str| json!({ "stateMachineArn": machine, "revisionId": revision });
    assert_eq!(world.refused("PublishStateMachineVersion", publish("other")).await, "ConflictException");
    world.must("PublishStateMachineVersion", publish("INITIAL")).await;
    let second = text(&world.update(&machine, pass(json!(2))).await["revisionId"]);
    assert_eq!(world.refused("PublishStateMachineVersion", publish("INITIAL")).await, "ConflictException");
    world.must("PublishStateMachineVersion", publish(&second)).await;
    let error = world.call_as(OWN, "PublishStateMachineVersion", publish("other")).await.unwrap_err();
    let expected = format!(
        "Failed to publish the State Machine version for revision other. The current State Machine revision is {second}."
    );
    assert_eq!(error.message(), expected);
}

#[tokio::test]
async fn what_takes_no_version() {
    let world = World::new().await;
    let machine = world.with_versions(1).await;
    let (version, gone) = (format!("{machine}:1"), format!("{machine}:9"));
    for (action, params, code) in [
        (
            "UpdateStateMachine",
            json!({ "stateMachineArn": version, "definition": "{}" }),
            "StateMachineDoesNotExist",
        ),
        ("PublishStateMachineVersion", json!({ "stateMachineArn": version }), "StateMachineDoesNotExist"),
        // The service model has no StateMachineDoesNotExist for it.
        ("ListStateMachineVersions", json!({ "stateMachineArn": version }), "ValidationException"),
        ("DeleteStateMachine", json!({ "stateMachineArn": version }), "ValidationException"),
        ("DeleteStateMachineVersion", json!({ "stateMachineVersionArn": machine }), "ValidationException"),
        ("DeleteStateMachineVersion", json!({ "stateMachineVersionArn": "m" }), "InvalidArn"),
        ("StartExecution", json!({ "stateMachineArn": gone }), "StateMachineDoesNotExist"),
        ("StartExecution", json!({ "stateMachineArn": format!("{machine}:01") }), "StateMachineDoesNotExist"),
        ("DescribeStateMachine", json!({ "stateMachineArn": gone }), "StateMachineDoesNotExist"),
        ("ListStateMachineVersions", json!({ "stateMachineArn": machine, "nextToken": "x" }), "InvalidToken"),
    ] {
        assert_eq!(world.refused(action, params.clone()).await, code, "{action} {params}");
    }
    assert_eq!(world.versions(&machine).await, [version]);
}

#[tokio::test]
async fn an_execution_goes_on_when_its_version_is_gone_and_the_host_restarts() {
    let world = World::new().await;
    let activity = text(&world.must("CreateActivity", json!({ "name": "a" })).await["activityArn"]);
    let waits =
        json!({ "StartAt": "A", "States": { "A": { "Type": "Task", "Resource": activity, "End": true } } });
    let machine = world.create_as(OWN, "m", waits).await;
    let version = world.publish(&machine).await;
    let started = world.must("StartExecution", json!({ "stateMachineArn": version })).await;
    world.update(&machine, pass(json!("new"))).await;
    world.must("DeleteStateMachineVersion", json!({ "stateMachineVersionArn": version })).await;
    let world = World::on(world.store.clone()).await;
    let task = world.must("GetActivityTask", json!({ "activityArn": activity })).await;
    world.must("SendTaskSuccess", json!({ "taskToken": task["taskToken"], "output": "\"old\"" })).await;
    let ended = world.ended(&text(&started["executionArn"])).await;
    assert_eq!((&ended["output"], &ended["stateMachineVersionArn"]), (&json!("\"old\""), &json!(version)));
}

#[tokio::test]
async fn an_express_version_runs() {
    let world = World::new().await;
    let params = json!({ "name": "m", "definition": pass(json!(1)).to_string(), "type": "EXPRESS", "publish": true,
        "roleArn": "arn:aws:iam::000000000000:role/r" });
    let created = world.must("CreateStateMachine", params).await;
    world.update(&text(&created["stateMachineArn"]), pass(json!(2))).await;
    for (of, output) in [("stateMachineVersionArn", "1"), ("stateMachineArn", "2")] {
        let ran = world.must("StartSyncExecution", json!({ "stateMachineArn": created[of] })).await;
        assert_eq!((&ran["output"], &ran["stateMachineArn"]), (&json!(output), &created["stateMachineArn"]));
    }
}

#[tokio::test]
async fn a_task_starts_a_version() {
    let world = World::new().await;
    let child = world.with_versions(2).await;
    let arn = format!("{child}:1");
    let task = json!({ "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": { "StateMachineArn": arn }, "OutputPath": "$.Output", "End": true });
    let parent = world.create_as(OWN, "parent", json!({ "StartAt": "T", "States": { "T": task } })).await;
    let ended = world.run(&parent).await;
    assert_eq!((&ended["status"], &ended["output"]), (&json!("SUCCEEDED"), &json!("1")));
    let listed = world.must("ListExecutions", json!({ "stateMachineArn": arn })).await;
    assert_eq!(column(&listed["executions"], "status"), ["SUCCEEDED"]);
}
