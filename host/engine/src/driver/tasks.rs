//! Running a task: binding its resource to a component, calling it, taking its result in.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_asl::{Integration, Kind, Resource};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::apply::report;
use super::arns::account_of;
use super::lambda::Invocation;
use super::live::Lease;
use super::now_ms;
use super::{Engine, EngineConfig, TaskJournal, nested};
use crate::core::{Effect, Stimulus, TaskRun, TaskToken, error_names};
use crate::event::{Fault, Metering};
use crate::payload::Payload;

/// A task that runs longer than this shows its start in the history before its end.
const LONG_RUNNING: Duration = Duration::from_millis(100);

/// How often in its interval a heartbeat of a task with a token is made durable; those between say nothing new.
const BEATS_PASSED_ON: u32 = 4;

/// The service whose actions are this host's own.
const OWN_SDK: &str = "aws-sdk:sfn";

/// What runs tasks: the plugin runtime, or a stand-in for it.
#[async_trait]
pub trait TaskHost: Send + Sync + 'static {
    /// The component that serves a binding now, by its SHA-256.
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]>;

    /// Why [`TaskHost::bind`] found none.
    fn explain(&self, binding: &Binding) -> Fault;

    /// Runs a component once. Dropping the future ends the call.
    async fn call(&self, component: [u8; 32], call: TaskCall) -> TaskOutcome;

    /// Runs an action of this host's own API for `aws-sdk:sfn:ACTION`, called by an account; `None` when it has no such action, and then a
    /// component may serve it.
    async fn act(
        &self,
        _engine: &Arc<Engine>,
        _account: &str,
        _action: &str,
        _parameters: &Payload,
    ) -> Option<Result<Payload, Fault>> {
        None
    }
}

/// What a component is looked up by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Binding {
    /// A `Resource` as written.
    Resource(Arc<str>),
    /// A Lambda function's name.
    Function(Arc<str>),
}

impl Binding {
    /// Under what an execution remembers the binding.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Binding::Resource(text) => text,
            Binding::Function(name) => name,
        }
    }
}

/// One call of a task.
#[derive(Clone, Debug)]
pub struct TaskCall {
    /// The execution's ARN.
    pub execution_arn: Arc<str>,
    /// The execution's name.
    pub execution_name: Arc<str>,
    /// The state machine's ARN.
    pub state_machine_arn: Arc<str>,
    /// The state machine's name.
    pub state_machine_name: Arc<str>,
    /// The state's name.
    pub state_name: Arc<str>,
    /// The `Resource` as written.
    pub resource: Arc<str>,
    /// How often it has been retried.
    pub retry_count: u32,
    /// The same over retries and restarts, different for every other task.
    pub idempotency_key: String,
    /// Its input.
    pub input: Arc<str>,
    /// When the caller gives up, in Unix milliseconds.
    pub deadline_ms: Option<i64>,
    /// The task's token, where it is done when that comes back.
    pub token: Option<String>,
    /// Told about heartbeats.
    pub heartbeat: Option<mpsc::UnboundedSender<()>>,
    /// The role of the state machine, as the revision that the execution runs has it.
    pub role_arn: Arc<str>,
    /// The attempt may have begun to run before the host was restarted. One that may not have finds nothing in its journal's
    /// scope of the attempt.
    pub recovered: bool,
    /// What the attempt records.
    pub journal: TaskJournal,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct TaskOutcome {
    /// The output as JSON text, or the error.
    pub result: Result<String, Fault>,
    /// What it used.
    pub metering: Metering,
}

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

/// The text that a component is looked up by: a plugin is the same one whether its task waits for a token or not.
fn bound_text(resource: &Resource, text: &Arc<str>) -> Arc<str> {
    match resource {
        Resource::Plugin { reference, integration: Integration::WaitForTaskToken } => {
            format!("plugin:{reference}").into()
        }
        _ => text.clone(),
    }
}

/// Runs a task and whatever single task follows from its result, each after the commit that scheduled it.
pub(super) async fn run(lease: Lease, mut run: TaskRun) {
    let engine = lease.engine().clone();
    loop {
        let Some((result, metering)) = call(&lease, &run).await else { return };
        let stimulus = Stimulus::TaskEnded {
            frame: run.frame,
            generation: run.generation,
            result,
            metering: Some(metering),
        };
        let mut effects = match engine.apply(&lease, stimulus).await {
            Ok(effects) => effects.unwrap_or_default(),
            Err(error) => return report(&lease, &error),
        };
        let waits = started_by_task(&lease, &run);
        if waits {
            engine.linked_submitted(lease.id(), &run).await;
        }
        // One task after another stays on this task of the executor instead of waking another one.
        let next = effects.iter().position(|effect| matches!(effect, Effect::RunTask(_)));
        let next = next.map(|index| effects.swap_remove(index));
        engine.perform(&lease, effects);
        match next {
            Some(Effect::RunTask(next)) => run = *next,
            _ => return,
        }
    }
}

type Ended = (Result<Payload, Fault>, Box<Metering>);

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
                    return (Err(fault), Box::default());
                }
            }
        }
    }
}

