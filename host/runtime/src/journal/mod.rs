//! The journal of an attempt: what it did outside and what it was told, so that after a crash it goes on over it.
//!
//! `record` is what is written, `tape` plays it back and goes on, and whoever opens the runtime keeps the records durably
//! ([`Journal`]).

mod record;
mod tape;

use async_trait::async_trait;

pub(crate) use record::{Answer, SendProblem, Value};
pub(crate) use tape::{Begin, Tape, TapeError};

/// Keeps the records of one task, durably. The runtime gives them no meaning to whoever keeps them.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// All records of the scope, in the order in which they were appended. Costs nothing when there can be none.
    async fn read(&self, scope: JournalScope) -> Result<Vec<Vec<u8>>, JournalError>;

    /// Append records and change the key-value store, both or neither. Durable when it returns.
    async fn append(
        &self,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
        changes: Vec<KeyValueChange>,
    ) -> Result<(), JournalError>;
}

/// How long records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalScope {
    /// Until the attempt ends: its calls of the host.
    Attempt,
    /// Until the task ends, over retries of its state: steps that the plugin names itself.
    Task,
}

/// One change of the host's key-value store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValueChange {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Its value from now on; None deletes it.
    pub value: Option<Vec<u8>>,
    /// Only if it has had this value until now: [`JournalError::Conflict`] otherwise.
    pub expect: Option<Option<Vec<u8>>>,
}

/// Why records cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// A change expected another value than there is. Nothing was written.
    #[error("the value was changed by somebody else at the same time")]
    Conflict,
    /// The attempt is over, or the store takes no more writes. Nothing was written, and nothing further may be done.
    #[error("the journal is closed: {0}")]
    Closed(String),
    /// A limit is reached. Nothing was written.
    #[error("the journal is full: {0}")]
    Full(String),
}
