//! Redriving executions that ended without success: whether one may be, and how it gets back to work.
//!
//! Source: AWS API Reference, "RedriveExecution" and "DescribeExecution" (`redriveStatusReason`); AWS developer guide,
//! "Restarting state machine executions with redrive in Step Functions". Beyond AWS: another revision of the
//! definition, and an edited input or a given result for the state that stopped.

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_asl::Kind;
use dirigent_store::ExecutionId;
use parking_lot::Mutex;
use thiserror::Error;

use super::live::{self, Lease};
use super::map_runs::ids::is_child;
use super::{Engine, EngineError, now_ms};
use crate::core::{Amend, Amendment, Execution, Redrive, Stimulus, StoppedState};
use crate::recover::RecoverError;
use crate::rows::{ExecutionRow, Pins, StatusRow};
use crate::work::to_its_end;

/// Events that a redriven history needs room for: the redrive's own and one more.
const EVENTS_NEEDED: u64 = 2;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How an execution is to be redriven.
#[derive(Clone, Debug, Default)]
pub struct RedriveRequest {
    /// A call that comes again with it within 15 minutes is the same call.
    pub client_token: Option<String>,
    /// The revision of the definition to go on with; the execution's own where none is named.
    pub revision: Option<u32>,
    /// What is to be different of a state that stopped.
    pub amend: Option<AmendRequest>,
}

/// What is to be different of a state that stopped.
#[derive(Clone, Debug)]
pub struct AmendRequest {
    /// The state's name. Without it there must be only one that stopped.
    pub state: Option<String>,
    /// How.
    pub with: Amend,
}

/// Why an execution cannot be redriven. The first ones are AWS's, in its words.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum NotRedrivable {
    /// It runs.
    #[error("Execution is RUNNING and cannot be redriven")]
    Running,
    /// It succeeded.
    #[error("Execution is SUCCEEDED and cannot be redriven")]
    Succeeded,
    /// Its state machine was deleted.
    #[error("State machine is in DELETING status")]
    Deleting,
    /// It ended before this host kept what a redrive needs.
    #[error("Execution was started before the launch of RedriveExecution")]
    BeforeRedrive,
    /// Its history has no room for another attempt.
    #[error("Execution history event limit exceeded")]
    HistoryFull,
    /// It ended too long ago.
    #[error("Execution redrivable period exceeded")]
    PeriodExceeded,
    /// It is a Map Run's child, which is redriven with its run.
    #[error("Execution is a child workflow execution; redrive the execution that started its Map Run")]
    ByMapRun,
}

