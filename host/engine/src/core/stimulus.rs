//! What goes into a step and what comes out.

use std::collections::BTreeSet;
use std::sync::Arc;

use dirigent_asl::StateIndex;
use dirigent_store::FrameId;

use super::job::LostJob;
use super::token::TaskToken;
use crate::event::{Event, Fault, Metering};
use crate::payload::Payload;

/// Something that happened outside and moves the execution on.
#[derive(Clone, Debug)]
pub enum Stimulus {
    /// The execution begins.
    Start,
    /// It goes on where a step ended early to let others run.
    Continue,
    /// A task has begun and takes long enough that a watcher should see it.
    TaskStarted {
        /// The frame that waits for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
    },
    /// A task ended. A result that nobody waits for any more is ignored.
    TaskEnded {
        /// The frame that waits for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
        /// Its output, or its error.
        result: Result<Payload, Fault>,
        /// What it used.
        metering: Option<Box<Metering>>,
    },
    /// A task has started a job, which goes on by itself.
    JobStarted {
        /// The frame that waits for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
        /// What the plugin finds the job by, as a JSON text.
        handle: Payload,
        /// What starting it used.
        metering: Option<Box<Metering>>,
    },
    /// A job that was asked for is still at work. Its end is a [`Stimulus::TaskEnded`].
    JobRunning {
        /// The frame that waits for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
        /// Milliseconds until it makes sense to ask again, if the plugin says so.
        again_ms: Option<u64>,
    },
    /// A Map Run has ended, with its output or its error.
    MapRunEnded {
        /// The frame that waits for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
        /// The state's result, or the error.
        result: Result<Payload, Fault>,
    },
    /// A timer is due. One that nobody waits for any more is ignored.
    TimerFired(TimerKey),
    /// The execution shall stop.
    Stop(Fault),
    /// An execution that ended without success shall go on from where it stopped.
    Redrive(Box<Redrive>),
    /// A worker takes a task out of its activity's queue.
    ActivityTaken {
        /// The frame that waits.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
        /// The worker's name, where it gave one.
        worker: Option<Arc<str>>,
    },
    /// A token comes back with its task's result.
    TokenReturned {
        /// The token.
        token: TaskToken,
        /// The task's output, or its error.
        result: Result<Payload, Fault>,
    },
    /// Whoever has a token is still at work.
    TokenHeartbeat(TaskToken),
}

/// How an execution is redriven.
#[derive(Clone, Debug, Default)]
pub struct Redrive {
    /// The caller's token, by which a call that comes again is known.
    pub client_token: Option<Arc<str>>,
    /// For a Map Run's child: how often its run has been redriven.
    pub attempt: u32,
    /// What is to be different this time; AWS has no such thing.
    pub amend: Option<Amendment>,
}

/// What a redrive changes of one stopped state.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// The frame that stopped there.
    pub frame: FrameId,
    /// How.
    pub with: Amend,
}

/// How a redrive changes a stopped state.
#[derive(Clone, Debug)]
pub enum Amend {
    /// It runs with this input.
    Input(Payload),
    /// It does not run: this is its result.
    Result(Payload),
}

/// When a step is taken, and the entropy that it may use: the same moment gives the same step.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// Unix milliseconds.
    pub now_ms: i64,
    /// Seed for jitter, `States.UUID` and `States.MathRandom`.
    pub entropy: u64,
    /// The host around the execution.
    pub outside: &'a dyn Outside,
}

/// What a step may ask of the host around the execution.
pub trait Outside {
    /// Whether there is an activity of that ARN.
    fn has_activity(&self, arn: &str) -> bool;

    /// The name of the activity of that ARN, as its queue has it.
    fn activity_name(&self, arn: &str) -> Arc<str>;

    /// 128 bits that nobody can guess, different at every call.
    fn secret(&self) -> u128;
}

/// What a timer is for, as a number that the store keeps.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TimerKey {
    /// The frame that waits; any for the execution's own time-out.
    pub frame: FrameId,
    /// Which of the frame's waits.
    pub generation: u32,
    /// What for.
    pub purpose: TimerPurpose,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum TimerPurpose {
    /// A Wait state ends, a retry begins, or a job is asked for.
    Resume,
    /// The execution has run for its `TimeoutSeconds`.
    ExecutionTimeout,
    /// A task that waits for a caller or a job has done so for its `TimeoutSeconds`.
    TaskTimeout,
    /// A task that waits for a caller has not heard of it for its `HeartbeatSeconds`.
    Heartbeat,
}

/// Bits of a stored key that hold the generation; a frame that waits more often than that wraps around, which is
/// harmless: a timer of that age has fired or was cleared.
const GENERATION_BITS: u32 = 24;

impl TimerKey {
    /// The stored form.
    #[must_use]
    pub fn to_u64(self) -> u64 {
        let purpose = match self.purpose {
            TimerPurpose::Resume => 0,
            TimerPurpose::ExecutionTimeout => 1,
            TimerPurpose::TaskTimeout => 2,
            TimerPurpose::Heartbeat => 3,
        };
        let generation = u64::from(self.generation) & ((1 << GENERATION_BITS) - 1);
        (u64::from(self.frame.0) << 32) | (generation << 8) | purpose
    }

