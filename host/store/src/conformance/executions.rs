//! What a batch changes about an execution, and how it is found again.

use std::sync::Arc;

use super::{Place, Seen, commit, create, deletion, id, timer};
use crate::batch::{Batch, ExecutionChange};
use crate::ids::{FrameId, MachineId};
use crate::store::Selection;

pub(super) async fn what_is_not_there(place: Arc<dyn Place>) {
    let store = place.open();
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::default());
    assert_eq!(store.find(MachineId(1), "a").await.unwrap(), None);
    assert_eq!(store.list(MachineId(1), None, 10).await.unwrap(), []);
    assert_eq!(store.history_chunk(id(1, 1), 1).await.unwrap(), None);
    commit(&store, deletion(id(1, 1), "a")).await.unwrap();
    let gone = ExecutionChange {
        drop_frames: vec![FrameId(7)],
        clear_timers: vec![timer(1, id(1, 1), 1)],
        attention: Some(false),
        ..ExecutionChange::new(id(1, 1))
    };
    commit(&store, gone).await.unwrap();
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::default());
}

pub(super) async fn an_execution_from_start_to_end(place: Arc<dyn Place>) {
    let store = place.open();
    let id = id(1, 1);
    commit(&store, create(id, "a")).await.unwrap();
    assert_eq!(Seen::of(&store, id).await, Seen::created("a"));
    assert_eq!(store.history_chunk(id, 1).await.unwrap(), Some(b"history of a".to_vec()));
    let end = ExecutionChange {
        record: Some(b"ended".to_vec()),
        drop_frames: vec![FrameId(0), FrameId(1)],
        history: Some((5, b"the end".to_vec())),
        clear_timers: vec![timer(1_000, id, 1)],
        attention: Some(false),
        ..ExecutionChange::new(id)
    };
    commit(&store, end).await.unwrap();
    let ended = Seen {
        record: Some("ended".to_owned()),
        history: vec![(1, "history of a".to_owned()), (5, "the end".to_owned())],
        ..Seen::default()
    };
    assert_eq!(Seen::of(&store, id).await, ended);
    assert_eq!(store.find(MachineId(1), "a").await.unwrap(), Some(id), "a name stays taken");
}

pub(super) async fn a_change_without_content_changes_nothing(place: Arc<dyn Place>) {
    let store = place.open();
    commit(&store, create(id(1, 1), "a")).await.unwrap();
    commit(&store, ExecutionChange::new(id(1, 1))).await.unwrap();
    store.commit(Batch::default()).await.unwrap();
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::created("a"));
}

pub(super) async fn frames_come_by_id_and_no_more_than_asked_for(place: Arc<dyn Place>) {
    let store = place.open();
    commit(&store, create(id(1, 1), "a")).await.unwrap();
    for (limit, wanted) in [(0, &[][..]), (1, &[0]), (2, &[0, 1]), (3, &[0, 1])] {
        let frames = store.frames(id(1, 1), limit).await.unwrap();
        let ids: Vec<u32> = frames.iter().map(|(frame, _)| frame.0).collect();
        assert_eq!(ids, wanted, "{limit}");
    }
}

pub(super) async fn drops_come_before_puts(place: Arc<dyn Place>) {
    let store = place.open();
    let id = id(1, 1);
    commit(&store, create(id, "a")).await.unwrap();
    let both = ExecutionChange {
        put_frames: vec![(FrameId(1), b"again".to_vec())],
        drop_frames: vec![FrameId(0), FrameId(1)],
        set_timers: vec![timer(1_000, id, 1)],
        clear_timers: vec![timer(1_000, id, 1)],
        ..ExecutionChange::new(id)
    };
    commit(&store, both).await.unwrap();
    let wanted = Seen { frames: vec![(1, "again".to_owned())], ..Seen::created("a") };
    assert_eq!(Seen::of(&store, id).await, wanted);
}

pub(super) async fn changes_apply_in_order(place: Arc<dyn Place>) {
    let store = place.open();
    let id = id(1, 1);
    let change = |text: &str, attention| ExecutionChange {
        record: Some(text.as_bytes().to_vec()),
        put_frames: vec![(FrameId(0), text.as_bytes().to_vec())],
        attention: Some(attention),
        ..ExecutionChange::new(id)
    };
    let batch = Batch {
        executions: vec![change("1", false), change("2", false), change("3", true)],
        ..Batch::default()
    };
    store.commit(batch).await.unwrap();
    let wanted = Seen {
        record: Some("3".to_owned()),
        frames: vec![(0, "3".to_owned())],
        attention: true,
        ..Seen::default()
    };
    assert_eq!(Seen::of(&store, id).await, wanted);
}

