//! Reads, each in a read transaction of its own.

use std::sync::{Arc, PoisonError};

use redb::{Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableDefinition, Value};

use super::tables::{
    ATTENTION, CATALOG, FRAMES, HISTORY, NAMES, RECORDS, TIMERS, catalog_key, catalog_key_parts, frame_id,
    frame_key, history_first, history_key, name_key, record_id, record_key, timer, timer_key,
};
use super::writer::Shared;
use crate::batch::{CatalogKey, CatalogKind};
use crate::error::StoreError;
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};
use crate::store::{Selection, Takes};

type Read<T> = Result<T, StoreError>;

impl Shared {
    /// The last durable state.
    pub(super) fn snapshot(&self) -> Read<Arc<ReadTransaction>> {
        let current = self.database.begin_read().map_err(failed("the database"))?;
        // In this order: a group that failed before `current` began has set the failure by now.
        if self.file.failure().is_some() {
            let pinned = self.before_group.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(pinned) = pinned {
                return Ok(pinned);
            }
        }
        Ok(Arc::new(current))
    }

    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        what: &'static str,
        definition: TableDefinition<K, V>,
    ) -> Read<ReadOnlyTable<K, V>> {
        self.snapshot()?.open_table(definition).map_err(failed(what))
    }

    pub(crate) fn record(&self, id: ExecutionId) -> Read<Option<Vec<u8>>> {
        let what = "a record";
        let table = self.table(what, RECORDS)?;
        let found = table.get(&record_key(id)).map_err(failed(what))?;
        Ok(found.map(|guard| guard.value().to_vec()))
    }

    pub(crate) fn find(&self, machine: MachineId, name: &str) -> Read<Option<ExecutionId>> {
        let what = "an execution's name";
        let table = self.table(what, NAMES)?;
        let found = table.get(name_key(machine, name).as_slice()).map_err(failed(what))?;
        Ok(found.map(|guard| ExecutionId::new(machine, guard.value())))
    }

    pub(crate) fn select(
        &self,
        machine: MachineId,
        before: Option<u64>,
        most: usize,
        takes: Takes<'_>,
    ) -> Read<Selection> {
        let what = "the records of a state machine";
        let first = record_key(ExecutionId::new(machine, 0));
        let end = record_key(ExecutionId::new(machine, before.unwrap_or(u64::MAX)));
        let table = self.table(what, RECORDS)?;
        let rows = table.range::<&[u8; 12]>(&first..&end).map_err(failed(what))?;
        let mut selection = Selection::default();
        let mut last = None;
        for row in rows.rev() {
            let (key, record) = row.map_err(failed(what))?;
            if selection.looked_at == most {
                selection.rest = last;
                break;
            }
            let id = record_id(key.value());
            last = Some(id.sequence);
            selection.looked_at += 1;
            if takes(record.value()) {
                selection.rows.push((id, record.value().to_vec()));
            }
        }
        Ok(selection)
    }

    pub(crate) fn list_oldest(
        &self,
        machine: MachineId,
        after: Option<u64>,
        limit: usize,
    ) -> Read<Vec<(ExecutionId, Vec<u8>)>> {
        let what = "the records of a state machine";
        // A sequence is less than u64::MAX, so the next one exists.
        let first = record_key(ExecutionId::new(machine, after.map_or(0, |last| last.saturating_add(1))));
        let last = record_key(ExecutionId::new(machine, u64::MAX));
        let table = self.table(what, RECORDS)?;
        let rows = table.range::<&[u8; 12]>(&first..&last).map_err(failed(what))?;
        rows.take(limit)
            .map(|row| {
                let (key, record) = row.map_err(failed(what))?;
                Ok((record_id(key.value()), record.value().to_vec()))
            })
            .collect()
    }

    pub(crate) fn frames(&self, id: ExecutionId, limit: usize) -> Read<Vec<(FrameId, Vec<u8>)>> {
        let what = "an execution's frames";
        let first = frame_key(id.sequence, FrameId(0));
        let last = frame_key(id.sequence, FrameId(u32::MAX));
        let table = self.table(what, FRAMES)?;
        let rows = table.range::<&[u8; 12]>(&first..=&last).map_err(failed(what))?;
        rows.take(limit)
            .map(|row| {
                let (key, frame) = row.map_err(failed(what))?;
                Ok((frame_id(key.value()), frame.value().to_vec()))
            })
            .collect()
    }

    pub(crate) fn history(
        &self,
        id: ExecutionId,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Read<Vec<(u64, Vec<u8>)>> {
        let what = "an execution's history";
        if from >= to {
            return Ok(Vec::new());
        }
        let table = self.table(what, HISTORY)?;
        let (lowest, wanted) = (history_key(id.sequence, 0), history_key(id.sequence, from));
        let mut up_to_wanted = table.range::<&[u8; 16]>(&lowest..=&wanted).map_err(failed(what))?;
        let start = match up_to_wanted.next_back() {
            Some(row) => *row.map_err(failed(what))?.0.value(),
            None => wanted,
        };
        let end = history_key(id.sequence, to);
        let rows = table.range::<&[u8; 16]>(&start..&end).map_err(failed(what))?;
        rows.take(limit)
            .map(|row| {
                let (key, chunk) = row.map_err(failed(what))?;
                Ok((history_first(key.value()), chunk.value().to_vec()))
            })
            .collect()
    }

    pub(crate) fn history_chunk(&self, id: ExecutionId, first: u64) -> Read<Option<Vec<u8>>> {
        let what = "a history chunk";
        let table = self.table(what, HISTORY)?;
        let found = table.get(&history_key(id.sequence, first)).map_err(failed(what))?;
        Ok(found.map(|guard| guard.value().to_vec()))
    }

    pub(crate) fn attention(&self, after: Option<ExecutionId>, limit: usize) -> Read<Vec<ExecutionId>> {
        let what = "the executions to load";
        // A sequence is less than u64::MAX, so the next one exists.
        let start = after.map_or(0, |id| id.sequence.saturating_add(1));
        let table = self.table(what, ATTENTION)?;
        let rows = table.range(start..).map_err(failed(what))?;
        rows.take(limit)
            .map(|row| {
                let (sequence, machine) = row.map_err(failed(what))?;
                Ok(ExecutionId::new(MachineId(machine.value()), sequence.value()))
            })
            .collect()
    }

    pub(crate) fn timers(&self, after: Option<Timer>, until_ms: i64, limit: usize) -> Read<Vec<Timer>> {
        let what = "timers";
        let last = ExecutionId::new(MachineId(u32::MAX), u64::MAX);
        let last = timer_key(&Timer { due_ms: until_ms, execution: last, key: u64::MAX });
        let start = after.map_or([0; 28], |timer| timer_key(&timer));
        if start > last {
            return Ok(Vec::new());
        }
        let table = self.table(what, TIMERS)?;
        let rows = table.range::<&[u8; 28]>(&start..=&last).map_err(failed(what))?;
        rows.map(|row| Ok(timer(row.map_err(failed(what))?.0.value())))
            .filter(|row| !matches!(row, Ok(found) if Some(*found) == after))
            .take(limit)
            .collect()
    }

    pub(crate) fn get(&self, key: &CatalogKey) -> Read<Option<Vec<u8>>> {
        let what = "a catalog row";
        let table = self.table(what, CATALOG)?;
        let found = table.get(catalog_key(key).as_slice()).map_err(failed(what))?;
        Ok(found.map(|guard| guard.value().to_vec()))
    }

    pub(crate) fn scan(
        &self,
        kind: CatalogKind,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Read<Vec<(Vec<u8>, Vec<u8>)>> {
        let what = "catalog rows";
        let mut start = catalog_key_parts(kind, after.unwrap_or_default());
        if after.is_some() {
            // The next key in byte order, so that `after` itself is left out.
            start.push(0);
        }
        let table = self.table(what, CATALOG)?;
        let rows = table.range(start.as_slice()..).map_err(failed(what))?;
        let of_kind = rows.take_while(|row| match row {
            Ok((key, _)) => key.value().first() == Some(&kind.0),
            Err(_) => true,
        });
        of_kind
            .take(limit)
            .map(|row| {
                let (key, value) = row.map_err(failed(what))?;
                Ok((key.value().get(1..).unwrap_or_default().to_vec(), value.value().to_vec()))
            })
            .collect()
    }
}

pub(super) fn failed<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> StoreError {
    move |error| StoreError::Read { what, why: error.to_string() }
}
