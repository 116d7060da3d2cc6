//! Executions: their histories and lists, Express, redrive.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::list_executions::ListExecutionsError;
use aws_sdk_sfn::operation::redrive_execution::RedriveExecutionError;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use aws_sdk_sfn::types::{
    ExecutionRedriveStatus, ExecutionStatus, HistoryEventType, StateMachineType, SyncExecutionStatus,
};
use serde_json::json;

use crate::calls::{create, create_as, ended, machine, refused, start, step};

pub async fn histories(client: &Client) {
    let one = json!({ "StartAt": "One", "States": { "One": { "Type": "Pass", "End": true } } });
    let each = json!({ "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": one, "End": true });
    let arn = create(client, "rust-each", &machine(json!({ "Each": each }))).await;
    let input = json!({ "items": [1, 2, 3], "text": "grüße" }).to_string();
    let start = |name: &str, input: &str| {
        client.start_execution().state_machine_arn(&arn).name(name).input(input).send()
    };
    let execution = start("one", &input).await.unwrap().execution_arn;
    let described = ended(client, &execution).await;
    assert_eq!(
        (&described.status, described.output.as_deref()),
        (&ExecutionStatus::Succeeded, Some("[1,2,3]"))
    );
    assert_eq!(described.input.as_ref(), Some(&input));
    assert!(Some(described.start_date) <= described.stop_date);
    step("start, and poll until it ends");

    let history = || client.get_execution_history().execution_arn(&execution);
    let events = history().send().await.unwrap().events;
    assert!(events.iter().map(|event| event.id).eq(1..=i64::try_from(events.len()).unwrap()), "{events:?}");
    let types = [events.first(), events.last()].map(|event| event.map(|event| event.r#type.clone()));
    assert_eq!(types, [HistoryEventType::ExecutionStarted, HistoryEventType::ExecutionSucceeded].map(Some));
    let pages = history().into_paginator().page_size(4).items().send();
    assert_eq!(pages.collect::<Result<Vec<_>, _>>().await.unwrap(), events);
    let mut pages = history().reverse_order(true).into_paginator().page_size(3).send();
    let (mut backwards, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        backwards.extend(page.unwrap().events);
        count += 1;
    }
    assert_eq!(count, events.len().div_ceil(3));
    assert!(backwards.iter().eq(events.iter().rev()), "{backwards:?}");
    step(&format!("history of {} events: whole, in pages, backwards", events.len()));

    for name in ["two", "three"] {
        ended(client, &start(name, &input).await.unwrap().execution_arn).await;
    }
    let list = || client.list_executions().state_machine_arn(&arn).status_filter(ExecutionStatus::Succeeded);
    let listed =
        list().into_paginator().page_size(2).items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert!(listed.iter().map(|item| &*item.name).eq(["three", "two", "one"]), "{listed:?}");
    refused(list().next_token("forged").send().await, ListExecutionsError::is_invalid_token);
    refused(start("one", "{}").await, StartExecutionError::is_execution_already_exists);
    step("list executions in pages");
}

pub async fn redrive(client: &Client) {
    let activity = client.create_activity().name("rust-again").send().await.unwrap().activity_arn;
    let definition = machine(json!({
        "Before": { "Type": "Pass", "Next": "Work" },
        "Work": { "Type": "Task", "Resource": activity, "End": true },
    }));
    let arn = create(client, "rust-again", &definition).await;
    let execution = start(client, &arn, r#"{"order":7}"#).await;
    let task = || client.get_activity_task().activity_arn(&activity).send();
    let token = task().await.unwrap().task_token.unwrap();
    client.send_task_failure().task_token(token).error("Shop.Closed").send().await.unwrap();
    let failed = ended(client, &execution).await;
    assert_eq!((failed.status, failed.error.as_deref()), (ExecutionStatus::Failed, Some("Shop.Closed")));
    assert_eq!(failed.redrive_status, Some(ExecutionRedriveStatus::Redrivable));

    let redrive = || client.redrive_execution().execution_arn(&execution).send();
    let redriven = redrive().await.unwrap().redrive_date;
    let second = task().await.unwrap();
    assert_eq!(second.input.as_deref(), Some(r#"{"order":7}"#));
    let success = client.send_task_success().set_task_token(second.task_token).output("\"done\"");
    success.send().await.unwrap();
    let done = ended(client, &execution).await;
    assert_eq!((done.status, done.output.as_deref()), (ExecutionStatus::Succeeded, Some("\"done\"")));
    assert_eq!((done.redrive_count, done.redrive_date), (Some(1), Some(redriven)));
    let events = client.get_execution_history().execution_arn(&execution).send().await.unwrap().events;
    let entered = events.iter().filter_map(|event| event.state_entered_event_details.as_ref());
    assert!(entered.map(|details| &*details.name).eq(["Before", "Work"]), "{events:?}");
    assert!(events.iter().any(|event| event.r#type == HistoryEventType::ExecutionRedriven), "{events:?}");
    refused(redrive().await, RedriveExecutionError::is_execution_not_redrivable);
    step("redrive an execution that failed");
}

pub async fn express(client: &Client) {
    let definition = machine(json!({ "Echo": { "Type": "Task", "Resource": "plugin:echo", "End": true } }));
    let arn = create_as(client, "rust-express", &definition, StateMachineType::Express).await;
    let start = client.start_sync_execution().state_machine_arn(&arn).name("sync").input(r#"{"a":1}"#);
    let answer = start.send().await.unwrap();
    assert_eq!(
        (answer.status, answer.output.as_deref()),
        (SyncExecutionStatus::Succeeded, Some(r#"{"a":1}"#))
    );
    let billed = answer.billing_details.unwrap().billed_duration_in_milliseconds;
    assert!(billed > 0, "{billed}");
    let list = client.list_executions().state_machine_arn(&arn).send().await;
    refused(list, ListExecutionsError::is_state_machine_type_not_supported);
    step("run an Express execution synchronously");
}
