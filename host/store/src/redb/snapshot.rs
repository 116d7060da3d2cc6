//! All rows of one moment, table by table: for whoever copies or examines a store.

use std::ops::Bound;
use std::sync::Arc;

use redb::{Key, ReadTransaction, ReadableTableMetadata, TableDefinition, Value};

use super::read::failed;
use super::tables::{ATTENTION, CATALOG, FRAMES, HISTORY, META, NAMES, RECORDS, TIMERS};
use crate::error::StoreError;

/// The tables of a store. The README has their keys and values byte by byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs)]
pub enum Table {
    Meta,
    Records,
    Names,
    Frames,
    History,
    Attention,
    Timers,
    Catalog,
}

impl Table {
    /// All of them.
    pub const ALL: [Table; 8] = [
        Table::Meta,
        Table::Records,
        Table::Names,
        Table::Frames,
        Table::History,
        Table::Attention,
        Table::Timers,
        Table::Catalog,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Table::Meta => "meta",
            Table::Records => "records",
            Table::Names => "names",
            Table::Frames => "frames",
            Table::History => "history",
            Table::Attention => "attention",
            Table::Timers => "timers",
            Table::Catalog => "catalog",
        }
    }

    /// The sequence of the execution that a row belongs to, where the table's rows belong to executions.
    #[must_use]
    pub fn sequence(self, (key, value): &RawRow) -> Option<u64> {
        let at = match self {
            Table::Records => key.get(4..12),
            Table::Frames | Table::History => key.get(..8),
            Table::Timers => key.get(12..20),
            Table::Attention => key.get(..8),
            Table::Names => value.get(..8),
            Table::Meta | Table::Catalog => None,
        };
        Some(u64::from_be_bytes(at?.try_into().ok()?))
    }
}

/// A row as it is copied: its key as it lies in its table, and its value. Numbers that redb keeps in an order of bytes of its
/// own (in `meta`, `names` and `attention`) are big-endian here.
pub type RawRow = (Vec<u8>, Vec<u8>);

/// How large a table is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TableSize {
    /// How many rows it has.
    pub rows: u64,
    /// Bytes of its keys and values.
    pub bytes: u64,
    /// Bytes of the pages that it takes up.
    pub page_bytes: u64,
}

/// The last durable state of a store, at the moment when it was taken. As long as it is there, pages that become free are not
/// used again, so the file of a store that is written to meanwhile grows.
#[derive(Clone)]
pub struct Snapshot(pub(super) Arc<ReadTransaction>);

/// Rows of a table behind a key, as many as are wanted.
macro_rules! page {
    ($snapshot:ident, $table:ident, $definition:ident, $key:ty, $after:expr, $rows:ident, $bytes:ident, $row:expr) => {{
        let what = $table.name();
        let table = $snapshot.0.open_table($definition).map_err(failed(what))?;
        let start = $after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut page: Vec<RawRow> = Vec::new();
        let mut taken = 0;
        for row in table.range::<$key>((start, Bound::Unbounded)).map_err(failed(what))? {
            if page.len() == $rows || taken >= $bytes {
                break;
            }
            let (key, value) = row.map_err(failed(what))?;
            let row: RawRow = $row(key.value(), value.value());
            taken += row.0.len() + row.1.len();
            page.push(row);
        }
        page
    }};
}

impl Snapshot {
    /// Rows of a table in the order of their keys, beginning after the key `after`: at most `rows` of them, and no more
    /// once they have `bytes` bytes. None: there are no more.
    ///
    /// # Errors
    /// [`StoreError::Read`].
    pub fn page(
        &self,
        table: Table,
        after: Option<&[u8]>,
        rows: usize,
        bytes: usize,
    ) -> Result<Vec<RawRow>, StoreError> {
        let what = table.name();
        let number =
            || after.map(|key| fixed::<8>(what, key).map(|key| u64::from_be_bytes(*key))).transpose();
        Ok(match table {
            Table::Meta => {
                let name = after.map(std::str::from_utf8).transpose().map_err(failed(what))?;
                page!(self, table, META, &str, name, rows, bytes, |key: &str, value: u64| {
                    (key.into(), value.to_be_bytes().into())
                })
            }
            Table::Records => {
                let after = after.map(|key| fixed::<12>(what, key)).transpose()?;
                page!(self, table, RECORDS, &[u8; 12], after, rows, bytes, |key: &[u8; 12], value: &[u8]| {
                    (key.into(), value.into())
                })
            }
            Table::Names => page!(self, table, NAMES, &[u8], after, rows, bytes, |key: &[u8], value: u64| {
                (key.into(), value.to_be_bytes().into())
            }),
            Table::Frames => {
                let after = after.map(|key| fixed::<12>(what, key)).transpose()?;
                page!(self, table, FRAMES, &[u8; 12], after, rows, bytes, |key: &[u8; 12], value: &[u8]| {
                    (key.into(), value.into())
                })
            }
            Table::History => {
                let after = after.map(|key| fixed::<16>(what, key)).transpose()?;
                page!(self, table, HISTORY, &[u8; 16], after, rows, bytes, |key: &[u8; 16], value: &[u8]| {
                    (key.into(), value.into())
                })
            }
            Table::Attention => {
                page!(self, table, ATTENTION, u64, number()?, rows, bytes, |key: u64, value: u32| {
                    (key.to_be_bytes().into(), value.to_be_bytes().into())
                })
            }
            Table::Timers => {
                let after = after.map(|key| fixed::<28>(what, key)).transpose()?;
                page!(self, table, TIMERS, &[u8; 28], after, rows, bytes, |key: &[u8; 28], ()| (
                    key.into(),
                    Vec::new()
                ))
            }
            Table::Catalog => {
                page!(self, table, CATALOG, &[u8], after, rows, bytes, |key: &[u8], value: &[u8]| {
                    (key.into(), value.into())
                })
            }
        })
    }

    /// How large a table is. Reads all of it.
    ///
    /// # Errors
    /// [`StoreError::Read`].
    pub fn size(&self, table: Table) -> Result<TableSize, StoreError> {
        match table {
            Table::Meta => self.size_of(table, META),
            Table::Records => self.size_of(table, RECORDS),
            Table::Names => self.size_of(table, NAMES),
            Table::Frames => self.size_of(table, FRAMES),
            Table::History => self.size_of(table, HISTORY),
            Table::Attention => self.size_of(table, ATTENTION),
            Table::Timers => self.size_of(table, TIMERS),
            Table::Catalog => self.size_of(table, CATALOG),
        }
    }

    fn size_of<K: Key + 'static, V: Value + 'static>(
        &self,
        table: Table,
        definition: TableDefinition<K, V>,
    ) -> Result<TableSize, StoreError> {
        let what = table.name();
        let table = self.0.open_table(definition).map_err(failed(what))?;
        let stats = table.stats().map_err(failed(what))?;
        Ok(TableSize {
            rows: table.len().map_err(failed(what))?,
            bytes: stats.stored_bytes(),
            page_bytes: stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes(),
        })
    }
}

/// A key of a table whose keys have `N` bytes.
fn fixed<'a, const N: usize>(what: &'static str, key: &'a [u8]) -> Result<&'a [u8; N], StoreError> {
    key.try_into().map_err(|_| StoreError::Read {
        what,
        why: format!("its keys have {N} bytes, and not {}", key.len()),
    })
}
