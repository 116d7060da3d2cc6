//! The queue of an activity: tasks that wait for a worker, oldest first.
//!
//! A place in a queue is a row of the store's catalog, written and deleted in the commits that write the frame. So it
//! costs no memory however long it is, and nothing at a start. What is in memory are the workers that poll, and which
//! places are being handed out just now.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dirigent_store::{CatalogChange, CatalogKey, ExecutionId, Expect, FrameId, MachineId, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::QUEUES;
use crate::core::{QueueChange, QueuePlace};

/// Most workers that poll an activity at a time. Source: AWS developer guide, "Step Functions service quotas"
/// (activity pollers for each ARN).
pub(crate) const MAX_POLLERS: usize = 1_000;

/// Places that are read at a time. Those before the first free one are being handed out.
const PAGE: usize = 32;

/// What stands in a row: everything there is to know is in its key.
const VALUE: [u8; 1] = [1];

/// Behind the name, which has no such byte: since when, machine, sequence, frame, generation.
const PLACE_BYTES: usize = 8 + 4 + 8 + 4 + 4;

/// The change of the catalog that a change of a queue is.
pub(crate) fn change(execution: ExecutionId, change: &QueueChange) -> CatalogChange {
    let (place, value) = match change {
        QueueChange::Enter(place) => (place, Some(VALUE.to_vec())),
        QueueChange::Leave(place) => (place, None),
    };
    CatalogChange { key: CatalogKey::new(QUEUES, key(execution, place)), value, expect: Expect::Anything }
}

/// Deletes a place by its row's name.
pub(crate) fn removal(name: &[u8]) -> CatalogChange {
    CatalogChange { key: CatalogKey::new(QUEUES, name), value: None, expect: Expect::Anything }
}

fn prefix(activity: &str) -> Vec<u8> {
    [activity.as_bytes(), &[0]].concat()
}

fn key(execution: ExecutionId, place: &QueuePlace) -> Vec<u8> {
    let mut key = prefix(&place.activity);
    // Times before 1970 do not occur; the cast keeps the order of all others.
    key.extend(place.since_ms.max(0).to_be_bytes());
    key.extend(execution.machine.0.to_be_bytes());
    key.extend(execution.sequence.to_be_bytes());
    key.extend(place.frame.0.to_be_bytes());
    key.extend(place.generation.to_be_bytes());
    key
}

/// Which task a place is of.
fn task(name: &[u8], prefix: &[u8]) -> Option<(ExecutionId, FrameId, u32)> {
    let place: &[u8; PLACE_BYTES] = name.strip_prefix(prefix)?.try_into().ok()?;
    let (_since, place) = place.split_first_chunk::<8>()?;
    let (machine, place) = place.split_first_chunk()?;
    let (sequence, place) = place.split_first_chunk()?;
    let (frame, place) = place.split_first_chunk()?;
    let generation: [u8; 4] = place.try_into().ok()?;
    let execution = ExecutionId::new(MachineId(u32::from_be_bytes(*machine)), u64::from_be_bytes(*sequence));
    Some((execution, FrameId(u32::from_be_bytes(*frame)), u32::from_be_bytes(generation)))
}

/// Which task a place is of, in whatever queue.
pub(crate) fn task_of(name: &[u8]) -> Option<(ExecutionId, FrameId, u32)> {
    let activity = name.split(|byte| *byte == 0).next()?;
    task(name, &[activity, &[0]].concat())
}

/// Every place in every queue, with its activity's name.
#[cfg(test)]
pub(crate) async fn all(store: &dyn Store) -> Vec<(String, ExecutionId, FrameId, u32)> {
    let rows = store.scan(QUEUES, None, usize::MAX).await.expect("reads");
    let places = rows.iter().map(|(row, _)| {
        let activity = row.split(|byte| *byte == 0).next().unwrap_or_default();
        let activity = String::from_utf8(activity.to_vec()).expect("names are UTF-8");
        let (id, frame, generation) = task(row, &prefix(&activity)).expect("is a place");
        (activity, id, frame, generation)
    });
    places.collect()
}

