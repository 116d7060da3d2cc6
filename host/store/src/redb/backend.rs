//! The layer between redb and the file: lets nothing reach the file before it may, and nothing after
//! the first failure.
//!
//! redb must write to open a database (it repairs it after a crash, and marks it as open), and after
//! one failed write it refuses reads too. Both are not what a host wants: a directory of a newer
//! format must stay as it is, and a full disk should not blind the console. So the layer has three
//! modes:
//!
//! - *holding*: writes are kept in memory, in order, until [`GuardedFile::release`] replays them. A
//!   store opens in this mode and looks at the format number before anything is touched.
//! - *passing*: everything goes to the file.
//! - *failed*: a write, a change of length or a sync has failed. The file is not written any more;
//!   what redb still writes goes to memory, so its trees stay readable. Whoever commits asks
//!   [`GuardedFile::failure`] afterwards and must not believe redb's success.

use std::io;
use std::ops::Bound;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::{BackendError, StorageBackend};

/// The operation that makes all before it durable.
const SYNC: &str = "sync";

/// The shared layer: redb owns one clone, the store another.
#[derive(Clone, Debug)]
pub(crate) struct GuardedFile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: Box<dyn StorageBackend>,
    diverted: RwLock<Option<Diverted>>,
    failure: OnceLock<Failure>,
}

/// The first failure.
#[derive(Debug)]
struct Failure {
    text: String,
    in_sync: bool,
}

/// Operations kept from the file, in order, and the length it would have.
#[derive(Debug, Default)]
struct Diverted {
    operations: Vec<Operation>,
    length: u64,
}

#[derive(Debug)]
enum Operation {
    Write { offset: u64, data: Vec<u8> },
    SetLength(u64),
    Sync,
}

impl GuardedFile {
    /// Guards `file`, holding writes back until [`release`](Self::release).
    pub(crate) fn holding(file: impl StorageBackend) -> io::Result<Self> {
        let held = Diverted { operations: Vec::new(), length: file.len()? };
        Ok(Self(Arc::new(Shared {
            file: Box::new(file),
            diverted: RwLock::new(Some(held)),
            failure: OnceLock::new(),
        })))
    }

    /// Brings everything held back to the file, syncs included, and lets everything pass from now on.
    /// After an error it goes on holding, and the file is as a crash in between would have left it.
    pub(crate) fn release(&self) -> io::Result<()> {
        let mut diverted = self.diverted_mut();
        for operation in diverted.iter().flat_map(|held| &held.operations) {
            match operation {
                Operation::Write { offset, data } => self.0.file.write(*offset, data)?,
                Operation::SetLength(length) => self.0.file.set_len(*length)?,
                Operation::Sync => self.0.file.sync_data()?,
            }
        }
        *diverted = None;
        Ok(())
    }

    /// The first failure to write, if there was one.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.0.failure.get().map(|failure| failure.text.as_str())
    }

    /// Whether that was a sync, so that nobody knows what of the file is on the disk.
    pub(crate) fn sync_failed(&self) -> bool {
        self.0.failure.get().is_some_and(|failure| failure.in_sync)
    }

    fn diverted(&self) -> RwLockReadGuard<'_, Option<Diverted>> {
        self.0.diverted.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn diverted_mut(&self) -> RwLockWriteGuard<'_, Option<Diverted>> {
        self.0.diverted.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the file, or keeps the operation in memory if the file may not be changed.
    ///
    /// redb changes the file from one thread at a time, so nothing overtakes the change of mode.
    fn change(
        &self,
        what: &str,
        change: impl FnOnce(&dyn StorageBackend) -> io::Result<()>,
        operation: impl FnOnce() -> Operation,
    ) -> io::Result<()> {
        if self.diverted().is_none() {
            let Err(error) = change(&*self.0.file) else { return Ok(()) };
            let length = self.0.file.len()?;
            // Not tried again: after a failed fsync, the kernel may have dropped what it could not
            // write and report success the next time.
            let text = format!("cannot {what} the database file: {error}");
            let _ = self.0.failure.set(Failure { text, in_sync: what == SYNC });
            *self.diverted_mut() = Some(Diverted { operations: Vec::new(), length });
        }
        if let Some(diverted) = self.diverted_mut().as_mut() {
            diverted.keep(operation());
        }
        Ok(())
    }
}

impl Diverted {
    fn keep(&mut self, operation: Operation) {
        match &operation {
            Operation::Write { offset, data } => self.length = self.length.max(offset + data.len() as u64),
            Operation::SetLength(length) => self.length = *length,
            Operation::Sync => {}
        }
        self.operations.push(operation);
    }

    /// Reads as if the kept operations had happened.
    fn read(&self, file: &dyn StorageBackend, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let end = offset + out.len() as u64;
        if end > self.length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "read past the end of the database"));
        }
        let in_file = file.len()?.saturating_sub(offset).min(out.len() as u64) as usize;
        file.read(offset, &mut out[..in_file])?;
        out[in_file..].fill(0);
        for operation in &self.operations {
            match operation {
                Operation::Write { offset: start, data } => {
                    let from = offset.max(*start);
                    let to = end.min(start + data.len() as u64);
                    if from < to {
                        let source = &data[(from - start) as usize..(to - start) as usize];
                        out[(from - offset) as usize..(to - offset) as usize].copy_from_slice(source);
                    }
                }
                // What a shorter file loses reads as zero if the file grows again.
                Operation::SetLength(length) if *length < end => {
                    out[length.saturating_sub(offset) as usize..].fill(0);
                }
                Operation::SetLength(_) | Operation::Sync => {}
            }
        }
        Ok(())
    }
}

impl StorageBackend for GuardedFile {
    fn len(&self) -> io::Result<u64> {
        match &*self.diverted() {
            Some(diverted) => Ok(diverted.length),
            None => self.0.file.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &*self.diverted() {
            Some(diverted) => diverted.read(&*self.0.file, offset, out),
            None => self.0.file.read(offset, out),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.change("change the length of", |file| file.set_len(length), || Operation::SetLength(length))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(SYNC, |file| file.sync_data(), || Operation::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        // The usual case copies nothing: the page only passes through.
        self.change(
            "write to",
            |file| file.write(offset, data),
            || Operation::Write { offset, data: data.to_vec() },
        )
    }

    fn close(&self) -> io::Result<()> {
        self.0.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.file.query_lock_range(start, end)
    }
}
