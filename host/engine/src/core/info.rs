//! What an execution is, and how it stands.

use std::sync::Arc;

use dirigent_asl::MachineIndex;
use dirigent_store::ExecutionId;

use crate::event::Fault;
use crate::payload::Payload;

/// What does not change while an execution runs.
#[derive(Clone, Debug)]
pub struct ExecutionInfo {
    /// Its key in the store.
    pub id: ExecutionId,
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its name, unique among its state machine's executions.
    pub name: Arc<str>,
    /// The state machine's ARN, without version or alias.
    pub state_machine_arn: Arc<str>,
    /// The state machine's name.
    pub state_machine_name: Arc<str>,
    /// The role that it runs under; recorded, shown in the context object.
    pub role_arn: Arc<str>,
    /// Its input.
    pub input: Payload,
    /// When it began, in Unix milliseconds.
    pub started_ms: i64,
    /// Whether it is Express: bounded by time instead of events.
    pub express: bool,
    /// For an Express execution whose steps are kept all the same: what tells it from others of its name.
    pub kept_run: Option<Arc<str>>,
    /// The machine of the program that it runs: the top level, or a Distributed Map's item processor.
    pub entry: MachineIndex,
}

impl ExecutionInfo {
    /// Whether its steps are kept: then it has a history, and may be redriven.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        !self.express || self.kept_run.is_some()
    }

    /// The name that its row has, unique among its state machine's executions.
    pub(crate) fn row_name(&self) -> Arc<str> {
        match &self.kept_run {
            Some(run) => format!("{}:{run}", self.name).into(),
            None => self.name.clone(),
        }
    }
}

/// Whether an execution runs, and how it ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It runs.
    Running,
    /// It ended well.
    Succeeded {
        /// Its output.
        output: Payload,
    },
    /// It failed.
    Failed(Fault),
    /// It ran longer than its `TimeoutSeconds`.
    TimedOut(Fault),
    /// It was stopped.
    Aborted(Fault),
}

impl Status {
    /// Whether it has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        !matches!(self, Status::Running)
    }
}
