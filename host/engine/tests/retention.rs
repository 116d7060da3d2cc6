//! Retention: what goes, what stays, and that nothing is left, wherever the store fails in between.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, Engine, EngineConfig, EngineError, Fault, Metering, Payload, RedriveError, RedriveRequest,
    StartRequest, Started, TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::{
    CatalogKind, ExecutionId, Fault as StoreFault, MachineId, MemoryStore, RedbOptions, RedbStore, Store,
};
use serde_json::{Value, json};

use common::{content, end, within};

/// Every task gives its input back.
struct Echo;

#[async_trait]
impl TaskHost for Echo {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([1; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        TaskOutcome { result: Ok(call.input.to_string()), metering: Metering::default() }
    }
}

async fn open(store: &Arc<MemoryStore>) -> Arc<Engine> {
    Engine::open(EngineConfig::default(), store.clone(), Arc::new(Echo)).await.expect("opens")
}

async fn machine(engine: &Arc<Engine>, name: &str, definition: Value) {
    let created =
        engine.catalog().create(name, MachineType::Standard, content(&definition), Vec::new(), None);
    created.await.expect("creates");
}

async fn start(engine: &Arc<Engine>, machine: &str, name: &str) -> Started {
    let request = StartRequest {
        machine: engine.catalog().get(machine).expect("was created"),
        origin: None,
        case: None,
        name: Some(name.into()),
        input: Payload::from_value(json!({ "n": 0 })),
    };
    engine.start(request).await.expect("starts")
}

/// State machines whose executions leave all kinds of rows.
fn machines() -> [(&'static str, Value); 6] {
    let task = json!({ "Type": "Task", "Resource": "plugin:echo", "End": true });
    let fail = json!({ "Type": "Fail", "Error": "On.Purpose" });
    let one = |state: &Value| json!({ "StartAt": "S", "States": { "S": state } });
    let map = |mode: &str, child: &Value| {
        let config = match mode {
            "INLINE" => json!({ "Mode": mode }),
            _ => json!({ "Mode": mode, "ExecutionType": "STANDARD" }),
        };
        one(&json!({ "Type": "Map", "End": true, "ItemsPath": "$.items", "MaxConcurrency": 3,
            "ItemProcessor": { "ProcessorConfig": config, "StartAt": "C", "States": { "C": child } } }))
    };
    let items = |mut definition: Value, count: usize| {
        let items: Vec<usize> = (0..count).collect();
        definition["States"]["Items"] = json!({ "Type": "Pass", "Result": { "items": items }, "Next": "S" });
        definition["StartAt"] = "Items".into();
        definition
    };
    let mut nested = map("DISTRIBUTED", &task);
    nested = items(nested, 3);
    let inner = json!({ "Type": "Map", "End": true, "ItemsPath": "$.items",
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "T", "States": { "T": task } } });
    nested["States"]["S"]["ItemProcessor"] = json!({
        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
        "StartAt": "I",
        "States": { "I": { "Type": "Pass", "Result": { "items": [1, 2] }, "Next": "M" }, "M": inner } });
    // All iterations are done when the last one fails, so all their frames are kept for a redrive.
    let mut wide = items(map("INLINE", &task), 300);
    wide["States"]["S"]["ItemProcessor"] = json!({ "StartAt": "Last", "States": {
        "Last": { "Type": "Choice", "Default": "C",
            "Choices": [{ "Variable": "$", "NumericEquals": 299, "Next": "F" }] },
        "C": { "Type": "Pass", "End": true },
        "F": fail } });
    let looping = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:echo", "Next": "Add" },
        "Add": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Next": "More" },
        "More": { "Type": "Choice", "Default": "T",
            "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 40, "Next": "End" }] },
        "End": { "Type": "Succeed" } } });
    [
        ("one", one(&task)),
        ("fails", one(&fail)),
        ("wide", wide),
        ("long", looping),
        ("run", items(map("DISTRIBUTED", &task), 5)),
        ("nested", nested),
    ]
}

