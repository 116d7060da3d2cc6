//! Aliases: where they lead, and what they keep others from.

use serde_json::{Value, json};

use super::{OWN, World, column, text};

fn to(machine: &str, routes: &[(u32, i64)]) -> Value {
    let route = |(version, weight): &(u32, i64)| json!({ "stateMachineVersionArn": format!("{machine}:{version}"), "weight": weight });
    Value::Array(routes.iter().map(route).collect())
}

async fn alias(world: &World, machine: &str, name: &str, routes: &[(u32, i64)]) -> String {
    let params = json!({ "name": name, "routingConfiguration": to(machine, routes) });
    text(&world.must_as(OWN, "CreateStateMachineAlias", params).await["stateMachineAliasArn"])
}

#[tokio::test]
async fn an_alias_starts_the_version_that_it_leads_to() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    let live = alias(&world, &machine, "live", &[(1, 100)]).await;
    assert_eq!(live, format!("{machine}:live"));
    let mut names = Vec::new();
    for version in [1, 2] {
        let change =
            json!({ "stateMachineAliasArn": live, "routingConfiguration": to(&machine, &[(version, 100)]) });
        world.must_as(OWN, "UpdateStateMachineAlias", change).await;
        let ended = world.run(&live).await;
        assert_eq!(ended["output"], json!(version.to_string()));
        assert_eq!(ended["stateMachineVersionArn"], json!(format!("{machine}:{version}")));
        assert_eq!(ended["stateMachineAliasArn"], json!(live));
        names.insert(0, text(&ended["name"]));
    }
    // Executions of the alias, whichever version they run.
    let listed = world.must_as(OWN, "ListExecutions", json!({ "stateMachineArn": live })).await;
    assert_eq!(column(&listed["executions"], "name"), names);
    assert_eq!(column(&listed["executions"], "stateMachineAliasArn"), [live.clone(), live.clone()]);
    // And by the machine, with what started them.
    let listed = world.must_as(OWN, "ListExecutions", json!({ "stateMachineArn": machine })).await;
    let versions = [format!("{machine}:2"), format!("{machine}:1")];
    assert_eq!(column(&listed["executions"], "stateMachineVersionArn"), versions);
}

#[tokio::test]
async fn aliases_outlive_a_restart() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    let params = json!({ "name": "live", "description": "what runs", "routingConfiguration": to(&machine, &[(2, 30), (1, 70)]) });
    let created = world.must_as(OWN, "CreateStateMachineAlias", params).await;
    let described = json!({ "stateMachineAliasArn": created["stateMachineAliasArn"] });
    let before = world.must_as(OWN, "DescribeStateMachineAlias", described.clone()).await;
    assert_eq!(
        before,
        json!({ "stateMachineAliasArn": format!("{machine}:live"), "name": "live", "description": "what runs",
            "routingConfiguration": to(&machine, &[(2, 30), (1, 70)]),
            "creationDate": created["creationDate"], "updateDate": created["creationDate"] })
    );
    let world = World::on(world.store.clone()).await;
    assert_eq!(world.must_as(OWN, "DescribeStateMachineAlias", described.clone()).await, before);
    // Nothing of it is left when the machine is deleted, and a new machine of the name begins anew.
    world.must_as(OWN, "DeleteStateMachine", json!({ "stateMachineArn": machine })).await;
    assert_eq!(world.with_versions(1).await, machine);
    let world = World::on(world.store.clone()).await;
    let error = world.call_as(OWN, "DescribeStateMachineAlias", described).await.unwrap_err();
    assert_eq!(error.code(), "ResourceNotFound");
    assert_eq!(world.versions(&machine).await, [format!("{machine}:1")]);
}

#[tokio::test]
async fn a_version_that_is_used_stays() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    let both = alias(&world, &machine, "both", &[(1, 50), (2, 50)]).await;
    let first = alias(&world, &machine, "first", &[(1, 100)]).await;
    let delete = json!({ "stateMachineVersionArn": format!("{machine}:1") });
    for (users, alias) in [("both, first", &both), ("first", &first)] {
        let error = world.call_as(OWN, "DeleteStateMachineVersion", delete.clone()).await.unwrap_err();
        let message = format!(
            "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this \
             version: [{users}]"
        );
        assert_eq!((error.code(), error.message()), ("ConflictException", message.as_str()));
        // Deleting an alias twice is no error.
        for _ in 0..2 {
            world.must_as(OWN, "DeleteStateMachineAlias", json!({ "stateMachineAliasArn": alias })).await;
        }
    }
    world.must_as(OWN, "DeleteStateMachineVersion", delete).await;
    assert_eq!(world.versions(&machine).await, [format!("{machine}:2")]);
}

