//! Batches that are refused: they change nothing, and harm no other.

use std::sync::Arc;

use super::{Place, Seen, commit, create, id, key, put};
use crate::batch::{Batch, CatalogChange, ExecutionChange, Expect};
use crate::error::CommitError;
use crate::ids::{ExecutionId, MachineId};

fn taken(name: &str, existing: ExecutionId) -> Result<(), CommitError> {
    Err(CommitError::NameTaken { machine: existing.machine, name: name.to_owned(), existing })
}

pub(super) async fn a_taken_name_refuses_the_whole_batch(place: Arc<dyn Place>) {
    let store = place.open();
    commit(&store, create(id(1, 1), "a")).await.unwrap();
    let batch = Batch { executions: vec![create(id(1, 2), "a")], catalog: vec![put(1, b"row", b"value")] };
    assert_eq!(store.commit(batch).await, taken("a", id(1, 1)));
    assert_eq!(Seen::of(&store, id(1, 2)).await, Seen::default());
    assert_eq!(store.get(&key(1, b"row")).await.unwrap(), None);
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::created("a"));
    assert_eq!(store.find(MachineId(1), "a").await.unwrap(), Some(id(1, 1)));
}

pub(super) async fn a_catalog_conflict_refuses_the_whole_batch(place: Arc<dyn Place>) {
    let store = place.open();
    let impossible = CatalogChange { key: key(1, b"b"), value: None, expect: Expect::Present };
    let batch =
        Batch { executions: vec![create(id(1, 1), "a")], catalog: vec![put(1, b"a", b"value"), impossible] };
    let refused = CommitError::CatalogConflict { key: key(1, b"b"), current: None };
    assert_eq!(store.commit(batch).await, Err(refused));
    assert_eq!(Seen::of(&store, id(1, 1)).await, Seen::default());
    assert_eq!(store.find(MachineId(1), "a").await.unwrap(), None);
    assert_eq!(store.get(&key(1, b"a")).await.unwrap(), None);
}

pub(super) async fn a_refused_batch_gives_back_the_names_it_claimed(place: Arc<dyn Place>) {
    let store = place.open();
    commit(&store, create(id(1, 1), "taken")).await.unwrap();
    let executions = vec![create(id(1, 2), "free"), create(id(2, 3), "taken"), create(id(1, 4), "taken")];
    assert_eq!(store.commit(Batch { executions, ..Batch::default() }).await, taken("taken", id(1, 1)));
    for (machine, name, existing) in [(1, "taken", Some(id(1, 1))), (1, "free", None), (2, "taken", None)] {
        assert_eq!(store.find(MachineId(machine), name).await.unwrap(), existing, "{name} of {machine}");
    }
    commit(&store, create(id(1, 5), "free")).await.unwrap();
}

pub(super) async fn a_batch_that_meets_itself_is_refused(place: Arc<dyn Place>) {
    let store = place.open();
    let executions = vec![create(id(1, 1), "a"), create(id(1, 2), "a")];
    let twice_created = Batch { executions, ..Batch::default() };
    let twice_put = Batch { catalog: vec![put(1, b"a", b"1"), put(1, b"a", b"2")], ..Batch::default() };
    for batch in [twice_created, twice_put] {
        assert!(matches!(store.commit(batch).await, Err(CommitError::Malformed { .. })));
    }
    assert_eq!(store.find(MachineId(1), "a").await.unwrap(), None);
    assert_eq!(store.get(&key(1, b"a")).await.unwrap(), None);
}

pub(super) async fn conditions_see_the_batches_queued_before(place: Arc<dyn Place>) {
    let store = place.open();
    let first = store.commit(Batch::execution(create(id(1, 1), "a")));
    let second = store.commit(Batch::execution(create(id(1, 2), "a")));
    let third = store.commit(Batch::execution(ExecutionChange {
        create_as: Some("b".to_owned()),
        ..ExecutionChange::new(id(1, 3))
    }));
    assert_eq!(second.await, taken("a", id(1, 1)));
    assert_eq!((first.await, third.await), (Ok(()), Ok(())));
}

pub(super) async fn a_name_is_free_in_another_machine(place: Arc<dyn Place>) {
    let store = place.open();
    for (sequence, machine, name) in [(1, 1, "a"), (2, 2, "a"), (3, 1, "A"), (4, 1, ""), (5, 1, "ä")] {
        commit(&store, create(id(machine, sequence), name)).await.unwrap();
        assert_eq!(store.find(MachineId(machine), name).await.unwrap(), Some(id(machine, sequence)));
    }
}
