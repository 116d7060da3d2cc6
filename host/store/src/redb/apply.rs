//! Applies batches to the tables of one write transaction.
//!
//! A refused batch must leave no trace, and a transaction is shared by many batches, so it cannot be
//! rolled back for one. Catalog conditions are therefore checked before anything is changed. Names are
//! claimed by inserting them, which saves a second way down the widest tree, and given back if one of
//! them turns out to be taken; what follows can only fail with the whole transaction.

use std::ops::Range;

use redb::{ReadableTable, StorageError, Table, TableError, WriteTransaction};

use super::tables::{
    ATTENTION, Bytes, CATALOG, FRAMES, FrameKey, HISTORY, HistoryKey, META, META_NEXT_SEQUENCE, NAMES,
    RECORDS, RecordKey, TIMERS, TimerKey, catalog_key, frame_key, history_key, name_key, record_key,
    timer_key,
};
use crate::batch::{Batch, CatalogChange, ExecutionChange};
use crate::error::{CommitError, StoreError};
use crate::ids::ExecutionId;

/// The tables, open for writing in one transaction.
pub(crate) struct Tables<'txn> {
    meta: Table<'txn, &'static str, u64>,
    records: Table<'txn, RecordKey, Bytes>,
    names: Table<'txn, Bytes, u64>,
    frames: Table<'txn, FrameKey, Bytes>,
    history: Table<'txn, HistoryKey, Bytes>,
    attention: Table<'txn, u64, u32>,
    timers: Table<'txn, TimerKey, ()>,
    catalog: Table<'txn, Bytes, Bytes>,
}

/// Whether a batch was applied, or why not. A [`StorageError`] around it is the end of the whole group.
type Outcome = Result<Result<(), CommitError>, StorageError>;

impl<'txn> Tables<'txn> {
    /// Opens the tables, creating those that are missing.
    pub(crate) fn open(transaction: &'txn WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            meta: transaction.open_table(META)?,
            records: transaction.open_table(RECORDS)?,
            names: transaction.open_table(NAMES)?,
            frames: transaction.open_table(FRAMES)?,
            history: transaction.open_table(HISTORY)?,
            attention: transaction.open_table(ATTENTION)?,
            timers: transaction.open_table(TIMERS)?,
            catalog: transaction.open_table(CATALOG)?,
        })
    }

    /// Applies a batch if its conditions hold, and otherwise changes nothing.
    pub(crate) fn apply(&mut self, batch: Batch) -> Outcome {
        if let Err(error) = batch.check() {
            return Ok(Err(error));
        }
        if let Err(error) = self.check_catalog(&batch.catalog)? {
            return Ok(Err(error));
        }
        if let Err(error) = self.claim_names(&batch.executions)? {
            return Ok(Err(error));
        }
        for change in &batch.executions {
            self.apply_execution(change)?;
        }
        for CatalogChange { key, value, .. } in &batch.catalog {
            match value {
                Some(value) => drop(self.catalog.insert(catalog_key(key).as_slice(), value.as_slice())?),
                None => drop(self.catalog.remove(catalog_key(key).as_slice())?),
            }
        }
        Ok(Ok(()))
    }

    fn check_catalog(&self, changes: &[CatalogChange]) -> Outcome {
        for CatalogChange { key, expect, .. } in changes {
            let current = self.catalog.get(catalog_key(key).as_slice())?;
            let current = current.as_ref().map(|guard| guard.value());
            if !expect.holds(current) {
                let current = current.map(<[u8]>::to_vec);
                return Ok(Err(CommitError::CatalogConflict { key: key.clone(), current }));
            }
        }
        Ok(Ok(()))
    }

    fn claim_names(&mut self, changes: &[ExecutionChange]) -> Outcome {
        for (position, ExecutionChange { id, create_as, .. }) in changes.iter().enumerate() {
            let Some(name) = create_as else { continue };
            let key = name_key(id.machine, name);
            let taken = self.names.insert(key.as_slice(), id.sequence)?.map(|guard| guard.value());
            let Some(sequence) = taken else { continue };
            self.names.insert(key.as_slice(), sequence)?;
            for earlier in &changes[..position] {
                if let Some(name) = &earlier.create_as {
                    self.names.remove(name_key(earlier.id.machine, name).as_slice())?;
                }
            }
            let existing = ExecutionId::new(id.machine, sequence);
            return Ok(Err(CommitError::NameTaken { machine: id.machine, name: name.clone(), existing }));
        }
        Ok(Ok(()))
    }

    fn apply_execution(&mut self, change: &ExecutionChange) -> Result<(), StorageError> {
        let id = change.id;
        if let Some(name) = &change.forget {
            self.forget(id, name)?;
        }
        if let Some(range) = &change.drop_history {
            let (first, end) = (history_key(id.sequence, range.start), history_key(id.sequence, range.end));
            self.history.retain_in::<&[u8; 16], _>(&first..&end, |_, _| false)?;
        }
        if let Some(record) = &change.record {
            self.records.insert(&record_key(id), record.as_slice())?;
        }
        for &frame in &change.drop_frames {
            self.frames.remove(&frame_key(id.sequence, frame))?;
        }
        for (frame, bytes) in &change.put_frames {
            self.frames.insert(&frame_key(id.sequence, *frame), bytes.as_slice())?;
        }
        if let Some((first, chunk)) = &change.history {
            self.history.insert(&history_key(id.sequence, *first), chunk.as_slice())?;
        }
        for timer in &change.clear_timers {
            self.timers.remove(&timer_key(timer))?;
        }
        for timer in &change.set_timers {
            self.timers.insert(&timer_key(timer), ())?;
        }
        match change.attention {
            Some(true) => drop(self.attention.insert(id.sequence, id.machine.0)?),
            Some(false) => drop(self.attention.remove(id.sequence)?),
            None => {}
        }
        Ok(())
    }

    fn forget(&mut self, id: ExecutionId, name: &str) -> Result<(), StorageError> {
        self.records.remove(&record_key(id))?;
        let name = name_key(id.machine, name);
        let owner = self.names.get(name.as_slice())?.map(|guard| guard.value());
        if owner == Some(id.sequence) {
            self.names.remove(name.as_slice())?;
        }
        self.attention.remove(id.sequence)?;
        Ok(())
    }

    /// Moves the mark of the next free sequence.
    pub(crate) fn reserve(&mut self, count: u64) -> Result<Result<Range<u64>, StoreError>, StorageError> {
        let first = self.meta.get(META_NEXT_SEQUENCE)?.map_or(1, |guard| guard.value());
        let left = u64::MAX - first;
        if count > left {
            return Ok(Err(StoreError::Exhausted { count, left }));
        }
        self.meta.insert(META_NEXT_SEQUENCE, first + count)?;
        Ok(Ok(first..first + count))
    }
}
