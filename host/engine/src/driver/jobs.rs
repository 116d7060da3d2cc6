//! Jobs of `.sync` tasks: starting them, asking how they stand, and cancelling those that nobody waits for any more.
//!
//! That a job is to be cancelled is a row, which is written in the commit that ends the wait and deleted when the plugin has
//! answered `cancel`, or has failed to so often that it is given up. A restarted host reads these rows and goes on.
//!
//! A job whose `start` was under way when its task was given up is cancelled when `start` answers after all. If the host
//! dies before that, nobody knows the job's handle, and it goes on.

use std::sync::Arc;
use std::time::Duration;

use dirigent_asl::{Integration, Kind, Program, Resource};
use dirigent_store::{Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionId, Expect, FrameId, Store};
use serde::{Deserialize, Serialize};

use super::journal::TaskJournal;
use super::live::{Lease, Live};
use super::task_host::TaskCall;
use super::tasks::{self, Answer, Ended};
use super::{Engine, EngineError};
use crate::core::{Execution, LostJob, Step, TaskRun};
use crate::event::{Fault, Metering};
use crate::payload::Payload;
use crate::rows::{RowError, decode, encode, execution_key};

/// Jobs to be cancelled, by execution, frame and wait.
pub(super) const CANCELS: CatalogKind = CatalogKind(15);

/// Rows that are read at a time.
const PAGE: usize = 256;

/// Longest handle of a job, in bytes. Source: `wit/job.wit`.
pub const MAX_HANDLE_BYTES: usize = 16 << 10;

/// How many jobs are cancelled at the same time.
pub(super) const MAX_CANCELLING: usize = 64;

/// How often a host tries to cancel a job before it gives up; a restarted host begins to count anew.
const MAX_TRIES: u32 = 8;

/// Time before the second try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Longest call of `cancel`.
const LONGEST_CANCEL: Duration = Duration::from_secs(5 * 60);

/// What a plugin that serves jobs is called for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum JobEntry {
    /// Start the job that the call's input asks for.
    Start,
    /// Say how the job of that handle stands.
    Poll(Arc<str>),
    /// Cancel the job of that handle.
    Cancel(Arc<str>),
}

/// What the plugin answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum JobAnswer {
    /// The job has begun, and this is its handle.
    Started(String),
    /// It is at work; milliseconds until it makes sense to ask again, if the plugin says so.
    Running(Option<u64>),
    /// It is done, with the task's result as JSON text.
    Succeeded(String),
    /// It is cancelled, or was over already.
    Cancelled,
}

/// What came of a call for a job.
#[derive(Clone, Debug)]
pub struct JobOutcome {
    /// The answer, or the error.
    pub result: Result<JobAnswer, Fault>,
    /// What it used.
    pub metering: Metering,
}

/// Whether a task of this resource is a job, if its plugin serves any.
pub(super) fn is_job(resource: &Resource) -> bool {
    match resource {
        Resource::Plugin { integration, .. } | Resource::Service { integration, .. } => {
            matches!(integration, Integration::Sync | Integration::Sync2) && !resource.waits_for_execution()
        }
        Resource::Activity { .. } | Resource::Lambda { .. } => false,
    }
}

