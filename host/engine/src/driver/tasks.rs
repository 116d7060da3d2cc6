//! Running a task: binding its resource to a component, calling it, taking its result in.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dirigent_asl::{Integration, Kind, Resource};
use dirigent_store::FrameId;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::ahead::Ahead;
use super::apply::{report, spawn_runs};
use super::arns::account_of;
use super::jobs::{self, Begun};
use super::lambda::Invocation;
use super::live::{Lease, Live};
use super::now_ms;
use super::task_host::{Binding, TaskCall};
use super::{EngineConfig, EngineError, budget, nested};
use crate::core::{Effect, Execution, Stimulus, TaskRun, TaskToken, error_names};
use crate::event::{Fault, Metering};
use crate::payload::Payload;

/// A task that runs longer than this shows its start in the history before its end.
const LONG_RUNNING: Duration = Duration::from_millis(100);

/// How often in its interval a heartbeat of a task with a token is made durable; those between say nothing new.
const BEATS_PASSED_ON: u32 = 4;

/// The service whose actions are this host's own.
const OWN_SDK: &str = "aws-sdk:sfn";

/// What a resource is looked up by; `None` where that depends on the task's input.
pub(super) fn binding(resource: &Resource, text: &Arc<str>) -> Option<Binding> {
    match resource {
        Resource::Service { service, action, .. } if service == "lambda" && action == "invoke" => None,
        // A worker does it, and no component.
        Resource::Activity { .. } => None,
        // The engine itself does it.
        Resource::Service { service, action, .. } if service == "states" && action == "startExecution" => {
            None
        }
        _ => Some(Binding::Resource(bound_text(resource, text))),
    }
}

/// The text that a component is looked up by: a plugin is the same one whether its task waits for a token or a job or not.
fn bound_text(resource: &Resource, text: &Arc<str>) -> Arc<str> {
    match resource {
        Resource::Plugin { reference, integration: Integration::WaitForTaskToken | Integration::Sync } => {
            format!("plugin:{reference}").into()
        }
        _ => text.clone(),
    }
}

/// Runs a task and whatever single task follows from its result, each after the commit that scheduled it unless it may run
/// ahead of it.
pub(super) async fn run(lease: Lease, first: TaskRun) {
    let mut ahead = Ahead::of(&lease);
    let ran = match run_on(&lease, first, &mut ahead).await {
        Ok(()) => ahead.settle().await,
        // Whatever comes behind a step that is lost is lost with it.
        Err(error) => Err(error),
    };
    if let Err(error) = ran {
        report(&lease, &error);
    }
}

async fn run_on(lease: &Lease, mut run: TaskRun, ahead: &mut Ahead<'_>) -> Result<(), EngineError> {
    let engine = lease.engine().clone();
    loop {
        let Some((answer, metering)) = call_meanwhile(lease, &run, ahead).await? else { return Ok(()) };
        let TaskRun { frame, generation, .. } = run;
        if !matches!(answer, Answer::Running(_)) {
            lease.live.used.add(&metering);
        }
        let metering = Some(metering);
        let mut begun = None;
        let stimulus = match answer {
            Answer::Ended(result) => Stimulus::TaskEnded { frame, generation, result, metering },
            Answer::Started(job) => {
                let handle = job.payload();
                begun = Some(job);
                Stimulus::JobStarted { frame, generation, handle, metering }
            }
            Answer::Running(again_ms) => Stimulus::JobRunning { frame, generation, again_ms },
        };
        let taken = engine.step(lease, stimulus, None);
        // Nobody waited: the job is cancelled. What cannot be written is started again after a restart.
        if let (Some(job), Ok(Some(_)) | Err(_)) = (begun, &taken) {
            job.keep();
        }
        let Some(mut taken) = taken? else { return Ok(()) };
        let waits = started_by_task(lease, &run);
        let next = if waits { None } else { taken.ahead.pop() };
        spawn_runs(lease, std::mem::take(&mut taken.ahead));
        if let Some(next) = next {
            ahead.make_room().await?;
            ahead.push(taken);
            run = next;
            continue;
        }
        ahead.settle().await?;
        taken.durable().await?;
        let mut effects = taken.finish(lease);
        if waits {
            engine.linked_submitted(lease.id(), &run).await;
        }
        // One task after another stays on this task of the executor instead of waking another one.
        let next = effects.iter().position(|effect| matches!(effect, Effect::RunTask(_)));
        let next = next.map(|index| effects.swap_remove(index));
        engine.perform(lease, effects);
        match next {
            Some(Effect::RunTask(next)) => run = *next,
            _ => return Ok(()),
        }
    }
}

