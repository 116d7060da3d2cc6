//! The test suite that every store must pass.
//!
//! Implement [`Place`] for where your store keeps things, and run the suite in a test:
//!
//! ```
//! # use std::sync::Arc;
//! # use dirigent_store::{MemoryStore, Store, conformance};
//! #[derive(Default)]
//! struct InMemory(Arc<MemoryStore>);
//!
//! impl conformance::Place for InMemory {
//!     fn open(&self) -> Arc<dyn Store> {
//!         self.0.repair();
//!         self.0.clone()
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() {
//! conformance::run_all(InMemory::default).await;
//! # }
//! ```
//!
//! A case that fails panics; its name is the last that was printed to standard error.

// A suite fails by panicking, and says where.
#![allow(clippy::unwrap_used)]

mod catalog;
mod conditions;
mod executions;
mod groups;
mod history;
mod reopen;
mod timers;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::batch::{Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionChange, Expect};
use crate::error::CommitError;
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};
use crate::store::Store;

/// Where a store keeps things: empty at first, and at each opening what the opening before left.
pub trait Place: Send + Sync + 'static {
    /// Opens the store. The suite has dropped, and perhaps closed, the one it opened before.
    fn open(&self) -> Arc<dyn Store>;
}

/// A case may take this long; a store that needs more is stuck.
const CASE_TIME_LIMIT: Duration = Duration::from_secs(60);

type Case = fn(Arc<dyn Place>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// The table of cases: each a function of this module's files that takes a place.
macro_rules! cases {
    ($($file:ident::$case:ident),* $(,)?) => {
        [$((concat!(stringify!($file), "::", stringify!($case)), |place| Box::pin($file::$case(place)) as _)),*]
    };
}

const CASES: [(&str, Case); 32] = cases![
    catalog::expectations,
    catalog::scan_pages_by_name_within_a_kind,
    conditions::a_taken_name_refuses_the_whole_batch,
    conditions::a_catalog_conflict_refuses_the_whole_batch,
    conditions::a_refused_batch_gives_back_the_names_it_claimed,
    conditions::a_batch_that_meets_itself_is_refused,
    conditions::conditions_see_the_batches_queued_before,
    conditions::a_name_is_free_in_another_machine,
    executions::what_is_not_there,
    executions::an_execution_from_start_to_end,
    executions::a_change_without_content_changes_nothing,
    executions::frames_come_by_id_and_no_more_than_asked_for,
    executions::drops_come_before_puts,
    executions::changes_apply_in_order,
    executions::list_pages_newest_first_within_a_machine,
    executions::attention_pages_by_sequence,
    executions::deletion_leaves_the_neighbours,
    executions::what_is_forgotten_can_be_dropped_in_parts,
    executions::oldest_pages_within_a_machine,
    executions::large_values_come_back,
    groups::batches_apply_in_the_order_of_the_calls,
    groups::many_tasks_get_what_they_asked_for,
    groups::one_of_many_gets_the_name,
    groups::readers_see_whole_batches,
    groups::sequences_are_given_out_once,
    groups::pressure_falls_back_to_nothing,
    history::ranges,
    history::neighbours_do_not_mix,
    reopen::everything_is_there_again,
    reopen::sequences_go_on,
    reopen::a_closed_store_reads_but_does_not_write,
    timers::pages_by_due_time,
];

/// Runs every case, each in a place of its own made by `make`.
///
/// # Panics
/// When the store breaks a promise of [`Store`].
pub async fn run_all<P: Place>(make: impl Fn() -> P) {
    for (name, case) in CASES {
        eprintln!("store conformance: {name}");
        let finished = tokio::time::timeout(CASE_TIME_LIMIT, case(Arc::new(make()))).await;
        assert!(finished.is_ok(), "{name} took longer than {CASE_TIME_LIMIT:?}");
    }
}

fn id(machine: u32, sequence: u64) -> ExecutionId {
    ExecutionId::new(MachineId(machine), sequence)
}

fn timer(due_ms: i64, execution: ExecutionId, key: u64) -> Timer {
    Timer { due_ms, execution, key }
}

fn key(kind: u8, name: &[u8]) -> CatalogKey {
    CatalogKey::new(CatalogKind(kind), name)
}

fn put(kind: u8, name: &[u8], value: &[u8]) -> CatalogChange {
    CatalogChange { key: key(kind, name), value: Some(value.to_vec()), expect: Expect::Anything }
}

/// A change that creates an execution with all it can have.
fn create(id: ExecutionId, name: &str) -> ExecutionChange {
    ExecutionChange {
        create_as: Some(name.to_owned()),
        record: Some(format!("record of {name}").into_bytes()),
        put_frames: vec![(FrameId(0), b"top".to_vec()), (FrameId(1), b"branch".to_vec())],
        history: Some((1, format!("history of {name}").into_bytes())),
        set_timers: vec![timer(1_000, id, 1)],
        attention: Some(true),
        ..ExecutionChange::new(id)
    }
}

/// A change that deletes an execution with all it has, but for its timers.
fn deletion(id: ExecutionId, name: &str) -> ExecutionChange {
    ExecutionChange {
        forget: Some(name.to_owned()),
        drop_frames: vec![FrameId(0), FrameId(1)],
        drop_history: Some(0..u64::MAX),
        ..ExecutionChange::new(id)
    }
}

async fn commit(store: &Arc<dyn Store>, change: ExecutionChange) -> Result<(), CommitError> {
    store.commit(Batch::execution(change)).await
}

/// Everything a store says about an execution, to compare.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    record: Option<String>,
    frames: Vec<(u32, String)>,
    history: Vec<(u64, String)>,
    timers: usize,
    attention: bool,
}

impl Seen {
    async fn of(store: &Arc<dyn Store>, id: ExecutionId) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let frames = store.frames(id, usize::MAX).await.unwrap();
        let history = store.history(id, 0, u64::MAX, usize::MAX).await.unwrap();
        let timers = store.timers(None, i64::MAX, usize::MAX).await.unwrap();
        Self {
            record: store.record(id).await.unwrap().map(text),
            frames: frames.into_iter().map(|(frame, bytes)| (frame.0, text(bytes))).collect(),
            history: history.into_iter().map(|(first, chunk)| (first, text(chunk))).collect(),
            timers: timers.iter().filter(|timer| timer.execution == id).count(),
            attention: store.attention(None, usize::MAX).await.unwrap().contains(&id),
        }
    }

    /// What [`create`] leaves.
    fn created(name: &str) -> Self {
        Self {
            record: Some(format!("record of {name}")),
            frames: vec![(0, "top".to_owned()), (1, "branch".to_owned())],
            history: vec![(1, format!("history of {name}"))],
            timers: 1,
            attention: true,
        }
    }
}