/// Starts a job. The call of the plugin goes on when nobody waits for it any more, so that a job that it starts can be
/// cancelled.
pub(super) async fn start(lease: &Lease, run: &TaskRun, component: [u8; 32], call: TaskCall) -> Ended {
    let engine = lease.engine().clone();
    let key = key(lease.id(), run.frame, run.generation);
    let row = CancelRow::of(component, &call);
    let (sender, answered) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let outcome = engine.tasks.job(component, JobEntry::Start, call).await;
        let started = match outcome.result {
            Ok(JobAnswer::Started(handle)) => {
                let row = CancelRow { handle: handle.into(), ..row };
                Ok(Begun { engine: engine.clone(), cancel: Some((key, row)) })
            }
            Ok(other) => Err(unexpected("start", &other)),
            Err(fault) => Err(fault),
        };
        // If nobody waits any more, the job is cancelled as it is dropped.
        let _ = sender.send((started, outcome.metering));
    });
    let Ok((started, metering)) = answered.await else {
        return (Answer::Ended(Err(Fault::default())), Box::default());
    };
    let answer = match started {
        Ok(begun) if begun.handle().len() > MAX_HANDLE_BYTES => {
            let cause = format!(
                "the handle of the job has {} bytes, and may have {MAX_HANDLE_BYTES}; return a key to what is needed",
                begun.handle().len()
            );
            Answer::Ended(Err(Fault::new("Plugin.OutputTooLarge", cause)))
        }
        Ok(begun) => Answer::Started(begun),
        Err(fault) => Answer::Ended(Err(fault)),
    };
    (answer, Box::new(metering))
}

/// Asks how a job stands.
pub(super) async fn poll(lease: &Lease, handle: &Payload, component: [u8; 32], call: TaskCall) -> Ended {
    let entry = JobEntry::Poll(handle.value().as_str().unwrap_or_default().into());
    let outcome = lease.engine().tasks.job(component, entry, call).await;
    let answer = match outcome.result {
        Ok(JobAnswer::Running(again_ms)) => Answer::Running(again_ms),
        Ok(JobAnswer::Succeeded(output)) => Answer::Ended(Ok(Payload::from_text(output))),
        Ok(other) => Answer::Ended(Err(unexpected("poll", &other))),
        Err(fault) => Answer::Ended(Err(fault)),
    };
    (answer, Box::new(outcome.metering))
}

fn unexpected(entry: &str, answer: &JobAnswer) -> Fault {
    Fault::new("Plugin.InvalidOutput", format!("the plugin answered {entry} with {answer:?}"))
}

/// A job that has begun and that the execution does not know of yet. Dropped before it does, it is cancelled.
pub(super) struct Begun {
    engine: Arc<Engine>,
    cancel: Option<(CatalogKey, CancelRow)>,
}

impl Begun {
    fn handle(&self) -> &str {
        self.cancel.as_ref().map_or("", |(_, row)| &row.handle)
    }

    /// The handle as the history has it.
    pub(super) fn payload(&self) -> Payload {
        Payload::from_value(self.handle().into())
    }

    /// The execution knows of it, or will ask for it again.
    pub(super) fn keep(mut self) {
        self.cancel = None;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let (Some((key, row)), Ok(runtime)) = (self.cancel.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let engine = self.engine.clone();
        let waiting = Waiting::of(&engine);
        runtime.spawn(async move {
            // Nobody waited, so there is no commit of a step to write it in.
            let written = async {
                let change =
                    CatalogChange { key: key.clone(), value: Some(encode(&row)?), expect: Expect::Anything };
                Ok::<_, EngineError>(engine.store.commit(Batch::catalog(change)).await?)
            };
            if let Err(error) = written.await {
                tracing::error!(%error, "that a job is to be cancelled could not be written down");
            }
            cancel(engine, key, row).await;
            drop(waiting);
        });
    }
}

/// A job to be cancelled, with all that the call of the plugin needs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct CancelRow {
    component: [u8; 32],
    handle: Arc<str>,
    execution_arn: Arc<str>,
    execution_name: Arc<str>,
    state_machine_arn: Arc<str>,
    state_machine_name: Arc<str>,
    state_name: Arc<str>,
    resource: Arc<str>,
    retry_count: u32,
    idempotency_key: String,
    role_arn: Arc<str>,
}

impl CancelRow {
    /// Without the handle, which is not known before the call.
    fn of(component: [u8; 32], call: &TaskCall) -> CancelRow {
        CancelRow {
            component,
            handle: Arc::default(),
            execution_arn: call.execution_arn.clone(),
            execution_name: call.execution_name.clone(),
            state_machine_arn: call.state_machine_arn.clone(),
            state_machine_name: call.state_machine_name.clone(),
            state_name: call.state_name.clone(),
            resource: call.resource.clone(),
            retry_count: call.retry_count,
            idempotency_key: call.idempotency_key.clone(),
            role_arn: call.role_arn.clone(),
        }
    }

