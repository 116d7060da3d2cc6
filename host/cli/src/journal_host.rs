//! Journals and buckets of the engine, as the runtime uses them.

use std::sync::Arc;

use async_trait::async_trait;
use dirigent_engine as engine;
use dirigent_runtime::{Journal, JournalError, JournalScope, KeyValueChange, KeyValueStore};

/// The journal of one attempt.
pub(crate) struct AttemptJournal(pub(crate) engine::TaskJournal);

#[async_trait]
impl Journal for AttemptJournal {
    async fn read(&self, scope: JournalScope) -> Result<Vec<Vec<u8>>, JournalError> {
        self.0.read(scope_of(scope)).await.map_err(of_journal)
    }

    async fn append(
        &self,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
        changes: Vec<KeyValueChange>,
    ) -> Result<(), JournalError> {
        let scope = scope_of(scope);
        let appended = if changes.is_empty() {
            self.0.append(scope, records).await
        } else {
            self.0.append_with(scope, records, changes.into_iter().map(change_of).collect()).await
        };
        appended.map_err(of_journal)
    }
}

/// The host's buckets.
pub(crate) struct Buckets(pub(crate) Arc<engine::KeyValue>);

#[async_trait]
impl KeyValueStore for Buckets {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.0.get(bucket, key).await.map_err(of_keyvalue)
    }

    async fn keys(
        &self,
        bucket: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, JournalError> {
        Ok(self.0.list_keys(bucket, after, limit).await.map_err(of_keyvalue)?.keys)
    }

    async fn change(&self, changes: Vec<KeyValueChange>) -> Result<(), JournalError> {
        self.0.write(changes.into_iter().map(change_of).collect()).await.map_err(of_keyvalue)
    }
}

fn scope_of(scope: JournalScope) -> engine::JournalScope {
    match scope {
        JournalScope::Attempt => engine::JournalScope::Attempt,
        JournalScope::Task => engine::JournalScope::Task,
    }
}

fn change_of(change: KeyValueChange) -> engine::KeyValueChange {
    let KeyValueChange { bucket, key, value, expect } = change;
    engine::KeyValueChange { bucket, key, value, expect }
}

fn of_journal(error: engine::JournalError) -> JournalError {
    match error {
        engine::JournalError::Full { .. } => JournalError::Full(error.to_string()),
        engine::JournalError::KeyValue(error) => of_keyvalue(error),
        closed => JournalError::Closed(closed.to_string()),
    }
}

fn of_keyvalue(error: engine::KeyValueError) -> JournalError {
    match error {
        engine::KeyValueError::Conflict { .. } => JournalError::Conflict,
        engine::KeyValueError::Store(_) | engine::KeyValueError::Commit(_) => {
            JournalError::Closed(error.to_string())
        }
        limit => JournalError::Full(limit.to_string()),
    }
}
