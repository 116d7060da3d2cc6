//! What a run comes to, and what must hold of it.

use dirigent_store::Store as _;

use super::Simulator;
use crate::activities::queue;
use crate::core::{Effect, Step};
use crate::event::{Event, EventKind};
use crate::rows::{ExecutionRow, StatusRow};
use crate::{history, journal};

/// How a run ended.
#[derive(Debug, PartialEq)]
pub(super) struct Ended {
    pub(super) status: StatusRow,
    pub(super) output: Option<String>,
    pub(super) events: Vec<Event>,
    /// Texts of all events' payloads are compared through the store; this is the number of actions that it took.
    pub(super) actions: usize,
}

impl Simulator<'_> {
    /// What must hold of the store when an execution has ended.
    pub(super) async fn check(self) -> Ended {
        let row = ExecutionRow::decode(&self.store.record(self.id).await.expect("reads").expect("exists"))
            .expect("decodes");
        assert_ne!(row.status, StatusRow::Running);
        let frames = self.store.frames(self.id, usize::MAX).await.expect("reads");
        let succeeded = matches!(row.status, StatusRow::Succeeded(_));
        assert_eq!(frames.is_empty(), succeeded, "frames are kept for a redrive, and for nothing else");
        assert!(self.store.timers(None, i64::MAX, 10).await.expect("reads").is_empty(), "no timer is left");
        assert!(self.store.attention(None, 10).await.expect("reads").is_empty(), "no attention is asked for");
        assert!(queue::all(&self.store).await.is_empty(), "no place in a queue is left");
        self.jobs.check(&self.store).await;
        assert!(journal::all(&self.store).await.is_empty(), "no record of a journal is left");
        let page = history::read(&self.store, self.id, 1, u64::MAX, usize::MAX, true).await.expect("reads");
        for (event, id) in page.events.iter().zip(1..) {
            assert_eq!(event.id, id, "ids have no gap and no double");
            assert!(event.previous < event.id, "an event follows an earlier one");
            let redriven = page.events.get(event.id as usize);
            let redriven = redriven.map(|event| matches!(event.kind, EventKind::ExecutionRedriven { .. }));
            assert_eq!(
                event.kind.is_terminal(),
                redriven.unwrap_or(true),
                "nothing comes after the end but a redrive"
            );
        }
        let output = match row.status {
            StatusRow::Succeeded(at) => page.text(at).map(str::to_owned),
            _ => None,
        };
        Ended { status: row.status, output, events: page.events, actions: self.actions }
    }
}

/// What every step must be like.
pub(super) fn assert_shape(step: &Step) {
    for frame in &step.dropped {
        assert!(!step.dirty.contains(frame), "a frame is either written or dropped");
    }
    let ended = step.events.iter().any(|event| event.kind.is_terminal());
    assert_eq!(ended, step.effects.iter().any(|effect| matches!(effect, Effect::Ended)));
}

/// Types and names of events, for comparing runs whose branches interleave differently.
pub(super) fn outline(events: &[Event]) -> Vec<String> {
    let mut lines: Vec<String> = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::StateEntered { name, .. } => format!("entered {name}"),
            EventKind::StateExited { name, .. } => format!("exited {name}"),
            EventKind::MapIterationStarted(i) | EventKind::MapIterationSucceeded(i) => {
                format!("iteration {}", i.index)
            }
            other => format!("{:?}", std::mem::discriminant(other)),
        })
        .collect();
    lines.sort();
    lines
}
