//! Executions of many state machines at once, newest first.

use std::collections::{BinaryHeap, HashMap, VecDeque};

use dirigent_store::{ExecutionId, MachineId, Store};

use super::read::LIST_SCAN;
use super::{Engine, EngineError, Listing};
use crate::rows::ExecutionRow;

/// Rows of one machine read at a time. The first read is small, since most machines of a search give little.
const FIRST_READ: usize = 16;
const READ: usize = 256;

/// Sequences are taken in the order of starts, but for calls at the same moment and clocks that are set: so long after a
/// row began before the time asked for, earlier rows are not looked at.
const SLACK_MS: i64 = 60_000;

/// The rows of some machines, merged by sequence.
pub(super) struct NewestFirst<'a> {
    store: &'a dyn Store,
    /// The newest row of each machine that has more, on top the newest of all.
    heads: BinaryHeap<(u64, MachineId)>,
    /// What was read and not given yet; the front row is the head.
    read: HashMap<MachineId, VecDeque<(ExecutionId, Vec<u8>)>>,
    /// Machines that were not read yet, and where to begin.
    unread: Vec<MachineId>,
    before: Option<u64>,
    first_read: usize,
}

impl<'a> NewestFirst<'a> {
    /// Rows whose sequence is less than `before`.
    pub(super) fn new(
        store: &'a dyn Store,
        machines: impl IntoIterator<Item = MachineId>,
        before: Option<u64>,
    ) -> NewestFirst<'a> {
        let unread: Vec<MachineId> = machines.into_iter().collect();
        let first_read = if unread.len() == 1 { READ } else { FIRST_READ };
        NewestFirst { store, heads: BinaryHeap::new(), read: HashMap::new(), unread, before, first_read }
    }

    /// The next older row.
    pub(super) async fn next(&mut self) -> Result<Option<(ExecutionId, ExecutionRow)>, EngineError> {
        while let Some(machine) = self.unread.pop() {
            self.fill(machine, self.before, self.first_read).await?;
        }
        let Some((_, machine)) = self.heads.pop() else { return Ok(None) };
        let rows = self.read.entry(machine).or_default();
        let Some((id, bytes)) = rows.pop_front() else { return Ok(None) };
        match rows.front() {
            Some((next, _)) => self.heads.push((next.sequence, machine)),
            None => self.fill(machine, Some(id.sequence), READ).await?,
        }
        Ok(Some((id, ExecutionRow::decode(&bytes)?)))
    }

    async fn fill(
        &mut self,
        machine: MachineId,
        before: Option<u64>,
        rows: usize,
    ) -> Result<(), EngineError> {
        let rows = self.store.list(machine, before, rows).await?;
        if let Some((newest, _)) = rows.first() {
            self.heads.push((newest.sequence, machine));
        }
        self.read.insert(machine, rows.into());
        Ok(())
    }
}

impl Engine {
    /// Executions of some state machines, newest first, beginning before a sequence, that `wanted` takes. None that
    /// began before `since_ms` is looked for.
    ///
    /// A page may have fewer rows than `limit` and a `next` all the same: so many rows are looked at for one page.
    ///
    /// # Errors
    /// The store's.
    pub async fn search(
        &self,
        machines: &[MachineId],
        since_ms: Option<i64>,
        before: Option<u64>,
        limit: usize,
        wanted: &(dyn Fn(ExecutionId, &ExecutionRow) -> bool + Sync),
    ) -> Result<Listing, EngineError> {
        let mut listing = Listing::default();
        let mut rows = NewestFirst::new(&*self.store, machines.iter().copied(), before);
        let (mut before, mut looked_at) = (before, 0);
        while let Some((id, row)) = rows.next().await? {
            if listing.executions.len() == limit || looked_at >= LIST_SCAN {
                listing.next = before;
                break;
            }
            if since_ms.is_some_and(|since_ms| row.started_ms < since_ms.saturating_sub(SLACK_MS)) {
                break;
            }
            before = Some(id.sequence);
            looked_at += 1;
            if wanted(id, &row) {
                listing.executions.push((id, row));
            }
        }
        Ok(listing)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use dirigent_store::{Batch, ExecutionChange, MemoryStore};

    use super::*;
    use crate::payload::PayloadRef;
    use crate::rows::StatusRow;

    #[tokio::test]
    async fn rows_of_many_machines_come_in_the_order_of_their_sequences() {
        let store = MemoryStore::new();
        let mut wanted = Vec::new();
        for sequence in 1..=1_000_u64 {
            let machine = MachineId(u32::try_from(sequence * 7 % 13).unwrap());
            let id = ExecutionId::new(machine, sequence);
            let row = ExecutionRow {
                name: sequence.to_string().into(),
                status: StatusRow::Running,
                started_ms: 0,
                stopped_ms: None,
                input: PayloadRef { chunk: 1, index: 0 },
                revision: 1,
                pins: Vec::new(),
                redrives: crate::core::Redrives::default(),
            };
            let change = ExecutionChange { record: Some(row.encode().unwrap()), ..ExecutionChange::new(id) };
            store.commit(Batch::execution(change)).await.unwrap();
            if machine.0 != 5 && sequence < 900 {
                wanted.push(id);
            }
        }
        wanted.reverse();
        let machines = (0..13).filter(|machine| *machine != 5).map(MachineId);
        let mut rows = NewestFirst::new(&store, machines, Some(900));
        let mut got = Vec::new();
        while let Some((id, row)) = rows.next().await.unwrap() {
            assert_eq!(row.name, Arc::from(id.sequence.to_string()));
            got.push(id);
        }
        assert_eq!(got, wanted);
    }
}
