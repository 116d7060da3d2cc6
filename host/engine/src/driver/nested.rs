//! Executions that tasks start: `states:startExecution`, and with `.sync` or `.sync:2` the wait for their ends.
//!
//! A started execution that is waited for has a *link*: a row of its own, written in the commit that creates it, which
//! names the wait. When the execution has ended, its result goes to the waiting task as a token's would, and then the
//! link goes. A restarted host reads all links and looks which of their executions have ended meanwhile; so neither
//! side stays in memory, and no end is lost.
//!
//! Source: AWS developer guide, "Start Step Functions workflow executions from Task states".

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_asl::{Integration, Kind, Resource};
use dirigent_store::{
    Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionId, Expect, FrameId, MachineId,
};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::live::Lease;
use super::start::StartRequest;
use super::{Engine, EngineError, Started, Target, lambda, tasks};
use crate::catalog::MachineType;
use crate::core::{Stimulus, TaskRun, TaskToken, error_names};
use crate::event::Fault;
use crate::payload::Payload;
use crate::rows::{RowError, StatusRow, decode, encode, execution_key, execution_of};

/// Links, by the execution that is waited for.
pub(super) const LINKS: CatalogKind = CatalogKind(20);

/// Links read at a time.
const PAGE: usize = 1_000;

/// Links of executions that are waited for.
#[derive(Default)]
pub(super) struct Links(Mutex<Both>);

/// The same links twice: each side finds the other.
#[derive(Default)]
struct Both {
    waits: HashMap<ExecutionId, TaskToken>,
    executions: HashMap<Wait, ExecutionId>,
}

/// A frame of an execution, and which of its waits.
type Wait = (ExecutionId, FrameId, u32);

impl Both {
    fn insert(&mut self, id: ExecutionId, token: TaskToken) {
        self.waits.insert(id, token);
        self.executions.insert((token.execution, token.frame, token.generation), id);
    }

    fn remove(&mut self, id: ExecutionId) {
        if let Some(token) = self.waits.remove(&id) {
            self.executions.remove(&(token.execution, token.frame, token.generation));
        }
    }
}

impl Links {
    /// Reads those of a store.
    pub(super) async fn open(store: &dyn dirigent_store::Store) -> Result<Links, EngineError> {
        let mut links = Both::default();
        let mut after = None;
        loop {
            let page = store.scan(LINKS, after.as_deref(), PAGE).await?;
            let last = page.len() < PAGE;
            for (key, value) in &page {
                if let Some(id) = execution_of(key) {
                    links.insert(id, decode::<TaskToken>(value)?);
                }
            }
            after = page.into_iter().next_back().map(|(key, _)| key);
            if last {
                return Ok(Links(Mutex::new(links)));
            }
        }
    }

    fn of(&self, id: ExecutionId) -> Option<TaskToken> {
        self.0.lock().waits.get(&id).copied()
    }

    fn started_by(&self, wait: Wait) -> Option<ExecutionId> {
        self.0.lock().executions.get(&wait).copied()
    }
}

fn key(id: ExecutionId) -> CatalogKey {
    execution_key(LINKS, id)
}

/// The row that links an execution to the wait of a token.
fn link(id: ExecutionId, token: TaskToken) -> Result<CatalogChange, RowError> {
    Ok(CatalogChange { key: key(id), value: Some(encode(&token)?), expect: Expect::Anything })
}

