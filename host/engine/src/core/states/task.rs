//! Task: schedules work outside, and takes its result in.

use std::sync::Arc;

use dirigent_asl::{MAX_SECONDS, Resource, Seconds, State, Task};
use dirigent_expr::Expr;
use dirigent_store::FrameId;

use super::{callback, job, mocked};
use crate::core::errors::{Failure, error_names};
use crate::core::flow;
use crate::core::frame::Phase;
use crate::core::stimulus::Effect;
use crate::core::token::TaskToken;
use crate::core::turn::Turn;
use crate::event::{EventKind, Fault, Metering, TaskResource};
use crate::payload::{MAX_JSON_DEPTH, Payload};

/// Schedules the task.
pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    task: &Task,
) -> Result<(), Failure> {
    let token = task.resource.waits_for_caller().then(|| callback::next_token(turn, id));
    // An activity's token is for whoever takes the task, and an execution's for the host; parameters see neither.
    let hidden = matches!(task.resource, Resource::Activity { .. }) || task.resource.waits_for_execution();
    turn.token = token.filter(|_| !hidden);
    let scheduled = schedule(turn, id, state, task, token);
    turn.token = None;
    scheduled
}

fn schedule(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    task: &Task,
    token: Option<TaskToken>,
) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let parameters = flow::parameters(turn, id, state)?;
    let timeout_seconds = seconds(turn, id, &input, task.timeout.as_ref(), "TimeoutSecondsPath")?;
    let heartbeat_seconds = seconds(turn, id, &input, task.heartbeat.as_ref(), "HeartbeatSecondsPath")?;
    let role_arn = match &task.credentials {
        None => None,
        Some(template) => {
            let credentials = flow::render_any(turn, id, "Credentials", template, &input)?;
            credentials.get("RoleArn").and_then(|role| role.as_str()).map(Arc::from)
        }
    };
    let mock = turn.mocked_result(state, task);
    if let Resource::Activity { .. } = &task.resource
        && mock.is_none()
        && !turn.outside.has_activity(&task.resource_text)
    {
        return Err(Failure::runtime(format!("The activity {} does not exist.", task.resource_text)));
    }
    let at = turn.refer(&parameters);
    let previous = turn.frame(id).last_event;
    let resource = shown(task);
    let kind =
        EventKind::TaskScheduled { resource, parameters: at, timeout_seconds, heartbeat_seconds, role_arn };
    let event = turn.emit(previous, kind);
    turn.frame(id).last_event = event;
    if let Some(result) = mock {
        mocked::run(turn, id, task, result);
        return Ok(());
    }
    if let Some(token) = token {
        callback::schedule(turn, id, task, token, parameters, timeout_seconds, heartbeat_seconds);
        return Ok(());
    }
    let deadline_ms =
        timeout_seconds.map(|seconds| turn.now_ms.saturating_add_unsigned(seconds.saturating_mul(1000)));
    turn.wait_for(id, Phase::Task { parameters, started: false, deadline_ms, heartbeat_seconds });
    if let Some(run) = turn.x.task_run(id) {
        turn.out.effects.push(Effect::RunTask(Box::new(run)));
    }
    Ok(())
}

/// The task runs, and takes long enough to say so.
pub(in crate::core) fn started(turn: &mut Turn<'_>, id: FrameId, generation: u32) {
    let Some(dirigent_asl::Kind::Task(task)) = kind(turn, id) else { return };
    match awaited(turn, id, generation) {
        true => emit_started(turn, id, task),
        false => callback::started(turn, id, generation, task),
    }
}

fn kind<'a>(turn: &Turn<'a>, id: FrameId) -> Option<&'a dirigent_asl::Kind> {
    turn.x.frames.get(&id).map(|frame| &turn.program.state(frame.state).kind)
}

fn emit_started(turn: &mut Turn<'_>, id: FrameId, task: &Task) {
    let Phase::Task { started: started @ false, .. } = &mut turn.frame(id).phase else { return };
    *started = true;
    let previous = turn.frame(id).last_event;
    let event = turn.emit(previous, EventKind::TaskStarted { resource: shown(task) });
    turn.frame(id).last_event = event;
}

/// The task has ended.
pub(in crate::core) fn ended(
    turn: &mut Turn<'_>,
    id: FrameId,
    generation: u32,
    result: Result<Payload, Fault>,
    metering: Option<Box<Metering>>,
) {
    let Some(dirigent_asl::Kind::Task(task)) = kind(turn, id) else { return };
    if let Some(Phase::Job(_)) = turn.x.frames.get(&id).map(|frame| &frame.phase) {
        return job::ended(turn, id, generation, task, result, metering);
    }
    if !awaited(turn, id, generation) {
        return callback::submitted(turn, id, generation, task, result, metering);
    }
    emit_started(turn, id, task);
    let result = result.and_then(|output| within_limit(turn, task, output));
    conclude(turn, id, task, result.map_err(Failure::of), metering);
}

