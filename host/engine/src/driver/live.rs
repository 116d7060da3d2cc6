//! Executions in memory.
//!
//! An execution is in memory while somebody holds a [`Lease`] on it: a caller that acts on it, a task that runs for it,
//! a timer that fires. When the last lease goes it is dropped, and found again by its id. So one that only waits costs
//! nothing here, and there are never two of the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dirigent_asl::Program;
use dirigent_store::{ExecutionId, FrameId};
use parking_lot::Mutex;
use tokio::sync::{OnceCell, oneshot};

use super::admission::Weight;
use super::budget::Used;
use super::logs::{self, ExecutionLog};
use super::test_cases::RunningCase;
use super::{Engine, EngineError, map_runs};
use crate::core::{Effect, Execution, ExecutionInfo};
use crate::journal::Book;
use crate::names;
use crate::payload::Payload;
use crate::recover;
use crate::rows::{ExecutionRow, Pins, StatusRow};

/// Executions that a restarted host resumes at a time.
const RESUME_PAGE: usize = 256;

/// An execution in memory.
pub(crate) struct Live {
    /// Locked for the length of a step and of queueing its commit, never across an await.
    pub(super) execution: Mutex<Execution>,
    /// Whether the store has it marked for a restarted host, as far as is known. Changes under the lock above.
    pub(super) attended: Mutex<Option<bool>>,
    pub(super) program: Arc<Program>,
    pub(super) revision: u32,
    pub(super) durability: Durability,
    /// As its state machine was configured when it began.
    pub(super) log: Option<Arc<dyn ExecutionLog>>,
    pub(super) pins: Mutex<Pins>,
    /// What a Map Run's child is bound to with its siblings.
    pub(super) inherited_pins: Arc<Pins>,
    /// A resource was bound since the record was last written.
    pub(super) pins_changed: AtomicBool,
    /// Tasks that run, by frame and generation. Sending, or dropping the sender, cancels.
    pub(super) tasks: Mutex<HashMap<(FrameId, u32), oneshot::Sender<()>>>,
    /// How many records its tasks' journals have. Changes under the execution's lock.
    pub(super) journals: Mutex<Book>,
    /// Fuel that its tasks have used.
    pub(super) used: Used,
    /// The test case that it belongs to.
    pub(super) case: Option<Arc<RunningCase>>,
    /// Of its input.
    pub(super) _weight: Weight,
}

/// What of an execution is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Durability {
    /// Every step, before its effects.
    EachStep,
    /// How it ended: a Map Run's Express child, which starts anew when the host stops before.
    AtEnd,
    /// Nothing: an Express execution.
    Never,
}

/// Holds an execution in memory.
pub(crate) struct Lease {
    pub(super) live: Arc<Live>,
    hold: Hold,
}

impl Clone for Lease {
    fn clone(&self) -> Lease {
        Lease { live: self.live.clone(), hold: self.hold.again() }
    }
}

/// A count of one in a slot.
struct Hold {
    engine: Arc<Engine>,
    id: ExecutionId,
}

#[derive(Default)]
struct Slot {
    /// Empty while it is being loaded; everybody who wants it meanwhile waits for the same loading.
    cell: Arc<OnceCell<Arc<Live>>>,
    holds: usize,
}

/// Every execution in memory.
#[derive(Default)]
pub(super) struct Slots(Mutex<HashMap<ExecutionId, Slot>>);

impl Slots {
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }
}

impl Hold {
    fn take(engine: &Arc<Engine>, id: ExecutionId) -> (Hold, Arc<OnceCell<Arc<Live>>>) {
        let mut slots = engine.slots.0.lock();
        let slot = slots.entry(id).or_default();
        slot.holds += 1;
        (Hold { engine: engine.clone(), id }, slot.cell.clone())
    }

    fn again(&self) -> Hold {
        Hold::take(&self.engine, self.id).0
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut slots = self.engine.slots.0.lock();
        if let Some(slot) = slots.get_mut(&self.id) {
            slot.holds -= 1;
            if slot.holds == 0 {
                slots.remove(&self.id);
            }
        }
    }
}

impl Lease {
    /// Puts a new execution into memory.
    pub(super) fn of_new(engine: &Arc<Engine>, id: ExecutionId, live: Live) -> Lease {
        let (hold, cell) = Hold::take(engine, id);
        let live = Arc::new(live);
        // Sequences are given out once, so nobody else can have filled the slot.
        let _ = cell.set(live.clone());
        Lease { live, hold }
    }

    /// The execution, loaded if need be; `None` when there is none or it has ended.
    pub(super) async fn of(engine: &Arc<Engine>, id: ExecutionId) -> Result<Option<Lease>, EngineError> {
        let (hold, cell) = Hold::take(engine, id);
        let mut effects = Vec::new();
        let loading = cell.get_or_try_init(|| async {
            let (live, resumed) = load(engine, id).await?.ok_or(EngineError::NoSuchExecution)?;
            effects = resumed;
            Ok(Arc::new(live))
        });
        let live = match loading.await {
            Ok(live) => live.clone(),
            Err(EngineError::NoSuchExecution) => return Ok(None),
            Err(error) => return Err(error),
        };
        let lease = Lease { live, hold };
        engine.perform(&lease, effects);
        Ok(Some(lease))
    }