/// Calls the task's component, and settles meanwhile what it runs ahead of.
async fn call_meanwhile(
    lease: &Lease,
    run: &TaskRun,
    ahead: &mut Ahead<'_>,
) -> Result<Option<Ended>, EngineError> {
    let calling = call(lease, run);
    tokio::pin!(calling);
    while !ahead.is_empty() {
        tokio::select! {
            biased;
            ended = &mut calling => return Ok(ended),
            settled = ahead.settle() => settled?,
        }
    }
    Ok(calling.await)
}

pub(super) type Ended = (Answer, Box<Metering>);

/// What a task's plugin has answered.
pub(super) enum Answer {
    /// The task has ended.
    Ended(Result<Payload, Fault>),
    /// It has started a job.
    Started(Begun),
    /// Its job is at work; milliseconds until it makes sense to ask again.
    Running(Option<u64>),
}

fn ended(result: Result<Payload, Fault>) -> Ended {
    (Answer::Ended(result), Box::default())
}

/// Calls the task's component; `None` when it was cancelled.
async fn call(lease: &Lease, run: &TaskRun) -> Option<Ended> {
    let (cancel, cancelled) = oneshot::channel();
    let slot = (run.frame, run.generation);
    lease.live.tasks.lock().insert(slot, cancel);
    let ended = tokio::select! {
        biased;
        _ = cancelled => None,
        ended = watched(lease, run) => Some(ended),
    };
    lease.live.tasks.lock().remove(&slot);
    ended
}

/// The call itself, with its start recorded if it takes long and its heartbeats watched.
async fn watched(lease: &Lease, run: &TaskRun) -> Ended {
    let (heartbeat, mut beats) = match run.heartbeat_seconds {
        Some(_) => {
            let (sender, receiver) = mpsc::unbounded_channel();
            (Some(sender), Some(receiver))
        }
        None => (None, None),
    };
    let interval = run.heartbeat_seconds.map(Duration::from_secs);
    let calling = invoke(lease, run, heartbeat);
    tokio::pin!(calling);
    if let Ok(ended) = tokio::time::timeout(LONG_RUNNING, &mut calling).await {
        return ended;
    }
    let stimulus = Stimulus::TaskStarted { frame: run.frame, generation: run.generation };
    lease.engine().clone().apply_and_perform(lease, stimulus).await;
    let (Some(interval), Some(beats)) = (interval, &mut beats) else { return calling.await };
    let token = run.token.as_deref().and_then(TaskToken::parse);
    let mut passed_on: Option<Instant> = None;
    loop {
        tokio::select! {
            biased;
            ended = &mut calling => return ended,
            beat = tokio::time::timeout(interval, beats.recv()) => {
                if let Some(token) = token {
                    // The clock is the token's: it goes on when the plugin has ended, and it is the core that watches it.
                    let rests = passed_on.is_some_and(|at| at.elapsed() < interval / BEATS_PASSED_ON);
                    match beat {
                        Ok(Some(())) if rests => {}
                        Ok(Some(())) => {
                            passed_on = Some(Instant::now());
                            let stimulus = Stimulus::TokenHeartbeat(token);
                            lease.engine().clone().apply_and_perform(lease, stimulus).await;
                        }
                        Err(_) => {}
                        Ok(None) => return calling.await,
                    }
                } else if !matches!(beat, Ok(Some(()))) {
                    let fault = Fault { error: Some(error_names::HEARTBEAT_TIMEOUT.into()), cause: None };
                    return ended(Err(fault));
                }
            }
        }
    }
}

