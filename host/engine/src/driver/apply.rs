//! A stimulus, its step, its commit, its effects: the way that everything goes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dirigent_store::{Batch, CatalogChange, Commit, CommitError};

use super::live::{Durability, Lease, Live};
use super::{Engine, EngineError, ahead, jobs, logs, map_runs, mocked_run, tasks};
use crate::activities::queue;
use crate::core::{Effect, Step, Stimulus, TaskRun};
use crate::rows;

/// What the first commit of an execution needs beside it.
pub(super) struct Create {
    /// Its name, which must be free.
    pub(super) name: String,
    /// The name was made for it, so nobody else has it.
    pub(super) is_new: bool,
    /// What is to be written with it.
    pub(super) catalog: Vec<CatalogChange>,
}

impl Create {
    /// Whether nothing that others do can make the first commit be refused. An execution that may be refused must have left
    /// nothing behind.
    fn is_certain(&self) -> bool {
        self.is_new && self.catalog.is_empty()
    }
}

/// A step whose commit is queued.
pub(super) struct Taken {
    step: Step,
    /// Tasks that need not wait for it.
    pub(super) ahead: Vec<TaskRun>,
    lost: Vec<jobs::Lost>,
    logged: Option<logs::LogEntry>,
    /// None: nothing is to be written, or it has been.
    commit: Option<Commit>,
    arn: Arc<str>,
}

impl Taken {
    /// Waits until the step is durable. May be dropped and called again.
    pub(super) async fn durable(&mut self) -> Result<(), EngineError> {
        if let Some(commit) = &mut self.commit {
            let decided = commit.await;
            self.commit = None;
            decided.map_err(|error| match error {
                CommitError::NameTaken { name, .. } => EngineError::NameTaken { name },
                other => other.into(),
            })?;
        }
        Ok(())
    }

    /// What to do first of all once the step is durable. Returns what is to be carried out.
    pub(super) fn finish(self, lease: &Lease) -> Vec<Effect> {
        let (engine, Taken { mut step, lost, logged, arn, .. }) = (lease.engine(), self);
        for (due_ms, key) in &step.clear_timers {
            engine.forget_timer(lease, *due_ms, *key);
        }
        for (due_ms, key) in &step.set_timers {
            engine.set_timer(lease, *due_ms, *key);
        }
        engine.wake_workers(&step.queue);
        engine.cancel_jobs(lost);
        logs::write(&lease.live, logged);
        engine.publish(&arn, std::mem::take(&mut step.events), &step.payloads);
        step.effects
    }
}

impl Engine {
    /// Takes a stimulus in and returns, once that is durable, what is to be done. `None`: nobody waited for it.
    pub(super) async fn apply(
        self: &Arc<Self>,
        lease: &Lease,
        stimulus: Stimulus,
    ) -> Result<Option<Vec<Effect>>, EngineError> {
        let Some(mut taken) = self.step(lease, stimulus, None)? else { return Ok(None) };
        spawn_runs(lease, std::mem::take(&mut taken.ahead));
        taken.durable().await?;
        Ok(Some(taken.finish(lease)))
    }

    /// Takes a stimulus in and queues its commit; a new execution is created under a name, which must be free.
    /// `None`: nobody waited for it.
    ///
    /// Whoever gets it runs the tasks that are `ahead`, and waits for it while it holds the lease: an execution that is read
    /// back must not be older than one that was in memory.
    pub(super) fn step(
        self: &Arc<Self>,
        lease: &Lease,
        stimulus: Stimulus,
        create: Option<Create>,
    ) -> Result<Option<Taken>, EngineError> {
        let live = &lease.live;
        // The step and the queueing of its commit are one under the lock, so commits lie in the order of the steps.
        let mut execution = live.execution.lock();
        let mut counting = live.case.as_deref().map(|case| case.lend(&mut execution));
        let mut step = off_the_executor(live.program.may_block(), || {
            execution.step(&live.program, &self.config.limits, stimulus, self.moment())
        });
        if let Some(counting) = &mut counting {
            counting.take_back(&mut execution);
        }
        if step.is_empty() {
            return Ok(None);
        }
        let counted = counting.as_ref().map(|counting| counting.row()).transpose()?;
        let logged = logs::entry(live, &mut execution, &step.events);
        let lost = jobs::lost(&execution, &live.program, &step, |resource, text| {
            jobs::component_of(live, resource, text)
        })?;
        let (cancels, lost) = jobs::split(self, lost);
        let over = live.journals.lock().settle(&execution, &step);
        let ahead = match &create {
            Some(create) if !create.is_certain() => Vec::new(),
            _ => ahead::take_runs(lease, &mut step.effects),
        };
        let commit = match live.durability {
            Durability::EachStep => {
                let pins = self.pins_to_write(live, &mut step);
                let mut attended = live.attended.lock();
                let mut change =
                    rows::change(&execution, &live.program, &mut step, live.revision, pins, &mut attended)?;
                let mut catalog = Vec::new();
                if let Some(create) = create {
                    change.create_as = Some(create.name);
                    catalog = create.catalog;
                }
                catalog.extend(step.queue.iter().map(|change| queue::change(lease.id(), change)));
                catalog.extend(counted);
                catalog.extend(over);
                catalog.extend(cancels);
                let batch = Batch { executions: vec![change], catalog };
                Some(if ahead.is_empty() {
                    self.store.commit(batch)
                } else {
                    self.store.commit_followed(batch)
                })
            }
            Durability::AtEnd if execution.status().is_ended() => {
                let change = rows::ended(&execution, live.revision)?;
                let catalog = counted.into_iter().collect();
                Some(self.store.commit(Batch { executions: vec![change], catalog }))
            }
            Durability::AtEnd | Durability::Never => None,
        };
        let arn = execution.info.arn.clone();
        Ok(Some(Taken { step, ahead, lost, logged, commit, arn }))
    }

