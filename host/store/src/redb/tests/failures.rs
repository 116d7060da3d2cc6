//! A disk that fails: at every single change of a run, the store stops, keeps reading, and has lost
//! nothing after a restart.

use std::sync::Arc;

use super::disk::Disk;
use super::open_on;
use crate::batch::{Batch, ExecutionChange};
use crate::error::{CommitError, StoreError};
use crate::ids::{ExecutionId, FrameId, MachineId};
use crate::store::Store;

const MACHINE: MachineId = MachineId(1);
const COMMITS: u64 = 12;

fn change(sequence: u64) -> ExecutionChange {
    let bytes = vec![sequence as u8; 3_000];
    ExecutionChange {
        create_as: Some(sequence.to_string()),
        record: Some(bytes.clone()),
        put_frames: vec![(FrameId(0), bytes.clone())],
        history: Some((1, bytes)),
        ..ExecutionChange::new(ExecutionId::new(MACHINE, sequence))
    }
}

/// Whether the execution is there: all of it, or nothing of it.
async fn is_there(store: &Arc<dyn Store>, sequence: u64) -> bool {
    let id = ExecutionId::new(MACHINE, sequence);
    let parts = [
        store.record(id).await.unwrap().is_some(),
        store.find(MACHINE, &sequence.to_string()).await.unwrap().is_some(),
        !store.frames(id, usize::MAX).await.unwrap().is_empty(),
        store.history_chunk(id, 1).await.unwrap().is_some(),
    ];
    assert!(parts == [true; 4] || parts == [false; 4], "execution {sequence} is there in part: {parts:?}");
    parts[0]
}

/// Commits one by one until the first failure; how many succeeded.
async fn commit_until_failure(store: &Arc<dyn Store>) -> u64 {
    for sequence in 1..=COMMITS {
        match store.commit(Batch::execution(change(sequence))).await {
            Ok(()) => {}
            Err(CommitError::Stopped { why }) => {
                assert!(why.contains("no space left on device") && why.contains("restart"), "{why}");
                return sequence - 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    COMMITS
}

#[tokio::test]
async fn at_every_change_of_a_run() {
    let whole = Disk::default();
    let store = open_on(whole.clone()).unwrap();
    let opened = whole.changes();
    assert_eq!(commit_until_failure(&store).await, COMMITS);
    let changes = whole.changes();
    assert!(changes > opened + COMMITS * 3, "{opened} changes to open, {changes} in all");

    for failing in opened + 1..=changes {
        let disk = Disk::default();
        disk.fail_at(failing);
        let store = open_on(disk.clone()).unwrap();
        let acknowledged = commit_until_failure(&store).await;
        assert!(acknowledged < COMMITS, "change {failing} failed and nobody noticed");

        // Stopped: reads go on, and see what was acknowledged and nothing else.
        assert!(matches!(store.health(), Err(StoreError::Stopped { .. })));
        let later = store.commit(Batch::execution(change(99))).await;
        assert!(matches!(later, Err(CommitError::Stopped { .. })));
        assert!(matches!(store.reserve_sequences(1).await, Err(StoreError::Stopped { .. })));
        for sequence in 1..=COMMITS {
            let there = is_there(&store, sequence).await;
            assert_eq!(there, sequence <= acknowledged, "execution {sequence}, change {failing}");
        }
        assert_eq!(store.list(MACHINE, None, 100).await.unwrap().len() as u64, acknowledged);
        drop(store);

        // Restarted on a repaired disk: what was acknowledged is there; the one whose commit failed
        // may be; nothing later is.
        let store = open_on(disk.restarted()).unwrap();
        for sequence in 1..=COMMITS {
            let there = is_there(&store, sequence).await;
            assert!(there || sequence > acknowledged, "execution {sequence} is lost, change {failing}");
            assert!(!there || sequence <= acknowledged + 1, "execution {sequence} was never acknowledged");
        }
        store.commit(Batch::execution(change(99))).await.unwrap();
    }
}

#[tokio::test]
async fn while_opening() {
    let whole = Disk::default();
    let store = open_on(whole.clone()).unwrap();
    commit_until_failure(&store).await;
    // As after a crash, so that opening repairs.
    let crashed = whole.restarted();
    let opened = crashed.restarted();
    drop(open_on(opened.clone()).unwrap());
    for failing in 1..=opened.changes() {
        let disk = crashed.restarted();
        disk.fail_at(failing);
        drop(open_on(disk.clone()));
        let store = open_on(disk.restarted()).unwrap();
        for sequence in 1..=COMMITS {
            assert!(is_there(&store, sequence).await, "execution {sequence} is lost, change {failing}");
        }
    }
}

#[tokio::test]
async fn a_group_fails_as_one() {
    let disk = Disk::default();
    let store = open_on(disk.clone()).unwrap();
    store.commit(Batch::execution(change(1))).await.unwrap();
    disk.fail_at(disk.changes() + 1);
    let commits: Vec<_> = (2..50).map(|sequence| store.commit(Batch::execution(change(sequence)))).collect();
    for commit in commits {
        assert!(matches!(commit.await, Err(CommitError::Stopped { .. })));
    }
    assert_eq!(store.list(MACHINE, None, 100).await.unwrap().len(), 1);
    assert_eq!(store.pressure(), crate::store::Pressure::default());
}
