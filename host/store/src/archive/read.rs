//! Reading an archive: to see whether it is whole, or into a data directory.

use std::fs;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use sha2::Digest;

use super::{ArchiveError, CHECKSUM, CHUNK, Contents, END, FILE, MAGIC, ROW, Sum};
use crate::batch::MAX_BATCH_BYTES;
use crate::redb::{Restore, Table};

/// Longest key of a row, in bytes: far above what the engine's names come to.
const MAX_KEY_BYTES: usize = 1 << 16;

/// Where what is read goes.
trait Sink {
    fn row(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), ArchiveError>;
    fn file(&mut self, name: &str) -> Result<(), ArchiveError>;
    /// More of the file that was named last.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ArchiveError>;
}

/// Reads an archive to its end. `Ok`: it is whole and as it was written.
///
/// # Errors
/// What is wrong with it.
pub fn verify(from: &mut dyn Read) -> Result<Contents, ArchiveError> {
    read(from, &mut Nowhere)
}

/// Makes a data directory of an archive. `dir` is not there yet, or empty, and is there as a whole afterwards, or not at all:
/// everything is written beside it and renamed when the archive has turned out to be whole.
///
/// # Errors
/// [`ArchiveError::NotEmpty`], what is wrong with the archive, or the system's. `dir` is as it was then.
pub fn restore(from: &mut dyn Read, dir: &Path) -> Result<Contents, ArchiveError> {
    let there = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    if there {
        return Err(ArchiveError::NotEmpty(dir.to_owned()));
    }
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".restoring-{}", std::process::id()));
    let beside = dir.with_file_name(name);
    let restored = restore_to(from, &beside).and_then(|contents| {
        let what = || format!("rename {} to {}", beside.display(), dir.display());
        fs::rename(&beside, dir).map_err(ArchiveError::io(what()))?;
        sync(dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
        Ok(contents)
    });
    if restored.is_err() {
        // What there is of it is of no use; that it cannot be removed is said by nobody having asked for it.
        let _ = fs::remove_dir_all(&beside);
    }
    restored
}

fn restore_to(from: &mut dyn Read, dir: &Path) -> Result<Contents, ArchiveError> {
    fs::create_dir_all(dir).map_err(ArchiveError::io(format!("create {}", dir.display())))?;
    let mut directory = Directory { dir, store: Restore::begin(dir)?, file: None };
    let contents = read(from, &mut directory)?;
    let Directory { store, file, .. } = directory;
    close(file)?;
    store.finish()?;
    sync(dir)?;
    Ok(contents)
}

fn read(from: &mut dyn Read, sink: &mut dyn Sink) -> Result<Contents, ArchiveError> {
    let mut from = Sum::new(from);
    let mut magic = [0; MAGIC.len()];
    from.take(&mut magic).map_err(|_| ArchiveError::NotAnArchive)?;
    if magic != *MAGIC {
        return Err(ArchiveError::NotAnArchive);
    }
    let mut contents = Contents::default();
    loop {
        let [kind] = number(&mut from)?;
        match kind {
            ROW => {
                if row(&mut from, sink)? == Table::Records {
                    contents.executions += 1;
                }
                contents.rows += 1;
            }
            FILE => {
                file(&mut from, sink)?;
                contents.files += 1;
            }
            END => break,
            other => return Err(ArchiveError::Malformed(format!("it has a record of kind {other}"))),
        }
    }
    let rows = u64::from_le_bytes(number(&mut from)?);
    let files = u64::from_le_bytes(number(&mut from)?);
    let expected = from.hash.clone().finalize();
    let checksum: [u8; CHECKSUM] = number(&mut from)?;
    if checksum != expected[..] || (rows, files) != (contents.rows, contents.files) {
        return Err(ArchiveError::Damaged);
    }
    if from.inner.read(&mut [0]).map_err(ArchiveError::reading)? != 0 {
        return Err(ArchiveError::Malformed("something follows its end".into()));
    }
    contents.bytes = from.bytes;
    Ok(contents)
}

