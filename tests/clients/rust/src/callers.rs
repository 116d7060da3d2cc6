//! An activity's worker, and the return of a task's token.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::get_activity_task::GetActivityTaskError;
use aws_sdk_sfn::operation::send_task_heartbeat::SendTaskHeartbeatError;
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;
use serde_json::{Value, json};

use crate::calls::{create, ended, machine, refused, start, step, until};

pub async fn work_and_tokens(client: &Client) {
    let activity = client.create_activity().name("rust-work").send().await.unwrap().activity_arn;
    let definition = machine(json!({
        "Work": {
            "Type": "Task",
            "Resource": activity,
            "HeartbeatSeconds": 600,
            "ResultPath": "$.work",
            "Next": "Ask",
        },
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": { "FunctionName": "echo", "Payload": { "token.$": "$$.Task.Token" } },
            "Catch": [{ "ErrorEquals": ["Shop.Refused"], "ResultPath": "$.error", "Next": "Refused" }],
            "End": true,
        },
        "Refused": { "Type": "Pass", "End": true },
    }));
    let arn = create(client, "rust-callers", &definition).await;
    let execution = start(client, &arn, r#"{"order":7}"#).await;
    let poll = || client.get_activity_task().activity_arn(&activity).worker_name("rust").send();
    let task = poll().await.unwrap();
    assert_eq!(task.input.as_deref(), Some(r#"{"order":7}"#));
    let token = task.task_token.unwrap();
    client.send_task_heartbeat().task_token(&token).send().await.unwrap();
    let success = |output: &str| client.send_task_success().task_token(&token).output(output).send();
    success(r#"{"done":true}"#).await.unwrap();
    refused(success("1").await, SendTaskSuccessError::is_task_timed_out);
    let forged = client.send_task_heartbeat().task_token("NoSuchTaskToken").send().await;
    refused(forged, SendTaskHeartbeatError::is_invalid_token);
    step("work as an activity's worker");

    let submitted = until("the token is handed on", async || {
        let history = client.get_execution_history().execution_arn(&execution).send().await.unwrap();
        history.events.into_iter().find_map(|event| event.task_submitted_event_details)
    });
    let output: Value = serde_json::from_str(&submitted.await.output.unwrap()).unwrap();
    let token = output["Payload"]["token"].as_str().unwrap();
    let failure = client.send_task_failure().task_token(token).error("Shop.Refused").cause("no more of it");
    failure.send().await.unwrap();
    let output: Value = serde_json::from_str(&ended(client, &execution).await.output.unwrap()).unwrap();
    let error = json!({ "Error": "Shop.Refused", "Cause": "no more of it" });
    assert_eq!(output, json!({ "order": 7, "work": { "done": true }, "error": error }));
    step("return a task's token");

    client.delete_activity().activity_arn(&activity).send().await.unwrap();
    refused(poll().await, GetActivityTaskError::is_activity_does_not_exist);
    step("delete an activity");
}
