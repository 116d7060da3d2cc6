//! A job that a task has started and that goes on outside, as a part of its frame: in memory and at rest.

use dirigent_store::FrameId;
use serde::{Deserialize, Serialize};

use super::waits::At;
use crate::payload::{Payload, PayloadRef};

/// A job under way, of a task that ends in `.sync`.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// What the plugin finds it by, as a JSON text: the output of TaskSubmitted.
    pub(crate) handle: Payload,
    /// When its `TimeoutSeconds` are over, in Unix milliseconds: a timer.
    pub(crate) deadline_ms: Option<i64>,
    /// How often it was asked for.
    pub(crate) polls: u32,
    pub(crate) stage: JobStage,
}

impl Job {
    /// When it is to be asked for, if its frame waits for that.
    pub(crate) fn due_ms(&self) -> Option<i64> {
        match self.stage {
            JobStage::Waiting { due_ms } => Some(due_ms),
            JobStage::Polling => None,
        }
    }
}

/// What a [`Job`]'s frame does.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum JobStage {
    /// It waits for its next poll, which is a timer.
    Waiting { due_ms: i64 },
    /// The plugin is asked how the job stands.
    Polling,
}

/// [`Job`] at rest.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct JobRow {
    handle: PayloadRef,
    deadline_ms: Option<i64>,
    polls: u32,
    stage: JobStage,
}

impl JobRow {
    pub(crate) fn of(job: &Job, refer: &mut dyn FnMut(&Payload) -> PayloadRef) -> JobRow {
        JobRow {
            handle: refer(&job.handle),
            deadline_ms: job.deadline_ms,
            polls: job.polls,
            stage: job.stage,
        }
    }

    pub(crate) fn payload(&self) -> PayloadRef {
        self.handle
    }

    pub(crate) fn restore(self, payload: &dyn Fn(PayloadRef) -> Option<Payload>) -> Option<Job> {
        Some(Job {
            handle: payload(self.handle)?,
            deadline_ms: self.deadline_ms,
            polls: self.polls,
            stage: self.stage,
        })
    }
}

/// A job that nobody waits for any more.
#[derive(Clone, Debug)]
pub struct LostJob {
    /// The frame that waited for it.
    pub frame: FrameId,
    /// Where the frame stood.
    pub(crate) at: At,
    /// What the plugin finds it by, as a JSON text.
    pub handle: Payload,
}
