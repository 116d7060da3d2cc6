//! Journals of tasks as rows of the store's catalog: their keys, how many there are, and which of them go with a step.
//!
//! A record is a row. Rows are dense (0, 1, 2, …), so their number is all that has to be known to append one or to delete
//! all. It is counted in memory from the first append on, and once from the store when an execution is read back. Which
//! rows go is not said by the many ways in which a task can end: after every step the frames that it changed are looked
//! at, and rows of an attempt or a task that is not there any more are deleted in the same commit.

use std::collections::HashMap;

use dirigent_store::{
    CatalogChange, CatalogKey, CatalogKind, CommitError, ExecutionId, Expect, FrameId, Store, StoreError,
};
use thiserror::Error;

use crate::core::{Execution, Step};
use crate::keyvalue::KeyValueError;

/// Records, by execution, frame, scope, which one of it, and index.
pub(crate) const JOURNALS: CatalogKind = CatalogKind(13);

/// Most records of a task's journal, in both scopes together.
pub const MAX_JOURNAL_RECORDS: usize = 10_000;

/// Most bytes of a task's journal, in both scopes together.
pub const MAX_JOURNAL_BYTES: usize = 16 << 20;

/// Rows that are read at a time: with [`MAX_JOURNAL_BYTES`] a bound on the memory that counting takes.
const PAGE: usize = 64;

/// How long records are kept.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum JournalScope {
    /// Until the attempt ends, also when it fails and is retried.
    Attempt,
    /// Over retries of the state, until its task ends.
    Task,
}

/// A journal cannot be read or written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The attempt has ended (it timed out, was stopped, lost its branch, or its token came back): nothing is changed.
    #[error("the attempt that this journal belongs to is over; what it still does is not recorded")]
    Over,
    /// There is no room for more.
    #[error(
        "the task's journal would have {records} records and {bytes} bytes; it may have {MAX_JOURNAL_RECORDS} records and \
         {MAX_JOURNAL_BYTES} bytes. Let the task do less, or several tasks do a part each"
    )]
    Full {
        /// Records there would be.
        records: usize,
        /// Bytes there would be.
        bytes: usize,
    },
    /// What should be written to a bucket with it cannot be.
    #[error(transparent)]
    KeyValue(#[from] KeyValueError),
    /// The store, when reading.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store, when writing.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// An attempt of a task, as its journal names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) execution: ExecutionId,
    pub(crate) frame: FrameId,
    /// Which of the frame's waits.
    pub(crate) generation: u32,
    /// The event with which the task's state was entered.
    pub(crate) entered_event: u64,
}

impl Attempt {
    /// Which one of the frame's attempts or tasks the scope's records are of.
    fn of(&self, scope: JournalScope) -> u64 {
        match scope {
            JournalScope::Attempt => self.generation.into(),
            JournalScope::Task => self.entered_event,
        }
    }

    /// Whether it runs.
    pub(crate) fn runs(&self, execution: &Execution) -> bool {
        let standing = execution.task_standing(self.frame);
        standing.is_some_and(|standing| {
            standing.attempt == Some(self.generation) && standing.entered_event == self.entered_event
        })
    }
}

/// How many records an execution's journals have.
#[derive(Debug, Default)]
pub(crate) struct Book(HashMap<FrameId, Tallies>);

/// Records of a frame: of its attempt, and of its task.
#[derive(Debug, Default)]
struct Tallies {
    attempt: Option<Tally>,
    task: Option<Tally>,
}

/// Records of one scope.
#[derive(Debug)]
struct Tally {
    /// Which attempt, or which task: [`Attempt::of`].
    of: u64,
    records: u32,
    bytes: usize,
    /// The records themselves, of an execution that nothing is written of.
    kept: Vec<Vec<u8>>,
}