/// The workers of an activity.
#[derive(Debug, Default)]
pub(crate) struct Pollers {
    polling: AtomicUsize,
    /// Wakes one worker that polls.
    pub(crate) wake: Notify,
    /// Rows of places that are being handed out.
    claimed: Mutex<HashSet<Vec<u8>>>,
}

/// A worker that polls. When it goes, whatever woke it wakes the next one.
pub(crate) struct Polling(Arc<Pollers>);

/// A place that is being handed out to one worker.
pub(crate) struct Claim {
    pollers: Arc<Pollers>,
    pub(crate) row: Vec<u8>,
    pub(crate) execution: ExecutionId,
    pub(crate) frame: FrameId,
    pub(crate) generation: u32,
}

impl Pollers {
    /// Counts a worker in; `None` when there are too many.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Polling> {
        let polling = Polling(self.clone());
        // Leaving is counted too, so one that is refused leaves again.
        (self.polling.fetch_add(1, Ordering::AcqRel) < MAX_POLLERS).then_some(polling)
    }

    /// Claims the oldest place of `activity` that is free.
    pub(crate) async fn claim(
        self: &Arc<Self>,
        store: &dyn Store,
        activity: &str,
    ) -> Result<Option<Claim>, StoreError> {
        let prefix = prefix(activity);
        let mut after = prefix.clone();
        loop {
            let page = store.scan(QUEUES, Some(&after), PAGE).await?;
            let last = page.len() < PAGE;
            for (row, _) in page {
                let Some((execution, frame, generation)) = task(&row, &prefix) else { return Ok(None) };
                if self.claimed.lock().insert(row.clone()) {
                    return Ok(Some(Claim { pollers: self.clone(), row, execution, frame, generation }));
                }
                after = row;
            }
            if last {
                return Ok(None);
            }
        }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.0.polling.fetch_sub(1, Ordering::AcqRel);
        // It may have been woken for a task that it did not take.
        self.0.wake.notify_one();
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.pollers.claimed.lock().remove(&self.row);
        // A place that was not handed out after all is free for the next one.
        self.pollers.wake.notify_one();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place(activity: &str, since_ms: i64) -> QueuePlace {
        QueuePlace { activity: activity.into(), since_ms, frame: FrameId(7), generation: 9 }
    }

    #[test]
    fn rows_name_their_task_and_sort_by_time() {
        let old = ExecutionId::new(MachineId(9), 9);
        let new = ExecutionId::new(MachineId(1), 1);
        let (first, second) = (key(old, &place("a", 1_000)), key(new, &place("a", 2_000)));
        assert!(first < second);
        assert_eq!(task(&first, &prefix("a")).unwrap(), (old, FrameId(7), 9));
        // A name that another one begins with has a queue of its own.
        assert_eq!(task(&key(old, &place("ab", 1_000)), &prefix("a")), None);
    }

    #[tokio::test]
    async fn a_place_is_claimed_once_until_it_is_free_again() {
        let store = dirigent_store::MemoryStore::default();
        let id = ExecutionId::new(MachineId(1), 1);
        let mut batch = dirigent_store::Batch::default();
        for (activity, since_ms) in [("a", 2_000), ("a", 1_000), ("b", 500)] {
            batch.catalog.push(change(id, &QueueChange::Enter(place(activity, since_ms))));
        }
        store.commit(batch).await.unwrap();
        let pollers = Arc::new(Pollers::default());
        let first = pollers.claim(&store, "a").await.unwrap().unwrap();
        assert_eq!(first.row, key(id, &place("a", 1_000)));
        let second = pollers.claim(&store, "a").await.unwrap().unwrap();
        assert_eq!(second.row, key(id, &place("a", 2_000)));
        assert!(pollers.claim(&store, "a").await.unwrap().is_none());
        drop(first);
        assert_eq!(pollers.claim(&store, "a").await.unwrap().unwrap().row, key(id, &place("a", 1_000)));
    }

    #[test]
    fn only_so_many_workers_poll() {
        let pollers = Arc::new(Pollers::default());
        let polling: Vec<Polling> = (0..MAX_POLLERS).filter_map(|_| pollers.enter()).collect();
        assert_eq!(polling.len(), MAX_POLLERS);
        assert!(pollers.enter().is_none());
        drop(polling);
        assert!(pollers.enter().is_some());
    }
}