/// Starts the execution that a task asks for. The result is what AWS's StartExecution answers.
pub(super) async fn start(lease: &Lease, run: &TaskRun) -> Result<Payload, Fault> {
    let engine = lease.engine();
    let parameters = run.parameters.value();
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(arn) = text("StateMachineArn") else {
        let cause = "The parameters of states:startExecution need a StateMachineArn, which is a string";
        return Err(Fault::new(error_names::RUNTIME, cause));
    };
    let target = engine.target(&arn).await.map_err(|error| match error {
        EngineError::NoSuchTestCase { .. } => refused("StateMachineDoesNotExist", &error.to_string()),
        other => failed(&other),
    })?;
    let Some(Target { machine, origin, case }) = target else {
        let message = format!("State Machine Does Not Exist: '{arn}'");
        return Err(refused("StateMachineDoesNotExist", &message));
    };
    let input = match parameters.get("Input") {
        None | Some(Value::Null) => Payload::empty_object(),
        Some(Value::String(text)) => Payload::parse(text.as_str()).map_err(|error| {
            let message = format!("Invalid State Machine Execution Input: '{error}'");
            refused("InvalidExecutionInput", &message)
        })?,
        Some(value) => Payload::from_value(value.clone()),
    };
    let (state, token) = {
        let execution = lease.live.execution.lock();
        (execution.standing(run.frame), execution.awaited_token(run.frame, run.generation))
    };
    let Some((state, entered_ms)) = state else { return Err(Fault::default()) };
    let Kind::Task(task) = &lease.live.program.state(state).kind else { return Err(Fault::default()) };
    let awaited = token.filter(|_| task.resource.waits_for_execution());
    let own_name = text("Name");
    // The same after a crash, so that what was started before it is found and not started again.
    let name = own_name.clone().unwrap_or_else(|| tasks::name_of_attempt(lease, run));
    let request = StartRequest {
        machine: machine.clone(),
        origin,
        case,
        name: Some(name.clone()),
        input: input.clone(),
    };
    let started = match engine.start_linked(request, awaited).await {
        Ok(started) => started,
        Err(EngineError::NameTaken { .. }) => {
            let before = started_before(engine, machine.id, &name, &input, awaited, entered_ms).await;
            before.map_err(|error| failed(&error))?.ok_or_else(|| {
                let arn = engine.execution_arn(&machine.name, &name);
                refused("ExecutionAlreadyExists", &format!("Execution Already Exists: '{arn}'"))
            })?
        }
        Err(error @ EngineError::Express) => {
            return Err(refused("StateMachineTypeNotSupported", &error.to_string()));
        }
        Err(EngineError::Throttled) => return Err(refused("ExecutionLimitExceeded", "Rate exceeded")),
        Err(error) => return Err(failed(&error)),
    };
    Ok(answer(&started))
}

/// The execution of that name, where it is this very task that started it before the host stopped.
async fn started_before(
    engine: &Engine,
    machine: MachineId,
    name: &str,
    input: &Payload,
    awaited: Option<TaskToken>,
    entered_ms: i64,
) -> Result<Option<Started>, EngineError> {
    let Some(id) = engine.store.find(machine, name).await? else { return Ok(None) };
    if awaited.is_some() {
        // Its link is there until the wait is over.
        return if engine.links.of(id) == awaited { engine.started(id).await } else { Ok(None) };
    }
    let description = engine.describe(id).await?;
    let own = description.row.started_ms >= entered_ms && description.input.as_ref() == Some(input);
    if own { engine.started(id).await } else { Ok(None) }
}

fn failed(error: &EngineError) -> Fault {
    refused("InternalFailure", &error.to_string())
}

/// An error of StartExecution, in the words of the SDK that AWS uses for this integration.
fn refused(code: &str, message: &str) -> Fault {
    let cause = format!(
        "{message} (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; Request ID: {}; Proxy: null)",
        Uuid::new_v4()
    );
    Fault::new(format!("StepFunctions.{code}Exception"), cause)
}

