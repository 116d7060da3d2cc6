//! What a task is told about the work it is part of.

use std::time::Duration;

use crate::guest::bindings::dirigent::task::types;

/// What the host tells a task. None of it is secret, except the task token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// ARN of the execution.
    pub execution_arn: String,
    /// Name of the execution, unique within its state machine.
    pub execution_name: String,
    /// ARN of the state machine.
    pub state_machine_arn: String,
    /// Name of the state machine.
    pub state_machine_name: String,
    /// Name of the state that runs this task.
    pub state_name: String,
    /// `Resource` as the definition has it.
    pub resource: String,
    /// How often the state retried this task: 0 for the first attempt.
    pub attempt: u32,
    /// The same over retries and restarts of the host, different for every other task: hand it to the service you call,
    /// and the effect happens once.
    pub idempotency_key: String,
    /// The token to complete the task with, for a resource that ends in `.waitForTaskToken`.
    pub task_token: Option<String>,
    /// When the host gives up on this call, since the Unix epoch. Compare with [`crate::clock::now`].
    pub deadline: Option<Duration>,
    /// Version of the host, for logs.
    pub host_version: String,
}

impl Context {
    /// A context for a test: the first attempt of a state of this name, everything else with a recognisable value.
    pub fn for_test(state_name: &str) -> Self {
        let account = "arn:aws:states:us-east-1:123456789012";
        Self {
            execution_arn: format!("{account}:execution:test:test-execution"),
            execution_name: "test-execution".into(),
            state_machine_arn: format!("{account}:stateMachine:test"),
            state_machine_name: "test".into(),
            state_name: state_name.into(),
            resource: "plugin:test".into(),
            idempotency_key: format!("test-execution:{state_name}"),
            ..Self::default()
        }
    }
}

impl From<types::Context> for Context {
    fn from(raw: types::Context) -> Self {
        Self {
            execution_arn: raw.execution_arn,
            execution_name: raw.execution_name,
            state_machine_arn: raw.state_machine_arn,
            state_machine_name: raw.state_machine_name,
            state_name: raw.state_name,
            resource: raw.resource,
            attempt: raw.attempt,
            idempotency_key: raw.idempotency_key,
            task_token: raw.task_token,
            deadline: raw.deadline.map(Duration::from_millis),
            host_version: raw.host_version,
        }
    }
}
