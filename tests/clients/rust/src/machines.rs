//! State machines, versions, aliases, tags.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::create_state_machine::CreateStateMachineError;
use aws_sdk_sfn::operation::delete_state_machine_version::DeleteStateMachineVersionError;
use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineError;
use aws_sdk_sfn::operation::describe_state_machine_alias::DescribeStateMachineAliasError;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use aws_sdk_sfn::types::{RoutingConfigurationListItem, StateMachineType, Tag};

use crate::calls::{ROLE, ended, refused, result, start, step};

/// Creates the machine of the other steps, and returns its ARN.
pub async fn create(client: &Client) -> String {
    let create = |name: &str, definition: &str| {
        client.create_state_machine().name(name).definition(definition).role_arn(ROLE).send()
    };
    let created = create("rust", &result("first")).await.unwrap();
    let machine = created.state_machine_arn.clone();
    assert!(machine.ends_with(":stateMachine:rust"), "{machine}");
    assert_eq!(create("rust", &result("first")).await.unwrap().creation_date, created.creation_date);
    let described = client.describe_state_machine().state_machine_arn(&machine).send().await.unwrap();
    assert_eq!((&*described.name, described.definition), ("rust", result("first")));
    assert_eq!(described.r#type, StateMachineType::Standard);
    step("create, create again, describe");

    let exists = CreateStateMachineError::is_state_machine_already_exists;
    refused(create("rust", &result("other")).await, exists);
    refused(create("a b", &result("other")).await, CreateStateMachineError::is_invalid_name);
    refused(create("faulty", "{}").await, CreateStateMachineError::is_invalid_definition);
    let nowhere = client.start_execution().state_machine_arn(format!("{machine}-x")).send().await;
    refused(nowhere, StartExecutionError::is_state_machine_does_not_exist);
    step("create and start what cannot be");
    machine
}

pub async fn versions_and_aliases(client: &Client, machine: &str) {
    let publish = client.publish_state_machine_version().state_machine_arn(machine).description("the first");
    let first = publish.send().await.unwrap().state_machine_version_arn;
    let update = client.update_state_machine().state_machine_arn(machine).definition(result("second"));
    let second = update.publish(true).send().await.unwrap().state_machine_version_arn.unwrap();
    let listed = client.list_state_machine_versions().state_machine_arn(machine).send().await.unwrap();
    let listed = listed.state_machine_versions.into_iter().map(|version| version.state_machine_version_arn);
    assert_eq!(listed.collect::<Vec<_>>(), [second.clone(), first.clone()]);
    step("publish versions, and list them");

    let route = |version: &str, weight| {
        let item = RoutingConfigurationListItem::builder().state_machine_version_arn(version).weight(weight);
        item.build().unwrap()
    };
    let create = client.create_state_machine_alias().name("live").routing_configuration(route(&first, 100));
    let alias = create.send().await.unwrap().state_machine_alias_arn;
    assert_eq!(alias, format!("{machine}:live"));
    let of = ended(client, &start(client, &second, "{}").await).await;
    assert_eq!(
        (of.output.as_deref(), of.state_machine_version_arn),
        (Some("\"second\""), Some(second.clone()))
    );
    let live = ended(client, &start(client, &alias, "{}").await).await;
    assert_eq!(
        (live.output.as_deref(), live.state_machine_alias_arn),
        (Some("\"first\""), Some(alias.clone()))
    );
    step("run a version, and what an alias leads to");

    let routes = vec![route(&first, 0), route(&second, 100)];
    let update = client.update_state_machine_alias().state_machine_alias_arn(&alias);
    update.set_routing_configuration(Some(routes.clone())).send().await.unwrap();
    let live = ended(client, &start(client, &alias, "{}").await).await;
    assert_eq!(live.output.as_deref(), Some("\"second\""));
    let describe = || client.describe_state_machine_alias().state_machine_alias_arn(&alias).send();
    assert_eq!(describe().await.unwrap().routing_configuration, Some(routes));
    let delete = || client.delete_state_machine_version().state_machine_version_arn(&second).send();
    refused(delete().await, DeleteStateMachineVersionError::is_conflict_exception);
    client.delete_state_machine_alias().state_machine_alias_arn(&alias).send().await.unwrap();
    delete().await.unwrap();
    refused(describe().await, DescribeStateMachineAliasError::is_resource_not_found);
    step("move an alias, delete it and its version");
}

pub async fn tags_and_deletion(client: &Client, machine: &str) {
    let tag = Tag::builder().key("team").value("shop").build();
    client.tag_resource().resource_arn(machine).tags(tag.clone()).send().await.unwrap();
    let listed = client.list_tags_for_resource().resource_arn(machine).send().await.unwrap();
    assert_eq!(listed.tags, Some(vec![tag]));
    let pages = client.list_state_machines().into_paginator().page_size(1).items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert!(listed.iter().any(|item| item.state_machine_arn == machine), "{listed:?}");
    client.delete_state_machine().state_machine_arn(machine).send().await.unwrap();
    let gone = client.describe_state_machine().state_machine_arn(machine).send().await;
    refused(gone, DescribeStateMachineError::is_state_machine_does_not_exist);
    step("tag, list, delete");
}
