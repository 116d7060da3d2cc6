//! The store in a file, on redb: one writer thread groups batches into transactions, readers read the
//! last durable state.
//!
//! The README of this crate has the layout byte by byte, the commit strategy, and what it costs.

mod apply;
mod backend;
mod faults;
mod open;
mod queue;
mod read;
mod restore;
mod snapshot;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use tokio::sync::{oneshot, watch};

pub use self::faults::{DiskFault, DiskFaultKind};
pub use self::open::DATABASE_FILE;
use self::open::Opened;
use self::queue::{Queue, Request};
pub(crate) use self::restore::Restore;
pub use self::snapshot::{RawRow, Snapshot, Table, TableSize};
use self::writer::Shared;
use crate::batch::{Batch, CatalogKey, CatalogKind};
use crate::commit::Commit;
use crate::error::{OpenError, StoreError};
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};
use crate::store::{Pressure, Selection, Store, Takes, Totals};

/// How a [`RedbStore`] is opened.
#[derive(Clone, Debug)]
pub struct RedbOptions {
    /// The most memory that pages of the file may take up, in bytes. It is only taken as it is used.
    pub cache_bytes: usize,
    /// What shall go wrong with the file, for tests of crashes.
    pub fault: Option<DiskFault>,
}

impl RedbOptions {
    /// Small, since the operating system caches the file as well, and an idle host is to be small.
    pub const DEFAULT_CACHE_BYTES: usize = 16 << 20;
}

impl Default for RedbOptions {
    fn default() -> Self {
        Self { cache_bytes: Self::DEFAULT_CACHE_BYTES, fault: None }
    }
}

/// A [`Store`] in one file, `dirigent.redb`, of a data directory.
///
/// One process at a time has a directory open. Dropping the store writes what is queued, which takes
/// one fsync or two.
pub struct RedbStore {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl RedbStore {
    /// Opens the data directory, creating it and what belongs in it if need be.
    ///
    /// After a crash the whole file is read once to check it, which takes a second or two for each
    /// gigabyte of a file that the operating system has cached.
    ///
    /// # Errors
    /// [`OpenError`]; nothing was changed then.
    pub fn open(dir: &Path, options: &RedbOptions) -> Result<Self, OpenError> {
        Self::start(dir, open::open(dir, options)?)
    }

    /// Opens a data directory that is there, to look at it: nothing in it is changed, and no batch is taken. After a crash
    /// what repairs the database is kept in memory.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_to_read(dir: &Path, options: &RedbOptions) -> Result<Self, OpenError> {
        let Opened { database, file } = open::open_to_read(dir, options)?;
        let shared = Shared {
            database,
            file,
            queue: Queue::default(),
            before_group: Mutex::default(),
            sync_failed: watch::Sender::new(false),
        };
        shared.queue.stop(&"it was opened to be read".into());
        Ok(Self { shared: Arc::new(shared), writer: Mutex::new(None) })
    }

    /// All rows as they are now.
    ///
    /// # Errors
    /// [`StoreError::Read`].
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot(self.shared.snapshot()?))
    }

    /// Resolves when a sync of the file has failed. From then on nobody knows what of it is on the disk, and what the
    /// system still shows of it may be lost: the process should end. (After a write that failed, such as on a full
    /// disk, what was acknowledged is safe and can be read; the store has stopped all the same.)
    pub async fn sync_failed(&self) {
        let mut failed = self.shared.sync_failed.subscribe();
        // The sender lives as long as the store.
        let _ = failed.wait_for(|failed| *failed).await;
    }

    fn start(dir: &Path, Opened { database, file }: Opened) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared {
            database,
            file,
            queue: Queue::default(),
            before_group: Mutex::default(),
            sync_failed: watch::Sender::new(false),
        });
        let writer = std::thread::Builder::new().name("store-writer".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.write_groups()
        });
        let writer =
            writer.map_err(|why| OpenError::Io { what: "start the writer of", path: dir.to_owned(), why })?;
        Ok(Self { shared, writer: Mutex::new(Some(writer)) })
    }
}

impl std::fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedbStore").field("pressure", &self.pressure()).finish_non_exhaustive()
    }
}

impl Drop for RedbStore {
    fn drop(&mut self) {
        self.shared.queue.close();
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // If it panicked, that is in the log, and everyone who waited was told.
            let _ = writer.join();
        }
    }
}

/// Reads run on the caller's thread, inside the future's first poll. Most find their pages in memory
/// and take a few microseconds, less than the way to another thread and back. A page that must come
/// from the disk takes about as long as that disk's random read, and `limit` bounds how many do.
#[async_trait]
impl Store for RedbStore {
    fn commit(&self, batch: Batch) -> Commit {
        self.shared.queue.push_commit(batch, Request::Commit)
    }

    fn commit_followed(&self, batch: Batch) -> Commit {
        self.shared.queue.push_commit(batch, Request::Followed)
    }

    async fn reserve_sequences(&self, count: u64) -> Result<Range<u64>, StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.shared.queue.push(Request::Reserve(count, sender));
        receiver.await.unwrap_or_else(|_| Err(StoreError::Stopped { why: "it was closed".into() }))
    }

    async fn record(&self, id: ExecutionId) -> Result<Option<Vec<u8>>, StoreError> {
        self.shared.record(id)
    }

    async fn find(&self, machine: MachineId, name: &str) -> Result<Option<ExecutionId>, StoreError> {
        self.shared.find(machine, name)
    }

    async fn select(
        &self,
        machine: MachineId,
        before: Option<u64>,
        most: usize,
        takes: Takes<'_>,
    ) -> Result<Selection, StoreError> {
        self.shared.select(machine, before, most, takes)
    }

    async fn list_oldest(
        &self,
        machine: MachineId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(ExecutionId, Vec<u8>)>, StoreError> {
        self.shared.list_oldest(machine, after, limit)
    }

    async fn frames(&self, id: ExecutionId, limit: usize) -> Result<Vec<(FrameId, Vec<u8>)>, StoreError> {
        self.shared.frames(id, limit)
    }

    async fn history(
        &self,
        id: ExecutionId,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.shared.history(id, from, to, limit)
    }

    async fn history_chunk(&self, id: ExecutionId, first: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.shared.history_chunk(id, first)
    }

    async fn attention(
        &self,
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionId>, StoreError> {
        self.shared.attention(after, limit)
    }

    async fn timers(
        &self,
        after: Option<Timer>,
        until_ms: i64,
        limit: usize,
    ) -> Result<Vec<Timer>, StoreError> {
        self.shared.timers(after, until_ms, limit)
    }

    async fn get(&self, key: &CatalogKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.shared.get(key)
    }

    async fn scan(
        &self,
        kind: CatalogKind,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.shared.scan(kind, after, limit)
    }

    fn totals(&self) -> Totals {
        self.shared.queue.totals()
    }

    fn pressure(&self) -> Pressure {
        self.shared.queue.pressure()
    }

    fn health(&self) -> Result<(), StoreError> {
        match self.shared.queue.stopped() {
            Some(why) => Err(StoreError::Stopped { why }),
            None => Ok(()),
        }
    }

    async fn close(&self) {
        self.shared.queue.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // The thread ends after at most the groups that are queued; joining blocks, so elsewhere.
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
    }
}