/// The task and its deadline, if the frame waits for it to begin. Its start is in the history from now on.
pub(super) fn begun<'a>(
    turn: &mut Turn<'a>,
    id: FrameId,
    generation: u32,
) -> Option<(&'a Task, Option<i64>)> {
    let dirigent_asl::Kind::Task(task) = kind(turn, id)? else { return None };
    if !awaited(turn, id, generation) {
        return None;
    }
    emit_started(turn, id, task);
    match turn.frame(id).phase {
        Phase::Task { deadline_ms, .. } => Some((task, deadline_ms)),
        _ => None,
    }
}

/// The task's last event, and what follows from how it ended.
pub(super) fn conclude(
    turn: &mut Turn<'_>,
    id: FrameId,
    task: &Task,
    result: Result<Payload, Failure>,
    metering: Option<Box<Metering>>,
) {
    let state = turn.state_of(id);
    let previous = turn.frame(id).last_event;
    let resource = shown(task);
    let kind = match &result {
        Ok(output) => EventKind::TaskSucceeded { resource, output: turn.refer(output), metering },
        Err(Failure { fault, .. }) if is_timeout(fault) => {
            EventKind::TaskTimedOut { resource, fault: fault.clone(), metering }
        }
        Err(Failure { fault, .. }) => EventKind::TaskFailed { resource, fault: fault.clone(), metering },
    };
    let event = turn.emit(previous, kind);
    turn.frame(id).last_event = event;
    match result.and_then(|output| flow::output(turn, id, state, output)) {
        Ok((output, assigned)) => turn.leave(id, output, assigned, task.next),
        Err(failure) => turn.failed(id, failure),
    }
}

fn awaited(turn: &Turn<'_>, id: FrameId, generation: u32) -> bool {
    turn.x
        .frames
        .get(&id)
        .is_some_and(|frame| frame.generation == generation && matches!(frame.phase, Phase::Task { .. }))
}

/// What a task returned, if it may be that large and that deep.
pub(super) fn within_limit(turn: &Turn<'_>, task: &Task, output: Payload) -> Result<Payload, Fault> {
    if output.text().len() > turn.limits.payload_bytes {
        let name = match &task.resource {
            Resource::Service { service, .. } => service,
            _ => &*task.resource_text,
        };
        return Err(Fault::new(error_names::DATA_LIMIT, flow::too_large(name)));
    }
    if !output.is_shallow() {
        let cause = format!("The task's output is nested deeper than {MAX_JSON_DEPTH} levels");
        return Err(Fault::new(error_names::RUNTIME, cause));
    }
    Ok(output)
}

fn is_timeout(fault: &Fault) -> bool {
    matches!(fault.error.as_deref(), Some(error_names::TIMEOUT | error_names::HEARTBEAT_TIMEOUT))
}

/// How the resource shows in events.
pub(super) fn shown(task: &Task) -> TaskResource {
    match &task.resource {
        Resource::Lambda { .. } => TaskResource::Lambda { arn: task.resource_text.clone() },
        Resource::Plugin { reference, integration } => TaskResource::Service {
            resource_type: "plugin".into(),
            resource: format!("{reference}{integration}").into(),
        },
        Resource::Activity { .. } => TaskResource::Activity { arn: task.resource_text.clone() },
        Resource::Service { service, action, integration } => TaskResource::Service {
            resource_type: service.as_str().into(),
            resource: format!("{action}{integration}").into(),
        },
    }
}

fn seconds(
    turn: &Turn<'_>,
    id: FrameId,
    input: &Payload,
    seconds: Option<&Seconds>,
    field: &str,
) -> Result<Option<u64>, Failure> {
    match seconds {
        None => Ok(None),
        Some(Seconds::Fixed(number)) => Ok(Some(*number)),
        Some(Seconds::Path(path)) => from_path(turn, id, input, path, field).map(Some),
        Some(Seconds::Jsonata(expression)) => {
            let field = field.trim_end_matches("Path");
            let value = expression
                .evaluate(&turn.scope(id, input))
                .map_err(|error| Failure::in_jsonata(field, expression, error))?;
            match whole_seconds(&value) {
                Some(seconds) => Ok(Some(seconds)),
                None => Err(Failure::unexpected_type(field, expression.as_str(), "number", &value)),
            }
        }
    }
}

fn from_path(
    turn: &Turn<'_>,
    id: FrameId,
    input: &Payload,
    path: &Expr,
    field: &str,
) -> Result<u64, Failure> {
    let value = path.evaluate(&turn.scope(id, input)).map_err(|error| Failure::in_path(&error))?;
    match whole_seconds(&value) {
        Some(number) => Ok(number),
        None => Err(Failure::runtime(format!(
            "The {field} parameter does not reference a valid number of seconds: {} == {value}",
            path.as_str()
        ))),
    }
}

/// A number of seconds that a time-out may be.
fn whole_seconds(value: &serde_json::Value) -> Option<u64> {
    let number = value.as_u64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as u64))?;
    (1..=MAX_SECONDS).contains(&number).then_some(number)
}
