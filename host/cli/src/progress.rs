//! Live progress: a line for each thing that a watcher wants to know.

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_engine::{Event, EventKind, Fault, Happening, PayloadRef};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::look::{self, Look, Mark};

pub(crate) struct Progress {
    look: Look,
    /// The execution that is followed: the first one to do something.
    execution: Option<Arc<str>>,
    started_ms: Option<i64>,
    /// The state that each event belongs to, so that a task's events can name it.
    states: HashMap<u64, Arc<str>>,
    /// Payloads as shown, since an event may refer to one that came with an earlier step.
    texts: HashMap<PayloadRef, String>,
}

impl Progress {
    pub(crate) fn new(look: Look) -> Progress {
        Progress { look, execution: None, started_ms: None, states: HashMap::new(), texts: HashMap::new() }
    }

    /// Shows what happens until the execution ends.
    pub(crate) async fn follow(mut self, mut happenings: broadcast::Receiver<Arc<Happening>>) {
        loop {
            match happenings.recv().await {
                Ok(happening) => {
                    // Children of a Map Run, and executions that a task starts, have histories of their own.
                    let followed = self.execution.get_or_insert_with(|| happening.execution_arn.clone());
                    if *followed != happening.execution_arn {
                        continue;
                    }
                    for event in &happening.page.events {
                        if let Some(line) = self.line(event, &happening) {
                            eprintln!("{line}");
                        }
                        if event.kind.is_terminal() {
                            return;
                        }
                    }
                }
                Err(RecvError::Lagged(missed)) => eprintln!("   … {missed} steps were too fast to show"),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn line(&mut self, event: &Event, happening: &Happening) -> Option<String> {
        let started = *self.started_ms.get_or_insert(event.at_ms);
        let shown = match &event.kind {
            EventKind::StateEntered { input: at, .. }
            | EventKind::StateExited { output: at, .. }
            | EventKind::TaskSucceeded { output: at, .. } => Some(*at),
            _ => None,
        };
        if let Some((at, text)) = shown.and_then(|at| Some((at, happening.page.text(at)?))) {
            self.texts.entry(at).or_insert_with(|| look::shorten(text));
        }
        let text = |at| self.texts.get(at).map(String::as_str).unwrap_or_default();
        if let EventKind::StateEntered { name, .. } = &event.kind {
            self.states.insert(event.id, name.clone());
        } else if let Some(name) = self.states.get(&event.previous).cloned() {
            self.states.insert(event.id, name);
        }
        let state = self.states.get(&event.id).map_or("", |name| &**name);
        let (mark, what) = match &event.kind {
            EventKind::StateEntered { state_type, name, .. } => {
                (Mark::Begun, format!("{name} ({})", state_type.name()))
            }
            EventKind::StateExited { name, output, .. } => (Mark::Done, format!("{name}  {}", text(output))),
            EventKind::TaskFailed { fault, .. } | EventKind::TaskTimedOut { fault, .. } => {
                (Mark::Failed, format!("{state}  {}", describe(fault)))
            }
            EventKind::MapIterationStarted(at) => (Mark::Begun, format!("{}[{}]", at.name, at.index)),
            EventKind::MapIterationFailed(at) => (Mark::Failed, format!("{}[{}]", at.name, at.index)),
            EventKind::StateAborted { state_type } => {
                (Mark::GivenUp, format!("{state} ({}) given up", state_type.name()))
            }
            EventKind::ExecutionSucceeded { .. } => (Mark::Succeeded, "succeeded".to_owned()),
            EventKind::ExecutionFailed(fault) => (Mark::Ended, format!("failed  {}", describe(fault))),
            EventKind::ExecutionAborted(fault) => (Mark::Stopped, format!("stopped  {}", describe(fault))),
            EventKind::ExecutionTimedOut(_) => (Mark::Ended, "timed out".to_owned()),
            _ => return None,
        };
        Some(self.look.progress(&look::seconds(event.at_ms - started), mark, &what))
    }
}

fn describe(fault: &Fault) -> String {
    let error = fault.error.as_deref().unwrap_or_default();
    match fault.cause.as_deref() {
        Some(cause) => format!("{error}: {}", look::shorten(cause)),
        None => error.to_owned(),
    }
}
