//! What the engine needs of a place where executions are logged.

use std::sync::Arc;

use super::live::Live;
use crate::core::Execution;
use crate::event::{Event, EventKind};
use crate::history::HistoryPage;

/// Opens logs.
///
/// The engine keeps a state machine's `loggingConfiguration` as it keeps its role: without reading it.
pub trait LogHost: Send + Sync + 'static {
    /// The log of executions whose state machine has this `loggingConfiguration`, as JSON; `None` where they have none.
    fn open(&self, configuration: &str) -> Option<Arc<dyn ExecutionLog>>;
}

/// Where the events of executions are logged, once they are durable. An event that the host dies upon may be missing
/// there, and none is there twice, except that an Express execution which starts anew is logged anew.
pub trait ExecutionLog: Send + Sync + 'static {
    /// Whether events of that kind are logged.
    fn takes(&self, kind: &EventKind) -> bool;

    /// Whether inputs and outputs are logged.
    fn wants_data(&self) -> bool;

    /// Logs events. It must not wait: executions are not slowed down by their logs, so what there is no room for is
    /// lost. Source: AWS Step Functions Developer Guide, "Logging using CloudWatch Logs".
    fn write(&self, entry: LogEntry);
}

/// Events of one execution that are to be logged.
#[derive(Debug)]
pub struct LogEntry {
    /// The execution's ARN.
    pub execution_arn: Arc<str>,
    /// The role that it runs under.
    pub role_arn: Arc<str>,
    /// How often it had been redriven.
    pub redrive_count: u32,
    /// The events, with all payloads that they refer to where the log wants data.
    pub page: HistoryPage,
}

/// A host without logs.
#[derive(Clone, Copy, Debug)]
pub struct NoLogs;

impl LogHost for NoLogs {
    fn open(&self, _configuration: &str) -> Option<Arc<dyn ExecutionLog>> {
        None
    }
}

/// A new or loaded execution, which keeps what its log will need.
pub(super) fn with_log(mut execution: Execution, log: Option<&Arc<dyn ExecutionLog>>) -> Execution {
    if log.is_some_and(|log| log.wants_data()) {
        execution.keep_referred();
    }
    execution
}

/// What a step's log takes of its events, to be written once they are durable.
pub(super) fn entry(live: &Live, execution: &mut Execution, events: &[Event]) -> Option<LogEntry> {
    let log = live.log.as_ref()?;
    let referred = execution.take_referred();
    let events: Vec<Event> = events.iter().filter(|event| log.takes(&event.kind)).cloned().collect();
    (!events.is_empty()).then(|| LogEntry {
        execution_arn: execution.info.arn.clone(),
        role_arn: execution.info.role_arn.clone(),
        redrive_count: execution.redrives().count,
        page: HistoryPage::of_events(events, &referred),
    })
}

/// Logs events that are durable.
pub(super) fn write(live: &Live, entry: Option<LogEntry>) {
    if let (Some(log), Some(entry)) = (&live.log, entry) {
        log.write(entry);
    }
}
