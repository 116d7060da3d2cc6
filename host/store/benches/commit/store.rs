//! The store, with as many callers as a group is large, each running one execution after the other.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dirigent_store::{ExecutionId, MachineId, RedbOptions, RedbStore, Store};

use crate::rows::{end, name, start};

pub(crate) fn executions(dir: &Path, callers: usize, time: Duration) -> (u64, Duration) {
    let store: Arc<dyn Store> = Arc::new(RedbStore::open(dir, &RedbOptions::default()).expect("open"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let sequences = Arc::new(AtomicU64::new(1));
    let begin = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (store, sequences) = (store.clone(), sequences.clone());
            runtime.spawn(async move {
                let random = &mut fastrand::Rng::with_seed(caller as u64);
                let mut count = 0;
                while begin.elapsed() < time {
                    let id = ExecutionId::new(MachineId(1), sequences.fetch_add(1, Ordering::Relaxed));
                    store.commit(start(id, name(random))).await.expect("start an execution");
                    store.commit(end(id)).await.expect("end an execution");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let count = tasks.into_iter().map(|task| runtime.block_on(task).expect("a caller")).sum();
    (count, begin.elapsed())
}