/// Every row of the store that an execution may leave, as text.
async fn rows(store: &dyn Store) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    let mut put = |row: String| rows.insert(row, String::new());
    for kind in 0..=u8::MAX {
        for (name, _) in store.scan(CatalogKind(kind), None, usize::MAX).await.expect("reads") {
            put(format!("catalog {kind} {name:?}"));
        }
    }
    for machine in 0..200 {
        let machine = MachineId(machine);
        for (id, _) in store.list_oldest(machine, None, usize::MAX).await.expect("reads") {
            put(format!("record {id:?}"));
        }
    }
    for timer in store.timers(None, i64::MAX, usize::MAX).await.expect("reads") {
        put(format!("timer {timer:?}"));
    }
    for id in store.attention(None, usize::MAX).await.expect("reads") {
        put(format!("attention {id:?}"));
    }
    rows
}

/// How many chunks and frames an execution has.
async fn parts(store: &dyn Store, id: ExecutionId) -> (usize, usize) {
    let chunks = store.history(id, 0, u64::MAX, usize::MAX).await.expect("reads");
    (chunks.len(), store.frames(id, usize::MAX).await.expect("reads").len())
}

/// Runs every machine once, children of Map Runs included, and returns what was started and every execution there is.
async fn run_all(engine: &Arc<Engine>, store: &dyn Store) -> (Vec<Started>, Vec<ExecutionId>) {
    let mut started = Vec::new();
    for (name, _) in machines() {
        let execution = start(engine, name, "x").await;
        let _ = end(engine, execution.id).await;
        started.push(execution);
    }
    let mut all = Vec::new();
    for machine in 0..200 {
        let rows = store.list_oldest(MachineId(machine), None, usize::MAX).await.expect("reads");
        all.extend(rows.into_iter().map(|(id, _)| id));
    }
    (started, all)
}

/// The row that remembers the greatest number of a Map Run, which is no execution's.
const LAST_RUN: &str = "catalog 22 []";

#[tokio::test]
async fn nothing_is_left_of_what_ended_and_its_name_is_free() {
    let store = Arc::new(MemoryStore::default());
    let engine = open(&store).await;
    for (name, definition) in machines() {
        machine(&engine, name, definition).await;
    }
    let mut before = rows(&*store).await;
    let (started, all) = run_all(&engine, &*store).await;
    // Six that were started, the run's five children, and three with two each of their own.
    assert_eq!(all.len(), 6 + 5 + 3 + 6);
    let long = parts(&*store, started[3].id).await;
    assert!(long.0 > 40, "{long:?} chunks and frames");
    assert!(parts(&*store, started[2].id).await.1 > 256, "a failed Map keeps its iterations");

    assert_eq!(engine.delete_ended_by(i64::MAX).await.expect("sweeps"), all.len() as u64);
    assert_eq!(engine.removed_executions(), all.len() as u64);
    before.insert(LAST_RUN.to_owned(), String::new());
    assert_eq!(rows(&*store).await, before);
    for id in all {
        assert_eq!(parts(&*store, id).await, (0, 0), "{id:?}");
        assert!(matches!(engine.describe(id).await, Err(EngineError::NoSuchExecution)), "{id:?}");
    }
    for execution in &started {
        let redriven = engine.redrive(execution.id, RedriveRequest::default()).await;
        assert!(matches!(redriven, Err(RedriveError::Engine(EngineError::NoSuchExecution))), "{redriven:?}");
        let stopped = engine.stop(execution.id, Fault::default()).await;
        assert!(matches!(stopped, Err(EngineError::NoSuchExecution)), "{stopped:?}");
    }
    let again = start(&engine, "one", "x").await;
    assert_ne!(again.id, started[0].id);
    end(&engine, again.id).await.expect("succeeds");
    assert_eq!(engine.delete_ended_by(0).await.expect("sweeps"), 0, "it ended later");
}

