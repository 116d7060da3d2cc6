//! Writing an archive.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use sha2::Digest;

use super::{ArchiveError, CHUNK, Contents, END, FILE, MAGIC, ROW, Sum};
use crate::redb::{Snapshot, Table};

/// Rows that are read at a time, and about how many bytes of them: with the largest row a bound on the memory.
const PAGE: usize = 1_000;
const PAGE_BYTES: usize = 1 << 20;

/// A file that goes into an archive.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ArchiveFile {
    /// Its path in the data directory that is restored, with `/` between its parts.
    pub name: String,
    /// Where it is now.
    pub path: PathBuf,
}

/// Writes all rows of a snapshot, and files, to a stream.
///
/// # Errors
/// The stream's, the store's, or a file's. What was written by then is no archive.
pub fn write(
    snapshot: &Snapshot,
    files: &[ArchiveFile],
    to: &mut dyn Write,
) -> Result<Contents, ArchiveError> {
    let mut contents = Contents::default();
    let mut out = Sum::new(to);
    out.put(MAGIC).map_err(writing)?;
    for (number, table) in (0..).zip(Table::ALL) {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = snapshot.page(table, after.as_deref(), PAGE, PAGE_BYTES)?;
            for (key, value) in &page {
                row(&mut out, number, key, value).map_err(writing)?;
            }
            contents.rows += page.len() as u64;
            if table == Table::Records {
                contents.executions += page.len() as u64;
            }
            let Some((last, _)) = page.into_iter().next_back() else { break };
            after = Some(last);
        }
    }
    for ArchiveFile { name, path } in files {
        file(&mut out, name, path)?;
        contents.files += 1;
    }
    out.put(&[END]).and_then(|()| out.put(&contents.rows.to_le_bytes())).map_err(writing)?;
    out.put(&contents.files.to_le_bytes()).map_err(writing)?;
    let checksum = out.hash.clone().finalize();
    out.put(&checksum).map_err(writing)?;
    out.inner.flush().map_err(writing)?;
    contents.bytes = out.bytes;
    Ok(contents)
}

fn row(out: &mut Sum<&mut dyn Write>, table: u8, key: &[u8], value: &[u8]) -> io::Result<()> {
    let too_long = |_| io::Error::new(io::ErrorKind::InvalidData, "a row has more than 4 GiB");
    out.put(&[ROW, table])?;
    out.put(&u32::try_from(key.len()).map_err(too_long)?.to_le_bytes())?;
    out.put(&u32::try_from(value.len()).map_err(too_long)?.to_le_bytes())?;
    out.put(key)?;
    out.put(value)
}

/// Copies a file as long as it is now, whatever happens to it meanwhile.
fn file(out: &mut Sum<&mut dyn Write>, name: &str, path: &PathBuf) -> Result<(), ArchiveError> {
    let what = || format!("read {}", path.display());
    let from = File::open(path).map_err(ArchiveError::io(what()))?;
    let length = from.metadata().map_err(ArchiveError::io(what()))?.len();
    let name = name.as_bytes();
    let name_length = u16::try_from(name.len())
        .map_err(|_| ArchiveError::Malformed(format!("the name of {} is too long", path.display())))?;
    out.put(&[FILE]).and_then(|()| out.put(&name_length.to_le_bytes())).map_err(writing)?;
    out.put(&length.to_le_bytes()).and_then(|()| out.put(name)).map_err(writing)?;
    let mut from = from.take(length);
    let mut left = length;
    let mut chunk = vec![0; CHUNK];
    while left > 0 {
        let most = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        from.read_exact(&mut chunk[..most]).map_err(ArchiveError::io(what()))?;
        out.put(&chunk[..most]).map_err(writing)?;
        left -= most as u64;
    }
    Ok(())
}

fn writing(why: io::Error) -> ArchiveError {
    ArchiveError::Io { what: "write the backup".into(), why }
}
