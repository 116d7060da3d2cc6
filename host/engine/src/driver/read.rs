//! Describing, and reading histories.

use std::sync::Arc;

use dirigent_store::ExecutionId;

use super::{Engine, EngineError, made_names};
use crate::catalog::Revision;
use crate::history::{self, HistoryPage};
use crate::payload::{Payload, PayloadRef};
use crate::rows::{ExecutionRow, StatusRow};

/// An execution as describing shows it.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its key in the store.
    pub id: ExecutionId,
    /// Its summary.
    pub row: ExecutionRow,
    /// Its input.
    pub input: Option<Payload>,
    /// Its output, when it succeeded.
    pub output: Option<Payload>,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Executions, newest first.
    pub executions: Vec<(ExecutionId, ExecutionRow)>,
    /// Where the next page begins, when there may be one: before this sequence.
    pub next: Option<u64>,
}

impl Engine {
    /// The summary of an execution.
    ///
    /// # Errors
    /// The store's.
    pub async fn record(&self, id: ExecutionId) -> Result<Option<ExecutionRow>, EngineError> {
        match self.store.record(id).await? {
            Some(bytes) => Ok(Some(ExecutionRow::decode(&bytes)?)),
            None => Ok(None),
        }
    }

    /// Finds an execution by the names of its state machine and itself, deleted machines included. A Map Run's child
    /// has the label behind the machine's name: `MACHINE/LABEL`.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, machine: &str, name: &str) -> Result<Option<ExecutionId>, EngineError> {
        if let Some((machine, label)) = machine.split_once('/') {
            return self.find_child(machine, label, name).await;
        }
        if let Some(live) = self.catalog.get(machine) {
            if let Some(sequence) = made_names::sequence(name) {
                let id = ExecutionId::new(live.id, sequence);
                if self.record(id).await?.is_some_and(|row| *row.name == *name) {
                    return Ok(Some(id));
                }
            }
            if let Some(id) = self.store.find(live.id, name).await? {
                return Ok(Some(id));
            }
        }
        for deleted in self.catalog.deleted(machine).await? {
            if let Some(id) = self.store.find(deleted, name).await? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Describes an execution.
    ///
    /// # Errors
    /// [`EngineError::NoSuchExecution`], or the store's.
    pub async fn describe(&self, id: ExecutionId) -> Result<Description, EngineError> {
        let row = self.record(id).await?.ok_or(EngineError::NoSuchExecution)?;
        let output = match row.status {
            StatusRow::Succeeded(at) => Some(at),
            _ => None,
        };
        // In one call: a short execution has both in one chunk.
        let known = history::payloads(&*self.store, id, output.into_iter().chain([row.input])).await?;
        let payload = |at: PayloadRef| known.get(&at).map(|text| Payload::from_store(text.clone(), at));
        let (input, output) = (payload(row.input), output.and_then(payload));
        Ok(Description { id, row, input, output })
    }

    /// The revision that an execution runs.
    ///
    /// # Errors
    /// [`EngineError::NoSuchExecution`], or the store's.
    pub async fn revision_of(&self, id: ExecutionId) -> Result<Arc<Revision>, EngineError> {
        let row = self.record(id).await?.ok_or(EngineError::NoSuchExecution)?;
        let machine = match self.run_of(id) {
            Some(run) => self.root_of(run).await?.map(|(machine, _)| machine),
            None => Some(id.machine),
        };
        let machine = machine.ok_or(EngineError::NoSuchExecution)?;
        self.catalog.revision(machine, row.revision).await?.ok_or(EngineError::NoSuchExecution)
    }

    /// A part of a history: events from `from` to before `to`, in order, at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub async fn history(
        &self,
        id: ExecutionId,
        from: u64,
        to: u64,
        limit: usize,
        data: bool,
    ) -> Result<HistoryPage, EngineError> {
        Ok(history::read(&*self.store, id, from, to, limit, data).await?)
    }

    /// The id of an execution's last event; 0 when there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn last_event(&self, id: ExecutionId) -> Result<u64, EngineError> {
        Ok(history::last_event(&*self.store, id).await?)
    }

    pub(super) async fn payload(
        &self,
        id: ExecutionId,
        at: PayloadRef,
    ) -> Result<Option<Payload>, EngineError> {
        Ok(history::payload(&*self.store, id, at).await?)
    }
}
