//! Many batches at once: their order, their outcomes, and what readers see meanwhile.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::{Place, Seen, commit, create, id, key, put};
use crate::batch::{Batch, ExecutionChange};
use crate::error::CommitError;
use crate::ids::{FrameId, MachineId};
use crate::store::Pressure;

pub(super) async fn batches_apply_in_the_order_of_the_calls(place: Arc<dyn Place>) {
    let store = place.open();
    let change = |n: u64| ExecutionChange {
        record: Some(n.to_string().into_bytes()),
        put_frames: vec![(FrameId(0), n.to_string().into_bytes())],
        history: Some((n, n.to_string().into_bytes())),
        ..ExecutionChange::new(id(1, 1))
    };
    // Neither polled nor kept: the calls have queued them.
    (1..500).for_each(|n| drop(store.commit(Batch::execution(change(n)))));
    commit(&store, change(500)).await.unwrap();
    let seen = Seen::of(&store, id(1, 1)).await;
    assert_eq!(seen.record.as_deref(), Some("500"));
    assert_eq!(seen.frames, [(0, "500".to_owned())]);
    assert_eq!(seen.history.len(), 500);
}

pub(super) async fn many_tasks_get_what_they_asked_for(place: Arc<dyn Place>) {
    let store = place.open();
    let mut tasks = JoinSet::new();
    for task in 0..32_u64 {
        let store = store.clone();
        tasks.spawn(async move {
            for round in 0..10 {
                let id = id(u32::try_from(task % 4).unwrap(), 1 + task * 10 + round);
                let name = format!("{task}-{round}");
                commit(&store, create(id, &name)).await.unwrap();
                assert_eq!(Seen::of(&store, id).await, Seen::created(&name), "read after the commit");
                let end =
                    ExecutionChange { drop_frames: vec![FrameId(0), FrameId(1)], ..ExecutionChange::new(id) };
                commit(&store, end).await.unwrap();
                assert_eq!(store.frames(id, usize::MAX).await.unwrap(), []);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    for machine in 0..4 {
        assert_eq!(store.list(MachineId(machine), None, 1_000).await.unwrap().len(), 80);
    }
}

pub(super) async fn one_of_many_gets_the_name(place: Arc<dyn Place>) {
    let store = place.open();
    for name in ["a", "b", "c"] {
        let base = 100 * u64::from(name.as_bytes()[0]);
        let commits: Vec<_> =
            (0..20).map(|n| store.commit(Batch::execution(create(id(1, base + n), name)))).collect();
        let mut refused = 0;
        for commit in commits {
            match commit.await {
                Ok(()) => {}
                Err(CommitError::NameTaken { existing, .. }) => {
                    assert_eq!(existing, id(1, base), "the first to ask has the name");
                    refused += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(refused, 19);
    }
    assert_eq!(store.list(MachineId(1), None, 100).await.unwrap().len(), 3);
}

pub(super) async fn readers_see_whole_batches(place: Arc<dyn Place>) {
    let store = place.open();
    let done = Arc::new(AtomicBool::new(false));
    let number = |bytes: Option<Vec<u8>>| -> u32 {
        bytes.map_or(0, |bytes| String::from_utf8(bytes).unwrap().parse().unwrap())
    };
    let reader = tokio::spawn({
        let (store, done) = (store.clone(), done.clone());
        async move {
            while !done.load(Ordering::Acquire) {
                // Each pair is written together, and time only goes on between two reads.
                let record = number(store.record(id(1, 1)).await.unwrap());
                let row = number(store.get(&key(1, b"row")).await.unwrap());
                let record_again = number(store.record(id(1, 1)).await.unwrap());
                assert!(record <= row && row <= record_again, "{record} {row} {record_again}");
                tokio::task::yield_now().await;
            }
        }
    });
    for n in 1..=200_u32 {
        let bytes = n.to_string().into_bytes();
        let change = ExecutionChange { record: Some(bytes.clone()), ..ExecutionChange::new(id(1, 1)) };
        let batch = Batch { executions: vec![change], catalog: vec![put(1, b"row", &bytes)] };
        store.commit(batch).await.unwrap();
        assert_eq!(number(store.record(id(1, 1)).await.unwrap()), n);
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::Release);
    reader.await.unwrap();
}

pub(super) async fn sequences_are_given_out_once(place: Arc<dyn Place>) {
    let store = place.open();
    assert_eq!(store.reserve_sequences(3).await.unwrap(), 1..4);
    assert_eq!(store.reserve_sequences(0).await.unwrap(), 4..4);
    let mut tasks = JoinSet::new();
    for count in 0..50 {
        let store = store.clone();
        tasks.spawn(async move { store.reserve_sequences(count).await.unwrap() });
    }
    let mut given = HashSet::new();
    while let Some(range) = tasks.join_next().await {
        for sequence in range.unwrap() {
            assert!(given.insert(sequence), "{sequence} was given out twice");
        }
    }
    assert_eq!(given.len(), 49 * 50 / 2);
    assert!(store.reserve_sequences(u64::MAX).await.is_err());
    assert!(store.health().is_ok());
}

pub(super) async fn pressure_falls_back_to_nothing(place: Arc<dyn Place>) {
    let store = place.open();
    let commits: Vec<_> =
        (1..100).map(|n| store.commit(Batch::execution(create(id(1, n), &n.to_string())))).collect();
    for commit in commits {
        commit.await.unwrap();
    }
    // The writer lowers the pressure of its last group after, or just before, it tells the outcome.
    for _ in 0..1_000 {
        if store.pressure() == Pressure::default() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    panic!("{:?} with nothing to do", store.pressure());
}
