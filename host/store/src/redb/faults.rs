//! A file that fails, or takes the process with it, at a place that a test chooses: what tests of crashes do to the real
//! program, whose writes nobody else can count.

use std::io;
use std::ops::Bound;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::{BackendError, StorageBackend};

/// What goes wrong, and when: at the `at`th operation of that kind after the database was opened, counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DiskFault {
    /// What goes wrong.
    pub kind: DiskFaultKind,
    /// When.
    pub at: u64,
}

/// What goes wrong with a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DiskFaultKind {
    /// The process dies before a sync.
    DieBeforeSync,
    /// The process dies after a sync.
    DieAfterSync,
    /// The process dies when half of a write is done.
    DieInWrite,
    /// A sync fails, and all later operations.
    FailSync,
    /// A write fails, and all later operations.
    FailWrite,
    /// A write fails when half of it is done, and so do all later operations.
    TearWrite,
}

impl FromStr for DiskFault {
    type Err = String;

    /// Such as `die-after-sync=7`.
    fn from_str(text: &str) -> Result<DiskFault, String> {
        let wrong = || format!("`{text}` is no fault: write it like die-after-sync=7");
        let (kind, at) = text.split_once('=').ok_or_else(wrong)?;
        let kind = match kind {
            "die-before-sync" => DiskFaultKind::DieBeforeSync,
            "die-after-sync" => DiskFaultKind::DieAfterSync,
            "die-in-write" => DiskFaultKind::DieInWrite,
            "fail-sync" => DiskFaultKind::FailSync,
            "fail-write" => DiskFaultKind::FailWrite,
            "tear-write" => DiskFaultKind::TearWrite,
            _ => return Err(wrong()),
        };
        Ok(DiskFault { kind, at: at.parse().map_err(|_| wrong())? })
    }
}

/// A file that fails as it was told.
#[derive(Debug)]
pub(crate) struct FaultyFile<B> {
    file: B,
    fault: DiskFault,
    /// Operations of the fault's kind so far.
    seen: AtomicU64,
}

impl<B> FaultyFile<B> {
    pub(crate) fn new(file: B, fault: DiskFault) -> FaultyFile<B> {
        FaultyFile { file, fault, seen: AtomicU64::new(0) }
    }

    /// Whether something is to go wrong with this operation: `Some(true)` now for the first time, `Some(false)` still.
    fn strikes(&self, kinds: &[DiskFaultKind]) -> Option<bool> {
        if !kinds.contains(&self.fault.kind) {
            return None;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        (number >= self.fault.at).then_some(number == self.fault.at)
    }

    /// Whether a failure has happened that lasts.
    fn is_broken(&self) -> bool {
        let lasts = matches!(
            self.fault.kind,
            DiskFaultKind::FailSync | DiskFaultKind::FailWrite | DiskFaultKind::TearWrite
        );
        lasts && self.seen.load(Ordering::Relaxed) >= self.fault.at
    }
}

/// As SIGKILL: nothing is unwound, flushed or closed.
fn die() -> ! {
    std::process::abort()
}

fn broken() -> io::Error {
    // EIO, which is what a disk that fails gives.
    io::Error::from_raw_os_error(5)
}

impl<B: StorageBackend> StorageBackend for FaultyFile<B> {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        if self.is_broken() { Err(broken()) } else { self.file.set_len(length) }
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.strikes(&[DiskFaultKind::DieBeforeSync]) == Some(true) {
            die();
        }
        if self.strikes(&[DiskFaultKind::FailSync]).is_some() || self.is_broken() {
            return Err(broken());
        }
        self.file.sync_data()?;
        if self.strikes(&[DiskFaultKind::DieAfterSync]) == Some(true) {
            die();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let half = &data[..data.len() / 2];
        if self.strikes(&[DiskFaultKind::DieInWrite]) == Some(true) {
            // What the system says of it changes nothing any more.
            let _ = self.file.write(offset, half);
            die();
        }
        match self.strikes(&[DiskFaultKind::FailWrite, DiskFaultKind::TearWrite]) {
            Some(true) if self.fault.kind == DiskFaultKind::TearWrite => {
                self.file.write(offset, half)?;
                return Err(broken());
            }
            Some(_) => return Err(broken()),
            None if self.is_broken() => return Err(broken()),
            None => {}
        }
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_as_they_are_written() {
        for (text, read) in [
            ("die-before-sync=1", Some((DiskFaultKind::DieBeforeSync, 1))),
            ("die-after-sync=7", Some((DiskFaultKind::DieAfterSync, 7))),
            ("die-in-write=30", Some((DiskFaultKind::DieInWrite, 30))),
            ("fail-sync=2", Some((DiskFaultKind::FailSync, 2))),
            ("fail-write=2", Some((DiskFaultKind::FailWrite, 2))),
            ("tear-write=2", Some((DiskFaultKind::TearWrite, 2))),
            ("fail-sync", None),
            ("fail-sync=x", None),
            ("fail-read=1", None),
        ] {
            let fault = text.parse::<DiskFault>().ok().map(|fault| (fault.kind, fault.at));
            assert_eq!(fault, read, "{text}");
        }
    }
}