    /// Of a job that a step has lost.
    fn of_lost(
        component: [u8; 32],
        execution: &Execution,
        program: &Program,
        lost: &LostJob,
    ) -> Option<CancelRow> {
        let state = program.get_state(lost.at.state)?;
        let Kind::Task(task) = &state.kind else { return None };
        let info = &execution.info;
        Some(CancelRow {
            component,
            handle: lost.handle.value().as_str().unwrap_or_default().into(),
            execution_arn: info.arn.clone(),
            execution_name: info.name.clone(),
            state_machine_arn: info.state_machine_arn.clone(),
            state_machine_name: info.state_machine_name.clone(),
            state_name: state.name.clone(),
            resource: task.resource_text.clone(),
            retry_count: lost.at.retry_count,
            idempotency_key: tasks::job_key(
                execution,
                lost.frame,
                lost.at.entered_event,
                lost.at.retry_count,
            ),
            role_arn: info.role_arn.clone(),
        })
    }

    /// What the plugin finds the job by.
    #[cfg(test)]
    pub(crate) fn handle(&self) -> &str {
        &self.handle
    }

    fn call(&self, journal: TaskJournal) -> TaskCall {
        TaskCall {
            execution_arn: self.execution_arn.clone(),
            execution_name: self.execution_name.clone(),
            state_machine_arn: self.state_machine_arn.clone(),
            state_machine_name: self.state_machine_name.clone(),
            state_name: self.state_name.clone(),
            resource: self.resource.clone(),
            retry_count: self.retry_count,
            idempotency_key: self.idempotency_key.clone(),
            input: "null".into(),
            deadline_ms: None,
            token: None,
            heartbeat: None,
            role_arn: self.role_arn.clone(),
            recovered: false,
            // Whatever was used, a job must end.
            fuel: None,
            journal,
        }
    }
}

fn key(id: ExecutionId, frame: FrameId, generation: u32) -> CatalogKey {
    let mut key = execution_key(CANCELS, id);
    key.name.extend(frame.0.to_be_bytes());
    key.name.extend(generation.to_be_bytes());
    key
}

/// The jobs that a step has lost, and how that is written.
pub(crate) fn lost(
    execution: &Execution,
    program: &Program,
    step: &Step,
    component: impl Fn(&Resource, &Arc<str>) -> Option<[u8; 32]>,
) -> Result<Vec<(CatalogChange, CancelRow)>, RowError> {
    let mut rows = Vec::new();
    for lost in &step.lost_jobs {
        let task = program.get_state(lost.at.state).map(|state| &state.kind);
        let Some(Kind::Task(task)) = task else { continue };
        // What has started it is what the execution is bound to.
        let Some(component) = component(&task.resource, &task.resource_text) else { continue };
        let Some(row) = CancelRow::of_lost(component, execution, program, lost) else { continue };
        let key = key(execution.info.id, lost.frame, lost.at.generation);
        rows.push((CatalogChange { key, value: Some(encode(&row)?), expect: Expect::Anything }, row));
    }
    Ok(rows)
}

/// A job that is to be cancelled once the row that says so is durable.
pub(super) type Lost = (Waiting, CatalogKey, CancelRow);

/// The rows of lost jobs, and what is to be done once they are durable. They count from now on.
pub(super) fn split(
    engine: &Arc<Engine>,
    lost: Vec<(CatalogChange, CancelRow)>,
) -> (Vec<CatalogChange>, Vec<Lost>) {
    lost.into_iter().map(|(change, row)| (change.clone(), (Waiting::of(engine), change.key, row))).unzip()
}

