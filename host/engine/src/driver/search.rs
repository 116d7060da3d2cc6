//! Executions of one state machine or of many at once, newest first.

use std::collections::{BinaryHeap, HashMap, VecDeque};

use dirigent_store::{ExecutionId, MachineId, Store, Takes};

use super::{Engine, EngineError, Listing};
use crate::catalog::Qualifier;
use crate::rows::{ExecutionRow, RowHead};

/// Rows of one machine looked at in one read: first, while most machines of a search give little; then twice as many each
/// time, up to so many, since a read costs as much as looking at some hundred rows.
const FIRST_READ: usize = 16;
const FIRST_READ_OF_ONE: usize = 256;
const MOST_READ: usize = 4_096;

/// Rows looked at for one page, so that a rare status cannot make one call read the whole store.
const LIST_SCAN: usize = 100_000;

/// Sequences are taken in the order of starts, but for calls at the same moment and clocks that are set: so long after a
/// row began before the time asked for, earlier rows are not looked at.
const SLACK_MS: i64 = 60_000;

/// The rows of some machines that `may` be wanted, merged by sequence.
struct NewestFirst<'a> {
    store: &'a dyn Store,
    may: Takes<'a>,
    /// For each machine that has more, its newest row or where its unread rows begin; on top the newest of all.
    heads: BinaryHeap<(u64, MachineId)>,
    /// What was read of each machine and not given yet.
    read: HashMap<MachineId, Part>,
    /// Machines that were not read yet, and where to begin.
    unread: Vec<MachineId>,
    before: Option<u64>,
    looked_at: usize,
    /// No more is read once so many were looked at.
    enough: usize,
}

/// Rows of one machine.
struct Part {
    rows: VecDeque<(ExecutionId, Vec<u8>)>,
    /// There are older ones, before this sequence.
    rest: Option<u64>,
    /// How many the next read looks at.
    next_read: usize,
}

impl Part {
    /// No row that is still to come has a greater sequence.
    fn head(&self) -> Option<u64> {
        self.rows.front().map(|(id, _)| id.sequence).or(self.rest)
    }
}