#[tokio::test]
async fn what_runs_stays_and_so_does_what_ended_later() {
    let store = Arc::new(MemoryStore::default());
    let engine = open(&store).await;
    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 3600, "End": true } } });
    machine(&engine, "waits", wait).await;
    machine(&engine, "one", machines()[0].1.clone()).await;
    // The oldest one runs, and what ended behind it is found all the same.
    let runs = start(&engine, "waits", "runs").await;
    let stopped = start(&engine, "waits", "stopped").await;
    let stopped_ms = engine.stop(stopped.id, Fault::default()).await.expect("stops");
    let done = start(&engine, "one", "done").await;
    end(&engine, done.id).await.expect("succeeds");
    let done_ms = engine.describe(done.id).await.expect("reads").row.stopped_ms.expect("has ended");

    assert_eq!(engine.delete_ended_by(stopped_ms.min(done_ms) - 1).await.expect("sweeps"), 0);
    assert_eq!(engine.delete_ended_by(stopped_ms.max(done_ms)).await.expect("sweeps"), 2);
    assert_eq!(engine.delete_ended_by(i64::MAX).await.expect("sweeps"), 0);
    engine.describe(runs.id).await.expect("is there");
    assert_eq!(store.timers(None, i64::MAX, 9).await.expect("reads").len(), 1);
    // A deleted state machine's executions go too.
    engine.stop(runs.id, Fault::default()).await.expect("stops");
    engine.catalog().delete("waits").await.expect("deletes");
    assert_eq!(engine.delete_ended_by(i64::MAX).await.expect("sweeps"), 1);
}

#[tokio::test]
async fn wherever_the_store_fails_the_next_host_finishes() {
    for applied in [false, true] {
        let mut at = 1;
        loop {
            let store = Arc::new(MemoryStore::default());
            let engine = open(&store).await;
            for (name, definition) in machines() {
                machine(&engine, name, definition).await;
            }
            let mut wanted = rows(&*store).await;
            wanted.insert(LAST_RUN.to_owned(), String::new());
            let (_, all) = run_all(&engine, &*store).await;
            let at_commit = store.commits() + at;
            store.fail(StoreFault { at_commit, applied, why: "on purpose".into() });
            let swept = engine.delete_ended_by(i64::MAX).await;
            let failed = swept.is_err();
            store.repair();
            let next = open(&store).await;
            next.delete_ended_by(i64::MAX).await.expect("sweeps");
            assert_eq!(rows(&*store).await, wanted, "commit {at} failed, applied: {applied}");
            for id in all {
                assert_eq!(
                    parts(&*store, id).await,
                    (0, 0),
                    "{id:?}, commit {at} failed, applied: {applied}"
                );
            }
            if !failed {
                break;
            }
            at += 1;
        }
        assert!(at > 8, "a sweep of all this takes several commits, not {at}");
    }
}

#[tokio::test]
async fn numbers_of_map_runs_do_not_come_again() {
    let store = Arc::new(MemoryStore::default());
    let mut seen = Vec::new();
    for round in 0..3 {
        let engine = open(&store).await;
        if round == 0 {
            let (name, definition) = machines()[4].clone();
            machine(&engine, name, definition).await;
        }
        let execution = start(&engine, "run", "x").await;
        end(&engine, execution.id).await.expect("succeeds");
        let runs = engine.map_runs_of(execution.id, None, 9).await.expect("reads");
        let [(run, description)] = runs.as_slice() else { panic!("{runs:?}") };
        assert!(!seen.contains(run), "{run:?} in round {round}, after {seen:?}");
        seen.push(*run);
        assert_eq!(engine.delete_ended_by(i64::MAX).await.expect("sweeps"), 6);
        assert_eq!(engine.find_map_run(&description.row.uuid).await.expect("reads"), None);
        assert!(engine.describe_map_run(*run).await.expect("reads").is_none());
    }
}

