//! Tasks that need not wait for the disk.
//!
//! A task runs after the commit that scheduled it, so that nothing is seen outside whose cause may be lost. What calls of a
//! component do that is granted nothing cannot be seen outside: such a task runs while the commit is under way, and so may
//! the next one. What it gave is durable, and is seen, in the order of the commits as before; after a crash in between it
//! runs again. So ten such tasks wait for the disk a few times, and not eleven.

use std::collections::VecDeque;

use dirigent_asl::{Integration, Kind, Resource};

use super::EngineError;
use super::apply::Taken;
use super::live::{Durability, Lease};
use super::tasks::{binding, pinned};
use crate::core::{Effect, TaskRun};

/// How many steps of one task after the other may wait for the disk before the next task does.
const MAX_AHEAD: usize = 64;

/// Takes those tasks out of a step's effects that may run at once.
pub(super) fn take_runs(lease: &Lease, effects: &mut Vec<Effect>) -> Vec<TaskRun> {
    let live = &lease.live;
    // Records of a log lie in the order in which steps become durable, which is then nobody's to keep.
    if live.durability != Durability::EachStep || live.log.is_some() || live.case.is_some() {
        return Vec::new();
    }
    let (mut ahead, mut others) = (Vec::new(), Vec::new());
    for effect in std::mem::take(effects) {
        match effect {
            Effect::RunTask(run) if leaves_no_mark(lease, &run) => ahead.push(*run),
            other => others.push(other),
        }
    }
    *effects = others;
    ahead
}

/// Whether nobody outside can tell that the task has run.
fn leaves_no_mark(lease: &Lease, run: &TaskRun) -> bool {
    let state = lease.live.program.get_state(run.state).map(|state| &state.kind);
    let Some(Kind::Task(task)) = state else { return false };
    let plain = matches!(
        task.resource,
        Resource::Plugin { integration: Integration::RequestResponse, .. } | Resource::Lambda { .. }
    );
    if !plain || run.token.is_some() || run.job.is_some() {
        return false;
    }
    let component =
        binding(&task.resource, &task.resource_text).and_then(|binding| pinned(&lease.live, &binding));
    component.is_some_and(|component| lease.engine().tasks.leaves_no_mark(component))
}

/// Steps of an execution that are under way to the disk, in their order.
pub(super) struct Ahead<'a> {
    lease: &'a Lease,
    taken: VecDeque<Taken>,
}

impl<'a> Ahead<'a> {
    pub(super) fn of(lease: &'a Lease) -> Self {
        Self { lease, taken: VecDeque::new() }
    }

    pub(super) fn push(&mut self, taken: Taken) {
        self.taken.push_back(taken);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Waits until there is room for one more.
    pub(super) async fn make_room(&mut self) -> Result<(), EngineError> {
        while self.taken.len() >= MAX_AHEAD {
            self.settle_one().await?;
        }
        Ok(())
    }

    /// Waits until all are durable, and carries out what they say. May be dropped and called again.
    pub(super) async fn settle(&mut self) -> Result<(), EngineError> {
        while !self.is_empty() {
            self.settle_one().await?;
        }
        Ok(())
    }

    async fn settle_one(&mut self) -> Result<(), EngineError> {
        let Some(first) = self.taken.front_mut() else { return Ok(()) };
        first.durable().await?;
        if let Some(taken) = self.taken.pop_front() {
            let effects = taken.finish(self.lease);
            self.lease.engine().perform(self.lease, effects);
        }
        Ok(())
    }
}