fn number<const N: usize>(from: &mut Sum<&mut dyn Read>) -> Result<[u8; N], ArchiveError> {
    let mut bytes = [0; N];
    from.take(&mut bytes).map_err(ArchiveError::reading)?;
    Ok(bytes)
}

fn row(from: &mut Sum<&mut dyn Read>, sink: &mut dyn Sink) -> Result<Table, ArchiveError> {
    let [table] = number(from)?;
    let table = Table::ALL.get(usize::from(table)).copied();
    let table = table.ok_or_else(|| ArchiveError::Malformed("it has a row of no table".into()))?;
    let key = u32::from_le_bytes(number(from)?) as usize;
    let value = u32::from_le_bytes(number(from)?) as usize;
    if key > MAX_KEY_BYTES || value > MAX_BATCH_BYTES {
        return Err(ArchiveError::Malformed(format!("it has a row of {key} and {value} bytes")));
    }
    let (key, value) = (bytes(from, key)?, bytes(from, value)?);
    sink.row(table, &key, &value)?;
    Ok(table)
}

/// As many bytes as are there: a length that is made up takes no more memory than the archive has.
fn bytes(from: &mut Sum<&mut dyn Read>, length: usize) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let start = bytes.len();
        bytes.resize(length.min(start + CHUNK), 0);
        from.take(&mut bytes[start..]).map_err(ArchiveError::reading)?;
    }
    Ok(bytes)
}

fn file(from: &mut Sum<&mut dyn Read>, sink: &mut dyn Sink) -> Result<(), ArchiveError> {
    let name = u16::from_le_bytes(number(from)?);
    let mut left = u64::from_le_bytes(number(from)?);
    let name = bytes(from, name.into())?;
    let name = String::from_utf8(name);
    let name = name.map_err(|_| ArchiveError::Malformed("it has a file whose name is no text".into()))?;
    sink.file(&name)?;
    while left > 0 {
        let most = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        sink.bytes(&bytes(from, most)?)?;
        left -= most as u64;
    }
    Ok(())
}

/// For an archive that is only looked at.
struct Nowhere;

impl Sink for Nowhere {
    fn row(&mut self, _: Table, _: &[u8], _: &[u8]) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn file(&mut self, name: &str) -> Result<(), ArchiveError> {
        inside(name).map(drop)
    }

    fn bytes(&mut self, _: &[u8]) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// For an archive that becomes a data directory.
struct Directory<'a> {
    dir: &'a Path,
    store: Restore,
    file: Option<(PathBuf, fs::File)>,
}

impl Sink for Directory<'_> {
    fn row(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), ArchiveError> {
        self.store.put(table, key, value)
    }

    fn file(&mut self, name: &str) -> Result<(), ArchiveError> {
        close(self.file.take())?;
        let path = self.dir.join(inside(name)?);
        let what = || format!("write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(ArchiveError::io(what()))?;
        }
        // One that is there already is the store's own, or was named twice.
        let file = fs::File::create_new(&path).map_err(ArchiveError::io(what()))?;
        self.file = Some((path, file));
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        match &mut self.file {
            Some((path, file)) => {
                file.write_all(bytes).map_err(ArchiveError::io(format!("write {}", path.display())))
            }
            None => Ok(()),
        }
    }
}

fn close(file: Option<(PathBuf, fs::File)>) -> Result<(), ArchiveError> {
    match file {
        Some((path, file)) => file.sync_all().map_err(ArchiveError::io(format!("write {}", path.display()))),
        None => Ok(()),
    }
}

fn sync(dir: &Path) -> Result<(), ArchiveError> {
    let synced = fs::File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(ArchiveError::io(format!("write {}", dir.display())))
}

/// A path that stays in the data directory, whoever made the archive.
fn inside(name: &str) -> Result<&Path, ArchiveError> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain && !name.is_empty() {
        Ok(path)
    } else {
        Err(ArchiveError::Malformed(format!("the name of its file {name:?} leads out of the directory")))
    }
}
