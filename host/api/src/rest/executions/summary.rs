//! An execution as lists show it.

use dirigent_engine::rows::{ExecutionRow, StatusRow};
use dirigent_engine::{Engine, Fault, names};
use dirigent_store::ExecutionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::wire::date;

/// How an execution stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
    /// A Map Run's child that did not succeed, and that the run, which is being redriven, has still to take up again.
    PendingRedrive,
}

impl Status {
    pub(crate) fn of(engine: &Engine, id: ExecutionId, row: &ExecutionRow) -> Status {
        match &row.status {
            _ if engine.awaits_redrive(id, row) => Status::PendingRedrive,
            StatusRow::Running => Status::Running,
            StatusRow::Succeeded(_) => Status::Succeeded,
            StatusRow::Failed(_) => Status::Failed,
            StatusRow::TimedOut(_) => Status::TimedOut,
            StatusRow::Aborted(_) => Status::Aborted,
        }
    }

    /// Whether it ended, and not well.
    pub(crate) fn is_unsuccessful(self) -> bool {
        matches!(self, Status::Failed | Status::TimedOut | Status::Aborted)
    }
}

/// An execution, as lists show it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    pub(crate) execution_arn: String,
    pub(crate) state_machine_arn: String,
    pub(crate) name: String,
    pub(crate) status: Status,
    #[schema(format = DateTime)]
    pub(crate) start_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) stop_date: Option<String>,
    /// The error's name, where it did not succeed and has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<String>,
    /// How often it was redriven.
    pub(crate) redrive_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) redrive_date: Option<String>,
}

impl Summary {
    /// `machine` is the name of its state machine, as the engine has it.
    pub(crate) fn of(engine: &Engine, machine: &str, id: ExecutionId, row: &ExecutionRow) -> Summary {
        let fault = fault(&row.status);
        let part = |part: fn(&Fault) -> Option<&str>| fault.and_then(part).map(str::to_owned);
        Summary {
            execution_arn: engine.execution_arn(machine, &row.name),
            state_machine_arn: engine.state_machine_arn(machine),
            name: names::execution(&row.name).0.to_owned(),
            status: Status::of(engine, id, row),
            start_date: date(row.started_ms),
            stop_date: row.stopped_ms.map(date),
            error: part(|fault| fault.error.as_deref()),
            cause: part(|fault| fault.cause.as_deref()),
            redrive_count: row.redrives.count,
            redrive_date: row.redrives.last_ms.map(date),
        }
    }
}

/// Why it did not succeed.
pub(crate) fn fault(status: &StatusRow) -> Option<&Fault> {
    match status {
        StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) => Some(fault),
        StatusRow::Running | StatusRow::Succeeded(_) => None,
    }
}