    /// From the stored form; `None` when a newer version wrote it.
    #[must_use]
    pub fn from_u64(key: u64) -> Option<TimerKey> {
        let purpose = match key & 0xff {
            0 => TimerPurpose::Resume,
            1 => TimerPurpose::ExecutionTimeout,
            2 => TimerPurpose::TaskTimeout,
            3 => TimerPurpose::Heartbeat,
            _ => return None,
        };
        let generation = u32::try_from((key >> 8) & ((1 << GENERATION_BITS) - 1)).ok()?;
        Some(TimerKey { frame: FrameId(u32::try_from(key >> 32).ok()?), generation, purpose })
    }
}

/// Something to do outside, once the step is durable.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Run a task and answer with [`Stimulus::TaskEnded`].
    RunTask(Box<TaskRun>),
    /// Give up a task; its result would be ignored.
    CancelTask {
        /// The frame that waited for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
    },
    /// Run a Map Run, or go on with one, and answer with [`Stimulus::MapRunEnded`].
    StartMapRun {
        /// The frame that waits for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
    },
    /// Give up a Map Run and its children.
    CancelMapRun {
        /// The run's UUID.
        run: Arc<str>,
    },
    /// Stop the execution that a task has started and waited for.
    StopStarted {
        /// The frame that waited for it.
        frame: FrameId,
        /// Which of the frame's waits.
        generation: u32,
    },
    /// Take another step with [`Stimulus::Continue`].
    Continue,
    /// The execution has ended: nothing more will come.
    Ended,
}

/// A task to run.
#[derive(Clone, Debug)]
pub struct TaskRun {
    /// The frame that waits for it.
    pub frame: FrameId,
    /// Which of the frame's waits.
    pub generation: u32,
    /// The Task state.
    pub state: StateIndex,
    /// What the task is given.
    pub parameters: Payload,
    /// How often it has been retried.
    pub retry_count: u32,
    /// The event with which the state was entered: the same over retries and restarts.
    pub entered_event: u64,
    /// When its `TimeoutSeconds` are over, in Unix milliseconds.
    pub deadline_ms: Option<i64>,
    /// Longest time between two heartbeats, in seconds.
    pub heartbeat_seconds: Option<u64>,
    /// The token that somebody returns when the task is done, where it is one that waits for that.
    pub token: Option<String>,
    /// The handle of the job that is to be asked for, as a JSON text; `None`: the task is to begin.
    pub job: Option<Payload>,
    /// It may have begun to run before the host was restarted.
    pub recovered: bool,
}

/// A place in an activity's queue. Places sort by the time since when they are taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueuePlace {
    /// The activity's name.
    pub activity: Arc<str>,
    /// When the task was scheduled, in Unix milliseconds.
    pub since_ms: i64,
    /// The frame that waits.
    pub frame: FrameId,
    /// Which of the frame's waits.
    pub generation: u32,
}

/// How a step changes an activity's queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum QueueChange {
    /// A task waits for a worker.
    Enter(QueuePlace),
    /// It does not any more.
    Leave(QueuePlace),
}

/// What a step did: to be made durable as a whole before any effect is carried out.
#[derive(Debug, Default)]
pub struct Step {
    /// New history events, in order.
    pub events: Vec<Event>,
    /// The texts that these events and the changed frames are the first to refer to.
    pub payloads: Vec<Arc<str>>,
    /// Frames that changed.
    pub dirty: BTreeSet<FrameId>,
    /// Frames that ended.
    pub dropped: BTreeSet<FrameId>,
    /// Whether the summary (status, output) changed.
    pub record_changed: bool,
    /// Timers to set: due time in Unix milliseconds, and key.
    pub set_timers: Vec<(i64, TimerKey)>,
    /// Timers to clear.
    pub clear_timers: Vec<(i64, TimerKey)>,
    /// Changes of activities' queues.
    pub queue: Vec<QueueChange>,
    /// Jobs that nobody waits for any more, to be cancelled.
    pub lost_jobs: Vec<LostJob>,
    /// What to do once all that is durable.
    pub effects: Vec<Effect>,
}

impl Step {
    /// Whether the step changed nothing: the stimulus was for a wait that is over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.dirty.is_empty()
            && self.dropped.is_empty()
            && !self.record_changed
            && self.clear_timers.is_empty()
            && self.effects.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn timer_keys_survive_the_store() {
        for (frame, generation, purpose) in [
            (0, 0, TimerPurpose::ExecutionTimeout),
            (7, 3, TimerPurpose::Resume),
            (7, 3, TimerPurpose::TaskTimeout),
            (7, 3, TimerPurpose::Heartbeat),
            (u32::MAX, (1 << GENERATION_BITS) - 1, TimerPurpose::Resume),
        ] {
            let key = TimerKey { frame: FrameId(frame), generation, purpose };
            assert_eq!(TimerKey::from_u64(key.to_u64()).unwrap(), key);
        }
        assert_eq!(TimerKey::from_u64(0xff), None);
    }
}