fn answer(started: &Started) -> Payload {
    let seconds = started.started_ms as f64 / 1000.0;
    // As AWS's answer is printed, whose length is one of its headers.
    let body = format!(r#"{{"executionArn":"{}","startDate":{:.12}E9}}"#, started.arn, seconds / 1e9);
    let mut answer = Map::new();
    answer.insert("ExecutionArn".into(), (&*started.arn).into());
    let metadata = lambda::response_metadata(body.len(), "application/x-amz-json-1.0");
    answer.extend(metadata);
    answer.insert("StartDate".into(), seconds.into());
    Payload::from_value(Value::Object(answer))
}

impl Engine {
    /// Starts an execution that a task of another one waits for.
    async fn start_linked(
        self: &Arc<Self>,
        request: StartRequest,
        awaited: Option<TaskToken>,
    ) -> Result<Started, EngineError> {
        let Some(token) = awaited else { return self.start(request).await };
        if request.machine.machine_type == MachineType::Express {
            return Err(EngineError::Express);
        }
        let note = |id: ExecutionId| {
            // In memory before it is durable, so that an execution that ends at once is known to be waited for.
            self.links.0.lock().insert(id, token);
            link(id, token)
        };
        self.start_with(request, note).await
    }

    /// An execution as its start answered.
    async fn started(&self, id: ExecutionId) -> Result<Option<Started>, EngineError> {
        let (Some(row), Some(machine)) = (self.record(id).await?, self.machine_of(id).await?) else {
            return Ok(None);
        };
        let arn = self.execution_arn(&machine, &row.name).into();
        Ok(Some(Started { id, arn, name: row.name, started_ms: row.started_ms }))
    }

    /// Whether a task of another execution waits for the end of this one, or has not been told of it yet.
    pub(super) fn is_waited_for(&self, id: ExecutionId) -> bool {
        self.links.of(id).is_some()
    }

    /// An execution has ended: whoever waits for it hears of it.
    pub(super) fn linked_ended(self: &Arc<Self>, id: ExecutionId) {
        if let Some(token) = self.links.of(id) {
            let engine = self.clone();
            tokio::spawn(async move {
                if let Err(error) = engine.deliver(id, token).await {
                    tracing::error!(%error, "the end of an execution could not be told to the one that waits for it");
                }
            });
        }
    }

    /// Stops the execution that a wait, which is over, was for.
    pub(super) fn stop_started(self: &Arc<Self>, parent: ExecutionId, frame: FrameId, generation: u32) {
        let Some(id) = self.links.started_by((parent, frame, generation)) else { return };
        let engine = self.clone();
        tokio::spawn(async move {
            let stopped = engine.stop(id, Fault::default()).await.map(drop);
            if let Err(error) = stopped.and(engine.unlink(id).await) {
                tracing::error!(%error, "an execution that nobody waits for could not be stopped");
            }
        });
    }

    /// A task has started its execution and waits from now on. It may have ended already.
    pub(super) async fn linked_submitted(self: &Arc<Self>, parent: ExecutionId, run: &TaskRun) {
        let Some(id) = self.links.started_by((parent, run.frame, run.generation)) else { return };
        let ended = self.record(id).await.map(|row| row.is_none_or(|row| row.status != StatusRow::Running));
        match ended {
            Ok(true) => self.linked_ended(id),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "cannot read an execution that another one waits for"),
        }
    }

    /// Gives the end of an execution to the task that waits for it.
    async fn deliver(self: &Arc<Self>, id: ExecutionId, token: TaskToken) -> Result<(), EngineError> {
        if let Some(parent) = Lease::of(self, token.execution).await? {
            let integration = {
                let execution = parent.live.execution.lock();
                if execution.is_submitting(token.frame, token.generation) {
                    // Its start is not in the parent's history yet; whoever puts it there looks for the end.
                    return Ok(());
                }
                let state =
                    execution.standing(token.frame).map(|(state, _)| parent.live.program.state(state));
                match state.map(|state| &state.kind) {
                    Some(Kind::Task(task)) => match &task.resource {
                        Resource::Service { integration, .. } => *integration,
                        _ => Integration::Sync,
                    },
                    _ => Integration::Sync,
                }
            };
            let result = self.end_of(id, integration).await?;
            let stimulus = Stimulus::TokenReturned { token, result };
            if let Some(effects) = self.apply(&parent, stimulus).await? {
                self.perform(&parent, effects);
            }
        }
        self.unlink(id).await
    }

    async fn unlink(&self, id: ExecutionId) -> Result<(), EngineError> {
        self.links.0.lock().remove(id);
        let change = CatalogChange { key: key(id), value: None, expect: Expect::Anything };
        Ok(self.store.commit(Batch::catalog(change)).await?)
    }

    /// The task's result for how an execution has ended.
    async fn end_of(
        &self,
        id: ExecutionId,
        integration: Integration,
    ) -> Result<Result<Payload, Fault>, EngineError> {
        let description = self.describe(id).await?;
        let machine = self.machine_of(id).await?.unwrap_or_default();
        let row = &description.row;
        // `.sync` has JSON as texts, `.sync:2` as it is.
        let parsed = integration == Integration::Sync2 && matches!(row.status, StatusRow::Succeeded(_));
        let shown = |payload: &Payload| {
            if parsed { payload.value().clone() } else { payload.text().into() }
        };
        let mut end = Map::new();
        let (status, fault) = match &row.status {
            StatusRow::Running => ("RUNNING", None),
            StatusRow::Succeeded(_) => ("SUCCEEDED", None),
            StatusRow::Failed(fault) => ("FAILED", Some(fault)),
            StatusRow::TimedOut(fault) => ("TIMED_OUT", Some(fault)),
            StatusRow::Aborted(fault) => ("ABORTED", Some(fault)),
        };
        for (name, text) in
            fault.into_iter().flat_map(|fault| [("Cause", &fault.cause), ("Error", &fault.error)])
        {
            if let Some(text) = text {
                end.insert(name.into(), (&**text).into());
            }
        }
        end.insert("ExecutionArn".into(), self.execution_arn(&machine, &row.name).into());
        for (name, payload) in [("Input", &description.input), ("Output", &description.output)] {
            if let Some(payload) = payload {
                end.insert(name.into(), shown(payload));
                end.insert(format!("{name}Details"), json!({ "Included": true }));
            }
            if name == "Input" {
                end.insert("Name".into(), (&*row.name).into());
            }
        }
        end.insert("StartDate".into(), row.started_ms.into());
        end.insert("StateMachineArn".into(), self.state_machine_arn(&machine).into());
        end.insert("Status".into(), status.into());
        end.insert("StopDate".into(), row.stopped_ms.into());
        let end = Payload::from_value(Value::Object(end));
        Ok(match fault {
            None => Ok(end),
            Some(_) => Err(Fault::new("States.TaskFailed", end.shared_text())),
        })
    }
}

/// Looks after the links of an earlier process: executions that ended, and waits that are over.
pub(super) fn catch_up(engine: &Arc<Engine>) {
    let links: Vec<(ExecutionId, TaskToken)> =
        engine.links.0.lock().waits.iter().map(|(id, token)| (*id, *token)).collect();
    if links.is_empty() {
        return;
    }
    let engine = engine.clone();
    tokio::spawn(async move {
        for (id, token) in links {
            if let Err(error) = catch_up_with(&engine, id, token).await {
                tracing::error!(%error, "cannot look after an execution that another one waits for");
            }
        }
    });
}

async fn catch_up_with(engine: &Arc<Engine>, id: ExecutionId, token: TaskToken) -> Result<(), EngineError> {
    let Some(row) = engine.record(id).await? else { return engine.unlink(id).await };
    if row.status != StatusRow::Running {
        return engine.deliver(id, token).await;
    }
    let awaited = match Lease::of(engine, token.execution).await? {
        Some(parent) => {
            parent.live.execution.lock().awaited_token(token.frame, token.generation) == Some(token)
        }
        None => false,
    };
    if !awaited {
        engine.stop(id, Fault::default()).await?;
        engine.unlink(id).await?;
    }
    Ok(())
}