/// An execution that another one waits for is not taken from under it.
#[tokio::test]
async fn a_sweep_takes_no_end_that_somebody_waits_for() {
    let store = Arc::new(MemoryStore::default());
    let engine = open(&store).await;
    machine(&engine, "one", machines()[0].1.clone()).await;
    let state = json!({ "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": { "StateMachineArn": engine.state_machine_arn("one"), "Input.$": "$" },
        "ResultSelector": { "got.$": "$.Output" } });
    machine(&engine, "parent", json!({ "StartAt": "S", "States": { "S": state } })).await;
    let sweeper = tokio::spawn({
        let engine = engine.clone();
        async move {
            loop {
                engine.delete_ended_by(i64::MAX).await.expect("sweeps");
                tokio::task::yield_now().await;
            }
        }
    });
    for round in 0..50 {
        let request = StartRequest {
            machine: engine.catalog().get("parent").expect("was created"),
            origin: None,
            case: None,
            name: Some(format!("p{round}")),
            input: Payload::from_value(json!({ "n": round })),
        };
        let mut happenings = engine.subscribe();
        let parent = engine.start(request).await.expect("starts");
        // Its row may be gone when it has ended; what happened is told as it happens.
        let last = within("the parent ends", async {
            loop {
                let happening = happenings.recv().await.expect("is told");
                let last = happening.page.events.last().map(|event| format!("{:?}", event.kind));
                if happening.execution_arn == parent.arn
                    && let Some(last) = last.filter(|last| last.starts_with("Execution"))
                    && !last.starts_with("ExecutionStarted")
                {
                    return last;
                }
            }
        })
        .await;
        assert!(last.starts_with("ExecutionSucceeded"), "round {round}: {last}");
    }
    sweeper.abort();
}

/// What goes makes room for what comes: the file does not grow with the generations of executions that it has had.
#[tokio::test]
async fn space_is_used_again() {
    const GENERATIONS: usize = 12;
    let dir = tempfile::tempdir().expect("a directory");
    let store = Arc::new(RedbStore::open(dir.path(), &RedbOptions::default()).expect("opens"));
    let engine = Engine::open(EngineConfig::default(), store, Arc::new(Echo)).await.expect("opens");
    machine(&engine, "one", machines()[0].1.clone()).await;
    let one = engine.catalog().get("one").expect("was created");
    let file = dir.path().join("dirigent.redb");
    let mut sizes = Vec::new();
    for _ in 0..GENERATIONS {
        let generation = (0..100).map(|n| {
            let input = Payload::from_value(json!({ "n": n, "padding": "p".repeat(20_000) }));
            let request = StartRequest { machine: one.clone(), origin: None, case: None, name: None, input };
            let engine = engine.clone();
            tokio::spawn(async move {
                let started = engine.start(request).await.expect("starts");
                end(&engine, started.id).await.expect("succeeds");
            })
        });
        for execution in generation.collect::<Vec<_>>() {
            within("it ends", execution).await.expect("does not panic");
        }
        assert_eq!(engine.delete_ended_by(i64::MAX).await.expect("sweeps"), 100);
        sizes.push(std::fs::metadata(&file).expect("is there").len());
    }
    // A generation has 2 MB of inputs alone, so a file that only grew would have 20 MB more in the end.
    assert!(sizes[1] > 2_000_000, "{sizes:?}");
    assert!(sizes[GENERATIONS - 1] < sizes[1] + 6_000_000, "{sizes:?}");
}

/// The task that sweeps by itself.
#[tokio::test]
async fn a_host_with_a_retention_deletes_by_itself() {
    let store = Arc::new(MemoryStore::default());
    let retention = Some(std::time::Duration::from_millis(1));
    let config = EngineConfig { retention, ..EngineConfig::default() };
    let engine = Engine::open(config, store.clone(), Arc::new(Echo)).await.expect("opens");
    machine(&engine, "one", machines()[0].1.clone()).await;
    for round in 0..3 {
        let execution = start(&engine, "one", "the same name").await;
        within("it is deleted", async {
            while engine.removed_executions() == round {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
        assert_eq!(engine.removed_executions(), round + 1);
        assert_eq!(store.record(execution.id).await.expect("reads"), None);
    }
}
