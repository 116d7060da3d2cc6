//! Which activities there are. Read once at start and kept in memory; a change is durable before it shows.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use dirigent_store::{Batch, CatalogChange, CatalogKey, CommitError, Expect, Store, StoreError};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::ACTIVITIES;
use super::queue::Pollers;
use crate::names;
use crate::rows::{RowError, decode, encode};
use crate::work::to_its_end;

/// Most activities. Source: AWS developer guide, "Step Functions service quotas".
pub const MAX_ACTIVITIES: usize = 10_000;

/// How many rows are read at a time.
const PAGE: usize = 1_000;

/// An activity as of one moment. Changing its tags makes a new value.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Its name.
    pub name: Arc<str>,
    /// When it was created, in Unix milliseconds.
    pub created_ms: i64,
    /// The encryption configuration as JSON, as the client sent it.
    pub encryption: Option<String>,
    /// Its tags, in the order in which they were set.
    pub tags: Vec<(String, String)>,
    pub(crate) pollers: Arc<Pollers>,
}

#[derive(Debug, Deserialize, Serialize)]
struct ActivityRow {
    created_ms: i64,
    encryption: Option<String>,
    tags: Vec<(String, String)>,
}

/// Why an activity cannot be had.
#[derive(Debug, Error)]
pub enum ActivityError {
    /// There is none of that name.
    #[error("there is no activity named {0}")]
    Missing(String),
    /// There is one of that name with another encryption configuration.
    #[error("an activity named {0} exists with another encryption configuration")]
    Exists(String),
    /// There are too many.
    #[error("there are {MAX_ACTIVITIES} activities, which is the most; delete one first")]
    TooMany,
    /// Reading failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Writing failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// All activities.
pub struct Activities {
    store: Arc<dyn Store>,
    by_name: Arc<RwLock<BTreeMap<Arc<str>, Arc<Activity>>>>,
    /// Changes go one at a time, so that each sees the one before.
    changing: Arc<Mutex<()>>,
}

impl Activities {
    /// Reads the activities of a store.
    pub(crate) async fn open(store: Arc<dyn Store>) -> Result<Activities, ActivityError> {
        let mut by_name = BTreeMap::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = store.scan(ACTIVITIES, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            for (name, bytes) in page {
                let name: Arc<str> = String::from_utf8_lossy(&name).into();
                let pollers = Arc::default();
                by_name.insert(name.clone(), Arc::new(activity(name, decode(&bytes)?, pollers)));
            }
        }
        Ok(Activities { store, by_name: Arc::new(RwLock::new(by_name)), changing: Arc::default() })
    }

    /// The activity of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Activity>> {
        self.by_name.read().get(name).cloned()
    }

    /// The activities of an account, `None` for the host's own, by name, beginning after `after`.
    #[must_use]
    pub fn list(&self, account: Option<&str>, after: Option<&str>, limit: usize) -> Vec<Arc<Activity>> {
        let from = after.map_or(Unbounded, |name| Excluded(Arc::from(name)));
        let activities = self.by_name.read();
        activities
            .range::<Arc<str>, _>((from, Unbounded))
            .filter(|(name, _)| names::is_of(account, name))
            .take(limit)
            .map(|(_, found)| found.clone())
            .collect()
    }

    /// Creates an activity. One that has the name already is that one, whatever tags are asked for.
    /// Source: AWS API Reference, "CreateActivity".
    ///
    /// # Errors
    /// [`ActivityError::Exists`], [`ActivityError::TooMany`], or the store's.
    pub async fn create(
        &self,
        name: &str,
        created_ms: i64,
        encryption: Option<String>,
        tags: Vec<(String, String)>,
    ) -> Result<Arc<Activity>, ActivityError> {
        let turn = self.changing.clone().lock_owned().await;
        if let Some(existing) = self.get(name) {
            let same = existing.encryption == encryption;
            return if same { Ok(existing) } else { Err(ActivityError::Exists(name.to_owned())) };
        }
        if self.by_name.read().len() >= MAX_ACTIVITIES {
            return Err(ActivityError::TooMany);
        }
        self.put(turn, name, ActivityRow { created_ms, encryption, tags }, Arc::default()).await
    }

    /// Replaces the tags of an activity.
    ///
    /// # Errors
    /// [`ActivityError::Missing`], or the store's.
    pub async fn tag(
        &self,
        name: &str,
        change: impl FnOnce(&mut Vec<(String, String)>) + Send,
    ) -> Result<Arc<Activity>, ActivityError> {
        let turn = self.changing.clone().lock_owned().await;
        let existing = self.get(name).ok_or_else(|| ActivityError::Missing(name.to_owned()))?;
        let mut tags = existing.tags.clone();
        change(&mut tags);
        let row =
            ActivityRow { created_ms: existing.created_ms, encryption: existing.encryption.clone(), tags };
        self.put(turn, name, row, existing.pollers.clone()).await
    }

    /// Deletes an activity. Tasks in its queue stay there until they time out, or an activity of the name is created
    /// again; tasks that workers have go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete(&self, name: &str) -> Result<Option<Arc<Activity>>, ActivityError> {
        let turn = self.changing.clone().lock_owned().await;
        let Some(existing) = self.get(name) else { return Ok(None) };
        self.commit(turn, name.into(), None, None).await?;
        Ok(Some(existing))
    }

    async fn put(
        &self,
        turn: OwnedMutexGuard<()>,
        name: &str,
        row: ActivityRow,
        pollers: Arc<Pollers>,
    ) -> Result<Arc<Activity>, ActivityError> {
        let value = encode(&row)?;
        let name: Arc<str> = name.into();
        let activity = Arc::new(activity(name.clone(), row, pollers));
        self.commit(turn, name, Some(value), Some(activity.clone())).await?;
        Ok(activity)
    }

    /// Writes a change, and then shows it. What is durable is shown even if the caller goes away.
    async fn commit(
        &self,
        turn: OwnedMutexGuard<()>,
        name: Arc<str>,
        value: Option<Vec<u8>>,
        shown: Option<Arc<Activity>>,
    ) -> Result<(), CommitError> {
        let key = CatalogKey::new(ACTIVITIES, &*name);
        let change = CatalogChange { key, value, expect: Expect::Anything };
        let (commit, by_name) = (self.store.commit(Batch::catalog(change)), self.by_name.clone());
        to_its_end(async move {
            commit.await?;
            match shown {
                Some(activity) => by_name.write().insert(name, activity),
                None => by_name.write().remove(&name),
            };
            drop(turn);
            Ok(())
        })
        .await
    }
}

fn activity(name: Arc<str>, row: ActivityRow, pollers: Arc<Pollers>) -> Activity {
    Activity { name, created_ms: row.created_ms, encryption: row.encryption, tags: row.tags, pollers }
}
