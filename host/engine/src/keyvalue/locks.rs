//! Who may write a key. A fixed number of locks, each for all keys whose hash falls to it.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use dirigent_store::{CatalogKey, Commit, CommitError};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::work::to_its_end;

/// How many locks there are: two keys share one by chance, and then wait for one another.
const LOCKS: usize = 256;

/// Held by whoever writes keys without reading them first.
pub(crate) type Shared = Vec<OwnedRwLockReadGuard<()>>;

/// Held by whoever reads a key and then writes it.
pub(crate) type Whole = OwnedRwLockWriteGuard<()>;

/// Waits until a commit is durable, and holds a lock until then, also when the caller goes meanwhile: who has the lock next
/// reads what was queued before.
pub(crate) async fn durable<L: Send + 'static>(commit: Commit, lock: L) -> Result<(), CommitError> {
    to_its_end(async move {
        let done = commit.await;
        drop(lock);
        done
    })
    .await
}

pub(super) struct Locks {
    locks: Vec<Arc<RwLock<()>>>,
    hash: RandomState,
}

impl Default for Locks {
    fn default() -> Locks {
        Locks { locks: (0..LOCKS).map(|_| Arc::default()).collect(), hash: RandomState::new() }
    }
}

impl Locks {
    fn index(&self, key: &CatalogKey) -> usize {
        (self.hash.hash_one(key) % LOCKS as u64) as usize
    }

    /// In the order of the locks, so that two who want several do not wait for one another.
    pub(super) async fn share(&self, keys: impl Iterator<Item = &CatalogKey>) -> Shared {
        let indices: BTreeSet<usize> = keys.map(|key| self.index(key)).collect();
        let mut shared = Vec::with_capacity(indices.len());
        for index in indices {
            shared.push(self.locks[index].clone().read_owned().await);
        }
        shared
    }

    pub(super) async fn exclude(&self, key: &CatalogKey) -> Whole {
        self.locks[self.index(key)].clone().write_owned().await
    }
}
