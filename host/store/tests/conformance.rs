//! Both stores keep every promise of the suite.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use dirigent_store::conformance::{self, Place};
use dirigent_store::{MemoryStore, RedbOptions, RedbStore, Store};

#[derive(Default)]
struct InMemory(Arc<MemoryStore>);

impl Place for InMemory {
    fn open(&self) -> Arc<dyn Store> {
        self.0.repair();
        self.0.clone()
    }
}

struct InDirectory(tempfile::TempDir);

impl Place for InDirectory {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(RedbStore::open(self.0.path(), &RedbOptions::default()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_memory() {
    conformance::run_all(InMemory::default).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_a_file() {
    conformance::run_all(|| InDirectory(tempfile::tempdir().unwrap())).await;
}

/// The smallest cache makes redb write pages early and read them back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_a_file_with_hardly_any_cache() {
    struct Small(tempfile::TempDir);
    impl Place for Small {
        fn open(&self) -> Arc<dyn Store> {
            Arc::new(
                RedbStore::open(
                    self.0.path(),
                    &RedbOptions { cache_bytes: 64 << 10, ..RedbOptions::default() },
                )
                .unwrap(),
            )
        }
    }
    conformance::run_all(|| Small(tempfile::tempdir().unwrap())).await;
}
