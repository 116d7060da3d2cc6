//! What the store keeps for executions that wait: timers, marks, places in queues. Each is taken out by the execution that needs
//! it; what is left in the end is needed by none.

use std::collections::{HashMap, HashSet};

use dirigent_store::{CatalogKind, ExecutionId, FrameId, MachineId, Snapshot, StoreError, Table};

use super::report::Report;
use super::{ProblemKind, each, place};
use crate::activities::{QUEUES, queue};
use crate::core::{TimerKey, TimerPurpose};
use crate::driver::retention::forget::REMAINS;
use crate::rows::execution_of;

/// What is kept for executions that wait.
pub(super) struct Waiting {
    timers: HashMap<ExecutionId, Vec<(i64, u64)>>,
    marked: HashSet<ExecutionId>,
    places: HashSet<(ExecutionId, FrameId, u32)>,
    /// Executions that were forgotten and have rows left.
    pub(super) remains: HashSet<ExecutionId>,
}

impl Waiting {
    pub(super) fn read(snapshot: &Snapshot, report: &mut Report) -> Result<Waiting, StoreError> {
        let mut waiting = Waiting {
            timers: HashMap::new(),
            marked: HashSet::new(),
            places: HashSet::new(),
            remains: HashSet::new(),
        };
        each(snapshot, Table::Timers, |(key, _)| {
            if let Some((id, due_ms, number)) = timer(key) {
                waiting.timers.entry(id).or_default().push((due_ms, number));
            }
        })?;
        each(snapshot, Table::Attention, |(key, machine)| {
            let sequence = key.as_slice().try_into().map(u64::from_be_bytes);
            let machine = machine.as_slice().try_into().map(u32::from_be_bytes);
            if let (Ok(sequence), Ok(machine)) = (sequence, machine) {
                waiting.marked.insert(ExecutionId::new(MachineId(machine), sequence));
            }
        })?;
        each(snapshot, Table::Catalog, |(key, _)| {
            let Some((kind, name)) = key.split_first() else { return };
            match CatalogKind(*kind) {
                QUEUES => match queue::task_of(name) {
                    Some(task) => drop(waiting.places.insert(task)),
                    None => report.problem(
                        ProblemKind::RowDamaged,
                        "a queue",
                        format!("its place {name:?} names no task"),
                    ),
                },
                REMAINS => waiting.remains.extend(execution_of(name)),
                _ => {}
            }
        })?;
        report.being_deleted = waiting.remains.len() as u64;
        Ok(waiting)
    }

    /// Takes a timer out. Whether it was there.
    pub(super) fn take_timer(&mut self, id: ExecutionId, due_ms: i64, key: TimerKey) -> bool {
        self.take_timers(id, |due, number| due == due_ms && number == key.to_u64())
    }

    /// Takes the timers of an execution's own time-out out. Whether there was one.
    pub(super) fn take_timeouts(&mut self, id: ExecutionId) -> bool {
        self.take_timers(id, |_, number| {
            TimerKey::from_u64(number).is_some_and(|key| key.purpose == TimerPurpose::ExecutionTimeout)
        })
    }

    fn take_timers(&mut self, id: ExecutionId, is: impl Fn(i64, u64) -> bool) -> bool {
        let Some(timers) = self.timers.get_mut(&id) else { return false };
        let before = timers.len();
        timers.retain(|(due, number)| !is(*due, *number));
        let taken = timers.len() < before;
        if timers.is_empty() {
            self.timers.remove(&id);
        }
        taken
    }

    /// Takes the mark for a restarted host out. Whether it was there.
    pub(super) fn take_mark(&mut self, id: ExecutionId) -> bool {
        self.marked.remove(&id)
    }

    /// Takes a place in a queue out. Whether it was there.
    pub(super) fn take_place(&mut self, id: ExecutionId, frame: FrameId, generation: u32) -> bool {
        self.places.remove(&(id, frame, generation))
    }

    /// Names what nobody took.
    pub(super) fn report_rest(&self, report: &mut Report) {
        for (id, timers) in &self.timers {
            let what = format!("it does not wait for the {} timers that it has", timers.len());
            report.problem(ProblemKind::Leftover, place(*id), what);
        }
        for id in &self.marked {
            report.problem(
                ProblemKind::Leftover,
                place(*id),
                "it is marked for a restarted host, and does not run",
            );
        }
        for (id, frame, _) in &self.places {
            let what =
                format!("its frame {} is in the queue of an activity, and does not wait there", frame.0);
            report.problem(ProblemKind::Leftover, place(*id), what);
        }
    }
}

/// A timer's execution, when it is due, and its number.
fn timer(key: &[u8]) -> Option<(ExecutionId, i64, u64)> {
    let (due, rest) = key.split_first_chunk::<8>()?;
    let (id, number) = rest.split_at_checked(12)?;
    // The sign bit is flipped in the key.
    let due_ms = (u64::from_be_bytes(*due) ^ (1 << 63)).cast_signed();
    Some((execution_of(id)?, due_ms, u64::from_be_bytes(number.try_into().ok()?)))
}
