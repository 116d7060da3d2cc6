//! The trait every store implements, and the promises that recovery relies on.

use std::ops::Range;

use async_trait::async_trait;

use crate::batch::{Batch, CatalogKey, CatalogKind};
use crate::commit::Commit;
use crate::error::StoreError;
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};

/// Keeps executions and the catalog.
///
/// A read sees every batch whose commit had resolved before the read was called, and whole batches
/// only. `limit` counts rows and is the caller's bound on memory; `limit` 0 gives nothing.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Queues the batch; the future resolves when it is durable.
    ///
    /// Batches apply in the order of the calls: the call itself queues, and not polling the future
    /// does not lose the place. A batch whose condition fails changes nothing and harms no other
    /// batch. The call never blocks and never refuses for lack of room: whoever admits new work looks
    /// at [`pressure`](Self::pressure) first, since work under way must be able to end.
    fn commit(&self, batch: Batch) -> Commit;

    /// As [`commit`](Self::commit), of a caller that is about to commit another batch, in microseconds if all goes well. The
    /// store may wait a moment for it, so that both are durable at once.
    fn commit_followed(&self, batch: Batch) -> Commit {
        self.commit(batch)
    }

    /// Reserves the next `count` sequences, starting at 1 in a new store. They are durably given out:
    /// no later call gets them again, whatever happens. Unused ones are lost.
    ///
    /// # Errors
    /// [`StoreError::Stopped`], and [`StoreError::Exhausted`] near `u64::MAX`.
    async fn reserve_sequences(&self, count: u64) -> Result<Range<u64>, StoreError>;

    /// The execution's summary row.
    async fn record(&self, id: ExecutionId) -> Result<Option<Vec<u8>>, StoreError>;

    /// The execution of `machine` that was created as `name`.
    async fn find(&self, machine: MachineId, name: &str) -> Result<Option<ExecutionId>, StoreError>;

    /// Looks at executions of `machine`, newest first, beginning with the first whose sequence is less
    /// than `before`, at most at `most`, and gives those whose summary rows `takes` accepts. A row that it
    /// does not accept is not copied.
    async fn select(
        &self,
        machine: MachineId,
        before: Option<u64>,
        most: usize,
        takes: Takes<'_>,
    ) -> Result<Selection, StoreError>;

    /// Executions of `machine` with their summary rows, newest first, beginning with the first whose
    /// sequence is less than `before`.
    async fn list(
        &self,
        machine: MachineId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(ExecutionId, Vec<u8>)>, StoreError> {
        Ok(self.select(machine, before, limit, &|_| true).await?.rows)
    }

    /// Executions of `machine` with their summary rows, oldest first, beginning after the sequence `after`.
    async fn list_oldest(
        &self,
        machine: MachineId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(ExecutionId, Vec<u8>)>, StoreError>;

    /// The frames of the execution that are kept, by id.
    async fn frames(&self, id: ExecutionId, limit: usize) -> Result<Vec<(FrameId, Vec<u8>)>, StoreError>;

    /// History chunks with the ids of their first events, in order: those that hold the events from
    /// `from` up to and not including `to`. The first is the chunk that contains `from`, that is the
    /// one with the greatest first id ≤ `from`, or else the first there is.
    async fn history(
        &self,
        id: ExecutionId,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// The history chunk whose first event is exactly `first`.
    async fn history_chunk(&self, id: ExecutionId, first: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Executions that a restarted host must load, by sequence, beginning after `after`.
    async fn attention(
        &self,
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionId>, StoreError>;

    /// Timers due at or before `until_ms`, in their order ([`Timer`] sorts by due time), beginning
    /// after `after`.
    async fn timers(
        &self,
        after: Option<Timer>,
        until_ms: i64,
        limit: usize,
    ) -> Result<Vec<Timer>, StoreError>;

    /// The value of a catalog row.
    async fn get(&self, key: &CatalogKey) -> Result<Option<Vec<u8>>, StoreError>;

    /// Catalog rows of `kind` with their names, by name, beginning after `after`.
    async fn scan(
        &self,
        kind: CatalogKind,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError>;

    /// How much is queued, for admission control.
    fn pressure(&self) -> Pressure;

    /// What was written since the store was opened.
    fn totals(&self) -> Totals {
        Totals::default()
    }

    /// Whether the store still takes writes.
    ///
    /// # Errors
    /// [`StoreError::Stopped`] with the failure that stopped it.
    fn health(&self) -> Result<(), StoreError>;

    /// Writes what is queued and stops taking writes. Reads go on until the store is dropped.
    async fn close(&self);
}

/// Says of a summary row whether it is wanted.
pub type Takes<'a> = &'a (dyn for<'r> Fn(&'r [u8]) -> bool + Sync + 'a);

/// What came of looking at some executions of a state machine.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection {
    /// Those that were wanted, newest first.
    pub rows: Vec<(ExecutionId, Vec<u8>)>,
    /// How many were looked at.
    pub looked_at: usize,
    /// There are older ones: those before this sequence, which is that of the last that was looked at.
    pub rest: Option<u64>,
}

/// What was written.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Transactions, each durable by one fsync.
    pub transactions: u64,
    /// Batches in them.
    pub batches: u64,
}

/// What waits to be written.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq)]
pub struct Pressure {
    /// Batches that were queued and have not resolved.
    pub queued_batches: usize,
    /// Their size in memory, in bytes.
    pub queued_bytes: usize,
}
