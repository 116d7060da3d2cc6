//! Map Runs: what a Distributed Map starts, and how a restarted host goes on with one.
//!
//! Each item, or batch of items, is an execution of its own. Its number is made of the run and its index, so whether
//! it exists says whether it was started: a restarted host reads which children there are, reads the items again, and
//! starts those that are missing. Nothing else of a run's progress is written until it ends.
//!
//! - `row`: runs at rest
//! - `ids`: the numbers and names of children
//! - `source`: from items to the inputs of children
//! - `dispatch`: a run from its start to its end
//! - `progress`: counters, thresholds, room
//! - `children`: an execution of the item processor
//! - `results`: the state's output, or the files of a `ResultWriter`

mod children;
mod dispatch;
pub(super) mod ids;
mod progress;
mod results;
pub(super) mod row;
mod source;

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_store::{ExecutionId, MachineId, Store};
use parking_lot::{Mutex, RwLock};

pub(super) use children::Template;
pub(super) use dispatch::run;
pub use row::{Counts, MapRunRedrives, MapRunRow, MapRunStatus};
pub(super) use source::Inputs;

use super::live::Lease;
use super::{Engine, EngineError};
use crate::core::{MapRunSettings, Status};
use crate::event::Fault;
use crate::rows::{ExecutionRow, StatusRow};
pub use progress::Pending;
use progress::Progress;

/// Children of an abandoned run that are read at a time.
const PAGE: usize = 256;

/// Runs under way.
#[derive(Default)]
pub(super) struct MapRuns {
    active: RwLock<HashMap<MachineId, Arc<Active>>>,
}

/// A run under way.
pub(super) struct Active {
    run: MachineId,
    row: Mutex<MapRunRow>,
    progress: Progress,
    template: Arc<Template>,
}

/// A Map Run as describing shows it.
#[derive(Clone, Debug)]
pub struct MapRunDescription {
    /// Its ARN.
    pub arn: String,
    /// The ARN of its parent.
    pub execution_arn: String,
    /// The name of the state machine and the label, as ARNs of its children have them.
    pub machine_and_label: String,
    /// The run, with counters of this moment.
    pub row: MapRunRow,
    /// Children, and items of theirs, that did not succeed and wait to be redriven.
    pub pending_redrive: Pending,
}

/// What UpdateMapRun changes; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct MapRunUpdate {
    /// `maxConcurrency`.
    pub max_concurrency: Option<u32>,
    /// `toleratedFailureCount`.
    pub tolerated_count: Option<u64>,
    /// `toleratedFailurePercentage`.
    pub tolerated_percentage: Option<f64>,
}

impl MapRuns {
    /// Whether a run is under way.
    pub(super) fn is_active(&self, run: MachineId) -> bool {
        self.active.read().contains_key(&run)
    }

    fn get(&self, run: MachineId) -> Option<Arc<Active>> {
        self.active.read().get(&run).cloned()
    }

    fn named(&self, uuid: &str) -> Option<Arc<Active>> {
        self.active.read().values().find(|active| *active.row.lock().uuid == *uuid).cloned()
    }

    /// The parent of a run has given it up.
    pub(super) fn cancel(&self, uuid: &str) {
        if let Some(active) = self.named(uuid) {
            active.progress.cancel();
        }
    }

    /// An execution has ended; if it is a child, its run hears of it.
    pub(super) fn child_ended(&self, id: ExecutionId, status: &Status) {
        if ids::is_child(id)
            && let Some(active) = self.get(id.machine)
        {
            active.progress.ended(ids::index(id), children::live_status(status));
        }
    }
}

/// The greatest machine number that a run's children have.
pub(super) async fn last_machine(store: &dyn Store) -> Result<u32, EngineError> {
    row::last(store).await
}

/// The execution that a run belongs to.
pub(super) async fn parent_of(store: &dyn Store, run: MachineId) -> Result<ExecutionId, EngineError> {
    Ok(row::get(store, run).await?.ok_or(EngineError::NoSuchExecution)?.parent)
}

/// Ends runs whose parents have ended or gone on, with what is left of their children: a host that stopped between
/// the parent's step and its effects left them.
pub(super) fn close_abandoned(engine: &Arc<Engine>) {
    let engine = engine.clone();
    tokio::spawn(async move {
        let runs = match row::open(&*engine.store).await {
            Ok(runs) => runs,
            Err(error) => return tracing::error!(%error, "cannot read which Map Runs are open"),
        };
        for run in runs {
            if let Err(error) = close_if_abandoned(&engine, run).await {
                tracing::error!(%error, run = run.0, "cannot close an abandoned Map Run");
            }
        }
    });
}

async fn close_if_abandoned(engine: &Arc<Engine>, run: MachineId) -> Result<(), EngineError> {
    let Some(mut row) = row::get(&*engine.store, run).await? else { return Ok(()) };
    if let Some(parent) = Lease::of(engine, row.parent).await?
        && parent.live.execution.lock().map_run(row.frame, row.generation).is_some()
    {
        // Loading the parent started the run again.
        return Ok(());
    }
    let mut before = None;
    loop {
        let page = engine.store.list(run, before, PAGE).await?;
        for (id, _) in &page {
            engine.stop(*id, Fault::default()).await?;
        }
        before = page.last().map(|(id, _)| id.sequence);
        if page.len() < PAGE {
            break;
        }
    }
    row.status = MapRunStatus::Aborted;
    row.stopped_ms = Some(super::now_ms());
    row::update(&*engine.store, run, &row).await
}

