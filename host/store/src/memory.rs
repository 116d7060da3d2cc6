//! A store in memory, for Express executions, tests and the simulator: it keeps every promise but the
//! one about restarts, and can be told to fail at a given commit.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::batch::{Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionChange};
use crate::commit::Commit;
use crate::error::{CommitError, StoreError};
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};
use crate::store::{Pressure, Selection, Store, Takes};

/// A [`Store`] in memory. Commits resolve at once.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

/// A failure that a test wants, as a disk would have it. See [`MemoryStore::fail`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// Which commit fails, counted from 1 at the store's creation.
    pub at_commit: u64,
    /// Whether the failing batch is there all the same. After a failed fsync nobody knows, so what
    /// recovers from a stopped store must do right in both cases.
    pub applied: bool,
    /// The reason to report.
    pub why: String,
}

#[derive(Debug, Default)]
struct Inner {
    rows: Rows,
    commits: u64,
    fault: Option<Fault>,
    stopped: Option<Arc<str>>,
}

#[derive(Debug, Default)]
struct Rows {
    next_sequence: u64,
    records: BTreeMap<ExecutionId, Vec<u8>>,
    names: BTreeMap<(MachineId, String), u64>,
    frames: BTreeMap<(u64, FrameId), Vec<u8>>,
    history: BTreeMap<(u64, u64), Vec<u8>>,
    attention: BTreeMap<u64, MachineId>,
    timers: BTreeMap<Timer, ()>,
    catalog: BTreeMap<CatalogKey, Vec<u8>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many batches were committed, refused ones included.
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    /// Makes one commit fail as a broken disk would: it and all later ones get
    /// [`CommitError::Stopped`], while reads go on. With [`commits`](Self::commits) of a run without
    /// a fault, a test can fail each commit in turn.
    pub fn fail(&self, fault: Fault) {
        self.lock().fault = Some(fault);
    }

    /// Takes the failure away, as a restart on a repaired disk would.
    pub fn repair(&self) {
        let mut inner = self.lock();
        inner.fault = None;
        inner.stopped = None;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it holds the lock with rows half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn commit(&mut self, batch: Batch) -> Result<(), CommitError> {
        self.commits += 1;
        if let Some(why) = &self.stopped {
            return Err(CommitError::Stopped { why: why.clone() });
        }
        if let Some(fault) = self.fault.take_if(|fault| fault.at_commit == self.commits) {
            let why: Arc<str> = fault.why.into();
            self.stopped = Some(why.clone());
            if fault.applied && self.rows.check(&batch).is_ok() {
                self.rows.apply(batch);
            }
            return Err(CommitError::Stopped { why });
        }
        self.rows.check(&batch)?;
        self.rows.apply(batch);
        Ok(())
    }
}

impl Rows {
    fn check(&self, batch: &Batch) -> Result<(), CommitError> {
        batch.check()?;
        for ExecutionChange { id, create_as, .. } in &batch.executions {
            let Some(name) = create_as else { continue };
            if let Some(&sequence) = self.names.get(&(id.machine, name.clone())) {
                return Err(CommitError::NameTaken {
                    machine: id.machine,
                    name: name.clone(),
                    existing: ExecutionId::new(id.machine, sequence),
                });
            }
        }
        for CatalogChange { key, expect, .. } in &batch.catalog {
            let current = self.catalog.get(key);
            if !expect.holds(current.map(Vec::as_slice)) {
                return Err(CommitError::CatalogConflict { key: key.clone(), current: current.cloned() });
            }
        }
        Ok(())
    }

    fn apply(&mut self, batch: Batch) {
        for change in batch.executions {
            let id = change.id;
            if let Some(name) = change.create_as {
                self.names.insert((id.machine, name), id.sequence);
            }
            if let Some(name) = change.forget {
                self.forget(id, name);
            }
            if let Some(Range { start, end }) = change.drop_history {
                self.history.extract_if((id.sequence, start)..(id.sequence, end), |_, _| true).for_each(drop);
            }
            if let Some(record) = change.record {
                self.records.insert(id, record);
            }
            for frame in change.drop_frames {
                self.frames.remove(&(id.sequence, frame));
            }
            for (frame, bytes) in change.put_frames {
                self.frames.insert((id.sequence, frame), bytes);
            }
            if let Some((first, chunk)) = change.history {
                self.history.insert((id.sequence, first), chunk);
            }
            for timer in change.clear_timers {
                self.timers.remove(&timer);
            }
            for timer in change.set_timers {
                self.timers.insert(timer, ());
            }
            match change.attention {
                Some(true) => drop(self.attention.insert(id.sequence, id.machine)),
                Some(false) => drop(self.attention.remove(&id.sequence)),
                None => {}
            }
        }
        for CatalogChange { key, value, .. } in batch.catalog {
            match value {
                Some(value) => drop(self.catalog.insert(key, value)),
                None => drop(self.catalog.remove(&key)),
            }
        }
    }

    fn forget(&mut self, id: ExecutionId, name: String) {
        self.records.remove(&id);
        let name = (id.machine, name);
        if self.names.get(&name) == Some(&id.sequence) {
            self.names.remove(&name);
        }
        self.attention.remove(&id.sequence);
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn commit(&self, batch: Batch) -> Commit {
        Commit::decided(self.lock().commit(batch))
    }

    async fn reserve_sequences(&self, count: u64) -> Result<Range<u64>, StoreError> {
        self.health()?;
        let rows = &mut self.lock().rows;
        let first = rows.next_sequence.max(1);
        let left = u64::MAX - first;
        if count > left {
            return Err(StoreError::Exhausted { count, left });
        }
        rows.next_sequence = first + count;
        Ok(first..first + count)
    }

    async fn record(&self, id: ExecutionId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().rows.records.get(&id).cloned())
    }

