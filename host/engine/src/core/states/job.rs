//! Jobs: what a `.sync` task started goes on outside, and the frame asks from time to time how it stands.
//!
//! Between two polls there is a timer and nothing else. Each poll is a wait of its own, so what comes for an earlier one is
//! known as too late. A job that nobody waits for any more is cancelled: the step says so, and the driver writes that down
//! in the step's commit.
//!
//! Source: AWS developer guide, "Run a Job (.sync)": Step Functions cancels the job when the execution is stopped or the
//! task times out.

use dirigent_asl::{Kind, Task};
use dirigent_store::FrameId;

use super::task;
use crate::core::errors::{Failure, error_names};
use crate::core::frame::Phase;
use crate::core::job::{Job, JobStage, LostJob};
use crate::core::stimulus::{Effect, TimerKey, TimerPurpose};
use crate::core::turn::Turn;
use crate::core::waits::At;
use crate::event::{EventKind, Fault, Metering};
use crate::payload::Payload;

/// Least time between two polls, in milliseconds.
pub(crate) const MIN_POLL_MS: u64 = 1_000;

/// Longest time between two polls, in milliseconds.
pub(crate) const MAX_POLL_MS: u64 = 60 * 60 * 1_000;

/// Longest time between two polls of a job that does not say how long to wait: it begins with [`MIN_POLL_MS`] and doubles.
pub(crate) const MAX_DEFAULT_POLL_MS: u64 = 60 * 1_000;

/// Milliseconds until the next poll, after so many.
pub(crate) fn interval_ms(asked_ms: Option<u64>, polls: u32) -> u64 {
    match asked_ms {
        Some(asked_ms) => asked_ms.clamp(MIN_POLL_MS, MAX_POLL_MS),
        None => MIN_POLL_MS.saturating_mul(1 << polls.min(16)).min(MAX_DEFAULT_POLL_MS),
    }
}

/// The plugin has started the job.
pub(in crate::core) fn submitted(
    turn: &mut Turn<'_>,
    id: FrameId,
    generation: u32,
    handle: Payload,
    metering: Option<Box<Metering>>,
) {
    let Some((task, deadline_ms)) = task::begun(turn, id, generation) else { return };
    let output = turn.refer(&handle);
    let previous = turn.frame(id).last_event;
    let kind = EventKind::TaskSubmitted { resource: task::shown(task), output, metering };
    let event = turn.emit(previous, kind);
    turn.frame(id).last_event = event;
    wait(turn, id, Job { handle, deadline_ms, polls: 0, stage: JobStage::Polling }, None);
}

/// The job is still at work.
pub(in crate::core) fn running(turn: &mut Turn<'_>, id: FrameId, generation: u32, asked_ms: Option<u64>) {
    let Some(job) = polled(turn, id, generation) else { return };
    clear_timers(turn, id, generation, &job);
    wait(turn, id, job, asked_ms);
}

/// Waits until the next poll.
fn wait(turn: &mut Turn<'_>, id: FrameId, job: Job, asked_ms: Option<u64>) {
    let due_ms = turn.now_ms.saturating_add_unsigned(interval_ms(asked_ms, job.polls));
    begin(turn, id, Job { stage: JobStage::Waiting { due_ms }, ..job });
}

/// A poll is due.
pub(in crate::core) fn due(turn: &mut Turn<'_>, key: TimerKey) {
    let id = key.frame;
    let Some(frame) = turn.x.frames.get(&id) else { return };
    let Phase::Job(job) = &frame.phase else { return };
    let generation = frame.generation;
    let awaited = (TimerKey { generation, ..key }).to_u64() == key.to_u64();
    if !awaited || !matches!(job.stage, JobStage::Waiting { .. }) {
        return;
    }
    let job = (**job).clone();
    clear_timers(turn, id, generation, &job);
    begin(turn, id, Job { stage: JobStage::Polling, polls: job.polls.saturating_add(1), ..job });
    if let Some(run) = turn.x.task_run(id) {
        turn.out.effects.push(Effect::RunTask(Box::new(run)));
    }
}