pub(super) async fn list_pages_newest_first_within_a_machine(place: Arc<dyn Place>) {
    let store = place.open();
    for sequence in 1..=300 {
        let machine = u32::try_from(sequence % 3).unwrap();
        let created = ExecutionChange {
            record: Some(sequence.to_string().into_bytes()),
            ..ExecutionChange::new(id(machine, sequence))
        };
        drop(store.commit(Batch::execution(created)));
    }
    store.commit(Batch::default()).await.unwrap();
    // (machine, before, limit, the sequences found)
    let cases: [(u32, Option<u64>, usize, Vec<u64>); 7] = [
        (1, None, 3, vec![298, 295, 292]),
        (1, Some(298), 2, vec![295, 292]),
        (1, Some(297), 2, vec![295, 292]),
        (1, Some(5), 10, vec![4, 1]),
        (1, Some(1), 10, vec![]),
        (2, None, 0, vec![]),
        (3, None, 10, vec![]),
    ];
    for (machine, before, limit, wanted) in cases {
        let found = store.list(MachineId(machine), before, limit).await.unwrap();
        let wanted = wanted.into_iter().map(|n| (id(machine, n), n.to_string().into_bytes()));
        assert_eq!(found, wanted.collect::<Vec<_>>(), "machine {machine} before {before:?} limit {limit}");
    }
    assert_eq!(store.list(MachineId(0), Some(u64::MAX), usize::MAX).await.unwrap().len(), 100);

    // (before, how many are looked at, how their rows begin, the sequences found, how many were looked at, the rest)
    type Case<'a> = (Option<u64>, usize, &'a str, &'a [u64], usize, Option<u64>);
    let cases: [Case<'_>; 7] = [
        (None, 4, "", &[298, 295, 292, 289], 4, Some(289)),
        (None, 4, "29", &[298, 295, 292], 4, Some(289)),
        (Some(289), 4, "29", &[], 4, Some(277)),
        (Some(289), 1_000, "29", &[], 96, None),
        // The last is looked at, and there is no other.
        (Some(7), 2, "1", &[1], 2, None),
        (Some(7), 1, "1", &[], 1, Some(4)),
        (None, 0, "", &[], 0, None),
    ];
    for (before, most, begin, wanted, looked_at, rest) in cases {
        let takes = |record: &[u8]| record.starts_with(begin.as_bytes());
        let found = store.select(MachineId(1), before, most, &takes).await.unwrap();
        let rows = wanted.iter().map(|n| (id(1, *n), n.to_string().into_bytes())).collect();
        let wanted = Selection { rows, looked_at, rest };
        assert_eq!(found, wanted, "before {before:?} at most {most} that begin with {begin:?}");
    }
}

pub(super) async fn attention_pages_by_sequence(place: Arc<dyn Place>) {
    let store = place.open();
    // The machine must not decide the order: sequence 2 is of a greater machine than sequence 3.
    for (machine, sequence, attention) in
        [(5, 2, true), (1, 3, true), (1, 1, true), (3, 4, false), (2, 5, true)]
    {
        let change =
            ExecutionChange { attention: Some(attention), ..ExecutionChange::new(id(machine, sequence)) };
        commit(&store, change).await.unwrap();
    }
    let all = [id(1, 1), id(5, 2), id(1, 3), id(2, 5)];
    for (after, limit, wanted) in [
        (None, 10, &all[..]),
        (None, 2, &all[..2]),
        (None, 0, &[]),
        (Some(all[1]), 10, &all[2..]),
        (Some(id(3, 4)), 10, &all[3..]),
        (Some(all[3]), 10, &[]),
    ] {
        assert_eq!(store.attention(after, limit).await.unwrap(), wanted, "after {after:?} limit {limit}");
    }
}

