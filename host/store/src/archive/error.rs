//! What may be wrong with an archive, or with where it goes.

use std::io;
use std::path::PathBuf;

use crate::error::{OpenError, StoreError};

/// An archive cannot be written, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It begins with something else.
    #[error(
        "this is no backup of a Dirigent store, or one that a newer version made; name a file that `dirigent backup` wrote"
    )]
    NotAnArchive,
    /// It ends too early.
    #[error("the backup ends in the middle, so it was cut off; make or fetch it anew")]
    CutOff,
    /// Its checksum is another one.
    #[error("the backup is damaged: its checksum does not fit; make or fetch it anew")]
    Damaged,
    /// Something in it cannot be.
    #[error("the backup is damaged: {0}; make or fetch it anew")]
    Malformed(String),
    /// There is something where it should be restored to.
    #[error("{} is there and not empty; restore to a directory that is not there yet", .0.display())]
    NotEmpty(PathBuf),
    /// Reading or writing failed.
    #[error("cannot {what}: {why}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        why: io::Error,
    },
    /// The store that it is made of cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store that it is restored to cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store that it is restored to cannot be written.
    #[error("cannot write the restored store: {0}")]
    Write(String),
}

impl ArchiveError {
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> ArchiveError {
        move |why| ArchiveError::Io { what: what.into(), why }
    }

    /// An error of reading the archive itself.
    pub(super) fn reading(why: io::Error) -> ArchiveError {
        match why.kind() {
            io::ErrorKind::UnexpectedEof => ArchiveError::CutOff,
            _ => ArchiveError::Io { what: "read the backup".into(), why },
        }
    }
}
