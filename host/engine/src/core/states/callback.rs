//! What `.waitForTaskToken` tasks and activities have in common: they are done when a caller from outside says so.
//!
//! A token task's plugin runs first, with the token; then the frame waits. An activity's frame waits in the activity's
//! queue until a worker takes it. From then on both wait for the token to come back, and for two timers.
//!
//! Source: AWS developer guide, "Wait for a Callback with Task Token", "Activities", and "Task workflow state"
//! (`TimeoutSeconds`, `HeartbeatSeconds`: for an activity they count from ActivityStarted).

use std::sync::Arc;

use dirigent_asl::{Kind, MAX_SECONDS, Resource, Task};
use dirigent_store::FrameId;

use super::task;
use crate::core::callback::{Callback, Stage};
use crate::core::errors::{Failure, error_names};
use crate::core::frame::Phase;
use crate::core::stimulus::{Effect, QueueChange, QueuePlace, TimerKey, TimerPurpose};
use crate::core::token::{TaskToken, TokenStatus};
use crate::core::turn::Turn;
use crate::event::{EventKind, Fault, Metering};
use crate::payload::Payload;

/// The token that a frame's next wait will have.
pub(super) fn next_token(turn: &Turn<'_>, id: FrameId) -> TaskToken {
    let generation = turn.x.frames.get(&id).map_or(0, |frame| frame.generation).wrapping_add(1);
    TaskToken { execution: turn.x.info.id, frame: id, generation, nonce: turn.outside.secret() }
}

/// Begins the wait. The task's event is out.
pub(super) fn schedule(
    turn: &mut Turn<'_>,
    id: FrameId,
    task: &Task,
    token: TaskToken,
    parameters: Payload,
    timeout_seconds: Option<u64>,
    heartbeat_seconds: Option<u64>,
) {
    let activity = match &task.resource {
        Resource::Activity { .. } => Some(turn.outside.activity_name(&task.resource_text)),
        _ => None,
    };
    let since_ms = turn.now_ms;
    let stage = match &activity {
        Some(_) => Stage::Queued { input: parameters, since_ms },
        None => Stage::Submitting { parameters, started: false },
    };
    let generation = turn.wait_for(
        id,
        Phase::Callback(Callback {
            nonce: token.nonce,
            timeout_seconds: timeout_seconds.unwrap_or(MAX_SECONDS),
            heartbeat_seconds,
            timeout_due_ms: None,
            heartbeat_due_ms: None,
            stage,
        }),
    );
    debug_assert_eq!(generation, token.generation, "a token names the wait that it is for");
    match activity {
        Some(activity) => {
            let place = QueuePlace { activity, since_ms, frame: id, generation };
            turn.out.queue.push(QueueChange::Enter(place));
        }
        None => {
            set_timers(turn, id);
            if let Some(run) = turn.x.task_run(id) {
                turn.out.effects.push(Effect::RunTask(Box::new(run)));
            }
        }
    }
}

/// A worker takes the task out of its activity's queue.
pub(in crate::core) fn taken(turn: &mut Turn<'_>, id: FrameId, generation: u32, worker: Option<Arc<str>>) {
    let Some(Stage::Queued { since_ms, .. }) = awaited(turn, id, generation).map(|c| &c.stage) else {
        return;
    };
    let since_ms = *since_ms;
    leave_queue(turn, id, generation, since_ms);
    if let Some(callback) = callback(turn, id) {
        callback.stage = Stage::Taken;
    }
    let previous = turn.frame(id).last_event;
    let event = turn.emit(previous, EventKind::ActivityStarted { worker });
    turn.frame(id).last_event = event;
    set_timers(turn, id);
}

/// The plugin runs, and takes long enough to say so.
pub(super) fn started(turn: &mut Turn<'_>, id: FrameId, generation: u32, task: &Task) {
    if awaited(turn, id, generation).is_some() {
        emit_started(turn, id, task);
    }
}

fn emit_started(turn: &mut Turn<'_>, id: FrameId, task: &Task) {
    let Some(Stage::Submitting { started: started @ false, .. }) =
        callback(turn, id).map(|callback| &mut callback.stage)
    else {
        return;
    };
    *started = true;
    let previous = turn.frame(id).last_event;
    let event = turn.emit(previous, EventKind::TaskStarted { resource: task::shown(task) });
    turn.frame(id).last_event = event;
}

