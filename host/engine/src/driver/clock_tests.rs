//! A clock that is set, forward and back, while executions wait and while no host runs: each timer fires once, when the clock says
//! that it is due, and none is lost.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_store::{ExecutionId, MemoryStore};
use serde_json::json;

use super::{Binding, Engine, EngineConfig, StartRequest, TaskCall, TaskHost, TaskOutcome};
use crate::catalog::{MachineType, RevisionContent};
use crate::event::{EventKind, Fault};
use crate::payload::Payload;
use crate::rows::StatusRow;

/// Longest wait of a test for anything.
const BOUND: Duration = Duration::from_secs(20);

/// Longer than timers take to notice that the clock was set.
const NOTICED: Duration = Duration::from_millis(1_500);

const HOUR_MS: i64 = 60 * 60 * 1000;

thread_local! {
    /// How wrong the clock is. These tests and their engines run on one thread each.
    static OFFSET_MS: Cell<i64> = const { Cell::new(0) };
}

/// What the clock of this thread is wrong by.
pub(super) fn offset_ms() -> i64 {
    OFFSET_MS.get()
}

/// Sets the clock.
fn set(offset_ms: i64) {
    OFFSET_MS.set(offset_ms);
}

struct NoTasks;

#[async_trait]
impl TaskHost for NoTasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        None
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _: [u8; 32], _: TaskCall) -> TaskOutcome {
        panic!("there is no component to call")
    }
}

struct World {
    store: Arc<MemoryStore>,
    engine: Arc<Engine>,
    executions: Vec<ExecutionId>,
}

impl World {
    async fn on(store: Arc<MemoryStore>, executions: Vec<ExecutionId>) -> World {
        let engine = Engine::open(EngineConfig::default(), store.clone(), Arc::new(NoTasks)).await.unwrap();
        World { store, engine, executions }
    }

    /// A host on which an execution waits for each of these numbers of seconds, one after the other in a second state.
    async fn with(seconds: &[u64]) -> World {
        let mut world = World::on(Arc::default(), Vec::new()).await;
        for seconds in seconds {
            let definition = json!({ "StartAt": "W", "States": {
                "W": { "Type": "Wait", "Seconds": seconds, "Next": "P" }, "P": { "Type": "Pass", "End": true } } });
            let content = RevisionContent {
                revision_id: None,
                definition: definition.to_string().into(),
                role_arn: "arn:aws:iam::000000000000:role/r".into(),
                logging: None,
                tracing: None,
                encryption: None,
                updated_ms: 0,
            };
            let name = format!("m{seconds}");
            let created =
                world.engine.catalog().create(&name, MachineType::Standard, content, Vec::new(), None);
            let request = StartRequest {
                machine: created.await.unwrap(),
                origin: None,
                case: None,
                name: None,
                input: Payload::empty_object(),
            };
            world.executions.push(world.engine.start(request).await.unwrap().id);
        }
        world
    }

    /// How many of the executions have ended. Each has fired its timer once then, and none before.
    async fn ended(&self) -> usize {
        let mut ended = 0;
        for id in &self.executions {
            let row = self.engine.record(*id).await.unwrap().unwrap();
            let page = self.engine.history(*id, 1, u64::MAX, 100, false).await.unwrap();
            let exits =
                |kind: &EventKind| matches!(kind, EventKind::StateExited { name, .. } if &**name == "W");
            let fired = page.events.iter().filter(|event| exits(&event.kind)).count();
            let has_ended = matches!(row.status, StatusRow::Succeeded(_));
            assert_eq!(fired, usize::from(has_ended), "{id:?}: {:?}", row.status);
            ended += fired;
        }
        ended
    }

    async fn until_ended(&self, wanted: usize) {
        let waiting = async {
            while self.ended().await < wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(BOUND, waiting).await.unwrap_or_else(|_| panic!("{wanted} did not end in time"));
    }
}

#[tokio::test]
async fn forward_everything_that_is_due_fires_once() {
    let world = World::with(&[3_600, 1_800, 7_200, 2]).await;
    set(2 * HOUR_MS - 1_000);
    world.until_ended(3).await;
    tokio::time::sleep(NOTICED).await;
    set(2 * HOUR_MS + 1_000);
    world.until_ended(4).await;
    assert_eq!(world.store.timers_left().await, 0);
}

#[tokio::test]
async fn back_what_is_not_due_waits_and_is_not_lost() {
    let world = World::with(&[1, 30, 3_600]).await;
    set(-HOUR_MS);
    tokio::time::sleep(NOTICED).await;
    assert_eq!(world.ended().await, 0, "the clock says that none is due");
    set(10_000);
    world.until_ended(1).await;
    set(40_000);
    world.until_ended(2).await;
    set(HOUR_MS + 10_000);
    world.until_ended(3).await;
    assert_eq!(world.store.timers_left().await, 0);
}

#[tokio::test]
async fn to_and_fro_nothing_fires_twice() {
    let world = World::with(&[600, 1_200, 1_800, 2_400]).await;
    for (minutes, ended) in
        [(11, 1), (-60, 1), (21, 2), (5, 2), (21, 2), (31, 3), (-600, 3), (41, 4), (-41, 4)]
    {
        set(minutes * 60 * 1000);
        world.until_ended(ended).await;
        tokio::time::sleep(NOTICED / 3).await;
        assert_eq!(world.ended().await, ended, "at {minutes} minutes");
    }
    assert_eq!(world.store.timers_left().await, 0);
}

#[tokio::test]
async fn while_no_host_runs() {
    let world = World::with(&[600, 1_200, 7_200]).await;
    let World { store, executions, .. } = world;
    for (hours, ended) in [(-24, 0), (1, 2), (-1, 2), (3, 3)] {
        set(hours * HOUR_MS);
        // Another host on the same store, which is all it knows.
        let next = World::on(store.clone(), executions.clone()).await;
        next.until_ended(ended).await;
        tokio::time::sleep(NOTICED / 3).await;
        assert_eq!(next.ended().await, ended, "started at {hours} hours");
    }
    assert_eq!(store.timers_left().await, 0);
}

/// How many timers a store has.
trait TimersLeft {
    async fn timers_left(&self) -> usize;
}

impl TimersLeft for Arc<MemoryStore> {
    async fn timers_left(&self) -> usize {
        dirigent_store::Store::timers(&**self, None, i64::MAX, usize::MAX).await.unwrap().len()
    }
}
