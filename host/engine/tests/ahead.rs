//! Tasks that run ahead of the commits that scheduled them: which do, and that nothing is seen before it is durable.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, Engine, EngineConfig, Fault, Metering, Payload, StartRequest, TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::{
    Batch, CatalogKey, CatalogKind, Commit, CommitError, ExecutionId, FrameId, MachineId, MemoryStore,
    Pressure, Selection, Store, StoreError, Takes, Timer,
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use common::{content, end, within};

const TASKS: usize = 10;

/// Adds one to its input.
struct Tasks {
    leaves_no_mark: bool,
    calls: Arc<AtomicUsize>,
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([1; 32])
    }

    fn explain(&self, _: &Binding) -> Fault {
        Fault::default()
    }

    fn leaves_no_mark(&self, _: [u8; 32]) -> bool {
        self.leaves_no_mark
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let input: u64 = serde_json::from_str(&call.input).unwrap();
        TaskOutcome { result: Ok((input + 1).to_string()), metering: Metering::default() }
    }
}

type Waiting = (Batch, oneshot::Sender<Result<(), CommitError>>);

/// A store whose disk can be held up.
#[derive(Default)]
struct SlowDisk {
    store: MemoryStore,
    /// What waits for it while it is held up.
    held: Mutex<Option<VecDeque<Waiting>>>,
}

impl SlowDisk {
    fn hold(&self) {
        *self.held.lock() = Some(VecDeque::new());
    }

    async fn go_on(&self) {
        while let Some((batch, told)) = self.next() {
            let _ = told.send(self.store.commit(batch).await);
        }
    }

    /// The first that waits; when none does, the disk is held up no more.
    fn next(&self) -> Option<Waiting> {
        let mut held = self.held.lock();
        let next = held.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *held = None;
        }
        next
    }
}

#[async_trait]
impl Store for SlowDisk {
    fn commit(&self, batch: Batch) -> Commit {
        let Some(held) = &mut *self.held.lock() else { return self.store.commit(batch) };
        let (told, outcome) = oneshot::channel();
        held.push_back((batch, told));
        Commit::queued(outcome)
    }

    async fn reserve_sequences(&self, count: u64) -> Result<Range<u64>, StoreError> {
        self.store.reserve_sequences(count).await
    }

