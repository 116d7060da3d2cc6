//! Timers: their order, pages, and bounds.

use std::sync::Arc;

use super::{Place, commit, id, timer};
use crate::batch::ExecutionChange;

pub(super) async fn pages_by_due_time(place: Arc<dyn Place>) {
    let store = place.open();
    let sorted = [
        timer(i64::MIN, id(1, 1), 0),
        timer(-5, id(2, 2), 1),
        timer(0, id(1, 1), 3),
        timer(10, id(1, 1), 2),
        timer(10, id(1, 1), 300),
        timer(10, id(1, 3), 1),
        timer(10, id(2, 2), 0),
        timer(1_000_000_000_000, id(1, 1), 5),
        timer(i64::MAX, id(1, 1), u64::MAX),
    ];
    assert!(sorted.is_sorted());
    for position in [3, 0, 7, 5, 8, 1, 4, 6, 2] {
        let timer = sorted[position];
        let change = ExecutionChange { set_timers: vec![timer], ..ExecutionChange::new(timer.execution) };
        commit(&store, change).await.unwrap();
    }
    // (after, until, limit, the timers found)
    let cases = [
        (None, i64::MAX, 100, &sorted[..]),
        (None, i64::MIN, 100, &sorted[..1]),
        (None, 9, 100, &sorted[..3]),
        (None, 10, 100, &sorted[..7]),
        (None, 10, 5, &sorted[..5]),
        (None, 10, 0, &[]),
        (Some(sorted[4]), 10, 100, &sorted[5..7]),
        (Some(sorted[4]), i64::MAX, 1, &sorted[5..6]),
        (Some(timer(10, id(1, 2), 0)), 10, 100, &sorted[5..7]),
        (Some(sorted[6]), 10, 100, &[]),
        (Some(sorted[7]), 10, 100, &[]),
        (Some(sorted[8]), i64::MAX, 100, &[]),
    ];
    for (after, until, limit, wanted) in cases {
        let found = store.timers(after, until, limit).await.unwrap();
        assert_eq!(found, wanted, "after {after:?} until {until} limit {limit}");
    }
    let fired = ExecutionChange { clear_timers: sorted[..6].to_vec(), ..ExecutionChange::new(id(1, 1)) };
    commit(&store, fired).await.unwrap();
    assert_eq!(store.timers(None, i64::MAX, 100).await.unwrap(), sorted[6..]);
}
