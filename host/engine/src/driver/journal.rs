//! The journal of a task: what its host keeps of an attempt across its own restart, and of a task over its retries.
//!
//! Each call of a task gets a [`TaskJournal`]. What it appends is queued under the execution's lock, as steps are, so it
//! lies before the commit that ends the attempt, or it is refused. The rows go in that commit; `crate::journal` says which.
//!
//! Executions of which nothing is written (Express ones, and a Map Run's Express children) do not go on after a restart, so
//! their journals are in memory only.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use dirigent_store::{Batch, CatalogChange, CatalogKey, Commit, ExecutionId, Store, StoreError};

use super::live::{Durability, Lease, Live};
use crate::core::TaskRun;
use crate::journal::{self, Attempt, Book, JournalError, JournalScope};
use crate::keyvalue::{KeyValue, KeyValueChange, durable};

/// What the journals of all tasks share.
pub(super) struct Journals {
    store: Arc<dyn Store>,
    pub(super) keyvalue: Arc<KeyValue>,
    /// The store has had a record, at the start or since: without one there is nothing to look for.
    any: AtomicBool,
}

impl Journals {
    pub(super) async fn open(store: Arc<dyn Store>) -> Result<Arc<Journals>, StoreError> {
        let any = AtomicBool::new(journal::any(&*store).await?);
        let keyvalue = Arc::new(KeyValue::new(store.clone()));
        Ok(Arc::new(Journals { store, keyvalue, any }))
    }

    /// How many records an execution's tasks have.
    pub(super) async fn of(&self, id: ExecutionId) -> Result<Book, StoreError> {
        match self.any.load(Ordering::Acquire) {
            true => Book::read(&*self.store, id).await,
            false => Ok(Book::default()),
        }
    }

    /// Where the first `limit` records of an execution's tasks lie.
    pub(super) async fn keys_of(&self, id: ExecutionId, limit: usize) -> Result<Vec<CatalogKey>, StoreError> {
        match self.any.load(Ordering::Acquire) {
            true => journal::keys_of(&*self.store, id, limit).await,
            false => Ok(Vec::new()),
        }
    }

    /// The journal of an attempt that is about to run.
    pub(super) fn open_for(self: &Arc<Self>, lease: &Lease, run: &TaskRun) -> TaskJournal {
        TaskJournal {
            journals: self.clone(),
            of: Some(Of {
                live: Arc::downgrade(&lease.live),
                attempt: Attempt {
                    execution: lease.id(),
                    frame: run.frame,
                    generation: run.generation,
                    entered_event: run.entered_event,
                },
            }),
        }
    }

    /// The journal of a call that belongs to no attempt.
    pub(super) fn unrecorded(self: &Arc<Self>) -> TaskJournal {
        TaskJournal { journals: self.clone(), of: None }
    }
}

/// The journal of one attempt of a task.
///
/// Cheap to clone; it does not keep the execution in memory. It costs nothing until something is appended. That of a call which
/// belongs to no attempt (a job that nobody waits for is cancelled) keeps nothing and refuses nothing.
#[derive(Clone)]
pub struct TaskJournal {
    journals: Arc<Journals>,
    of: Option<Of>,
}

/// Whose journal it is.
#[derive(Clone)]
struct Of {
    live: Weak<Live>,
    attempt: Attempt,
}

impl fmt::Debug for TaskJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TaskJournal").field(&self.of.as_ref().map(|of| of.attempt)).finish()
    }
}

impl TaskJournal {
    /// The records that were appended to a scope, in that order: by this attempt, also before a restart of the host, and for
    /// [`JournalScope::Task`] by the attempts before it. Where there are none, nothing is read.
    ///
    /// # Errors
    /// [`JournalError::Over`], or the store's.
    pub async fn read(&self, scope: JournalScope) -> Result<Vec<Vec<u8>>, JournalError> {
        let Some(Of { live, attempt }) = &self.of else { return Ok(Vec::new()) };
        let records = {
            let live = live.upgrade().ok_or(JournalError::Over)?;
            let execution = live.execution.lock();
            if !attempt.runs(&execution) {
                return Err(JournalError::Over);
            }
            let mut book = live.journals.lock();
            if live.durability != Durability::EachStep {
                return Ok(book.kept(attempt, scope));
            }
            book.records(attempt, scope)
        };
        if records == 0 {
            return Ok(Vec::new());
        }
        Ok(journal::records(&*self.journals.store, attempt, scope, records).await?)
    }

    /// Appends records. They are durable when this returns, and lie in the order of the calls.
    ///
    /// # Errors
    /// [`JournalError::Over`], [`JournalError::Full`] (then none is appended), or the store's.
    pub async fn append(&self, scope: JournalScope, records: Vec<Vec<u8>>) -> Result<(), JournalError> {
        let commit = self.queue(scope, records, Vec::new())?;
        Ok(commit.await?)
    }

    /// Appends records and writes to buckets, in one commit.
    ///
    /// # Errors
    /// As [`TaskJournal::append`], and [`JournalError::KeyValue`] when a change is beyond a limit or not what was
    /// expected; then nothing is written.
    pub async fn append_with(
        &self,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
        changes: Vec<KeyValueChange>,
    ) -> Result<(), JournalError> {
        let (rows, held) = self.journals.keyvalue.prepare(changes).await?;
        let commit = self.queue(scope, records, rows)?;
        Ok(durable(commit, held).await?)
    }

    /// The buckets of the host.
    #[must_use]
    pub fn keyvalue(&self) -> Arc<KeyValue> {
        self.journals.keyvalue.clone()
    }

    /// Queues records and other rows as one commit, if the attempt runs.
    fn queue(
        &self,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
        mut catalog: Vec<CatalogChange>,
    ) -> Result<Commit, JournalError> {
        let Some(Of { live, attempt }) = &self.of else { return Ok(self.commit(catalog)) };
        let live = live.upgrade().ok_or(JournalError::Over)?;
        // Under the execution's lock, so that this commit lies before that of the step that ends the attempt.
        let execution = live.execution.lock();
        if !attempt.runs(&execution) {
            return Err(JournalError::Over);
        }
        let mut book = live.journals.lock();
        if live.durability == Durability::EachStep {
            catalog.extend(book.append(attempt, scope, records)?);
            self.journals.any.store(true, Ordering::Release);
        } else {
            book.keep(attempt, scope, records)?;
        }
        Ok(self.commit(catalog))
    }

    fn commit(&self, catalog: Vec<CatalogChange>) -> Commit {
        match catalog.is_empty() {
            true => Commit::decided(Ok(())),
            false => self.journals.store.commit(Batch { executions: Vec::new(), catalog }),
        }
    }
}