    async fn record(&self, id: ExecutionId) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.record(id).await
    }

    async fn find(&self, machine: MachineId, name: &str) -> Result<Option<ExecutionId>, StoreError> {
        self.store.find(machine, name).await
    }

    async fn select(
        &self,
        machine: MachineId,
        before: Option<u64>,
        most: usize,
        takes: Takes<'_>,
    ) -> Result<Selection, StoreError> {
        self.store.select(machine, before, most, takes).await
    }

    async fn list_oldest(
        &self,
        machine: MachineId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(ExecutionId, Vec<u8>)>, StoreError> {
        self.store.list_oldest(machine, after, limit).await
    }

    async fn frames(&self, id: ExecutionId, limit: usize) -> Result<Vec<(FrameId, Vec<u8>)>, StoreError> {
        self.store.frames(id, limit).await
    }

    async fn history(
        &self,
        id: ExecutionId,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.store.history(id, from, to, limit).await
    }

    async fn history_chunk(&self, id: ExecutionId, first: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.history_chunk(id, first).await
    }

    async fn attention(
        &self,
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionId>, StoreError> {
        self.store.attention(after, limit).await
    }

    async fn timers(
        &self,
        after: Option<Timer>,
        until_ms: i64,
        limit: usize,
    ) -> Result<Vec<Timer>, StoreError> {
        self.store.timers(after, until_ms, limit).await
    }

    async fn get(&self, key: &CatalogKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(key).await
    }

    async fn scan(
        &self,
        kind: CatalogKind,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.store.scan(kind, after, limit).await
    }

    fn pressure(&self) -> Pressure {
        self.store.pressure()
    }

    fn health(&self) -> Result<(), StoreError> {
        self.store.health()
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

struct Host {
    disk: Arc<SlowDisk>,
    engine: Arc<Engine>,
    calls: Arc<AtomicUsize>,
}

impl Host {
    async fn open(leaves_no_mark: bool) -> Host {
        let (disk, calls) = (Arc::new(SlowDisk::default()), Arc::new(AtomicUsize::new(0)));
        let tasks = Arc::new(Tasks { leaves_no_mark, calls: calls.clone() });
        let engine = Engine::open(EngineConfig::default(), disk.clone(), tasks).await.unwrap();
        Host { disk, engine, calls }
    }

    async fn request(&self, states: &Value, name: Option<&str>) -> StartRequest {
        let definition = json!({ "StartAt": "S0", "States": states });
        let catalog = self.engine.catalog();
        let machine = catalog.create("m", MachineType::Standard, content(&definition), Vec::new(), None);
        StartRequest {
            machine: machine.await.unwrap(),
            origin: None,
            case: None,
            name: name.map(str::to_owned),
            input: Payload::from_value(json!(0)),
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Waits until no more calls come, and returns how many there were.
    async fn calls_in_all(&self) -> usize {
        loop {
            let before = self.calls();
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            if self.calls() == before {
                return before;
            }
        }
    }
}

fn chain(tasks: usize) -> Value {
    let state = |n: usize| match n + 1 < tasks {
        true => json!({ "Type": "Task", "Resource": "plugin:add", "Next": format!("S{}", n + 1) }),
        false => json!({ "Type": "Task", "Resource": "plugin:add", "End": true }),
    };
    (0..tasks).map(|n| (format!("S{n}"), state(n))).collect::<serde_json::Map<_, _>>().into()
}

fn parallel() -> Value {
    let branch = |n: usize| {
        let name = format!("B{n}");
        json!({ "StartAt": name, "States": { name: { "Type": "Task", "Resource": "plugin:add", "End": true } } })
    };
    let branches: Vec<_> = (0..TASKS).map(branch).collect();
    json!({ "S0": { "Type": "Parallel", "Branches": branches, "End": true } })
}

#[tokio::test]
async fn which_tasks_run_while_the_disk_is_held_up() {
    let sum = json!(TASKS);
    let ones = json!(vec![1; TASKS]);
    let cases = [
        ("all of a chain", true, chain(TASKS), None, TASKS, &sum),
        ("all branches", true, parallel(), None, TASKS, &ones),
        ("none that leaves a mark", false, chain(TASKS), None, 0, &sum),
        ("none whose execution may be refused", true, chain(TASKS), Some("named"), 0, &sum),
    ];
    for (what, leaves_no_mark, states, name, ahead, output) in cases {
        let host = Host::open(leaves_no_mark).await;
        let request = host.request(&states, name).await;
        let machine = request.machine.id;
        host.disk.hold();
        let engine = host.engine.clone();
        let starting = tokio::spawn(async move { engine.start(request).await });
        assert_eq!(host.calls_in_all().await, ahead, "{what}");
        assert!(!starting.is_finished(), "{what}: the start is acknowledged before it is durable");
        assert_eq!(host.disk.list(machine, None, 10).await.unwrap(), [], "{what}: seen before it is durable");

        host.disk.go_on().await;
        let started = within("it is started", starting).await.unwrap().unwrap();
        assert_eq!(end(&host.engine, started.id).await.as_ref(), Ok(output), "{what}");
        assert_eq!(host.calls(), TASKS, "{what}");
        let page = host.engine.history(started.id, 1, u64::MAX, 1_000, false).await.unwrap();
        let ids: Vec<_> = page.events.iter().map(|event| event.id).collect();
        assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "{what}");
    }
}

#[tokio::test]
async fn a_chain_without_end_waits_for_the_disk_in_the_end() {
    let host = Host::open(true).await;
    let request = host.request(&chain(200), None).await;
    host.disk.hold();
    let engine = host.engine.clone();
    let starting = tokio::spawn(async move { engine.start(request).await });
    let ahead = host.calls_in_all().await;
    assert!((10..100).contains(&ahead), "{ahead}");
    host.disk.go_on().await;
    let started = within("it is started", starting).await.unwrap().unwrap();
    assert_eq!(end(&host.engine, started.id).await, Ok(json!(200)));
}

#[tokio::test]
async fn what_a_failing_disk_loses_was_never_seen() {
    let host = Host::open(true).await;
    let request = host.request(&chain(TASKS), None).await;
    let machine = request.machine.id;
    host.disk.hold();
    let engine = host.engine.clone();
    let starting = tokio::spawn(async move { engine.start(request).await });
    assert_eq!(host.calls_in_all().await, TASKS);
    host.disk.store.fail(dirigent_store::Fault {
        at_commit: host.disk.store.commits() + 1,
        applied: false,
        why: "no space left on device".into(),
    });
    host.disk.go_on().await;
    assert!(within("it is refused", starting).await.unwrap().is_err());
    assert_eq!(host.disk.list(machine, None, 10).await.unwrap(), []);
}
