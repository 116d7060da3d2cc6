//! A store made of rows that another one had.

use std::path::Path;

use redb::{Database, WriteTransaction};

use super::RedbOptions;
use super::open::{self, Opened};
use super::snapshot::Table;
use super::tables::{ATTENTION, CATALOG, FORMAT, FRAMES, HISTORY, META, META_FORMAT, NAMES, RECORDS, TIMERS};
use crate::archive::ArchiveError;

/// Bytes of rows that share a transaction.
const TRANSACTION_BYTES: usize = 8 << 20;

/// A new store that is being filled.
pub(crate) struct Restore {
    database: Database,
    transaction: Option<WriteTransaction>,
    bytes: usize,
}

impl Restore {
    /// Makes a new store in a directory.
    pub(crate) fn begin(dir: &Path) -> Result<Restore, ArchiveError> {
        let Opened { database, .. } = open::open(dir, &RedbOptions::default())?;
        Ok(Restore { database, transaction: None, bytes: 0 })
    }

    /// Puts a row in.
    pub(crate) fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), ArchiveError> {
        let transaction = match self.transaction.take() {
            Some(transaction) => transaction,
            None => self.database.begin_write().map_err(failed)?,
        };
        put(&transaction, table, key, value)?;
        self.bytes += key.len() + value.len();
        self.transaction = Some(transaction);
        if self.bytes >= TRANSACTION_BYTES { self.commit() } else { Ok(()) }
    }

    fn commit(&mut self) -> Result<(), ArchiveError> {
        self.bytes = 0;
        self.transaction.take().map_or(Ok(()), WriteTransaction::commit).map_err(failed)
    }

    /// Makes all of it durable.
    pub(crate) fn finish(mut self) -> Result<(), ArchiveError> {
        self.commit()
    }
}

fn put(transaction: &WriteTransaction, table: Table, key: &[u8], value: &[u8]) -> Result<(), ArchiveError> {
    match table {
        Table::Meta => {
            let name = std::str::from_utf8(key).map_err(|_| malformed(table))?;
            let number = u64::from_be_bytes(fixed(table, value)?);
            if name == META_FORMAT && number > u64::from(FORMAT) {
                return Err(ArchiveError::NotAnArchive);
            }
            transaction.open_table(META).map_err(failed)?.insert(name, number).map_err(failed)?;
        }
        Table::Records => {
            let key = fixed::<12>(table, key)?;
            transaction.open_table(RECORDS).map_err(failed)?.insert(&key, value).map_err(failed)?;
        }
        Table::Names => {
            let sequence = u64::from_be_bytes(fixed(table, value)?);
            transaction.open_table(NAMES).map_err(failed)?.insert(key, sequence).map_err(failed)?;
        }
        Table::Frames => {
            let key = fixed::<12>(table, key)?;
            transaction.open_table(FRAMES).map_err(failed)?.insert(&key, value).map_err(failed)?;
        }
        Table::History => {
            let key = fixed::<16>(table, key)?;
            transaction.open_table(HISTORY).map_err(failed)?.insert(&key, value).map_err(failed)?;
        }
        Table::Attention => {
            let sequence = u64::from_be_bytes(fixed(table, key)?);
            let machine = u32::from_be_bytes(fixed(table, value)?);
            transaction.open_table(ATTENTION).map_err(failed)?.insert(sequence, machine).map_err(failed)?;
        }
        Table::Timers => {
            let key = fixed::<28>(table, key)?;
            transaction.open_table(TIMERS).map_err(failed)?.insert(&key, ()).map_err(failed)?;
        }
        Table::Catalog => {
            transaction.open_table(CATALOG).map_err(failed)?.insert(key, value).map_err(failed)?;
        }
    }
    Ok(())
}

fn fixed<const N: usize>(table: Table, bytes: &[u8]) -> Result<[u8; N], ArchiveError> {
    bytes.try_into().map_err(|_| malformed(table))
}

fn malformed(table: Table) -> ArchiveError {
    ArchiveError::Malformed(format!("it has a row of `{}` that is none", table.name()))
}

fn failed(error: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::Write(error.to_string())
}
