//! What a frame at rest relies on in the store, beside its row: for whoever examines a store.

use std::sync::Arc;

use dirigent_store::FrameId;

use super::callback::Stage;
use super::frame::{Frame, Phase};
use super::stimulus::{TimerKey, TimerPurpose};

/// What there must be for a frame to go on.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Timers, with when they are due.
    pub(crate) timers: Vec<(i64, TimerKey)>,
    /// A place in an activity's queue.
    pub(crate) queue_place: bool,
    /// A restarted host must load the execution.
    pub(crate) attention: bool,
    /// How many frames below it have not ended.
    pub(crate) open_children: Option<u32>,
    /// The UUID of a Map Run. It may not be there yet: the run is written after the frame.
    pub(crate) map_run: Option<Arc<str>>,
}

impl Frame {
    /// What it relies on.
    pub(crate) fn needs(&self, id: FrameId) -> Needs {
        let mut needs = Needs { attention: self.needs_host(), ..Needs::default() };
        let timer = |purpose| TimerKey { frame: id, generation: self.generation, purpose };
        match &self.phase {
            Phase::Wait { due_ms } | Phase::Backoff { due_ms } => {
                needs.timers.push((*due_ms, timer(TimerPurpose::Resume)));
            }
            Phase::Parallel { open } => needs.open_children = Some(*open),
            Phase::Map(map) => needs.open_children = Some(map.running),
            Phase::MapRun(run) => needs.map_run = Some(run.id.clone()),
            Phase::Callback(callback) => {
                needs.queue_place = matches!(callback.stage, Stage::Queued { .. });
                let time_out = callback.timeout_due_ms.map(|due| (due, timer(TimerPurpose::TaskTimeout)));
                let heartbeat = callback.heartbeat_due_ms.map(|due| (due, timer(TimerPurpose::Heartbeat)));
                needs.timers.extend(time_out.into_iter().chain(heartbeat));
            }
            Phase::Job(job) => {
                let poll = job.due_ms().map(|due| (due, timer(TimerPurpose::Resume)));
                let time_out = job.deadline_ms.map(|due| (due, timer(TimerPurpose::TaskTimeout)));
                needs.timers.extend(poll.into_iter().chain(time_out));
            }
            Phase::Ready | Phase::Task { .. } | Phase::Done { .. } | Phase::Stopped(_) => {}
        }
        needs
    }

    /// The frame above it.
    pub(crate) fn above(&self) -> Option<FrameId> {
        self.parent.map(|parent| parent.frame)
    }

    /// Whether it is done, and waits for its siblings.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done { .. })
    }
}