/// The job has ended, or the plugin could not say how it stands.
pub(super) fn ended(
    turn: &mut Turn<'_>,
    id: FrameId,
    generation: u32,
    task: &Task,
    result: Result<Payload, Fault>,
    metering: Option<Box<Metering>>,
) {
    let Some(job) = polled(turn, id, generation) else { return };
    clear_timers(turn, id, generation, &job);
    // What the host says of the call (a trap, a limit, a time-out) says nothing of the job, which may be at work.
    let of_the_host = |fault: &Fault| {
        fault.error.as_deref().is_some_and(|name| name.starts_with("Plugin.") || name.starts_with("States."))
    };
    if result.as_ref().is_err_and(of_the_host) {
        let at = turn.frame(id).at();
        turn.out.lost_jobs.push(LostJob { frame: id, at, handle: job.handle });
    }
    let result = result.and_then(|output| task::within_limit(turn, task, output));
    conclude(turn, id, task, result.map_err(Failure::of), metering);
}

/// The task's time is over.
pub(in crate::core) fn timed_out(turn: &mut Turn<'_>, key: TimerKey) {
    let id = key.frame;
    let Some(frame) = turn.x.frames.get(&id) else { return };
    let Phase::Job(job) = &frame.phase else { return };
    let at = frame.at();
    if (TimerKey { generation: at.generation, ..key }).to_u64() != key.to_u64() {
        return;
    }
    let job = (**job).clone();
    let Kind::Task(task) = &turn.state_of(id).kind else { return };
    dropped(turn, id, at, &job);
    let fault = Fault { error: Some(error_names::TIMEOUT.into()), cause: None };
    conclude(turn, id, task, Err(Failure::of(fault)), None);
}

/// Nobody waits for the job any more.
pub(in crate::core) fn dropped(turn: &mut Turn<'_>, id: FrameId, at: At, job: &Job) {
    let generation = at.generation;
    clear_timers(turn, id, generation, job);
    if let JobStage::Polling = job.stage {
        turn.out.effects.push(Effect::CancelTask { frame: id, generation });
    }
    turn.out.lost_jobs.push(LostJob { frame: id, at, handle: job.handle.clone() });
}

/// The task has ended. The frame waits for nothing, so that nothing is given up when the state fails.
fn conclude(
    turn: &mut Turn<'_>,
    id: FrameId,
    task: &Task,
    result: Result<Payload, Failure>,
    metering: Option<Box<Metering>>,
) {
    turn.frame(id).phase = Phase::Ready;
    task::conclude(turn, id, task, result, metering);
}

/// The frame's next wait, with its timers.
fn begin(turn: &mut Turn<'_>, id: FrameId, job: Job) {
    let deadline_ms = job.deadline_ms;
    let generation = turn.wait_for(id, Phase::Job(Box::new(job)));
    if let Some(deadline_ms) = deadline_ms {
        turn.out.set_timers.push((deadline_ms, time_out(id, generation)));
    }
}

fn clear_timers(turn: &mut Turn<'_>, id: FrameId, generation: u32, job: &Job) {
    if let Some(due_ms) = job.due_ms() {
        turn.clear_timer(TimerKey { frame: id, generation, purpose: TimerPurpose::Resume }, due_ms);
    }
    if let Some(deadline_ms) = job.deadline_ms {
        turn.clear_timer(time_out(id, generation), deadline_ms);
    }
}

fn time_out(frame: FrameId, generation: u32) -> TimerKey {
    TimerKey { frame, generation, purpose: TimerPurpose::TaskTimeout }
}

/// The job that a frame polls.
fn polled(turn: &Turn<'_>, id: FrameId, generation: u32) -> Option<Job> {
    let frame = turn.x.frames.get(&id).filter(|frame| frame.generation == generation)?;
    match &frame.phase {
        Phase::Job(job) if matches!(job.stage, JobStage::Polling) => Some((**job).clone()),
        _ => None,
    }
}