/// Binds, calls, and shapes the result.
async fn invoke(lease: &Lease, run: &TaskRun, heartbeat: Option<mpsc::UnboundedSender<()>>) -> Ended {
    let state = lease.live.program.get_state(run.state);
    let Some((state, Kind::Task(task))) = state.map(|state| (state, &state.kind)) else {
        return ended(Err(Fault::new(error_names::RUNTIME, "The state is not a Task")));
    };
    if let Resource::Service { service, action, integration: Integration::RequestResponse } = &task.resource
        && service == OWN_SDK
    {
        let account = account_of(&lease.live.execution.lock().info.arn).to_owned();
        let engine = lease.engine();
        if let Some(result) = engine.tasks.act(engine, &account, action, &run.parameters).await {
            return ended(result);
        }
    }
    if let Resource::Service { service, action, .. } = &task.resource
        && service == "states"
        && action == "startExecution"
    {
        return ended(nested::start(lease, run).await);
    }
    let request = match Request::of(&task.resource, &task.resource_text, &run.parameters) {
        Ok(request) => request,
        Err(fault) => return ended(Err(fault)),
    };
    let Some(component) = bound(lease, &request.binding) else {
        let mut fault = lease.engine().tasks.explain(&request.binding);
        if let Some(invocation) = &request.invocation {
            let EngineConfig { region, account, .. } = &lease.engine().config;
            fault = invocation.not_found(fault, region, account);
        }
        return ended(Err(fault));
    };
    if run.deadline_ms.is_some_and(|deadline| deadline <= now_ms()) {
        return ended(Err(timed_out()));
    }
    let fuel = match budget::of_attempt(lease).await {
        Ok(fuel) => fuel,
        Err(fault) => return ended(Err(fault)),
    };
    let is_job = run.job.is_some()
        || (jobs::is_job(&task.resource) && lease.engine().tasks.serves_jobs(component).await);
    let (info, idempotency_key) = {
        let execution = lease.live.execution.lock();
        let info = execution.info.clone();
        let key = match is_job {
            true => job_key(&execution, run.frame, run.entered_event, run.retry_count),
            false => idempotency_key(&info.arn, info.started_ms, run.frame, run.entered_event),
        };
        (info, key)
    };
    let call = TaskCall {
        execution_arn: info.arn.clone(),
        execution_name: info.name.clone(),
        state_machine_arn: info.state_machine_arn.clone(),
        state_machine_name: info.state_machine_name.clone(),
        state_name: state.name.clone(),
        resource: task.resource_text.clone(),
        retry_count: run.retry_count,
        idempotency_key,
        input: request.input,
        deadline_ms: run.deadline_ms,
        token: run.token.clone(),
        heartbeat,
        role_arn: info.role_arn.clone(),
        recovered: run.recovered,
        fuel,
        journal: lease.engine().journals.open_for(lease, run),
    };
    match &run.job {
        Some(handle) => return jobs::poll(lease, handle, component, call).await,
        None if is_job => return jobs::start(lease, run, component, call).await,
        None => {}
    }
    let mut outcome = lease.engine().tasks.call(component, call).await;
    // The definition's own time-out has no cause on AWS; the plugin's own limit says what it was.
    if run.deadline_ms.is_some_and(|deadline| deadline <= now_ms())
        && outcome.result.as_ref().is_err_and(|fault| fault.error.as_deref() == Some(error_names::TIMEOUT))
    {
        outcome.result = Err(timed_out());
    }
    let result = match &request.invocation {
        Some(invocation) => invocation.reply(outcome.result, &outcome.metering),
        None => outcome.result.map(Payload::from_text),
    };
    (Answer::Ended(result), Box::new(outcome.metering))
}