impl Engine {
    /// The Map Run of a UUID, by the machine number of its children.
    ///
    /// # Errors
    /// The store's.
    pub async fn find_map_run(&self, uuid: &str) -> Result<Option<MachineId>, EngineError> {
        row::find(&*self.store, uuid).await
    }

    /// A Map Run, with counters of this moment.
    ///
    /// # Errors
    /// The store's.
    pub async fn describe_map_run(&self, run: MachineId) -> Result<Option<MapRunDescription>, EngineError> {
        let Some(mut row) = row::get(&*self.store, run).await? else { return Ok(None) };
        let mut pending_redrive = Pending::default();
        if let Some(active) = self.map_runs.get(run) {
            row.settings = active.progress.settings();
            (row.executions, row.items) = active.progress.counts();
            pending_redrive = active.progress.pending_redrive();
        }
        let machine = self.catalog.name_of(row.state_machine).await?.unwrap_or_default();
        let machine_and_label = format!("{machine}/{}", row.label);
        let parent = self.record(row.parent).await?;
        let parent_name = parent.map(|parent| parent.name).unwrap_or_default();
        let parent_machine = self.machine_of(row.parent).await?.unwrap_or_default();
        Ok(Some(MapRunDescription {
            arn: self.map_run_arn(&machine_and_label, &row.uuid),
            execution_arn: self.execution_arn(&parent_machine, &parent_name),
            machine_and_label,
            row,
            pending_redrive,
        }))
    }

    /// The Map Runs of an execution, oldest first, beginning after `after`.
    ///
    /// # Errors
    /// The store's.
    pub async fn map_runs_of(
        &self,
        parent: ExecutionId,
        after: Option<MachineId>,
        limit: usize,
    ) -> Result<Vec<(MachineId, MapRunDescription)>, EngineError> {
        let mut runs = Vec::new();
        for run in row::of_parent(&*self.store, parent, after, limit).await? {
            if let Some(description) = self.describe_map_run(run).await? {
                runs.push((run, description));
            }
        }
        Ok(runs)
    }

    /// Changes the bounds of a Map Run that runs; one that has ended keeps them.
    ///
    /// # Errors
    /// The store's.
    pub async fn update_map_run(&self, run: MachineId, update: MapRunUpdate) -> Result<(), EngineError> {
        let Some(active) = self.map_runs.get(run) else { return Ok(()) };
        let change = |settings: &mut MapRunSettings| {
            settings.max_concurrency = update.max_concurrency.unwrap_or(settings.max_concurrency);
            settings.tolerated_count = update.tolerated_count.or(settings.tolerated_count);
            settings.tolerated_percentage = update.tolerated_percentage.or(settings.tolerated_percentage);
        };
        let row = {
            let mut row = active.row.lock();
            change(&mut row.settings);
            row.clone()
        };
        // Durable first, so that a restarted host has the bounds that the client was told.
        row::update(&*self.store, run, &row).await?;
        active.progress.change(change);
        Ok(())
    }

    /// The Map Run that an execution is a child of, by the machine number.
    #[must_use]
    pub fn run_of(&self, id: ExecutionId) -> Option<MachineId> {
        ids::is_child(id).then_some(id.machine)
    }

    /// Whether an execution is a child that its Map Run, which is being redriven, has still to take up again.
    #[must_use]
    pub fn awaits_redrive(&self, id: ExecutionId, row: &ExecutionRow) -> bool {
        if !ids::is_child(id) || matches!(row.status, StatusRow::Running | StatusRow::Succeeded(_)) {
            return false;
        }
        let run = self.map_runs.get(id.machine);
        run.is_some_and(|run| row.redrives.attempt < run.row.lock().redrives.count)
    }

    /// The name of what an execution runs, as ARNs have it: a state machine's, with the label for a Map Run's child.
    ///
    /// # Errors
    /// The store's.
    pub async fn machine_of(&self, id: ExecutionId) -> Result<Option<Arc<str>>, EngineError> {
        if !ids::is_child(id) {
            return Ok(self.catalog.name_of(id.machine).await?);
        }
        let Some(row) = row::get(&*self.store, id.machine).await? else { return Ok(None) };
        let machine = self.catalog.name_of(row.state_machine).await?;
        Ok(machine.map(|machine| format!("{machine}/{}", row.label).into()))
    }

    /// What a child's run gives all its children.
    pub(super) async fn child_template(&self, id: ExecutionId) -> Result<Arc<Template>, EngineError> {
        if let Some(active) = self.map_runs.get(id.machine) {
            return Ok(active.template.clone());
        }
        let row = row::get(&*self.store, id.machine).await?.ok_or(EngineError::NoSuchExecution)?;
        Ok(Arc::new(Template::of(self, &row).await?))
    }

    /// The root state machine of a child, and its revision.
    pub(super) async fn root_of(&self, run: MachineId) -> Result<Option<(MachineId, u32)>, EngineError> {
        let row = row::get(&*self.store, run).await?;
        Ok(row.map(|row| (row.state_machine, row.revision)))
    }

    /// The child of that name, if the run belongs to that machine and has that label.
    pub(super) async fn find_child(
        &self,
        machine: &str,
        label: &str,
        name: &str,
    ) -> Result<Option<ExecutionId>, EngineError> {
        let Some(id) = ids::named(name) else { return Ok(None) };
        let Some(row) = row::get(&*self.store, id.machine).await? else { return Ok(None) };
        let known = self.catalog.name_of(row.state_machine).await?;
        let right = *row.label == *label && known.as_deref() == Some(machine);
        Ok(if right && self.record(id).await?.is_some() { Some(id) } else { None })
    }
}