/// Why a redrive did not happen. Nothing has changed then.
#[derive(Debug, Error)]
pub enum RedriveError {
    /// The execution is none that can be redriven.
    #[error(transparent)]
    NotRedrivable(#[from] NotRedrivable),
    /// There is no such revision of its state machine.
    #[error(
        "the state machine has no revision {0}. Leave it out to keep the execution's own, or name a revision that there is"
    )]
    NoSuchRevision(u32),
    /// What the execution has done does not fit the definition.
    #[error(
        "the execution does not fit that definition: {0}. Start a new execution, or choose another revision"
    )]
    DoesNotFit(String),
    /// The state to change is not among those that stopped.
    #[error("no state named {asked} stopped this execution; stopped are: {}", names(.stopped))]
    NoSuchState {
        /// The state that was named.
        asked: String,
        /// Those that stopped.
        stopped: Vec<StoppedState>,
    },
    /// It is not clear which state is to change.
    #[error("{} states stopped this execution, so name one: {}", .0.len(), names(.0))]
    WhichState(Vec<StoppedState>),
    /// A state of that type has no result.
    #[error("the state {0} has no result to be given: it is a {1} state. Give it an input instead")]
    NoResult(Arc<str>, &'static str),
    /// The engine's.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

fn names(stopped: &[StoppedState]) -> String {
    /// So many are shown.
    const SHOWN: usize = 10;
    let mut names: Vec<&str> = stopped.iter().map(|state| &*state.name).collect();
    names.dedup();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let list = names.join(", ");
    if more > 0 { format!("{list} and {more} more") } else { list }
}

/// Executions that are being redriven, or deleted: two that want that of the same one come one after the other.
#[derive(Default)]
pub(super) struct Redriving(Mutex<HashMap<ExecutionId, Arc<tokio::sync::Mutex<()>>>>);

/// Nobody else redrives or deletes the execution as long as this is held.
pub(super) struct Alone {
    engine: Arc<Engine>,
    id: ExecutionId,
    /// Always there until the drop.
    turn: Option<tokio::sync::OwnedMutexGuard<()>>,
}

impl Drop for Alone {
    fn drop(&mut self) {
        drop(self.turn.take());
        let mut all = self.engine.redriving.0.lock();
        // Nobody else waits for it. Who comes from now on finds it in the map, or puts a new one there.
        if all.get(&self.id).is_some_and(|lock| Arc::strong_count(lock) <= 1) {
            all.remove(&self.id);
        }
    }
}

impl Engine {
    /// Whether an execution can be redriven now.
    ///
    /// # Errors
    /// The store's. The inner result says why it cannot.
    pub async fn redrivable(
        &self,
        id: ExecutionId,
        row: &ExecutionRow,
    ) -> Result<Result<(), NotRedrivable>, EngineError> {
        match row.status {
            StatusRow::Running => return Ok(Err(NotRedrivable::Running)),
            StatusRow::Succeeded(_) => return Ok(Err(NotRedrivable::Succeeded)),
            StatusRow::Failed(_) | StatusRow::TimedOut(_) | StatusRow::Aborted(_) => {}
        }
        if is_child(id) {
            return Ok(Err(NotRedrivable::ByMapRun));
        }
        if self.catalog.numbered(id.machine).is_none() {
            return Ok(Err(NotRedrivable::Deleting));
        }
        let days = i64::try_from(self.config.limits.redrive_days).unwrap_or(i64::MAX);
        let since_ms = now_ms().saturating_sub(row.stopped_ms.unwrap_or(row.started_ms));
        if since_ms > days.saturating_mul(DAY_MS) {
            return Ok(Err(NotRedrivable::PeriodExceeded));
        }
        let events = self.last_event(id).await?;
        if events.saturating_add(EVENTS_NEEDED) > self.config.limits.history_events {
            return Ok(Err(NotRedrivable::HistoryFull));
        }
        if self.store.frames(id, 1).await?.is_empty() {
            return Ok(Err(NotRedrivable::BeforeRedrive));
        }
        Ok(Ok(()))
    }

    /// Waits for the turn to redrive or delete an ended execution.
    pub(super) async fn alone_with(self: &Arc<Self>, id: ExecutionId) -> Alone {
        let lock = self.redriving.0.lock().entry(id).or_default().clone();
        let turn = Some(lock.lock_owned().await);
        Alone { engine: self.clone(), id, turn }
    }

    /// Redrives an execution. When this returns, that is durable. Returns when it was, in Unix milliseconds.
    ///
    /// # Errors
    /// [`RedriveError`]; nothing has changed then.
    pub async fn redrive(
        self: &Arc<Self>,
        id: ExecutionId,
        request: RedriveRequest,
    ) -> Result<i64, RedriveError> {
        let engine = self.clone();
        to_its_end(async move {
            let _alone = engine.alone_with(id).await;
            redrive(&engine, id, request).await
        })
        .await
    }
}

async fn redrive(
    engine: &Arc<Engine>,
    id: ExecutionId,
    request: RedriveRequest,
) -> Result<i64, RedriveError> {
    let mut row = engine.record(id).await?.ok_or(EngineError::NoSuchExecution)?;
    if let Some(token) = &request.client_token
        && let Some(at_ms) = row.redrives.by_token(token, now_ms())
    {
        return Ok(at_ms);
    }
    engine.redrivable(id, &row).await??;
    engine.admit_commit()?;
    if let Some(revision) = request.revision {
        let known = engine.catalog.revision(id.machine, revision).await.map_err(EngineError::from)?;
        known.ok_or(RedriveError::NoSuchRevision(revision))?;
        row.revision = revision;
    }
    let (live, _) = live::read_back(engine, id, &row).await.map_err(|error| match error {
        EngineError::Recover(RecoverError::Frame { place, .. }) if request.revision.is_some() => {
            RedriveError::DoesNotFit(format!("it has been in {place}, which is not there"))
        }
        other => RedriveError::Engine(other),
    })?;
    let amend = {
        let execution = live.execution.lock();
        execution.fits(&live.program).map_err(RedriveError::DoesNotFit)?;
        request.amend.map(|amend| resolve(&execution, &live.program, amend)).transpose()?
    };
    let client_token = request.client_token.map(Arc::from);
    let redrive = Redrive { client_token, attempt: 0, amend };
    Ok(begin_again(&Lease::anew(engine, id, live), redrive).await?)
}

/// Which frame is meant, and whether what is asked for can be done with it.
fn resolve(
    execution: &Execution,
    program: &dirigent_asl::Program,
    amend: AmendRequest,
) -> Result<Amendment, RedriveError> {
    let stopped = execution.stopped_states(program);
    let matching: Vec<StoppedState> = match &amend.state {
        None => stopped.clone(),
        Some(name) => stopped.iter().filter(|state| *state.name == **name).cloned().collect(),
    };
    let state = match (matching.as_slice(), amend.state) {
        ([state], _) => state.clone(),
        ([], Some(asked)) => return Err(RedriveError::NoSuchState { asked, stopped }),
        _ => return Err(RedriveError::WhichState(matching)),
    };
    if let Amend::Result(_) = amend.with
        && let Some((index, _)) = execution.standing(state.frame)
    {
        match program.state(index).kind {
            Kind::Choice(_) => return Err(RedriveError::NoResult(state.name, "Choice")),
            Kind::Succeed => return Err(RedriveError::NoResult(state.name, "Succeed")),
            Kind::Fail(_) => return Err(RedriveError::NoResult(state.name, "Fail")),
            _ => {}
        }
    }
    Ok(Amendment { frame: state.frame, with: amend.with })
}

/// Takes the step that redrives an execution, and carries its effects out. Returns when it was.
pub(super) async fn begin_again(lease: &Lease, redrive: Redrive) -> Result<i64, EngineError> {
    let engine = lease.engine();
    // What was bound for the attempt before may be what failed: as a new start does, a redrive takes what is there now.
    // A Map Run's children have what their run is bound to.
    let pins = if is_child(lease.id()) { Pins::new() } else { engine.pin_all(&lease.live.program) };
    *lease.live.pins.lock() = pins;
    let effects = engine.apply(lease, Stimulus::Redrive(Box::new(redrive))).await?;
    engine.perform(lease, effects.unwrap_or_default());
    let redriven_ms = lease.live.execution.lock().redrives().last_ms;
    Ok(redriven_ms.unwrap_or_default())
}