impl Tallies {
    fn scope(&mut self, scope: JournalScope) -> &mut Option<Tally> {
        match scope {
            JournalScope::Attempt => &mut self.attempt,
            JournalScope::Task => &mut self.task,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Tally> {
        self.attempt.iter().chain(&self.task)
    }
}

impl Book {
    /// Counts what the store has of an execution.
    pub(crate) async fn read(store: &dyn Store, id: ExecutionId) -> Result<Book, StoreError> {
        let mut book = Book::default();
        let prefix = execution_prefix(id);
        let mut after = prefix.clone();
        loop {
            let page = store.scan(JOURNALS, Some(&after), PAGE).await?;
            let last = page.len() < PAGE;
            for (name, value) in &page {
                let Some((frame, scope, of)) = place(name, &prefix) else { return Ok(book) };
                let tally = book.tally(frame, scope, of);
                tally.records += 1;
                tally.bytes += value.len();
            }
            match page.into_iter().next_back() {
                Some((name, _)) if !last => after = name,
                _ => return Ok(book),
            }
        }
    }

    fn tally(&mut self, frame: FrameId, scope: JournalScope, of: u64) -> &mut Tally {
        let slot = self.0.entry(frame).or_default().scope(scope);
        slot.get_or_insert(Tally { of, records: 0, bytes: 0, kept: Vec::new() })
    }

    /// How many records the attempt finds in a scope.
    pub(crate) fn records(&mut self, attempt: &Attempt, scope: JournalScope) -> u32 {
        let tallies = self.0.get_mut(&attempt.frame);
        tallies.and_then(|tallies| tallies.scope(scope).as_ref()).map_or(0, |tally| tally.records)
    }

    /// The records of an execution that nothing is written of.
    pub(crate) fn kept(&mut self, attempt: &Attempt, scope: JournalScope) -> Vec<Vec<u8>> {
        let tallies = self.0.get_mut(&attempt.frame);
        tallies
            .and_then(|tallies| tallies.scope(scope).as_ref())
            .map_or(Vec::new(), |tally| tally.kept.clone())
    }

    /// Takes records in and says how they are written. The attempt runs.
    pub(crate) fn append(
        &mut self,
        attempt: &Attempt,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
    ) -> Result<Vec<CatalogChange>, JournalError> {
        let first = self.count_in(attempt, scope, &records)?;
        let keys = (first..).map(|index| key(attempt, scope, index));
        let rows = keys.zip(records);
        Ok(rows
            .map(|(key, value)| CatalogChange { key, value: Some(value), expect: Expect::Anything })
            .collect())
    }

    /// Takes records in of an execution that nothing is written of. The attempt runs.
    pub(crate) fn keep(
        &mut self,
        attempt: &Attempt,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
    ) -> Result<(), JournalError> {
        self.count_in(attempt, scope, &records)?;
        self.tally(attempt.frame, scope, attempt.of(scope)).kept.extend(records);
        Ok(())
    }

    /// Counts records in, if there is room. Returns the index of the first.
    fn count_in(
        &mut self,
        attempt: &Attempt,
        scope: JournalScope,
        new: &[Vec<u8>],
    ) -> Result<u32, JournalError> {
        let before = self.0.get(&attempt.frame);
        let (mut records, mut bytes) = (new.len(), new.iter().map(Vec::len).sum::<usize>());
        for tally in before.into_iter().flat_map(Tallies::all) {
            records += tally.records as usize;
            bytes += tally.bytes;
        }
        if records > MAX_JOURNAL_RECORDS || bytes > MAX_JOURNAL_BYTES {
            return Err(JournalError::Full { records, bytes });
        }
        let tally = self.tally(attempt.frame, scope, attempt.of(scope));
        debug_assert_eq!(tally.of, attempt.of(scope), "what is over was settled by the step that ended it");
        let first = tally.records;
        // Far below 2^32, by the limit above.
        tally.records += u32::try_from(new.len()).unwrap_or(u32::MAX);
        tally.bytes += new.iter().map(Vec::len).sum::<usize>();
        Ok(first)
    }

    /// Forgets the records of attempts and tasks that a step has ended, and says how they are deleted.
    pub(crate) fn settle(&mut self, execution: &Execution, step: &Step) -> Vec<CatalogChange> {
        let mut deletions = Vec::new();
        if self.0.is_empty() {
            return deletions;
        }
        for frame in step.dirty.iter().chain(&step.dropped) {
            let Some(tallies) = self.0.get_mut(frame) else { continue };
            let standing = execution.task_standing(*frame);
            let attempt = standing.and_then(|standing| standing.attempt).map(u64::from);
            let task = standing.map(|standing| standing.entered_event);
            for (scope, now) in [(JournalScope::Attempt, attempt), (JournalScope::Task, task)] {
                if let Some(over) = tallies.scope(scope).take_if(|tally| Some(tally.of) != now) {
                    let rows = over.records - u32::try_from(over.kept.len()).unwrap_or(0);
                    deletions.extend((0..rows).map(|index| CatalogChange {
                        key: key_of(execution.info.id, *frame, scope, over.of, index),
                        value: None,
                        expect: Expect::Anything,
                    }));
                }
            }
            if tallies.all().next().is_none() {
                self.0.remove(frame);
            }
        }
        deletions
    }
}

/// Reads the first `records` records of an attempt's scope.
pub(crate) async fn records(
    store: &dyn Store,
    attempt: &Attempt,
    scope: JournalScope,
    records: u32,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let prefix = scope_prefix(attempt.execution, attempt.frame, scope, attempt.of(scope));
    let mut found = Vec::new();
    let mut after = prefix.clone();
    while found.len() < records as usize {
        let page = store.scan(JOURNALS, Some(&after), PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = last.clone();
        let wanted = page.into_iter().take_while(|(name, _)| name.starts_with(&prefix));
        let before = found.len();
        found.extend(wanted.map(|(_, value)| value));
        if found.len() - before < PAGE {
            break;
        }
    }
    found.truncate(records as usize);
    Ok(found)
}

/// The first records that an execution has, at most `limit`.
pub(crate) async fn keys_of(
    store: &dyn Store,
    id: ExecutionId,
    limit: usize,
) -> Result<Vec<CatalogKey>, StoreError> {
    let prefix = execution_prefix(id);
    let page = store.scan(JOURNALS, Some(&prefix), limit).await?;
    let own = page.into_iter().map(|(name, _)| name).take_while(|name| name.starts_with(&prefix));
    Ok(own.map(|name| CatalogKey::new(JOURNALS, name)).collect())
}

/// Whether the store has any journal.
pub(crate) async fn any(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(!store.scan(JOURNALS, None, 1).await?.is_empty())
}

/// Every record there is.
#[cfg(test)]
pub(crate) async fn all(store: &dyn Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    store.scan(JOURNALS, None, usize::MAX).await.expect("reads")
}

fn execution_prefix(id: ExecutionId) -> Vec<u8> {
    [&id.machine.0.to_be_bytes()[..], &id.sequence.to_be_bytes()].concat()
}

fn scope_prefix(id: ExecutionId, frame: FrameId, scope: JournalScope, of: u64) -> Vec<u8> {
    let mut name = execution_prefix(id);
    name.extend(frame.0.to_be_bytes());
    name.push(match scope {
        JournalScope::Attempt => 0,
        JournalScope::Task => 1,
    });
    name.extend(of.to_be_bytes());
    name
}

fn key(attempt: &Attempt, scope: JournalScope, index: u32) -> CatalogKey {
    key_of(attempt.execution, attempt.frame, scope, attempt.of(scope), index)
}

fn key_of(id: ExecutionId, frame: FrameId, scope: JournalScope, of: u64, index: u32) -> CatalogKey {
    let mut name = scope_prefix(id, frame, scope, of);
    name.extend(index.to_be_bytes());
    CatalogKey::new(JOURNALS, name)
}

/// Whose record a row is; `None` for a row of another execution.
fn place(name: &[u8], prefix: &[u8]) -> Option<(FrameId, JournalScope, u64)> {
    let (frame, rest) = name.strip_prefix(prefix)?.split_first_chunk::<4>()?;
    let (scope, rest) = rest.split_first()?;
    let (of, _index) = rest.split_first_chunk::<8>()?;
    let scope = match scope {
        0 => JournalScope::Attempt,
        _ => JournalScope::Task,
    };
    Some((FrameId(u32::from_be_bytes(*frame)), scope, u64::from_be_bytes(*of)))
}
