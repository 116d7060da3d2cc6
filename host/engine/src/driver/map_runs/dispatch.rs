//! A Map Run from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use dirigent_asl::{Distributed, Kind, MapMode};
use dirigent_store::{FrameId, MachineId};

use super::Active;
use super::children::{self, Template};
use super::ids::{self, MAX_CHILDREN};
use super::progress::{Pending, Progress, Stop};
use super::results::{self, Children, ResultError};
use super::row::{self, Counts, MapRunRedrives, MapRunRow, MapRunStatus};
use super::source::{ChildInput, Inputs};
use crate::core::{MapRun, RunItem, Stimulus};
use crate::driver::apply::report;
use crate::driver::live::Lease;
use crate::driver::objects::ChildStatus;
use crate::driver::{Engine, EngineError, now_ms};
use crate::event::Fault;
use crate::payload::Payload;
use crate::rows::Pins;

/// Executions in memory beyond which no further child is started for the moment. Children that only wait are not in
/// memory, so more than this may run at a time; those that work would only wait for one another.
const MOST_LIVE: usize = 512;

/// How long a run waits before it looks again whether there is room, or stops children again that had not begun.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How a run ended: its result, or its error, or nobody waits for it any more.
type Outcome = Result<Payload, Stop>;

/// Children that are there already, by index.
type Found = Vec<Option<Known>>;

/// A child that is there already.
#[derive(Clone, Copy)]
enum Known {
    /// An earlier process started it in this attempt of the run, or it succeeded before.
    Stands(ChildStatus),
    /// It did not succeed in an attempt before, and is to be taken up again.
    Pending,
}

/// Runs the Map Run that a frame waits for, or goes on with it, and tells the frame how it ended.
pub(in crate::driver) async fn run(parent: Lease, frame: FrameId, generation: u32) {
    let engine = parent.engine().clone();
    match finish(&engine, &parent, frame, generation).await {
        Ok(Some(result)) => {
            let stimulus = Stimulus::MapRunEnded { frame, generation, result };
            engine.apply_and_perform(&parent, stimulus).await;
        }
        Ok(None) => {}
        // The run stands as the store has it, and a restarted host goes on from there.
        Err(error) => report(&parent, &error),
    }
}

/// Runs it; `None` when the frame does not wait for it.
async fn finish(
    engine: &Arc<Engine>,
    parent: &Lease,
    frame: FrameId,
    generation: u32,
) -> Result<Option<Result<Payload, Fault>>, EngineError> {
    let Some((spec, state)) = parent.live.execution.lock().map_run(frame, generation) else {
        return Ok(None);
    };
    let state = parent.live.program.state(state);
    let Kind::Map(map) = &state.kind else { return Ok(None) };
    let MapMode::Distributed(distributed) = &map.mode else { return Ok(None) };
    let express = distributed.child_type == dirigent_asl::ChildType::Express;

    let (run, row, resumed) =
        find_or_create(engine, parent, &spec, state, express, (frame, generation)).await?;
    let template = Arc::new(Template::of(engine, &row).await?);
    let active = Arc::new(Active {
        run,
        progress: Progress::new(row.settings.clone(), resumed),
        row: row.into(),
        template,
    });
    engine.map_runs.active.write().insert(run, active.clone());
    // A parent that gave the run up just before it was listed found nothing to cancel.
    if parent.live.execution.lock().map_run(frame, generation).is_none() {
        active.progress.cancel();
    }
    let job = Job { engine, parent, frame, spec: &spec, distributed, active: &active };
    let ended = job.to_the_end(resumed).await;
    engine.map_runs.active.write().remove(&run);
    ended
}

