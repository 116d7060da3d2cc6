//! What runs tasks, as the engine sees it: looking components up, and calling them.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::budget::FuelLimit;
use super::jobs::{JobEntry, JobOutcome};
use super::{Engine, TaskJournal};
use crate::event::{Fault, Metering};
use crate::payload::Payload;

/// What runs tasks: the plugin runtime, or a stand-in for it.
#[async_trait]
pub trait TaskHost: Send + Sync + 'static {
    /// The component that serves a binding now, by its SHA-256.
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]>;

    /// Why [`TaskHost::bind`] found none.
    fn explain(&self, binding: &Binding) -> Fault;

    /// Runs a component once. Dropping the future ends the call.
    async fn call(&self, component: [u8; 32], call: TaskCall) -> TaskOutcome;

    /// Whether a component serves jobs. One that does not is run until it returns, also for a `.sync` resource.
    async fn serves_jobs(&self, _component: [u8; 32]) -> bool {
        false
    }

    /// Calls a component that serves jobs once. Dropping the future ends the call.
    async fn job(&self, _component: [u8; 32], _entry: JobEntry, _call: TaskCall) -> JobOutcome {
        let fault = Fault::new("Plugin.Broken", "this host serves no jobs");
        JobOutcome { result: Err(fault), metering: Metering::default() }
    }

    /// Whether nobody outside can tell that a call of the component has been: it is granted nothing. Such calls may begin
    /// before what caused them is durable, and be forgotten by a crash.
    fn leaves_no_mark(&self, _component: [u8; 32]) -> bool {
        false
    }

    /// Runs an action of this host's own API for `aws-sdk:sfn:ACTION`, called by an account; `None` when it has no such action, and then a
    /// component may serve it.
    async fn act(
        &self,
        _engine: &Arc<Engine>,
        _account: &str,
        _action: &str,
        _parameters: &Payload,
    ) -> Option<Result<Payload, Fault>> {
        None
    }
}

/// What a component is looked up by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Binding {
    /// A `Resource` as written.
    Resource(Arc<str>),
    /// A Lambda function's name.
    Function(Arc<str>),
}

impl Binding {
    /// Under what an execution remembers the binding.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Binding::Resource(text) => text,
            Binding::Function(name) => name,
        }
    }
}

/// One call of a task.
#[derive(Clone, Debug)]
pub struct TaskCall {
    /// The execution's ARN.
    pub execution_arn: Arc<str>,
    /// The execution's name.
    pub execution_name: Arc<str>,
    /// The state machine's ARN.
    pub state_machine_arn: Arc<str>,
    /// The state machine's name.
    pub state_machine_name: Arc<str>,
    /// The state's name.
    pub state_name: Arc<str>,
    /// The `Resource` as written.
    pub resource: Arc<str>,
    /// How often it has been retried.
    pub retry_count: u32,
    /// The same over retries and restarts, different for every other task.
    pub idempotency_key: String,
    /// Its input.
    pub input: Arc<str>,
    /// When the caller gives up, in Unix milliseconds.
    pub deadline_ms: Option<i64>,
    /// The task's token, where it is done when that comes back.
    pub token: Option<String>,
    /// Told about heartbeats.
    pub heartbeat: Option<mpsc::UnboundedSender<()>>,
    /// The role of the state machine, as the revision that the execution runs has it.
    pub role_arn: Arc<str>,
    /// The attempt may have begun to run before the host was restarted. One that may not have finds nothing in its journal's
    /// scope of the attempt.
    pub recovered: bool,
    /// What it may use where its state machine has a budget; the plugin's own limits hold too.
    pub fuel: Option<FuelLimit>,
    /// What the attempt records.
    pub journal: TaskJournal,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct TaskOutcome {
    /// The output as JSON text, or the error.
    pub result: Result<String, Fault>,
    /// What it used.
    pub metering: Metering,
}
