//! Opens a data directory: its lock, its format, and what is missing in a new one.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageBackend, StorageError, TableHandle};

use super::RedbOptions;
use super::apply::Tables;
use super::backend::GuardedFile;
use super::faults::FaultyFile;
use super::tables::{FORMAT, META, META_FORMAT};
use crate::error::OpenError;

/// The one file of the data directory.
pub const DATABASE_FILE: &str = "dirigent.redb";

/// A database that is open, of a format this version knows, with all its tables.
pub(crate) struct Opened {
    pub(crate) database: Database,
    pub(crate) file: GuardedFile,
}

/// Opens or creates the database in `dir`.
pub(crate) fn open(dir: &Path, options: &RedbOptions) -> Result<Opened, OpenError> {
    std::fs::create_dir_all(dir).map_err(io("create", dir))?;
    let path = dir.join(DATABASE_FILE);
    let file = open_file(&path)?;
    let backend = FileBackend::new(file).map_err(|error| database_error(dir, &path, error))?;
    match options.fault {
        None => open_backend(dir, &path, backend, options),
        Some(fault) => open_backend(dir, &path, FaultyFile::new(backend, fault), options),
    }
}

/// Opens the database that is in `dir`, and holds everything back from its file for good.
pub(crate) fn open_to_read(dir: &Path, options: &RedbOptions) -> Result<Opened, OpenError> {
    let path = dir.join(DATABASE_FILE);
    // For writing too, since that is what the lock asks for; nothing is written.
    let file = OpenOptions::new().read(true).write(true).open(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => OpenError::Absent { dir: dir.to_owned() },
        _ => io("open", &path)(error),
    })?;
    let backend = FileBackend::new(file).map_err(|error| database_error(dir, &path, error))?;
    let held = open_held(dir, &path, backend, options)?;
    if held.new {
        return Err(OpenError::NotAStore { path, why: "it is empty".to_owned() });
    }
    Ok(held.opened)
}

/// A database whose file is as it was.
struct Held {
    opened: Opened,
    /// It has no tables yet.
    new: bool,
}

/// Opens or creates the database in `backend`. `dir` and `path` are for messages.
pub(crate) fn open_backend(
    dir: &Path,
    path: &Path,
    backend: impl StorageBackend,
    options: &RedbOptions,
) -> Result<Opened, OpenError> {
    let Held { opened: Opened { database, file }, new } = open_held(dir, path, backend, options)?;
    file.release().map_err(io("write", path))?;
    if new {
        create_tables(&database).map_err(|error| OpenError::Database {
            path: path.to_owned(),
            why: file.failure().map_or_else(|| error.to_string(), str::to_owned),
        })?;
        if let Some(failure) = file.failure() {
            return Err(OpenError::Database { path: path.to_owned(), why: failure.to_owned() });
        }
    }
    Ok(Opened { database, file })
}

/// Opens the database in `backend` as far as that is possible without writing.
fn open_held(
    dir: &Path,
    path: &Path,
    backend: impl StorageBackend,
    options: &RedbOptions,
) -> Result<Held, OpenError> {
    // Nothing is written before the format is known. redb takes the file's lock as it opens.
    let file = GuardedFile::holding(backend).map_err(io("read", path))?;
    let shown = path.to_owned();
    let database = Builder::new()
        .set_cache_size(options.cache_bytes)
        .set_repair_callback(move |session| {
            let percent = (session.progress() * 100.0).round();
            tracing::info!(path = %shown.display(), percent, "checking the database after an unclean end");
        })
        .create_with_backend(file.clone())
        .map_err(|error| database_error(dir, path, error))?;
    let new = check_format(dir, path, &database)?;
    Ok(Held { opened: Opened { database, file }, new })
}

fn open_file(path: &Path) -> Result<File, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // Payloads may be anybody's secrets.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(io("open", path))
}

/// Whether the database is new and has no tables yet. An error if it is not one of ours.
fn check_format(dir: &Path, path: &Path, database: &Database) -> Result<bool, OpenError> {
    let not_a_store = |why: String| OpenError::NotAStore { path: path.to_owned(), why };
    let damaged = |error: redb::Error| OpenError::Database { path: path.to_owned(), why: error.to_string() };
    let transaction = database.begin_read().map_err(|error| damaged(error.into()))?;
    let mut tables = transaction.list_tables().map_err(|error| damaged(error.into()))?.peekable();
    if tables.peek().is_none() {
        return Ok(true);
    }
    if !tables.any(|table| table.name() == META.name()) {
        return Err(not_a_store("it has no table `meta`".to_owned()));
    }
    let meta = transaction.open_table(META).map_err(|error| not_a_store(error.to_string()))?;
    let format = meta.get(META_FORMAT).map_err(|error| damaged(error.into()))?;
    match format.map(|guard| guard.value()) {
        None => Err(not_a_store("it has no format number".to_owned())),
        Some(found) if found > u64::from(FORMAT) => Err(OpenError::NewerFormat {
            dir: dir.to_owned(),
            found: u32::try_from(found).unwrap_or(u32::MAX),
            known: FORMAT,
        }),
        Some(_) => Ok(false),
    }
}

/// Creates all tables together with the format number, so that a database has all or none.
fn create_tables(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    drop(Tables::open(&transaction)?);
    transaction.open_table(META)?.insert(META_FORMAT, u64::from(FORMAT))?;
    transaction.commit()?;
    Ok(())
}

fn database_error(dir: &Path, path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::InUse { dir: dir.to_owned() }
        }
        DatabaseError::Storage(StorageError::Io(why)) if why.kind() == ErrorKind::InvalidData => {
            OpenError::NotAStore { path: path.to_owned(), why: why.to_string() }
        }
        DatabaseError::Storage(StorageError::Io(why)) => {
            OpenError::Io { what: "read", path: path.to_owned(), why }
        }
        DatabaseError::Storage(StorageError::Corrupted(why)) => {
            OpenError::Damaged { path: path.to_owned(), why }
        }
        other => OpenError::Database { path: path.to_owned(), why: other.to_string() },
    }
}

fn io(what: &'static str, path: &Path) -> impl Fn(std::io::Error) -> OpenError {
    let path: PathBuf = path.to_owned();
    move |why| OpenError::Io { what, path: path.clone(), why }
}