#[tokio::test]
async fn lists_of_aliases() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    let mut all = Vec::new();
    for (name, routes) in [("a", &[(1, 100)][..]), ("b", &[(2, 100)]), ("c", &[(1, 1), (2, 99)])] {
        all.push(alias(&world, &machine, name, routes).await);
    }
    let [a, b, c] = all.as_slice() else { panic!("three") };
    for (arn, expected) in [
        (machine.clone(), vec![a, b, c]),
        (format!("{machine}:1"), vec![a, c]),
        (format!("{machine}:2"), vec![b, c]),
    ] {
        let (mut found, mut token) = (Vec::new(), Value::Null);
        loop {
            let params = json!({ "stateMachineArn": arn, "maxResults": 1, "nextToken": token });
            let page = world.must_as(OWN, "ListStateMachineAliases", params).await;
            found.extend(column(&page["stateMachineAliases"], "stateMachineAliasArn"));
            token = page["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{arn}");
    }
}

#[tokio::test]
async fn what_aliases_cannot_be() {
    let world = World::new().await;
    let machine = world.with_versions(2).await;
    let other = world.create_as(OWN, "other", super::pass(json!(1))).await;
    world.publish(&other).await;
    let live = alias(&world, &machine, "live", &[(1, 100)]).await;
    let create = |name: &str, routes: Value| json!({ "name": name, "routingConfiguration": routes });
    let mixed = json!([to(&machine, &[(1, 50)])[0], to(&other, &[(1, 50)])[0]]);
    let one = || to(&machine, &[(1, 100)]);
    for (action, params, code, message) in [
        ("CreateStateMachineAlias", json!({}), "ValidationException", "2 validation errors detected"),
        ("CreateStateMachineAlias", create("1", one()), "ValidationException", "regular expression pattern"),
        (
            "CreateStateMachineAlias",
            create("a b", one()),
            "ValidationException",
            "regular expression pattern",
        ),
        (
            "CreateStateMachineAlias",
            create("a", json!([])),
            "ValidationException",
            "greater than or equal to 1",
        ),
        (
            "CreateStateMachineAlias",
            create("a", json!([1])),
            "SerializationException",
            "'routingConfiguration.1.member' must be an object",
        ),
        (
            "CreateStateMachineAlias",
            create("a", json!([{}])),
            "ValidationException",
            "Value null at 'routingConfiguration.1.member.stateMachineVersionArn'",
        ),
        (
            "CreateStateMachineAlias",
            create("a", to(&machine, &[(1, -1)])),
            "ValidationException",
            "1.member.weight",
        ),
        ("CreateStateMachineAlias", create("a", to(&machine, &[(1, 99)])), "ValidationException", "[99]"),
        ("CreateStateMachineAlias", create("a", mixed), "ValidationException", "of one state machine"),
        ("CreateStateMachineAlias", create("a", to(&machine, &[(9, 100)])), "ResourceNotFound", ":m:9'"),
        (
            "CreateStateMachineAlias",
            create("live", to(&machine, &[(2, 100)])),
            "ConflictException",
            "already exists",
        ),
        (
            "UpdateStateMachineAlias",
            json!({ "stateMachineAliasArn": live }),
            "ValidationException",
            "must be specified",
        ),
        (
            "UpdateStateMachineAlias",
            json!({ "stateMachineAliasArn": live, "routingConfiguration": to(&other, &[(1, 100)]) }),
            "ValidationException",
            "own state machine",
        ),
        (
            "UpdateStateMachineAlias",
            json!({ "stateMachineAliasArn": format!("{machine}:gone"), "description": "d" }),
            "ResourceNotFound",
            ":m:gone'",
        ),
        (
            "DescribeStateMachineAlias",
            json!({ "stateMachineAliasArn": machine }),
            "ValidationException",
            "alias",
        ),
        ("DescribeStateMachine", json!({ "stateMachineArn": live }), "StateMachineDoesNotExist", ":m:live'"),
        (
            "StartExecution",
            json!({ "stateMachineArn": format!("{machine}:gone") }),
            "StateMachineDoesNotExist",
            "gone",
        ),
    ] {
        let error = world.call_as(OWN, action, params.clone()).await.err();
        let error = error.unwrap_or_else(|| panic!("{action} {params} succeeded"));
        assert!(
            error.code() == code && error.message().contains(message),
            "{action} {params}: {}",
            error.body()
        );
    }
}
