//! A stimulus, its step, its commit, its effects: the way that everything goes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dirigent_store::{Batch, CatalogChange, CommitError};

use super::live::{Durability, Lease, Live};
use super::{Engine, EngineError, jobs, logs, map_runs, mocked_run, tasks};
use crate::activities::queue;
use crate::core::{Effect, Stimulus};
use crate::rows;

/// What the first commit of an execution needs beside it.
pub(super) struct Create {
    /// Its name, which must be free.
    pub(super) name: String,
    /// What is to be written with it.
    pub(super) catalog: Vec<CatalogChange>,
}

impl Engine {
    /// Takes a stimulus in and returns, once that is durable, what is to be done. `None`: nobody waited for it.
    pub(super) async fn apply(
        self: &Arc<Self>,
        lease: &Lease,
        stimulus: Stimulus,
    ) -> Result<Option<Vec<Effect>>, EngineError> {
        self.apply_as(lease, stimulus, None).await
    }

    /// As [`Engine::apply`]; a new execution is created under a name, which must be free.
    pub(super) async fn apply_as(
        self: &Arc<Self>,
        lease: &Lease,
        stimulus: Stimulus,
        create: Option<Create>,
    ) -> Result<Option<Vec<Effect>>, EngineError> {
        let live = &lease.live;
        // The step and the queueing of its commit are one under the lock, so commits lie in the order of the steps.
        let (mut step, lost, logged, commit, arn) = {
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
            let commit = match live.durability {
                Durability::EachStep => {
                    let pins = self.pins_to_write(live, &mut step);
                    let mut attended = live.attended.lock();
                    let mut change = rows::change(
                        &execution,
                        &live.program,
                        &mut step,
                        live.revision,
                        pins,
                        &mut attended,
                    )?;
                    let mut catalog = Vec::new();
                    if let Some(create) = create {
                        change.create_as = Some(create.name);
                        catalog = create.catalog;
                    }
                    catalog.extend(step.queue.iter().map(|change| queue::change(lease.id(), change)));
                    catalog.extend(counted);
                    catalog.extend(over);
                    catalog.extend(cancels);
                    Some(self.store.commit(Batch { executions: vec![change], catalog }))
                }
                Durability::AtEnd if execution.status().is_ended() => {
                    let change = rows::ended(&execution, live.revision)?;
                    let catalog = counted.into_iter().collect();
                    Some(self.store.commit(Batch { executions: vec![change], catalog }))
                }
                Durability::AtEnd | Durability::Never => None,
            };
            (step, lost, logged, commit, execution.info.arn.clone())
        };
        if let Some(commit) = commit
            && let Err(error) = commit.await
        {
            return Err(match error {
                CommitError::NameTaken { name, .. } => EngineError::NameTaken { name },
                other => other.into(),
            });
        }
        for (due_ms, key) in &step.clear_timers {
            self.forget_timer(lease, *due_ms, *key);
        }
        for (due_ms, key) in &step.set_timers {
            self.set_timer(lease, *due_ms, *key);
        }
        self.wake_workers(&step.queue);
        self.cancel_jobs(lost);
        logs::write(live, logged);
        self.publish(&arn, std::mem::take(&mut step.events), &step.payloads);
        Ok(Some(step.effects))
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
        match self.apply(lease, stimulus).await {
            Ok(Some(effects)) => {
                self.perform(lease, effects);
                true
            }
            Ok(None) => false,
            Err(error) => {
                report(lease, &error);
                true
            }
        }
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

async fn go_on(lease: Lease) {
    lease.engine().clone().apply_and_perform(&lease, Stimulus::Continue).await;
}

/// A step could not be made durable: the execution stands where its last commit left it until a restart.
pub(super) fn report(lease: &Lease, error: &EngineError) {
    let arn = lease.live.execution.lock().info.arn.clone();
    tracing::error!(%error, execution = %arn, "an execution cannot go on");
}