/// Binds, calls, and shapes the result.
async fn invoke(lease: &Lease, run: &TaskRun, heartbeat: Option<mpsc::UnboundedSender<()>>) -> Ended {
    let state = lease.live.program.get_state(run.state);
    let Some((state, Kind::Task(task))) = state.map(|state| (state, &state.kind)) else {
        return (Err(Fault::new(error_names::RUNTIME, "The state is not a Task")), Box::default());
    };
    if let Resource::Service { service, action, integration: Integration::RequestResponse } = &task.resource
        && service == OWN_SDK
    {
        let account = account_of(&lease.live.execution.lock().info.arn).to_owned();
        let engine = lease.engine();
        if let Some(result) = engine.tasks.act(engine, &account, action, &run.parameters).await {
            return (result, Box::default());
        }
    }
    if let Resource::Service { service, action, .. } = &task.resource
        && service == "states"
        && action == "startExecution"
    {
        return (nested::start(lease, run).await, Box::default());
    }
    let request = match Request::of(&task.resource, &task.resource_text, &run.parameters) {
        Ok(request) => request,
        Err(fault) => return (Err(fault), Box::default()),
    };
    let Some(component) = bound(lease, &request.binding) else {
        let mut fault = lease.engine().tasks.explain(&request.binding);
        if let Some(invocation) = &request.invocation {
            let EngineConfig { region, account, .. } = &lease.engine().config;
            fault = invocation.not_found(fault, region, account);
        }
        return (Err(fault), Box::default());
    };
    if run.deadline_ms.is_some_and(|deadline| deadline <= now_ms()) {
        return (Err(timed_out()), Box::default());
    }
    let info = lease.live.execution.lock().info.clone();
    let call = TaskCall {
        execution_arn: info.arn.clone(),
        execution_name: info.name.clone(),
        state_machine_arn: info.state_machine_arn.clone(),
        state_machine_name: info.state_machine_name.clone(),
        state_name: state.name.clone(),
        resource: task.resource_text.clone(),
        retry_count: run.retry_count,
        idempotency_key: idempotency_key(&info.arn, info.started_ms, run),
        input: request.input,
        deadline_ms: run.deadline_ms,
        token: run.token.clone(),
        heartbeat,
        role_arn: info.role_arn.clone(),
        recovered: run.recovered,
        journal: lease.engine().journals.open_for(lease, run),
    };
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
    (result, Box::new(outcome.metering))
}

/// Whether a task started an execution and waits for its end.
fn started_by_task(lease: &Lease, run: &TaskRun) -> bool {
    let state = lease.live.program.get_state(run.state).map(|state| &state.kind);
    matches!(state, Some(Kind::Task(task)) if task.resource.waits_for_execution())
}

/// A name for the execution that an attempt starts: the same over restarts, another one for the next attempt.
pub(super) fn name_of_attempt(lease: &Lease, run: &TaskRun) -> String {
    let info = lease.live.execution.lock().info.clone();
    let key = format!("{}|{}", idempotency_key(&info.arn, info.started_ms, run), run.generation);
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, key.as_bytes()).to_string()
}

/// The same for all attempts of a task, and different for every other task anywhere: the execution's ARN alone would come
/// again in another data directory, where the same order may be run by the same name.
fn idempotency_key(execution_arn: &str, started_ms: i64, run: &TaskRun) -> String {
    let task = format!("{execution_arn}|{started_ms}|{}|{}", run.frame.0, run.entered_event);
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, task.as_bytes()).to_string()
}

fn timed_out() -> Fault {
    Fault { error: Some(error_names::TIMEOUT.into()), cause: None }
}

/// The component that this execution is bound to for a resource; the first use binds it.
fn bound(lease: &Lease, binding: &Binding) -> Option<[u8; 32]> {
    let pinned =
        |pins: &crate::rows::Pins| pins.iter().find(|(key, _)| **key == *binding.key()).map(|(_, at)| *at);
    let known = pinned(&lease.live.pins.lock()).or_else(|| pinned(&lease.live.inherited_pins));
    if known.is_some() {
        return known;
    }
    let component = lease.engine().tasks.bind(binding)?;
    let mut pins = lease.live.pins.lock();
    // Another branch may have bound it meanwhile; the first one holds.
    if let Some(component) = pinned(&pins) {
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
                    binding: Binding::Function(invocation.function.clone()),
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