/// The run's row. A restarted host finds it by the UUID that the frame keeps.
async fn find_or_create(
    engine: &Engine,
    parent: &Lease,
    spec: &MapRun,
    state: &dirigent_asl::State,
    express: bool,
    (frame, generation): (FrameId, u32),
) -> Result<(MachineId, MapRunRow, bool), EngineError> {
    if let Some(run) = row::find(&*engine.store, &spec.id).await?
        && let Some(mut row) = row::get(&*engine.store, run).await?
    {
        if row.redrives.count < spec.redrives {
            let last_ms = Some(now_ms());
            row.redrives = MapRunRedrives { count: spec.redrives, last_ms };
            (row.status, row.stopped_ms) = (MapRunStatus::Running, None);
            (row.frame, row.generation) = (frame, generation);
            // The definition may be another revision by now, and the plugins newer ones.
            row.pins = pins(parent);
            if !ids::is_child(parent.id()) {
                row.revision = parent.live.revision;
            }
            row::update(&*engine.store, run, &row).await?;
        }
        return Ok((run, row, true));
    }
    let id = parent.id();
    let (state_machine, revision) = if ids::is_child(id) {
        engine.root_of(id.machine).await?.ok_or(EngineError::NoSuchExecution)?
    } else {
        (id.machine, parent.live.revision)
    };
    let row = MapRunRow {
        uuid: spec.id.clone(),
        label: spec.label.clone(),
        parent: id,
        frame,
        generation,
        state_machine,
        revision,
        state: state.location.clone(),
        express,
        started_ms: now_ms(),
        stopped_ms: None,
        status: MapRunStatus::Running,
        settings: spec.settings.clone(),
        executions: row::Counts::default(),
        items: row::Counts::default(),
        pins: pins(parent),
        redrives: MapRunRedrives::default(),
    };
    let run = engine.catalog.next_machine();
    row::create(&*engine.store, run, &row).await?;
    Ok((run, row, false))
}

/// What the children of a parent's runs are bound to.
fn pins(parent: &Lease) -> Arc<Pins> {
    let mut pins = (*parent.live.inherited_pins).clone();
    pins.extend(parent.live.pins.lock().iter().cloned());
    Arc::new(pins)
}

/// What the parts of a run share.
struct Job<'a> {
    engine: &'a Arc<Engine>,
    parent: &'a Lease,
    frame: FrameId,
    spec: &'a MapRun,
    distributed: &'a Distributed,
    active: &'a Arc<Active>,
}

