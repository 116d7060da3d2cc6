//! What is there after the store was closed or dropped, and opened again.

use std::sync::Arc;

use super::{Place, Seen, commit, create, id, key, put};
use crate::batch::Batch;
use crate::error::{CommitError, StoreError};
use crate::ids::MachineId;

pub(super) async fn everything_is_there_again(place: Arc<dyn Place>) {
    for round in 1..=4_u64 {
        let store = place.open();
        store.health().unwrap();
        for earlier in 1..round {
            let name = format!("round {earlier}");
            assert_eq!(Seen::of(&store, id(1, earlier)).await, Seen::created(&name));
            assert_eq!(store.find(MachineId(1), &name).await.unwrap(), Some(id(1, earlier)));
            assert!(matches!(
                commit(&store, create(id(1, 100), &name)).await,
                Err(CommitError::NameTaken { .. })
            ));
            assert_eq!(store.get(&key(1, name.as_bytes())).await.unwrap(), Some(b"value".to_vec()));
        }
        let name = format!("round {round}");
        let batch = Batch {
            executions: vec![create(id(1, round), &name)],
            catalog: vec![put(1, name.as_bytes(), b"value")],
        };
        store.commit(batch).await.unwrap();
        // Closed and dropped by turns: dropping alone loses nothing.
        if round % 2 == 0 {
            store.close().await;
        }
    }
}

pub(super) async fn sequences_go_on(place: Arc<dyn Place>) {
    let mut next = 1;
    for round in 0..4 {
        let store = place.open();
        let range = store.reserve_sequences(10).await.unwrap();
        assert!(range.start >= next, "{range:?} after everything below {next}");
        next = range.end;
        if round % 2 == 0 {
            store.close().await;
        }
    }
}

pub(super) async fn a_closed_store_reads_but_does_not_write(place: Arc<dyn Place>) {
    let store = place.open();
    // Queued before the closing, so written.
    let queued = store.commit(Batch::execution(create(id(1, 1), "a")));
    store.close().await;
    store.close().await;
    queued.await.unwrap();
    assert!(matches!(commit(&store, create(id(1, 2), "b")).await, Err(CommitError::Stopped { .. })));
    assert!(matches!(store.reserve_sequences(1).await, Err(StoreError::Stopped { .. })));
    assert!(matches!(store.health(), Err(StoreError::Stopped { .. })));
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::created("a"));
    assert_eq!(Seen::of(&store, id(1, 2)).await, Seen::default());
}