    async fn find(&self, machine: MachineId, name: &str) -> Result<Option<ExecutionId>, StoreError> {
        let inner = self.lock();
        let sequence = inner.rows.names.get(&(machine, name.to_owned()));
        Ok(sequence.map(|&sequence| ExecutionId::new(machine, sequence)))
    }

    async fn select(
        &self,
        machine: MachineId,
        before: Option<u64>,
        most: usize,
        takes: Takes<'_>,
    ) -> Result<Selection, StoreError> {
        let range = ExecutionId::new(machine, 0)..ExecutionId::new(machine, before.unwrap_or(u64::MAX));
        let inner = self.lock();
        let mut rows = inner.rows.records.range(range).rev();
        let mut selection = Selection::default();
        for (id, record) in rows.by_ref().take(most) {
            selection.looked_at += 1;
            selection.rest = Some(id.sequence);
            if takes(record) {
                selection.rows.push((*id, record.clone()));
            }
        }
        if rows.next().is_none() {
            selection.rest = None;
        }
        Ok(selection)
    }

    async fn list_oldest(
        &self,
        machine: MachineId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(ExecutionId, Vec<u8>)>, StoreError> {
        let first = ExecutionId::new(machine, after.map_or(0, |last| last.saturating_add(1)));
        let last = ExecutionId::new(machine, u64::MAX);
        let inner = self.lock();
        let rows = inner.rows.records.range(first..last).take(limit);
        Ok(rows.map(|(id, record)| (*id, record.clone())).collect())
    }

    async fn frames(&self, id: ExecutionId, limit: usize) -> Result<Vec<(FrameId, Vec<u8>)>, StoreError> {
        let range = (id.sequence, FrameId(0))..=(id.sequence, FrameId(u32::MAX));
        let inner = self.lock();
        let rows = inner.rows.frames.range(range).take(limit);
        Ok(rows.map(|((_, frame), bytes)| (*frame, bytes.clone())).collect())
    }

    async fn history(
        &self,
        id: ExecutionId,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let inner = self.lock();
        let chunks = &inner.rows.history;
        let containing = chunks.range((id.sequence, 0)..=(id.sequence, from)).next_back();
        let start = containing.map_or(from, |((_, first), _)| *first);
        if start >= to {
            return Ok(Vec::new());
        }
        let rows = chunks.range((id.sequence, start)..(id.sequence, to)).take(limit);
        Ok(rows.map(|((_, first), chunk)| (*first, chunk.clone())).collect())
    }

    async fn history_chunk(&self, id: ExecutionId, first: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().rows.history.get(&(id.sequence, first)).cloned())
    }

    async fn attention(
        &self,
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionId>, StoreError> {
        let start = after.map_or(Bound::Unbounded, |id| Bound::Excluded(id.sequence));
        let inner = self.lock();
        let rows = inner.rows.attention.range((start, Bound::Unbounded)).take(limit);
        Ok(rows.map(|(&sequence, &machine)| ExecutionId::new(machine, sequence)).collect())
    }

    async fn timers(
        &self,
        after: Option<Timer>,
        until_ms: i64,
        limit: usize,
    ) -> Result<Vec<Timer>, StoreError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let inner = self.lock();
        let rows = inner.rows.timers.range((start, Bound::Unbounded));
        Ok(rows.map(|(timer, ())| *timer).take_while(|timer| timer.due_ms <= until_ms).take(limit).collect())
    }

    async fn get(&self, key: &CatalogKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().rows.catalog.get(key).cloned())
    }

    async fn scan(
        &self,
        kind: CatalogKind,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let start = match after {
            Some(name) => Bound::Excluded(CatalogKey::new(kind, name)),
            None => Bound::Included(CatalogKey::new(kind, Vec::new())),
        };
        let inner = self.lock();
        let rows = inner.rows.catalog.range((start, Bound::Unbounded));
        let rows = rows.take_while(|(key, _)| key.kind == kind).take(limit);
        Ok(rows.map(|(key, value)| (key.name.clone(), value.clone())).collect())
    }

    fn pressure(&self) -> Pressure {
        Pressure::default()
    }

    fn health(&self) -> Result<(), StoreError> {
        match &self.lock().stopped {
            Some(why) => Err(StoreError::Stopped { why: why.clone() }),
            None => Ok(()),
        }
    }

    async fn close(&self) {
        self.lock().stopped.get_or_insert_with(|| "it was closed".into());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn each_commit_can_fail_in_either_way() {
        let record = |n| ExecutionId::new(MachineId(1), n);
        let batch = |n| {
            Batch::execution(ExecutionChange { record: Some(vec![1]), ..ExecutionChange::new(record(n)) })
        };
        for (at_commit, applied) in [(1, false), (1, true), (3, false), (3, true), (9, false)] {
            let store = MemoryStore::new();
            store.fail(Fault { at_commit, applied, why: "on purpose".to_owned() });
            for n in 1..=5 {
                let outcome = store.commit(batch(n)).await;
                let stopped = Err(CommitError::Stopped { why: "on purpose".into() });
                assert_eq!(
                    outcome,
                    if n < at_commit { Ok(()) } else { stopped },
                    "commit {n} of {at_commit}"
                );
                let there = store.record(record(n)).await.unwrap().is_some();
                assert_eq!(there, n < at_commit || (n == at_commit && applied), "record {n} of {at_commit}");
            }
            assert_eq!(store.health().is_ok(), at_commit > 5);
            assert_eq!(store.commits(), 5);
            store.repair();
            assert_eq!(store.commit(batch(6)).await, Ok(()));
        }
    }
}
