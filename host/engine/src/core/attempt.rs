//! Which task a frame is at, and whether an attempt of it runs: what rows that belong to a task or to an attempt are
//! kept for.

use dirigent_store::FrameId;

use super::callback::Stage;
use super::execution::Execution;
use super::frame::Phase;
use super::job::JobStage;

/// A task that has not ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Standing {
    /// The event with which its state was entered: the same over retries, and another for every other task of the frame.
    pub(crate) entered_event: u64,
    /// Which of the frame's waits the attempt is that runs; `None` between attempts, and when what the attempt ran has
    /// returned and somebody outside is awaited.
    pub(crate) attempt: Option<u32>,
}

impl Execution {
    /// The task that a frame is at; `None` when there is no such frame, or its task is over, or it is at none.
    pub(crate) fn task_standing(&self, id: FrameId) -> Option<Standing> {
        let frame = self.frames.get(&id)?;
        let runs = match &frame.phase {
            Phase::Task { .. } => true,
            Phase::Callback(callback) => matches!(callback.stage, Stage::Submitting { .. }),
            Phase::Job(job) => matches!(job.stage, JobStage::Polling),
            Phase::Backoff { .. } => false,
            _ => return None,
        };
        Some(Standing { entered_event: frame.entered_event, attempt: runs.then_some(frame.generation) })
    }
}
