//! Who may write a key. A fixed number of locks, each for all keys whose hash falls to it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use dirigent_store::{CatalogKey, Commit, CommitError};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::work::to_its_end;

/// How many locks there are: two keys share one by chance, and then wait for one another.
const LOCKS: usize = 256;

/// What somebody does with a key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Access {
    /// Writes it, whatever its value is.
    Shared,
    /// Reads it and then writes it.
    Whole,
}

/// The locks of some keys.
pub(crate) type Held = Vec<Guard>;

/// One of them.
pub(crate) enum Guard {
    Shared { _guard: OwnedRwLockReadGuard<()> },
    Whole { _guard: OwnedRwLockWriteGuard<()> },
}

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
    pub(super) async fn hold(&self, keys: impl IntoIterator<Item = (&CatalogKey, Access)>) -> Held {
        let mut wanted = BTreeMap::new();
        for (key, access) in keys {
            let most = wanted.entry(self.index(key)).or_insert(access);
            *most = access.max(*most);
        }
        let mut held = Vec::with_capacity(wanted.len());
        for (index, access) in wanted {
            let lock = self.locks[index].clone();
            held.push(match access {
                Access::Shared => Guard::Shared { _guard: lock.read_owned().await },
                Access::Whole => Guard::Whole { _guard: lock.write_owned().await },
            });
        }
        held
    }
}