/// The component that an execution is bound to for a resource.
pub(super) fn component_of(live: &Live, resource: &Resource, text: &Arc<str>) -> Option<[u8; 32]> {
    tasks::binding(resource, text).and_then(|binding| tasks::pinned(live, &binding))
}

impl Engine {
    /// Cancels jobs, of which the store knows.
    pub(super) fn cancel_jobs(self: &Arc<Self>, jobs: Vec<Lost>) {
        for (waiting, key, row) in jobs {
            let engine = self.clone();
            tokio::spawn(async move {
                cancel(engine, key, row).await;
                drop(waiting);
            });
        }
    }

    /// Resolves when no job is left that this process is to cancel. Whoever ends the process with a store that does not
    /// outlive it waits for this, with a bound.
    pub async fn jobs_cancelled(&self) {
        let mut left = self.to_cancel.subscribe();
        // The sender lives as long as the engine, which the caller holds.
        let _ = left.wait_for(|left| *left == 0).await;
    }
}

/// A job that is to be cancelled, counted.
pub(super) struct Waiting(Arc<Engine>);

impl Waiting {
    fn of(engine: &Arc<Engine>) -> Waiting {
        engine.to_cancel.send_modify(|left| *left += 1);
        Waiting(engine.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.to_cancel.send_modify(|left| *left -= 1);
    }
}

/// Calls `cancel` until the plugin has answered, or has failed to often enough.
async fn cancel(engine: Arc<Engine>, key: CatalogKey, row: CancelRow) {
    let mut pause = FIRST_PAUSE;
    for tried in 1..=MAX_TRIES {
        let answered = {
            let Ok(_permit) = engine.cancelling.acquire().await else { return };
            let call = row.call(engine.journals.unrecorded());
            let entry = JobEntry::Cancel(row.handle.clone());
            tokio::time::timeout(LONGEST_CANCEL, engine.tasks.job(row.component, entry, call)).await
        };
        let why = match answered {
            Ok(JobOutcome { result: Ok(_), .. }) => break,
            Ok(JobOutcome { result: Err(fault), .. }) => fault,
            Err(_) => Fault::new("States.Timeout", "cancel did not return"),
        };
        let (execution, state, handle) = (&row.execution_arn, &row.state_name, &row.handle);
        if tried == MAX_TRIES {
            tracing::error!(%execution, %state, %handle, ?why, "a job could not be cancelled and is given up: look after it");
        } else {
            tracing::warn!(%execution, %state, %handle, ?why, "a job could not be cancelled; trying again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
    let change = CatalogChange { key, value: None, expect: Expect::Anything };
    if let Err(error) = engine.store.commit(Batch::catalog(change)).await {
        tracing::error!(%error, "that a job is cancelled could not be written down; it is cancelled again after a restart");
    }
}

/// Goes on with the jobs that an earlier process was to cancel.
pub(super) fn catch_up(engine: &Arc<Engine>) {
    let engine = engine.clone();
    tokio::spawn(async move {
        match read(&*engine.store).await {
            Ok(jobs) => {
                let jobs = jobs.into_iter().map(|(key, row)| (Waiting::of(&engine), key, row));
                engine.cancel_jobs(jobs.collect());
            }
            Err(error) => {
                tracing::error!(%error, "cannot read which jobs to cancel; restart to try again");
            }
        }
    });
}

/// The jobs that are to be cancelled.
pub(crate) async fn read(store: &dyn Store) -> Result<Vec<(CatalogKey, CancelRow)>, EngineError> {
    let mut jobs = Vec::new();
    let mut after = None;
    loop {
        let page = store.scan(CANCELS, after.as_deref(), PAGE).await?;
        let last = page.len() < PAGE;
        after = page.last().map(|(name, _)| name.clone());
        for (name, value) in page {
            jobs.push((CatalogKey::new(CANCELS, name), decode::<CancelRow>(&value)?));
        }
        if last {
            return Ok(jobs);
        }
    }
}
