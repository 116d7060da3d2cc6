//! Ranges of history.

use std::sync::Arc;

use super::{Place, commit, id};
use crate::batch::ExecutionChange;

pub(super) async fn ranges(place: Arc<dyn Place>) {
    let store = place.open();
    let firsts = [1, 4, 9, 256, 70_000];
    for first in firsts {
        let change = ExecutionChange {
            history: Some((first, first.to_string().into_bytes())),
            ..ExecutionChange::new(id(1, 7))
        };
        commit(&store, change).await.unwrap();
    }
    // (from, to, limit, first ids of the chunks found)
    let cases: [(u64, u64, usize, &[u64]); 13] = [
        (0, u64::MAX, 100, &firsts),
        (1, 2, 100, &[1]),
        (1, 4, 100, &[1]),
        (1, 5, 100, &[1, 4]),
        (3, 9, 100, &[1, 4]),
        (4, 4, 100, &[]),
        (5, 6, 100, &[4]),
        (9, 70_000, 100, &[9, 256]),
        (100, 70_001, 100, &[9, 256, 70_000]),
        (70_005, u64::MAX, 100, &[70_000]),
        (4, u64::MAX, 2, &[4, 9]),
        (4, u64::MAX, 0, &[]),
        (9, 4, 100, &[]),
    ];
    for (from, to, limit, wanted) in cases {
        let found = store.history(id(1, 7), from, to, limit).await.unwrap();
        let wanted = wanted.iter().map(|first| (*first, first.to_string().into_bytes()));
        assert_eq!(found, wanted.collect::<Vec<_>>(), "from {from} to {to} limit {limit}");
    }
}

pub(super) async fn neighbours_do_not_mix(place: Arc<dyn Place>) {
    let store = place.open();
    for sequence in [6, 8] {
        let change = ExecutionChange { history: Some((5, vec![1])), ..ExecutionChange::new(id(1, sequence)) };
        commit(&store, change).await.unwrap();
    }
    for (from, to) in [(0, u64::MAX), (5, 6), (9, u64::MAX)] {
        assert_eq!(store.history(id(1, 7), from, to, 100).await.unwrap(), [], "from {from} to {to}");
    }
    assert_eq!(store.history_chunk(id(1, 7), 5).await.unwrap(), None);
    // From before the first chunk: the first there is.
    assert_eq!(store.history(id(1, 8), 1, 6, 100).await.unwrap(), [(5, vec![1])]);
    assert_eq!(store.history(id(1, 8), 1, 5, 100).await.unwrap(), []);
}
