//! Archives: all rows of a store at one moment, and files that belong to them, as one stream of bytes.
//!
//! An archive ends with a checksum of all that is before, so one that was cut off, or changed, is known as such. The README of
//! this crate has its form byte by byte.

mod error;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::io;

use sha2::{Digest, Sha256};

pub use error::ArchiveError;
pub use read::{restore, verify};
pub use write::{ArchiveFile, write};

/// What an archive begins with; the last byte before the line end is the number of its form.
const MAGIC: &[u8; 18] = b"dirigent backup 1\n";

/// What a record of an archive is.
const ROW: u8 = 1;
const FILE: u8 = 2;
const END: u8 = 3;

/// Bytes of a checksum.
const CHECKSUM: usize = 32;

/// Bytes that are copied at a time.
const CHUNK: usize = 64 << 10;

/// What is in an archive.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Contents {
    /// Rows of the store.
    pub rows: u64,
    /// Executions, which are the rows of one of its tables.
    pub executions: u64,
    /// Files beside it.
    pub files: u64,
    /// Bytes of the whole archive.
    pub bytes: u64,
}

/// Counts and sums up what goes through.
struct Sum<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Sum<T> {
    fn new(inner: T) -> Sum<T> {
        Sum { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn took(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<T: io::Write> Sum<T> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.took(bytes);
        self.inner.write_all(bytes)
    }
}

impl<T: io::Read> Sum<T> {
    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.took(bytes);
        Ok(())
    }
}