impl<'a> NewestFirst<'a> {
    /// Rows whose sequence is less than `before`.
    fn new(
        store: &'a dyn Store,
        machines: impl IntoIterator<Item = MachineId>,
        before: Option<u64>,
        may: Takes<'a>,
    ) -> NewestFirst<'a> {
        let (heads, read) = (BinaryHeap::new(), HashMap::new());
        let unread = machines.into_iter().collect();
        NewestFirst { store, may, heads, read, unread, before, looked_at: 0, enough: LIST_SCAN }
    }

    /// The next older row. None when there are no more, or when enough were looked at.
    async fn next(&mut self) -> Result<Option<(ExecutionId, ExecutionRow)>, EngineError> {
        let first_read = if self.unread.len() == 1 { FIRST_READ_OF_ONE } else { FIRST_READ };
        // Of each machine something, however many there are: so no page ends where it began.
        while let Some(machine) = self.unread.pop() {
            self.fill(machine, self.before, first_read).await?;
        }
        while let Some((_, machine)) = self.heads.peek().copied() {
            let Some(part) = self.read.get_mut(&machine) else { return Ok(None) };
            if let Some((id, bytes)) = part.rows.pop_front() {
                let head = part.head();
                self.heads.pop();
                self.heads.extend(head.map(|head| (head, machine)));
                return Ok(Some((id, ExecutionRow::decode(&bytes)?)));
            }
            if self.looked_at >= self.enough {
                return Ok(None);
            }
            let (rest, next_read) = (part.rest, part.next_read);
            self.heads.pop();
            self.fill(machine, rest, next_read.min(self.enough - self.looked_at)).await?;
            // Reads take their caller's thread, on which others wait.
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    async fn fill(
        &mut self,
        machine: MachineId,
        before: Option<u64>,
        most: usize,
    ) -> Result<(), EngineError> {
        let selection = self.store.select(machine, before, most, self.may).await?;
        self.looked_at += selection.looked_at;
        let next_read = most.saturating_mul(2).min(MOST_READ);
        let part = Part { rows: selection.rows.into(), rest: selection.rest, next_read };
        self.heads.extend(part.head().map(|head| (head, machine)));
        self.read.insert(machine, part);
        Ok(())
    }

    /// What is still to come lies before this sequence. None when nothing is.
    fn rest(&self) -> Option<u64> {
        let (head, machine) = self.heads.peek()?;
        let is_row = self.read.get(machine).is_some_and(|part| !part.rows.is_empty());
        Some(head.saturating_add(u64::from(is_row)))
    }
}

impl Engine {
    /// Executions of some state machines, newest first, beginning before a sequence, that `wanted` takes of those that by
    /// the beginnings of their rows `may` be wanted. None that began before `since_ms` is looked for.
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
        may: &(dyn Fn(&RowHead<'_>) -> bool + Sync),
        wanted: &(dyn Fn(ExecutionId, &ExecutionRow) -> bool + Sync),
    ) -> Result<Listing, EngineError> {
        let is_too_old =
            |started_ms: i64| since_ms.is_some_and(|since_ms| started_ms < since_ms.saturating_sub(SLACK_MS));
        // What is too old is not passed over: it ends the search.
        let may = |bytes: &[u8]| RowHead::may(bytes, |head| is_too_old(head.started_ms) || may(head));
        let mut rows = NewestFirst::new(&*self.store, machines.iter().copied(), before, &may);
        let mut executions = Vec::new();
        while executions.len() < limit
            && let Some((id, row)) = rows.next().await?
        {
            if is_too_old(row.started_ms) {
                return Ok(Listing { executions, next: None });
            }
            if wanted(id, &row) {
                executions.push((id, row));
            }
        }
        Ok(Listing { executions, next: rows.rest() })
    }

    /// Lists a machine's executions, newest first, beginning before a sequence, those that `wanted` takes of those that by
    /// the beginnings of their rows `may` be wanted; with a qualifier, those that the version or alias started.
    ///
    /// A page may have fewer rows than `limit` and a `next` all the same, as one of a search.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(
        &self,
        machine: MachineId,
        qualifier: Option<&Qualifier>,
        before: Option<u64>,
        limit: usize,
        may: &(dyn Fn(&RowHead<'_>) -> bool + Sync),
        wanted: &(dyn Fn(ExecutionId, &ExecutionRow) -> bool + Sync),
    ) -> Result<Listing, EngineError> {
        let may = |bytes: &[u8]| RowHead::may(bytes, may);
        let mut rows = NewestFirst::new(&*self.store, [machine], before, &may);
        let mut executions = Vec::new();
        while executions.len() < limit
            && let Some((id, row)) = rows.next().await?
        {
            if wanted(id, &row) && self.was_started_by(id, qualifier).await? {
                executions.push((id, row));
            }
        }
        Ok(Listing { executions, next: rows.rest() })
    }

    async fn was_started_by(
        &self,
        id: ExecutionId,
        qualifier: Option<&Qualifier>,
    ) -> Result<bool, EngineError> {
        let Some(qualifier) = qualifier else { return Ok(true) };
        Ok(self.origin(id).await?.is_some_and(|origin| origin.is_of(qualifier)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use dirigent_store::{Batch, ExecutionChange, MemoryStore};

    use super::*;
    use crate::event::Fault;
    use crate::payload::PayloadRef;
    use crate::rows::StatusRow;

    const ROWS: u64 = 1_000;

    fn machine_of(sequence: u64) -> MachineId {
        MachineId(u32::try_from(sequence * 7 % 13).unwrap())
    }

    /// Executions of thirteen machines, each named by its sequence; every fiftieth has failed.
    async fn store() -> MemoryStore {
        let store = MemoryStore::new();
        for sequence in 1..=ROWS {
            let id = ExecutionId::new(machine_of(sequence), sequence);
            let row = ExecutionRow {
                name: sequence.to_string().into(),
                status: if sequence % 50 == 0 {
                    StatusRow::Failed(Fault { error: Some("Late".into()), cause: None })
                } else {
                    StatusRow::Running
                },
                started_ms: 0,
                stopped_ms: None,
                input: PayloadRef { chunk: 1, index: 0 },
                revision: 1,
                pins: Vec::new(),
                redrives: crate::core::Redrives::default(),
            };
            let change = ExecutionChange { record: Some(row.encode().unwrap()), ..ExecutionChange::new(id) };
            store.commit(Batch::execution(change)).await.unwrap();
        }
        store
    }

    #[tokio::test]
    async fn rows_of_many_machines_come_in_the_order_of_their_sequences() {
        let store = store().await;
        let failed = |bytes: &[u8]| RowHead::may(bytes, |head| head.status.fault().is_some());
        // What may be wanted, and that so many sequences have it: every first, every fiftieth.
        let cases: [(Takes<'_>, u64); 2] = [(&|_| true, 1), (&failed, 50)];
        for (may, every) in cases {
            // Rows given for a page, and rows looked at for one.
            for (limit, enough) in
                [(usize::MAX, usize::MAX), (7, usize::MAX), (usize::MAX, 1), (3, 300), (1, 13)]
            {
                let mut got = Vec::new();
                let mut before = Some(900);
                while let Some(place) = before {
                    let machines = (0..13).map(MachineId).filter(|machine| machine.0 != 5);
                    let mut rows = NewestFirst::new(&store, machines, Some(place), may);
                    rows.enough = enough;
                    let mut page = 0;
                    while page < limit
                        && let Some((id, row)) = rows.next().await.unwrap()
                    {
                        assert_eq!(row.name, Arc::from(id.sequence.to_string()));
                        got.push(id);
                        page += 1;
                    }
                    before = rows.rest();
                    assert!(before.is_none_or(|before| before < place), "a page ends where it began");
                }
                let wanted = (1..900).rev().filter(|n| machine_of(*n).0 != 5 && *n % every == 0);
                let wanted: Vec<_> = wanted.map(|n| ExecutionId::new(machine_of(n), n)).collect();
                assert_eq!(got, wanted, "pages of {limit}, {enough} looked at");
            }
        }
    }

    #[tokio::test]
    async fn no_more_is_looked_at_than_is_needed() {
        let store = store().await;
        let mut rows = NewestFirst::new(&store, (0..13).map(MachineId), None, &|_| true);
        rows.next().await.unwrap();
        assert_eq!(rows.looked_at, 13 * FIRST_READ);
    }
}
