//! What the steps have in common: definitions, waiting for an end, expecting a refusal.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::types::{ExecutionStatus, StateMachineType};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);

pub const ROLE: &str = "arn:aws:iam::000000000000:role/clients";

/// Says that a step held.
pub fn step(text: &str) {
    println!("ok: {text}");
}

/// A definition with these states, of which it starts at the first.
pub fn machine(states: Value) -> String {
    let first = states.as_object().and_then(|states: &Map<_, _>| states.keys().next());
    json!({ "StartAt": first.expect("a machine has a state"), "States": states }).to_string()
}

/// A definition whose executions have this output.
pub fn result(value: &str) -> String {
    machine(json!({ "Done": { "Type": "Pass", "Result": value, "End": true } }))
}

/// Creates a Standard state machine, and returns its ARN.
pub async fn create(client: &Client, name: &str, definition: &str) -> String {
    create_as(client, name, definition, StateMachineType::Standard).await
}

/// Creates a state machine, and returns its ARN.
pub async fn create_as(client: &Client, name: &str, definition: &str, of_type: StateMachineType) -> String {
    let call = client.create_state_machine().name(name).definition(definition).role_arn(ROLE).r#type(of_type);
    call.send().await.expect("the state machine is created").state_machine_arn
}

/// Starts an execution, and returns its ARN.
pub async fn start(client: &Client, machine: &str, input: &str) -> String {
    let call = client.start_execution().state_machine_arn(machine).input(input);
    call.send().await.expect("the execution starts").execution_arn
}

/// What is said of an execution once it has ended.
pub async fn ended(client: &Client, execution: &str) -> DescribeExecutionOutput {
    until(&format!("{execution} ends"), async || {
        let described = client.describe_execution().execution_arn(execution).send().await;
        let described = described.expect("the execution is described");
        (described.status != ExecutionStatus::Running).then_some(described)
    })
    .await
}

/// Looks until `look` finds something.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = look().await {
            return found;
        }
        sleep(PAUSE).await;
    }
    panic!("did not happen within {} s: {what}", PATIENCE.as_secs());
}

/// Holds that a call was refused with the error that `is` recognises.
#[track_caller]
pub fn refused<O, E>(answer: Result<O, SdkError<E, HttpResponse>>, is: fn(&E) -> bool)
where
    O: Debug,
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let error = answer.expect_err("the call is refused");
    assert_eq!(error.raw_response().map(|response| response.status().as_u16()), Some(400), "{error:?}");
    assert!(error.as_service_error().is_some_and(is), "another error: {error:?}");
    assert!(error.message().is_some_and(|message| !message.is_empty()), "{error:?}");
}