    /// The record is written when the status changes, and when a resource was bound since.
    fn pins_to_write(&self, live: &Live, step: &mut crate::core::Step) -> Option<rows::Pins> {
        if live.pins_changed.swap(false, Ordering::AcqRel) {
            step.record_changed = true;
        }
        step.record_changed.then(|| live.pins.lock().clone())
    }

    /// Carries effects out. None of it is waited for.
    pub(super) fn perform(self: &Arc<Self>, lease: &Lease, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::RunTask(run) => {
                    tokio::spawn(tasks::run(lease.clone(), *run));
                }
                Effect::CancelTask { frame, generation } => {
                    // Dropping the sender ends the call, and with it the instance.
                    lease.live.tasks.lock().remove(&(frame, generation));
                }
                Effect::StartMapRun { frame, generation } => {
                    let mock = lease.live.execution.lock().mocked_run();
                    match mock {
                        None => tokio::spawn(map_runs::run(lease.clone(), frame, generation)),
                        Some(mock) => tokio::spawn(mocked_run::run(lease.clone(), frame, generation, mock)),
                    };
                }
                Effect::StopStarted { frame, generation } => {
                    self.stop_started(lease.id(), frame, generation);
                }
                Effect::CancelMapRun { run } => self.map_runs.cancel(&run),
                Effect::Continue => {
                    tokio::spawn(go_on(lease.clone()));
                }
                Effect::Ended => {
                    self.linked_ended(lease.id());
                    if map_runs::ids::is_child(lease.id()) {
                        let execution = lease.live.execution.lock();
                        self.map_runs.child_ended(lease.id(), execution.status());
                    }
                    let waiting = self.ends.lock().remove(&lease.id()).unwrap_or_default();
                    for sender in waiting {
                        let _ = sender.send(());
                    }
                }
            }
        }
    }

    /// Applies a stimulus and carries its effects out. A failure is reported here, since nobody waits for it.
    pub(super) async fn apply_and_perform(self: &Arc<Self>, lease: &Lease, stimulus: Stimulus) -> bool {
        match self.step(lease, stimulus, None) {
            Ok(Some(taken)) => {
                if let Err(error) = self.carry_out(lease, taken).await {
                    report(lease, &error);
                }
                true
            }
            Ok(None) => false,
            Err(error) => {
                report(lease, &error);
                true
            }
        }
    }

    /// Waits until a step is durable and carries its effects out; those at once that need not wait.
    pub(super) async fn carry_out(
        self: &Arc<Self>,
        lease: &Lease,
        mut taken: Taken,
    ) -> Result<(), EngineError> {
        spawn_runs(lease, std::mem::take(&mut taken.ahead));
        taken.durable().await?;
        let effects = taken.finish(lease);
        self.perform(lease, effects);
        Ok(())
    }
}

/// Does work that may take long where the executor's other tasks do not wait for it.
fn off_the_executor<T>(may_block: bool, work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    // An executor of one thread has no other one to go on with.
    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    if may_block && matches!(flavor, Ok(RuntimeFlavor::MultiThread)) {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}

/// Runs tasks. None of it is waited for.
pub(super) fn spawn_runs(lease: &Lease, runs: Vec<TaskRun>) {
    for run in runs {
        tokio::spawn(tasks::run(lease.clone(), run));
    }
}

async fn go_on(lease: Lease) {
    lease.engine().clone().apply_and_perform(&lease, Stimulus::Continue).await;
}

/// A step could not be made durable: the execution stands where its last commit left it until a restart.
pub(super) fn report(lease: &Lease, error: &EngineError) {
    let arn = lease.live.execution.lock().info.arn.clone();
    tracing::error!(%error, execution = %arn, "an execution cannot go on");
}