/// The plugin has ended: the token is out, or the task has failed.
pub(super) fn submitted(
    turn: &mut Turn<'_>,
    id: FrameId,
    generation: u32,
    task: &Task,
    result: Result<Payload, Fault>,
    metering: Option<Box<Metering>>,
) {
    let submitting = awaited(turn, id, generation).map(|callback| &callback.stage);
    if !matches!(submitting, Some(Stage::Submitting { .. })) {
        return;
    }
    emit_started(turn, id, task);
    match result.and_then(|output| task::within_limit(turn, task, output)) {
        Ok(output) => {
            let output = turn.refer(&output);
            let previous = turn.frame(id).last_event;
            let kind = EventKind::TaskSubmitted { resource: task::shown(task), output, metering };
            let event = turn.emit(previous, kind);
            turn.frame(id).last_event = event;
            if let Some(callback) = callback(turn, id) {
                callback.stage = Stage::Submitted;
            }
        }
        Err(fault) => {
            clear_timers(turn, id);
            task::conclude(turn, id, task, Err(Failure::of(fault)), metering);
        }
    }
}

/// Somebody returned the token with the task's result.
///
/// That may be before the plugin has returned, as on AWS: then the plugin runs on to its end, and nobody waits for it.
pub(in crate::core) fn returned(turn: &mut Turn<'_>, token: TaskToken, result: Result<Payload, Fault>) {
    if turn.x.token_status(&token) != TokenStatus::Open {
        return;
    }
    let id = token.frame;
    let Kind::Task(task) = &turn.state_of(id).kind else { return };
    emit_started(turn, id, task);
    clear_timers(turn, id);
    if let Some(callback) = callback(turn, id) {
        // Dropping the frame would end a plugin that still submits.
        callback.stage = Stage::Submitted;
    }
    let result = result.and_then(|output| task::within_limit(turn, task, output));
    task::conclude(turn, id, task, result.map_err(Failure::of), None);
}

/// Somebody says that the task is still worked on.
pub(in crate::core) fn beaten(turn: &mut Turn<'_>, token: TaskToken) {
    if turn.x.token_status(&token) != TokenStatus::Open {
        return;
    }
    let (id, now_ms) = (token.frame, turn.now_ms);
    let beats = turn.x.frames.get(&id).and_then(|frame| match &frame.phase {
        Phase::Callback(callback) => callback.heartbeat_due_ms.zip(callback.heartbeat_seconds),
        _ => None,
    });
    let Some((before_ms, seconds)) = beats else { return };
    let due_ms = after(now_ms, seconds);
    let key = TimerKey { frame: id, generation: token.generation, purpose: TimerPurpose::Heartbeat };
    turn.clear_timer(key, before_ms);
    turn.out.set_timers.push((due_ms, key));
    if let Some(callback) = callback(turn, id) {
        callback.heartbeat_due_ms = Some(due_ms);
    }
}

/// One of the task's timers is due.
pub(in crate::core) fn timer_fired(turn: &mut Turn<'_>, key: TimerKey) {
    let id = key.frame;
    let Some(frame) = turn.x.frames.get(&id) else { return };
    let Phase::Callback(waiting) = &frame.phase else { return };
    let due_ms = match key.purpose {
        TimerPurpose::TaskTimeout => waiting.timeout_due_ms,
        TimerPurpose::Heartbeat => waiting.heartbeat_due_ms,
        TimerPurpose::Resume | TimerPurpose::ExecutionTimeout => return,
    };
    let generation = frame.generation;
    // A heartbeat moves its timer; the one before it may be on its way already.
    let due = due_ms.is_some_and(|due_ms| due_ms <= turn.now_ms);
    if !due || (TimerKey { generation, ..key }).to_u64() != key.to_u64() {
        return;
    }
    if matches!(waiting.stage, Stage::Submitting { .. }) {
        turn.out.effects.push(Effect::CancelTask { frame: id, generation });
    }
    let Kind::Task(task) = &turn.state_of(id).kind else { return };
    if task.resource.waits_for_execution() {
        turn.out.effects.push(Effect::StopStarted { frame: id, generation });
    }
    emit_started(turn, id, task);
    clear_timers(turn, id);
    if let Some(callback) = callback(turn, id) {
        callback.stage = Stage::Submitted;
    }
    // AWS records both as States.Timeout without a cause.
    let fault = Fault { error: Some(error_names::TIMEOUT.into()), cause: None };
    let failure = match key.purpose {
        TimerPurpose::Heartbeat => Failure::missed_heartbeat(fault),
        _ => Failure::of(fault),
    };
    task::conclude(turn, id, task, Err(failure), None);
}

