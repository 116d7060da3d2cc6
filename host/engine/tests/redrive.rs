//! Redriving with the driver: tasks, Map Runs, other definitions, what is refused, and a host that goes in between.

mod common;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::core::Amend;
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{
    AmendRequest, Binding, Engine, EngineConfig, Event, EventKind, Fault, Limits, MapRunStatus, Metering,
    NotRedrivable, Payload, RedriveError, RedriveRequest, StartRequest, TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::{ExecutionId, MemoryStore};
use parking_lot::Mutex;
use serde_json::{Value, json};

use common::{BOUND, content};

/// What `plugin:work` does with an odd number; an even one always comes back.
#[derive(Clone, Copy)]
enum Mood {
    Fail = 0,
    Hang = 1,
    Work = 2,
    /// 3 fails, and the others hang.
    FailThree = 3,
}

/// Counts calls by input.
#[derive(Default)]
struct Tasks {
    mood: AtomicU8,
    calls: Mutex<HashMap<String, u32>>,
}

impl Tasks {
    fn set(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([self.mood.load(Ordering::SeqCst); 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, component: [u8; 32], call: TaskCall) -> TaskOutcome {
        *self.calls.lock().entry(call.input.to_string()).or_default() += 1;
        let odd = call.input.parse::<i64>().is_ok_and(|number| number % 2 != 0);
        // The component that is bound decides, as a plugin that was replaced would.
        let result = match (odd, component[0]) {
            (true, 0) => Err(Fault::new("Odd", "an odd number")),
            (true, 3) if &*call.input == "3" => Err(Fault::new("Odd", "an odd number")),
            (true, 1 | 3) => std::future::pending().await,
            _ => Ok(call.input.to_string()),
        };
        TaskOutcome { result, metering: Metering::default() }
    }
}

struct World {
    store: Arc<MemoryStore>,
    tasks: Arc<Tasks>,
    engine: Arc<Engine>,
}

fn work(more: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": "plugin:work", "End": true });
    if let (Some(state), Value::Object(more)) = (state.as_object_mut(), more) {
        state.extend(more);
    }
    state
}

fn one(state: Value) -> Value {
    json!({ "StartAt": "S", "States": { "S": state } })
}

fn distributed(child_type: &str, batch: bool) -> Value {
    let mut state = json!({ "Type": "Map", "End": true, "MaxConcurrency": 2,
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": child_type },
            "StartAt": "Work", "States": { "Work": work(json!({})) }
        } });
    if batch {
        state["ItemBatcher"] = json!({ "MaxItemsPerBatch": 1 });
        state["ItemProcessor"]["States"]["Work"]["InputPath"] = json!("$.Items[0]");
    }
    one(state)
}

impl World {
    async fn new() -> World {
        World::with(Limits::aws()).await
    }

    async fn with(limits: Limits) -> World {
        let (store, tasks) = (Arc::new(MemoryStore::default()), Arc::new(Tasks::default()));
        let config = EngineConfig { limits, ..EngineConfig::default() };
        let engine = Engine::open(config, store.clone(), tasks.clone()).await.expect("opens");
        World { store, tasks, engine }
    }

    /// Another host on the same store, which is all it knows.
    async fn after_a_restart(&self, mood: Mood) -> World {
        let tasks = Arc::new(Tasks::default());
        tasks.set(mood);
        let engine = Engine::open(EngineConfig::default(), self.store.clone(), tasks.clone()).await;
        World { store: self.store.clone(), tasks, engine: engine.expect("opens") }
    }

    async fn start(&self, name: &str, definition: &Value, input: Value) -> ExecutionId {
        let created =
            self.engine.catalog().create(name, MachineType::Standard, content(definition), Vec::new(), None);
        created.await.expect("creates");
        let machine = self.engine.catalog().get(name).expect("exists");
        let input = Payload::from_value(input);
        let request = StartRequest { machine, origin: None, case: None, name: None, input };
        self.engine.start(request).await.expect("starts").id
    }

    async fn end(&self, id: ExecutionId) -> Result<Value, Fault> {
        let ended = tokio::time::timeout(BOUND, self.engine.ended(id)).await;
        ended.expect("ends in time").expect("reads");
        let description = self.engine.describe(id).await.expect("reads");
        match description.row.status {
            StatusRow::Succeeded(_) => Ok(description.output.expect("has an output").value().clone()),
            StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) => Err(fault),
            StatusRow::Running => panic!("it has ended"),
        }
    }

    async fn redrive(&self, id: ExecutionId) -> Result<i64, RedriveError> {
        self.engine.redrive(id, RedriveRequest::default()).await
    }

    async fn events(&self, id: ExecutionId) -> Vec<Event> {
        self.engine.history(id, 1, u64::MAX, 1_000, true).await.expect("reads").events
    }

    fn calls(&self) -> Vec<(String, u32)> {
        let mut calls: Vec<_> =
            self.tasks.calls.lock().iter().map(|(key, count)| (key.clone(), *count)).collect();
        calls.sort();
        calls
    }

    async fn until(&self, what: &str, holds: impl Fn(&World) -> bool) {
        let waiting = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(BOUND, waiting).await.unwrap_or_else(|_| panic!("waited too long until {what}"));
    }
}

fn calls(of: &[(&str, u32)]) -> Vec<(String, u32)> {
    of.iter().map(|(input, count)| ((*input).to_owned(), *count)).collect()
}

#[tokio::test]
async fn a_task_goes_on_with_the_plugin_that_is_there_now() {
    let world = World::new().await;
    let id = world.start("m", &one(work(json!({}))), json!(3)).await;
    assert_eq!(world.end(id).await, Err(Fault::new("Odd", "an odd number")));
    // As often as it takes.
    world.redrive(id).await.expect("redrives");
    assert_eq!(world.end(id).await, Err(Fault::new("Odd", "an odd number")));
    world.tasks.set(Mood::Work);
    let redriven_ms = world.redrive(id).await.expect("redrives");
    assert_eq!(world.end(id).await, Ok(json!(3)));
    let row = world.engine.record(id).await.expect("reads").expect("exists");
    assert_eq!((row.redrives.count, row.redrives.last_ms), (2, Some(redriven_ms)));
    let events = world.events(id).await;
    let kinds: Vec<(&str, u64)> = events
        .iter()
        .map(|event| {
            let kind = match event.kind {
                EventKind::ExecutionStarted { .. } => "started",
                EventKind::ExecutionFailed(_) => "failed",
                EventKind::ExecutionRedriven { .. } => "redriven",
                EventKind::ExecutionSucceeded { .. } => "succeeded",
                EventKind::StateEntered { .. } => "entered",
                EventKind::StateExited { .. } => "exited",
                EventKind::TaskScheduled { .. } => "task",
                EventKind::TaskStarted { .. } => "task started",
                EventKind::TaskFailed { .. } => "task failed",
                EventKind::TaskSucceeded { .. } => "task succeeded",
                _ => "another",
            };
            (kind, event.previous)
        })
        .collect();
    let wanted = [
        ("started", 0),
        ("entered", 0),
        ("task", 2),
        ("task started", 3),
        ("task failed", 4),
        ("failed", 5),
        ("redriven", 6),
        ("task", 5),
        ("task started", 8),
        ("task failed", 9),
        ("failed", 10),
        ("redriven", 11),
        ("task", 10),
        ("task started", 13),
        ("task succeeded", 14),
        ("exited", 15),
        ("succeeded", 16),
    ];
    assert_eq!(kinds, wanted);
}

#[tokio::test]
async fn the_context_object_counts() {
    let world = World::new().await;
    let mut definition = json!({ "StartAt": "S", "States": {
        "S": work(json!({ "Next": "Say" })),
        "Say": { "Type": "Pass", "End": true, "Parameters": {
            "count.$": "$$.Execution.RedriveCount", "when.$": "$$.Execution.RedriveTime" } }
    } });
    definition["States"]["S"].as_object_mut().expect("an object").remove("End");
    let id = world.start("m", &definition, json!(3)).await;
    world.end(id).await.expect_err("fails");
    world.tasks.set(Mood::Work);
    world.redrive(id).await.expect("redrives");
    let output = world.end(id).await.expect("succeeds");
    assert_eq!(output["count"], json!(1));
    assert!(output["when"].as_str().is_some_and(|when| when.ends_with('Z')), "{output}");
}

#[tokio::test]
async fn what_cannot_be_redriven() {
    let mut limits = Limits::off();
    limits.set("history-events", 7).expect("a limit");
    let world = World::with(limits).await;
    world.tasks.set(Mood::Hang);
    let running = world.start("running", &one(work(json!({}))), json!(3)).await;
    world.tasks.set(Mood::Fail);
    let succeeded = world.start("succeeded", &one(json!({ "Type": "Succeed" })), json!(3)).await;
    world.end(succeeded).await.expect("succeeds");
    let deleted = world.start("deleted", &one(json!({ "Type": "Fail" })), json!({})).await;
    world.end(deleted).await.expect_err("fails");
    world.engine.catalog().delete("deleted").await.expect("deletes");
    let full = world.start("full", &one(work(json!({}))), json!(3)).await;
    world.end(full).await.expect_err("fails");
    let again = world.start("again", &one(json!({ "Type": "Fail" })), json!({})).await;
    world.end(again).await.expect_err("fails");
    for (id, wanted) in [
        (running, Err(NotRedrivable::Running)),
        (succeeded, Err(NotRedrivable::Succeeded)),
        (deleted, Err(NotRedrivable::Deleting)),
        (full, Err(NotRedrivable::HistoryFull)),
        (again, Ok(())),
    ] {
        let row = world.engine.record(id).await.expect("reads").expect("exists");
        assert_eq!(world.engine.redrivable(id, &row).await.expect("reads"), wanted);
        match (world.redrive(id).await, wanted) {
            (Ok(_), Ok(())) => {}
            (Err(RedriveError::NotRedrivable(reason)), Err(wanted)) => assert_eq!(reason, wanted),
            (got, wanted) => panic!("{got:?}, and not {wanted:?}"),
        }
    }
    world.engine.stop(running, Fault::default()).await.expect("stops");
}

#[tokio::test]
async fn the_same_call_again_is_one_redrive() {
    let world = World::new().await;
    let id = world.start("m", &one(work(json!({}))), json!(3)).await;
    world.end(id).await.expect_err("fails");
    let request = |token: &str| RedriveRequest { client_token: Some(token.into()), ..Default::default() };
    let first = world.engine.redrive(id, request("a")).await.expect("redrives");
    world.end(id).await.expect_err("fails");
    assert_eq!(world.engine.redrive(id, request("a")).await.expect("is known"), first);
    assert_eq!(world.engine.record(id).await.expect("reads").expect("exists").redrives.count, 1);
    world.tasks.set(Mood::Hang);
    // Of two at the same time, one is the first.
    let (one, other) =
        tokio::join!(world.engine.redrive(id, request("b")), world.engine.redrive(id, request("c")));
    let refused = |result: &Result<i64, RedriveError>| {
        matches!(result, Err(RedriveError::NotRedrivable(NotRedrivable::Running)))
    };
    assert!(one.is_ok() != other.is_ok() && (refused(&one) || refused(&other)), "{one:?} {other:?}");
    world.engine.stop(id, Fault::default()).await.expect("stops");
}

#[tokio::test]
async fn a_stopped_or_timed_out_execution_goes_on() {
    let world = World::new().await;
    world.tasks.set(Mood::Hang);
    let mut definition = one(work(json!({})));
    let stopped = world.start("stopped", &definition, json!(3)).await;
    definition["TimeoutSeconds"] = json!(1);
    let late = world.start("late", &definition, json!(3)).await;
    world.engine.stop(stopped, Fault::new("Enough", "of it")).await.expect("stops");
    world.end(late).await.expect_err("times out");
    world.tasks.set(Mood::Work);
    for id in [stopped, late] {
        world.redrive(id).await.expect("redrives");
        assert_eq!(world.end(id).await, Ok(json!(3)));
    }
    // The time of the redriven one began anew, and its timer is gone.
    world.tasks.set(Mood::Hang);
    let again = world.start("late", &definition, json!(3)).await;
    for _ in 0..2 {
        world.end(again).await.expect_err("times out");
        world.redrive(again).await.expect("redrives");
    }
    world.end(again).await.expect_err("times out");
    let timers = dirigent_store::Store::timers(&*world.store, None, i64::MAX, 10).await.expect("reads");
    assert_eq!(timers, Vec::new());
}

#[tokio::test]
async fn a_map_run_redrives_what_did_not_succeed() {
    for (child_type, batch) in
        [("STANDARD", false), ("EXPRESS", false), ("STANDARD", true), ("EXPRESS", true)]
    {
        let world = World::new().await;
        let definition = distributed(child_type, batch);
        let id = world.start("m", &definition, json!([2, 4, 3, 6, 5, 8])).await;
        let fault = world.end(id).await.expect_err("fails");
        assert_eq!(fault.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
        let runs = world.engine.map_runs_of(id, None, 10).await.expect("reads");
        let [(run, description)] = runs.as_slice() else { panic!("one run") };
        assert_eq!(description.row.status, MapRunStatus::Failed);
        world.tasks.set(Mood::Work);
        world.redrive(id).await.expect("redrives");
        let output = world.end(id).await;
        assert_eq!(output, Ok(json!([2, 4, 3, 6, 5, 8])), "{child_type} {batch}");
        // The items that were done before were not done again.
        let done: Vec<(String, u32)> =
            world.calls().into_iter().filter(|(item, _)| ["2", "4"].contains(&item.as_str())).collect();
        assert_eq!(done, calls(&[("2", 1), ("4", 1)]), "{child_type} {batch}");
        let description = world.engine.describe_map_run(*run).await.expect("reads").expect("exists");
        let row = description.row;
        assert_eq!((row.status, row.redrives.count), (MapRunStatus::Succeeded, 1));
        assert_eq!((row.executions.succeeded, row.executions.total()), (6, 6));
        assert_eq!((row.items.succeeded, row.items.total()), (6, 6));
        let redriven = world.events(id).await.into_iter().filter_map(|event| match event.kind {
            EventKind::MapRunRedriven { count, .. } => Some(count),
            _ => None,
        });
        assert_eq!(redriven.collect::<Vec<_>>(), [1]);
    }
}

#[tokio::test]
async fn a_map_run_that_is_redriven_survives_the_host() {
    for child_type in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        let id = world.start("m", &distributed(child_type, false), json!([2, 3, 5, 4])).await;
        world.end(id).await.expect_err("fails");
        world.tasks.set(Mood::Hang);
        world.redrive(id).await.expect("redrives");
        let hangs = |world: &World| world.calls().iter().map(|(_, count)| count).sum::<u32>() >= 4;
        world.until("children hang", hangs).await;
        // The first host is left as a process that hangs would be.
        let second = world.after_a_restart(Mood::Work).await;
        // A component that the run is bound to stays, whatever host goes on with it, so its children hang there too.
        second.until("children hang again", |world| world.calls().len() >= 2).await;
        second.engine.stop(id, Fault::default()).await.expect("stops");
        second.redrive(id).await.expect("redrives");
        assert_eq!(second.end(id).await, Ok(json!([2, 3, 5, 4])), "{child_type}");
        let again: Vec<(String, u32)> = second.calls().into_iter().filter(|(item, _)| item == "2").collect();
        assert_eq!(again, [], "what was done is not done again");
    }
}

#[tokio::test]
async fn a_child_that_failed_again_is_not_taken_up_twice_in_a_redrive() {
    let world = World::new().await;
    let mut definition = distributed("STANDARD", false);
    definition["States"]["S"]["ToleratedFailureCount"] = json!(1);
    let id = world.start("m", &definition, json!([3, 5])).await;
    world.end(id).await.expect_err("two failures are too many");
    world.tasks.set(Mood::FailThree);
    world.redrive(id).await.expect("redrives");
    let both = calls(&[("3", 2), ("5", 2)]);
    world.until("both are called again", |world| world.calls() == both).await;
    let second = world.after_a_restart(Mood::Work).await;
    second.until("the one that hung is called", |world| world.calls() == calls(&[("5", 1)])).await;
    second.engine.stop(id, Fault::default()).await.expect("stops");
    second.redrive(id).await.expect("redrives");
    assert_eq!(second.end(id).await, Ok(json!([3, 5])));
    assert_eq!(second.calls(), calls(&[("3", 1), ("5", 2)]));
}

#[tokio::test]
async fn onto_another_definition() {
    let world = World::new().await;
    let broken = json!({ "StartAt": "S", "States": {
        "S": { "Type": "Pass", "Result": 3, "Next": "T" }, "T": work(json!({})) } });
    let id = world.start("m", &broken, json!({})).await;
    world.end(id).await.expect_err("fails");
    let update = async |definition: Value| {
        let updated = world.engine.catalog().update("m", content(&definition), None).await;
        updated.expect("updates").revision.number
    };
    // A state that it has been in must be there.
    let without = update(json!({ "StartAt": "S", "States": { "S": { "Type": "Pass", "End": true } } })).await;
    let onto = |revision| RedriveRequest { revision: Some(revision), ..RedriveRequest::default() };
    let refused = world.engine.redrive(id, onto(without)).await.expect_err("does not fit");
    assert!(refused.to_string().contains("/States/T"), "{refused}");
    assert!(matches!(world.engine.redrive(id, onto(99)).await, Err(RedriveError::NoSuchRevision(99))));
    let mended = update(json!({ "StartAt": "S", "States": {
        "S": { "Type": "Pass", "Result": 5, "Next": "T" },
        "T": { "Type": "Pass", "Parameters": { "was.$": "$" }, "Next": "U" },
        "U": { "Type": "Succeed" } } }))
    .await;
    world.engine.redrive(id, onto(mended)).await.expect("redrives");
    // What was done with the old definition stays as it was.
    assert_eq!(world.end(id).await, Ok(json!({ "was": 3 })));
    assert_eq!(world.engine.record(id).await.expect("reads").expect("exists").revision, mended);
}

#[tokio::test]
async fn another_input_or_a_result_for_the_state_that_stopped() {
    let world = World::new().await;
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: work(json!({})) } });
    let two = one(json!({ "Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true }));
    let amend = |state: Option<&str>, with| RedriveRequest {
        amend: Some(AmendRequest { state: state.map(str::to_owned), with }),
        ..RedriveRequest::default()
    };
    let result = || Amend::Result(Payload::from_value(json!("given")));
    let id = world.start("two", &two, json!(3)).await;
    world.end(id).await.expect_err("fails");
    for (state, wanted) in [
        (None, "2 states stopped this execution, so name one: A, B"),
        (Some("C"), "no state named C stopped this execution; stopped are: A, B"),
    ] {
        let refused = world.engine.redrive(id, amend(state, result())).await.expect_err("is not clear");
        assert_eq!(refused.to_string(), wanted);
    }
    // The other branch fails again, and this one is done then.
    world.engine.redrive(id, amend(Some("A"), result())).await.expect("redrives");
    world.end(id).await.expect_err("fails");
    let input = Amend::Input(Payload::from_value(json!(4)));
    world.engine.redrive(id, amend(None, input)).await.expect("redrives");
    assert_eq!(world.end(id).await, Ok(json!(["given", 4])));

    let fail = world.start("fail", &one(json!({ "Type": "Fail" })), json!({})).await;
    world.end(fail).await.expect_err("fails");
    let refused = world.engine.redrive(fail, amend(None, result())).await.expect_err("has no result");
    assert!(matches!(refused, RedriveError::NoResult(..)), "{refused}");
}
