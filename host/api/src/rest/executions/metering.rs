//! What the tasks of an execution used, read from its history.

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_engine::{Engine, EngineError, EventKind, Metering, TaskResource};
use dirigent_store::ExecutionId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::Usage;

/// Events read at a time.
const READ: usize = 1_000;

/// Events of a history that are read for this; of a longer one, the first so many.
const MAX_EVENTS: u64 = 100_000;

/// One attempt of a task.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskUsage {
    /// The state's name.
    #[schema(value_type = String)]
    pub(crate) state: Arc<str>,
    /// What ran, such as `plugin:echo`.
    pub(crate) resource: String,
    /// The event with which the attempt ended.
    pub(crate) event_id: u64,
    pub(crate) status: TaskStatus,
    /// The plugin that ran, as `name@version`; none where the host itself did the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plugin: Option<String>,
    #[serde(flatten)]
    pub(crate) usage: Usage,
    /// What the plugin logged.
    pub(crate) logs: Vec<LogLine>,
}

/// How an attempt of a task ended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TaskStatus {
    Succeeded,
    /// Handed on: its token is awaited.
    Submitted,
    Failed,
    TimedOut,
}

/// A line that a plugin logged.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogLine {
    level: String,
    message: String,
}

/// The attempts of an execution's tasks.
pub(crate) struct Attempts {
    pub(crate) tasks: Vec<TaskUsage>,
    /// Whether the history is longer than what was read.
    pub(crate) truncated: bool,
}

impl Attempts {
    /// Reads them.
    pub(crate) async fn read(engine: &Engine, id: ExecutionId) -> Result<Attempts, EngineError> {
        let mut tasks = Vec::new();
        // The state that each event belongs to: that of the event which it follows.
        let mut states: HashMap<u64, Arc<str>> = HashMap::new();
        let mut from = 1;
        while from <= MAX_EVENTS {
            let page = engine.history(id, from, u64::MAX, READ, false).await?;
            let Some(last) = page.events.last() else { return Ok(Attempts { tasks, truncated: false }) };
            from = last.id + 1;
            for event in &page.events {
                let state = match &event.kind {
                    EventKind::StateEntered { name, .. } => Some(name.clone()),
                    _ => states.get(&event.previous).cloned(),
                };
                let Some(state) = state else { continue };
                states.insert(event.id, state.clone());
                tasks.extend(attempt(event.id, state, &event.kind));
            }
        }
        Ok(Attempts { tasks, truncated: true })
    }

    /// All of it together.
    pub(crate) fn total(&self) -> Usage {
        self.tasks.iter().fold(Usage::default(), |sum, task| sum.and(&task.usage))
    }
}

fn attempt(event_id: u64, state: Arc<str>, kind: &EventKind) -> Option<TaskUsage> {
    let (status, resource, metering) = match kind {
        EventKind::TaskSucceeded { resource, metering, .. } => (TaskStatus::Succeeded, resource, metering),
        EventKind::TaskSubmitted { resource, metering, .. } => (TaskStatus::Submitted, resource, metering),
        EventKind::TaskFailed { resource, metering, .. } => (TaskStatus::Failed, resource, metering),
        EventKind::TaskTimedOut { resource, metering, .. } => (TaskStatus::TimedOut, resource, metering),
        _ => return None,
    };
    let metering = metering.as_deref().cloned().unwrap_or_default();
    let usage = Usage::of(&metering);
    let Metering { plugin, logs, .. } = metering;
    let resource = match resource {
        TaskResource::Lambda { arn } | TaskResource::Activity { arn } => arn.to_string(),
        TaskResource::Service { resource_type, resource } => format!("{resource_type}:{resource}"),
    };
    Some(TaskUsage {
        state,
        resource,
        event_id,
        status,
        plugin: Some(plugin).filter(|plugin| !plugin.is_empty()),
        usage,
        logs: logs.into_iter().map(|(level, message)| LogLine { level, message }).collect(),
    })
}