impl Job<'_> {
    async fn to_the_end(&self, resumed: bool) -> Result<Option<Result<Payload, Fault>>, EngineError> {
        let found = if resumed { self.found().await? } else { Found::new() };
        let outcome = self.dispatch(found).await?;
        if outcome.is_err() {
            self.stop_children().await?;
        }
        let outcome = match outcome {
            Ok(children) => self.result(children).await?,
            Err(stop) => Err(stop),
        };
        let status = match &outcome {
            Ok(_) => MapRunStatus::Succeeded,
            Err(Stop::Failed(_)) => MapRunStatus::Failed,
            Err(Stop::Cancelled) => MapRunStatus::Aborted,
        };
        self.close(status).await?;
        Ok(match outcome {
            Ok(output) => Some(Ok(output)),
            Err(Stop::Failed(fault)) => Some(Err(fault)),
            Err(Stop::Cancelled) => None,
        })
    }

    /// Which children there are already. Their items are counted when they are read again.
    async fn found(&self) -> Result<Found, EngineError> {
        let mut found = Found::new();
        let newest = self.engine.store.list(self.active.run, None, 1).await?;
        let Some((last, _)) = newest.first() else { return Ok(found) };
        let end = ids::index(*last).saturating_add(1);
        found.resize(end as usize, None);
        let mut all = Children::new(self.active.run, end);
        let mut pending = Pending::default();
        while let Some((id, row)) = all.next(self.engine).await? {
            let status = children::status(&row.status);
            let over = !matches!(status, ChildStatus::Running | ChildStatus::Succeeded);
            let known = if over && row.redrives.attempt < self.spec.redrives {
                pending.executions += 1;
                Known::Pending
            } else {
                Known::Stands(status)
            };
            found[ids::index(id) as usize] = Some(known);
        }
        if pending.executions > 0 {
            // How many items a batch has shows when they are read again; until then the last attempt's count is it.
            let Counts { failed, timed_out, aborted, .. } = self.active.row.lock().items;
            pending.items = failed + timed_out + aborted;
        }
        self.active.progress.await_redrive(pending);
        Ok(found)
    }

    /// Starts a child for each item or batch, and waits for them all. Returns how many there are.
    async fn dispatch(&self, mut found: Found) -> Result<Result<u32, Stop>, EngineError> {
        let progress = &self.active.progress;
        let limits = &self.engine.config.limits;
        let inputs =
            Inputs::open(&*self.engine.objects, self.distributed, self.spec, limits.payload_bytes).await;
        let mut inputs = match inputs {
            Ok(inputs) => inputs,
            Err(fault) => return Ok(Err(Stop::Failed(fault))),
        };
        let select = |item: &RunItem| self.select(item);
        let (template, attempt) = (&self.active.template, self.spec.redrives);
        let mut index = 0_u32;
        loop {
            let known = found.get_mut(index as usize).and_then(Option::take);
            let again = matches!(known, Some(Known::Pending));
            // A child that runs or is redriven has its input.
            let known = known.filter(|known| matches!(known, Known::Stands(_)) || !template.express);
            let ChildInput { input, items } = match inputs.next(known.is_some(), &select).await {
                Some(Ok(input)) => input,
                Some(Err(fault)) => {
                    progress.fail(fault);
                    break;
                }
                None => break,
            };
            if u64::from(index) >= MAX_CHILDREN {
                let cause =
                    format!("A Map Run has at most {MAX_CHILDREN} child executions. Use an ItemBatcher");
                progress.fail(Fault::new("States.ItemReaderFailed", cause));
                break;
            }
            match known {
                Some(Known::Stands(status)) => progress.found(index, items, status),
                Some(Known::Pending) => {
                    if let Err(stop) = self.room(index, items).await {
                        return Ok(Err(stop));
                    }
                    progress.taken_up(items);
                    children::redrive(self.engine, (self.active.run, attempt), index).await?;
                }
                None if input.text().len() > limits.payload_bytes => {
                    progress.fail(too_large(index, limits.payload_bytes));
                    break;
                }
                None => {
                    if let Err(stop) = self.room(index, items).await {
                        return Ok(Err(stop));
                    }
                    // An Express child has no history to go on from, and starts anew.
                    if again {
                        progress.taken_up(items);
                    }
                    children::start(self.engine, template, (self.active.run, attempt), index, input);
                }
            }
            index += 1;
            if found.len() == index as usize {
                found = Found::new();
                progress.recovered();
            }
        }
        progress.recovered();
        progress.all_read();
        Ok(progress.drained().await.map(|()| index))
    }

    /// Waits until a child may begin, and counts it as one that runs.
    async fn room(&self, index: u32, items: u32) -> Result<(), Stop> {
        let progress = &self.active.progress;
        while self.engine.live_executions() >= MOST_LIVE {
            if let Some(stop) = progress.stopped() {
                return Err(stop);
            }
            progress.changes_within(LOOK_AGAIN).await;
        }
        progress.begin(index, items, self.engine.config.limits.map_run_concurrency).await
    }

    /// What `ItemSelector` makes of an item.
    fn select(&self, item: &RunItem) -> Result<Payload, Fault> {
        let live = &self.parent.live;
        let moment = self.engine.moment();
        let execution = live.execution.lock();
        execution.map_item(&live.program, self.frame, &self.spec.input, item, moment)
    }

    /// Stops the children that still run, and waits until they have ended.
    async fn stop_children(&self) -> Result<(), EngineError> {
        let progress = &self.active.progress;
        loop {
            for index in progress.running() {
                match self.engine.stop(ids::child(self.active.run, index), Fault::default()).await {
                    // It is about to begin, and is stopped the next time around.
                    Ok(_) | Err(EngineError::NoSuchExecution) => {}
                    Err(error) => return Err(error),
                }
            }
            if tokio::time::timeout(LOOK_AGAIN, progress.quiet()).await.is_ok() {
                return Ok(());
            }
        }
    }

    async fn result(&self, children: u32) -> Result<Outcome, EngineError> {
        let Active { run, template, row, .. } = &**self.active;
        let arn: Arc<str> =
            self.engine.map_run_arn(&template.state_machine_name, &row.lock().uuid.clone()).into();
        let result =
            results::collect(self.engine, template, &arn, *run, self.distributed, self.spec, children).await;
        match result {
            Ok(output) => {
                self.active.progress.results_written();
                Ok(Ok(output))
            }
            Err(ResultError::Fault(fault)) => Ok(Err(Stop::Failed(fault))),
            Err(ResultError::Engine(error)) => Err(error),
        }
    }

    async fn close(&self, status: MapRunStatus) -> Result<(), EngineError> {
        let row = {
            let mut row = self.active.row.lock();
            row.status = status;
            row.stopped_ms = Some(now_ms());
            (row.executions, row.items) = self.active.progress.counts();
            row.clone()
        };
        row::update(&*self.engine.store, self.active.run, &row).await
    }
}

fn too_large(index: u32, most: usize) -> Fault {
    let cause = format!(
        "The input of the child workflow execution {index} exceeds the maximum number of bytes, {most}. Make items or batches smaller"
    );
    Fault::new("States.DataLimitExceeded", cause)
}