/// The frame goes, and with it what the task has outside of it.
pub(in crate::core) fn dropped(
    turn: &mut Turn<'_>,
    id: FrameId,
    generation: u32,
    state: &Kind,
    callback: &Callback,
) {
    for (purpose, due_ms) in [
        (TimerPurpose::TaskTimeout, callback.timeout_due_ms),
        (TimerPurpose::Heartbeat, callback.heartbeat_due_ms),
    ] {
        if let Some(due_ms) = due_ms {
            turn.clear_timer(TimerKey { frame: id, generation, purpose }, due_ms);
        }
    }
    if let Kind::Task(task) = state
        && task.resource.waits_for_execution()
    {
        turn.out.effects.push(Effect::StopStarted { frame: id, generation });
    }
    match (&callback.stage, state) {
        (Stage::Submitting { .. }, _) => {
            turn.out.effects.push(Effect::CancelTask { frame: id, generation });
        }
        (Stage::Queued { since_ms, .. }, Kind::Task(task)) => {
            if let Resource::Activity { .. } = &task.resource {
                let activity = turn.outside.activity_name(&task.resource_text);
                leave(turn, QueuePlace { activity, since_ms: *since_ms, frame: id, generation });
            }
        }
        _ => {}
    }
}

fn leave_queue(turn: &mut Turn<'_>, id: FrameId, generation: u32, since_ms: i64) {
    let Kind::Task(task) = &turn.state_of(id).kind else { return };
    let Resource::Activity { .. } = &task.resource else { return };
    let activity = turn.outside.activity_name(&task.resource_text);
    leave(turn, QueuePlace { activity, since_ms, frame: id, generation });
}

/// A place that this very step was about to take is never taken.
fn leave(turn: &mut Turn<'_>, place: QueuePlace) {
    let entered = QueueChange::Enter(place);
    let before = turn.out.queue.len();
    turn.out.queue.retain(|change| *change != entered);
    if turn.out.queue.len() == before
        && let QueueChange::Enter(place) = entered
    {
        turn.out.queue.push(QueueChange::Leave(place));
    }
}

/// The clocks begin: when the plugin is about to run, or when a worker has the task.
fn set_timers(turn: &mut Turn<'_>, id: FrameId) {
    let now_ms = turn.now_ms;
    let generation = turn.frame(id).generation;
    let Some(callback) = callback(turn, id) else { return };
    callback.timeout_due_ms = Some(after(now_ms, callback.timeout_seconds));
    callback.heartbeat_due_ms = callback.heartbeat_seconds.map(|seconds| after(now_ms, seconds));
    let timers = [
        (TimerPurpose::TaskTimeout, callback.timeout_due_ms),
        (TimerPurpose::Heartbeat, callback.heartbeat_due_ms),
    ];
    for (purpose, due_ms) in timers {
        if let Some(due_ms) = due_ms {
            turn.out.set_timers.push((due_ms, TimerKey { frame: id, generation, purpose }));
        }
    }
}

fn clear_timers(turn: &mut Turn<'_>, id: FrameId) {
    let generation = turn.frame(id).generation;
    let Some(callback) = callback(turn, id) else { return };
    let timers = [
        (TimerPurpose::TaskTimeout, callback.timeout_due_ms.take()),
        (TimerPurpose::Heartbeat, callback.heartbeat_due_ms.take()),
    ];
    for (purpose, due_ms) in timers {
        if let Some(due_ms) = due_ms {
            turn.clear_timer(TimerKey { frame: id, generation, purpose }, due_ms);
        }
    }
}

/// The frame's callback, which changes.
fn callback<'t>(turn: &'t mut Turn<'_>, id: FrameId) -> Option<&'t mut Callback> {
    match &mut turn.frame(id).phase {
        Phase::Callback(callback) => Some(callback),
        _ => None,
    }
}

fn awaited<'t>(turn: &'t Turn<'_>, id: FrameId, generation: u32) -> Option<&'t Callback> {
    match turn.x.frames.get(&id) {
        Some(frame) if frame.generation == generation => match &frame.phase {
            Phase::Callback(callback) => Some(callback),
            _ => None,
        },
        _ => None,
    }
}

fn after(now_ms: i64, seconds: u64) -> i64 {
    now_ms.saturating_add_unsigned(seconds.saturating_mul(1000))
}