pub(super) async fn deletion_leaves_the_neighbours(place: Arc<dyn Place>) {
    let store = place.open();
    for (sequence, name) in [(1, "a"), (2, "b"), (3, "c")] {
        commit(&store, create(id(1, sequence), name)).await.unwrap();
    }
    commit(&store, deletion(id(1, 2), "b")).await.unwrap();
    let timer_only = Seen { timers: 1, ..Seen::default() };
    assert_eq!(Seen::of(&store, id(1, 2)).await, timer_only);
    assert_eq!(store.find(MachineId(1), "b").await.unwrap(), None);
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::created("a"));
    assert_eq!(Seen::of(&store, id(1, 3)).await, Seen::created("c"));
    // The name may belong to a later execution by now.
    commit(&store, create(id(1, 4), "b")).await.unwrap();
    commit(&store, deletion(id(1, 2), "b")).await.unwrap();
    assert_eq!(store.find(MachineId(1), "b").await.unwrap(), Some(id(1, 4)));
}

pub(super) async fn what_is_forgotten_can_be_dropped_in_parts(place: Arc<dyn Place>) {
    let store = place.open();
    let id = id(1, 1);
    commit(&store, create(id, "a")).await.unwrap();
    for first in [4, 9, 10] {
        let more = ExecutionChange { history: Some((first, b"more".to_vec())), ..ExecutionChange::new(id) };
        commit(&store, more).await.unwrap();
    }
    let forgotten = ExecutionChange { forget: Some("a".to_owned()), ..ExecutionChange::new(id) };
    commit(&store, forgotten).await.unwrap();
    assert_eq!(store.record(id).await.unwrap(), None);
    assert_eq!(store.find(MachineId(1), "a").await.unwrap(), None);
    assert_eq!(store.frames(id, 10).await.unwrap().len(), 2, "frames are left to later batches");
    // (what is dropped, the first ids of the chunks that are left)
    let cases: [(std::ops::Range<u64>, &[u64]); 4] =
        [(2..4, &[1, 4, 9, 10]), (0..5, &[9, 10]), (5..10, &[10]), (0..u64::MAX, &[])];
    for (range, left) in cases {
        let drop = ExecutionChange { drop_history: Some(range.clone()), ..ExecutionChange::new(id) };
        commit(&store, drop).await.unwrap();
        let chunks = store.history(id, 0, u64::MAX, usize::MAX).await.unwrap();
        let firsts: Vec<u64> = chunks.into_iter().map(|(first, _)| first).collect();
        assert_eq!(firsts, left, "{range:?}");
    }
}

pub(super) async fn oldest_pages_within_a_machine(place: Arc<dyn Place>) {
    let store = place.open();
    for sequence in [5, 3, 8, 9] {
        let machine = if sequence == 8 { 2 } else { 1 };
        let created =
            ExecutionChange { record: Some(vec![1]), ..ExecutionChange::new(id(machine, sequence)) };
        commit(&store, created).await.unwrap();
    }
    // (machine, after, limit, the sequences found)
    let cases: [(u32, Option<u64>, usize, &[u64]); 7] = [
        (1, None, 10, &[3, 5, 9]),
        (1, None, 2, &[3, 5]),
        (1, Some(3), 10, &[5, 9]),
        (1, Some(4), 10, &[5, 9]),
        (1, Some(9), 10, &[]),
        (1, None, 0, &[]),
        (2, None, 10, &[8]),
    ];
    for (machine, after, limit, wanted) in cases {
        let rows = store.list_oldest(MachineId(machine), after, limit).await.unwrap();
        let found: Vec<u64> = rows.into_iter().map(|(id, _)| id.sequence).collect();
        assert_eq!(found, wanted, "machine {machine} after {after:?} limit {limit}");
    }
}

pub(super) async fn large_values_come_back(place: Arc<dyn Place>) {
    let store = place.open();
    for (sequence, length) in [(1, 0), (2, 1), (3, 5_000), (4, 300_000), (5, 3_000_000)] {
        let bytes = vec![sequence as u8; length];
        let change = ExecutionChange {
            record: Some(bytes.clone()),
            put_frames: vec![(FrameId(0), bytes.clone())],
            history: Some((1, bytes.clone())),
            ..ExecutionChange::new(id(1, sequence))
        };
        commit(&store, change).await.unwrap();
        assert_eq!(store.record(id(1, sequence)).await.unwrap().as_ref(), Some(&bytes), "{length} bytes");
        assert_eq!(store.frames(id(1, sequence), usize::MAX).await.unwrap(), [(FrameId(0), bytes.clone())]);
        assert_eq!(store.history_chunk(id(1, sequence), 1).await.unwrap(), Some(bytes));
    }
}
