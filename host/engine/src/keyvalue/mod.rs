//! Buckets of keys and values, which tasks keep in the host's own store (`wasi:keyvalue`).
//!
//! A value is a row of the store's catalog. A write is durable when it returns. Writes of one key that read it first
//! (`increment`) exclude all others of that key; plain ones go side by side, in the order of their calls.
//!
//! - `rows`: how a value lies in the store, and what names and values may be
//! - `locks`: who may write a key

mod locks;
mod rows;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use dirigent_store::{Batch, CatalogChange, CommitError, Store, StoreError};
use thiserror::Error;

pub(crate) use locks::durable;
use locks::{Access, Held, Locks};
pub(crate) use rows::VALUES;

/// Longest name of a bucket, in bytes.
pub const MAX_BUCKET_BYTES: usize = 128;

/// Longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 1024;

/// Greatest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// Most keys of a page of a list.
pub const MAX_KEYS_PER_PAGE: usize = 1_000;

/// Most changes that are written in one commit.
pub const MAX_KEY_VALUE_CHANGES: usize = 100;

/// A bucket or key cannot be read or written so.
#[derive(Debug, Error)]
pub enum KeyValueError {
    /// No bucket can have that name.
    #[error(
        "{0:?} is no name of a bucket: it takes 1 to {MAX_BUCKET_BYTES} bytes, and no control characters"
    )]
    Bucket(String),
    /// No key can be that.
    #[error("a key takes 1 to {MAX_KEY_BYTES} bytes, and this one has {0}")]
    Key(usize),
    /// The value is too large.
    #[error(
        "a value takes {MAX_VALUE_BYTES} bytes at most, and this one has {0}; write it in parts, or elsewhere"
    )]
    Value(usize),
    /// Too much in one commit.
    #[error(
        "{MAX_KEY_VALUE_CHANGES} keys can be written at a time, and these are {0}; write fewer at a time"
    )]
    Changes(usize),
    /// A key has another value than was expected. Nothing was written.
    #[error("the value of {key:?} in the bucket {bucket:?} is another one than was expected; read it again")]
    Conflict {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// What is to be incremented is something else.
    #[error(
        "the value of {key:?} in the bucket {bucket:?} is no whole number from 0 to 2^64 - 1 in decimal digits, so it cannot be incremented"
    )]
    NotANumber {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// It would be beyond 64 bits.
    #[error("the value of {key:?} in the bucket {bucket:?} would be greater than 2^64 - 1")]
    Overflow {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// The store, when reading.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store, when writing.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What is written to a bucket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyValueChange {
    /// The bucket. It is there as soon as it has a key.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Its new value; `None` deletes it. Deleting what is not there is no error.
    pub value: Option<Vec<u8>>,
    /// Only if this is its value until now (`Some(None)`: it has none); otherwise [`KeyValueError::Conflict`].
    pub expect: Option<Option<Vec<u8>>>,
}

/// Some keys of a bucket, in the order of their bytes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<String>,
    /// There are more: those after this key, which is the page's last.
    pub next: Option<String>,
}

/// The buckets of a host.
pub struct KeyValue {
    store: Arc<dyn Store>,
    locks: Locks,
}

impl KeyValue {
    pub(crate) fn new(store: Arc<dyn Store>) -> KeyValue {
        KeyValue { store, locks: Locks::default() }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// When the names are none, or the store cannot be read.
    pub async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        Ok(self.store.get(&rows::key(bucket, key)?).await?)
    }

    /// Whether there is such a key.
    ///
    /// # Errors
    /// As [`KeyValue::get`].
    pub async fn exists(&self, bucket: &str, key: &str) -> Result<bool, KeyValueError> {
        Ok(self.get(bucket, key).await?.is_some())
    }

    /// Gives a key a value. It is durable when this returns.
    ///
    /// # Errors
    /// When the names or the value are beyond their limits, or the store takes no writes.
    pub async fn set(&self, bucket: &str, key: &str, value: Vec<u8>) -> Result<(), KeyValueError> {
        self.write(vec![plain(bucket, key, Some(value))]).await
    }

    /// Deletes a key. That is durable when this returns.
    ///
    /// # Errors
    /// As [`KeyValue::set`].
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), KeyValueError> {
        self.write(vec![plain(bucket, key, None)]).await
    }

    /// Writes several keys, all or none.
    ///
    /// # Errors
    /// As [`KeyValue::set`], when these are more than [`MAX_KEY_VALUE_CHANGES`], and [`KeyValueError::Conflict`].
    pub async fn write(&self, changes: Vec<KeyValueChange>) -> Result<(), KeyValueError> {
        let (rows, held) = self.prepare(changes).await?;
        let commit = self.store.commit(Batch { executions: Vec::new(), catalog: rows });
        Ok(durable(commit, held).await?)
    }

    /// Keys after `after`, or the first ones: at most `limit`, and at most [`MAX_KEYS_PER_PAGE`].
    ///
    /// # Errors
    /// As [`KeyValue::get`].
    pub async fn list_keys(
        &self,
        bucket: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<KeyPage, KeyValueError> {
        rows::list(&*self.store, bucket, after, limit.min(MAX_KEYS_PER_PAGE)).await
    }

    /// Adds to a key's number, or begins with `delta` where there is none, and gives the new one. Numbers are texts of
    /// decimal digits. It is durable when this returns.
    ///
    /// # Errors
    /// As [`KeyValue::set`], and when the value is no number, or would be too great a one.
    pub async fn increment(&self, bucket: &str, key: &str, delta: u64) -> Result<u64, KeyValueError> {
        let row = rows::key(bucket, key)?;
        let held = self.locks.hold([(&row, Access::Whole)]).await;
        let named = || (bucket.to_owned(), key.to_owned());
        let before = match self.store.get(&row).await? {
            None => Some(0),
            Some(text) => rows::number(&text),
        };
        let Some(before) = before else {
            let (bucket, key) = named();
            return Err(KeyValueError::NotANumber { bucket, key });
        };
        let Some(sum) = before.checked_add(delta) else {
            let (bucket, key) = named();
            return Err(KeyValueError::Overflow { bucket, key });
        };
        let row = rows::change(row, Some(sum.to_string().into_bytes()));
        durable(self.store.commit(Batch::catalog(row)), held).await?;
        Ok(sum)
    }

    /// Checks changes and says how they are written. Whoever commits them holds the second until that is durable. What was
    /// expected holds until then, so the commit itself has no condition that could fail.
    pub(crate) async fn prepare(
        &self,
        changes: Vec<KeyValueChange>,
    ) -> Result<(Vec<CatalogChange>, Held), KeyValueError> {
        let changes = rows::changes(changes)?;
        let access = |change: &KeyValueChange| match change.expect {
            Some(_) => Access::Whole,
            None => Access::Shared,
        };
        let held = self.locks.hold(changes.iter().map(|(row, change)| (row, access(change)))).await;
        let mut rows = Vec::with_capacity(changes.len());
        for (row, change) in changes {
            if let Some(expected) = &change.expect
                && self.store.get(&row).await? != *expected
            {
                let KeyValueChange { bucket, key, .. } = change;
                return Err(KeyValueError::Conflict { bucket, key });
            }
            rows.push(rows::change(row, change.value));
        }
        Ok((rows, held))
    }
}

fn plain(bucket: &str, key: &str, value: Option<Vec<u8>>) -> KeyValueChange {
    KeyValueChange { bucket: bucket.into(), key: key.into(), value, expect: None }
}