    /// Puts an execution that had ended into memory as it goes on. Whoever still holds it as it ended keeps that one,
    /// which does nothing any more.
    pub(super) fn anew(engine: &Arc<Engine>, id: ExecutionId, live: Live) -> Lease {
        let (hold, _) = Hold::take(engine, id);
        let live = Arc::new(live);
        if let Some(slot) = engine.slots.0.lock().get_mut(&id) {
            slot.cell = Arc::new(OnceCell::new_with(Some(live.clone())));
        }
        Lease { live, hold }
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.hold.engine
    }

    pub(super) fn id(&self) -> ExecutionId {
        self.hold.id
    }
}

/// Reads a running execution, and what it waits for that the host must start again.
async fn load(engine: &Engine, id: ExecutionId) -> Result<Option<(Live, Vec<Effect>)>, EngineError> {
    match engine.record(id).await? {
        Some(row) if row.status == StatusRow::Running => Ok(Some(read_back(engine, id, &row).await?)),
        _ => Ok(None),
    }
}

/// Reads an execution that has not succeeded.
pub(super) async fn read_back(
    engine: &Engine,
    id: ExecutionId,
    row: &ExecutionRow,
) -> Result<(Live, Vec<Effect>), EngineError> {
    let (program, info, log, inherited_pins, case) = if map_runs::ids::is_child(id) {
        let template = engine.child_template(id).await?;
        let input = Payload::empty_object();
        let info = template.info(engine, id, row.name.clone(), input, row.started_ms);
        let (program, log) = (template.program.clone(), template.log.clone());
        (program, info, log, template.pins.clone(), template.case.clone())
    } else {
        let Some(revision) = engine.catalog.revision(id.machine, row.revision).await? else {
            return Err(EngineError::Uncompilable);
        };
        let program = revision.program().ok_or(EngineError::Uncompilable)?;
        let info = info(engine, id, row, &revision.content.role_arn).await?;
        (program, info, engine.log_of(&revision), Arc::default(), engine.case_of(id).await?)
    };
    let mut execution = recover::execution(&*engine.store, row, &program, info).await?;
    if let Some(case) = &case {
        execution = case.execution(execution);
    }
    let effects = execution.resume();
    let weight = engine.weights.add(execution.info.input.text().len());
    let live = Live {
        _weight: weight,
        execution: Mutex::new(logs::with_log(execution, log.as_ref())),
        attended: Mutex::new(None),
        program,
        revision: row.revision,
        durability: Durability::EachStep,
        log,
        pins: Mutex::new(row.pins.clone()),
        inherited_pins,
        pins_changed: AtomicBool::new(false),
        tasks: Mutex::default(),
        journals: Mutex::new(engine.journals.of(id).await?),
        used: Used::default(),
        case,
    };
    Ok((live, effects))
}

/// All of it but the input, which lies in the history.
async fn info(
    engine: &Engine,
    id: ExecutionId,
    row: &ExecutionRow,
    role_arn: &Arc<str>,
) -> Result<ExecutionInfo, EngineError> {
    let machine_name = machine_name(engine, id).await?;
    let (name, run) = names::execution(&row.name);
    Ok(ExecutionInfo {
        id,
        arn: engine.execution_arn(&machine_name, &row.name).into(),
        name: name.into(),
        state_machine_arn: engine.state_machine_arn(&machine_name).into(),
        state_machine_name: names::plain(&machine_name).into(),
        role_arn: role_arn.clone(),
        input: Payload::empty_object(),
        started_ms: row.started_ms,
        express: run.is_some(),
        kept_run: run.map(Arc::from),
        entry: crate::core::TOP_MACHINE,
    })
}

async fn machine_name(engine: &Engine, id: ExecutionId) -> Result<Arc<str>, EngineError> {
    engine.catalog.name_of(id.machine).await?.ok_or(EngineError::NoSuchExecution)
}

/// Goes on with everything that was under way when the host last stopped.
pub(super) fn resume_all(engine: &Arc<Engine>) {
    let engine = engine.clone();
    tokio::spawn(async move {
        let mut after = None;
        let mut resumed = 0_usize;
        loop {
            let page = match engine.store.attention(after, RESUME_PAGE).await {
                Ok(page) => page,
                Err(error) => {
                    return tracing::error!(%error, "cannot read which executions to resume; restart to try again");
                }
            };
            let Some(last) = page.last().copied() else { break };
            after = Some(last);
            for id in page {
                match Lease::of(&engine, id).await {
                    Ok(_) => resumed += 1,
                    Err(error) => {
                        tracing::error!(%error, machine = id.machine.0, sequence = id.sequence, "cannot resume an execution");
                    }
                }
            }
        }
        if resumed > 0 {
            tracing::info!(executions = resumed, "resumed what was under way");
        }
    });
}