/// Whether a task started an execution and waits for its end.
fn started_by_task(lease: &Lease, run: &TaskRun) -> bool {
    let state = lease.live.program.get_state(run.state).map(|state| &state.kind);
    matches!(state, Some(Kind::Task(task)) if task.resource.waits_for_execution())
}

/// A name for the execution that an attempt starts: the same over restarts, another one for the next attempt.
pub(super) fn name_of_attempt(lease: &Lease, run: &TaskRun) -> String {
    let info = lease.live.execution.lock().info.clone();
    let task = idempotency_key(&info.arn, info.started_ms, run.frame, run.entered_event);
    let key = format!("{task}|{}", run.generation);
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, key.as_bytes()).to_string()
}

/// The same for all attempts of a task, and different for every other task anywhere: the execution's ARN alone would come
/// again in another data directory, where the same order may be run by the same name.
fn idempotency_key(execution_arn: &str, started_ms: i64, frame: FrameId, entered_event: u64) -> String {
    let task = format!("{execution_arn}|{started_ms}|{}|{entered_event}", frame.0);
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, task.as_bytes()).to_string()
}

/// The same for the calls of one job, over restarts too, and another one for the job of the next attempt: a job that has
/// failed is not the one that a retry or a redrive wants.
pub(crate) fn job_key(execution: &Execution, frame: FrameId, entered_event: u64, retry_count: u32) -> String {
    let info = &execution.info;
    let task = idempotency_key(&info.arn, info.started_ms, frame, entered_event);
    match (retry_count, execution.redrives().count) {
        (0, 0) => task,
        (retries, redrives) => {
            let key = format!("{task}|{retries}|{redrives}");
            uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, key.as_bytes()).to_string()
        }
    }
}

fn timed_out() -> Fault {
    Fault { error: Some(error_names::TIMEOUT.into()), cause: None }
}

fn pin(pins: &crate::rows::Pins, binding: &Binding) -> Option<[u8; 32]> {
    pins.iter().find(|(key, _)| **key == *binding.key()).map(|(_, at)| *at)
}

/// The component that an execution is bound to already.
pub(super) fn pinned(live: &Live, binding: &Binding) -> Option<[u8; 32]> {
    pin(&live.pins.lock(), binding).or_else(|| pin(&live.inherited_pins, binding))
}

/// The component that this execution is bound to for a resource; the first use binds it.
fn bound(lease: &Lease, binding: &Binding) -> Option<[u8; 32]> {
    let known = pinned(&lease.live, binding);
    if known.is_some() {
        return known;
    }
    let component = lease.engine().tasks.bind(binding)?;
    let mut pins = lease.live.pins.lock();
    // Another branch may have bound it meanwhile; the first one holds.
    if let Some(component) = pin(&pins, binding) {
        return Some(component);
    }
    pins.push((binding.key().into(), component));
    lease.live.pins_changed.store(true, Ordering::Release);
    Some(component)
}

/// How a resource's parameters become a component's input, and its output the task's result.
struct Request {
    binding: Binding,
    input: Arc<str>,
    /// AWS's call around the function, for `lambda:invoke`.
    invocation: Option<Invocation>,
}

impl Request {
    fn of(resource: &Resource, text: &Arc<str>, parameters: &Payload) -> Result<Request, Fault> {
        match resource {
            Resource::Service { service, action, .. } if service == "lambda" && action == "invoke" => {
                let invocation = Invocation::of(parameters)?;
                Ok(Request {
                    binding: Binding::Function(invocation.qualified.clone()),
                    input: invocation.input.clone(),
                    invocation: Some(invocation),
                })
            }
            _ => Ok(Request {
                binding: Binding::Resource(bound_text(resource, text)),
                input: parameters.shared_text(),
                invocation: None,
            }),
        }
    }
}
