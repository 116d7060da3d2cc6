//! What can go wrong in a store, and what to do about it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::batch::CatalogKey;
use crate::ids::{ExecutionId, MachineId};

/// Why a batch was not applied.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommitError {
    /// Another execution of the machine has the name. Nothing was changed.
    #[error("state machine {} has an execution named {name:?} already (sequence {})", machine.0, existing.sequence)]
    NameTaken {
        /// The machine in which the name was to be free.
        machine: MachineId,
        /// The name.
        name: String,
        /// The execution that has it. It may have been created by a batch of the same group.
        existing: ExecutionId,
    },
    /// A catalog row was not as the batch expected. Nothing was changed.
    #[error("catalog row {:?} of kind {} is not as expected: read it again and decide anew", String::from_utf8_lossy(&key.name), key.kind.0)]
    CatalogConflict {
        /// The row.
        key: CatalogKey,
        /// Its value when the batch was refused; `None` if there is no such row.
        current: Option<Vec<u8>>,
    },
    /// The batch contradicts itself: an error of the caller. Nothing was changed.
    #[error("the batch is malformed: it {why}")]
    Malformed {
        /// What it does that it may not.
        why: String,
    },
    /// The store takes no more writes. The batch is not readable now; whether it is after a restart is
    /// open when its own group failed, and certain not to be for every later one.
    #[error("the store has stopped taking writes: {why}")]
    Stopped {
        /// The first failure, and what to do.
        why: Arc<str>,
    },
}

/// Why something could not be read, or why a store does not write any more.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The store takes no more writes.
    #[error("the store has stopped taking writes: {why}")]
    Stopped {
        /// The first failure, and what to do.
        why: Arc<str>,
    },
    /// A read failed.
    #[error("cannot read {what}: {why}")]
    Read {
        /// What was read.
        what: &'static str,
        /// What the storage said.
        why: String,
    },
    /// More was asked for than there is.
    #[error("cannot reserve {count} sequences: {left} are left")]
    Exhausted {
        /// How many were asked for.
        count: u64,
        /// How many there are.
        left: u64,
    },
}

/// Why a data directory could not be opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the directory open.
    #[error(
        "the data directory {} is in use by another process; stop that one, or give this one a directory of its own",
        dir.display()
    )]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory was written by a newer version.
    #[error(
        "the data directory {} has format {found}, and this version knows {known} and older; \
         use the version of Dirigent that wrote it, or a newer one",
        dir.display()
    )]
    NewerFormat {
        /// The directory.
        dir: PathBuf,
        /// The format number found.
        found: u32,
        /// The newest format number that this version knows.
        known: u32,
    },
    /// The file is there, but it is not a store's.
    #[error("{} is not a Dirigent database ({why}); move it away, or restore it from a backup", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What gave it away.
        why: String,
    },
    /// There is nothing to read.
    #[error("there is no Dirigent database in {}; name the directory that `dirigent serve --data` was given", dir.display())]
    Absent {
        /// The directory.
        dir: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {what} {}: {why}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The file does not hold together.
    #[error(
        "{} is damaged: {why}. A file that was copied while a host had it open is torn: make the copy with \
         `dirigent backup`. Otherwise restore a backup",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database said.
        why: String,
    },
    /// The database in the file could not be opened or repaired.
    #[error("cannot open {}: {why}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        why: String,
    },
}
