//! The driver on a store in memory, with tasks of the test's own.

mod common;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::{MachineType, StateMachine};
use dirigent_engine::core::Status;
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{
    Binding, Engine, EngineConfig, EngineError, EventKind, Fault, Metering, Payload, StartRequest, Started,
    TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::MemoryStore;
use serde_json::{Value, json};

use common::{BOUND, content, end};

/// Tasks by their resource's name: `echo`, `never` (hangs), `silent` (hangs without heartbeats), `version` (tells which).
#[derive(Default)]
struct Tasks {
    version: AtomicUsize,
    started: AtomicUsize,
    dropped: Arc<AtomicUsize>,
}

/// Counts that a call was given up.
struct CountDrop(Arc<AtomicUsize>);

impl Drop for CountDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]> {
        let version = u8::try_from(self.version.load(Ordering::SeqCst)).ok()?;
        (!binding.key().contains("missing")).then_some([version; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, component: [u8; 32], call: TaskCall) -> TaskOutcome {
        self.started.fetch_add(1, Ordering::SeqCst);
        let result = match &*call.resource {
            "plugin:echo" => call.input.to_string(),
            "plugin:version" => component[0].to_string(),
            "plugin:key" => json!(call.idempotency_key).to_string(),
            "plugin:beating" => {
                for _ in 0..15 {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if let Some(heartbeat) = &call.heartbeat {
                        let _ = heartbeat.send(());
                    }
                }
                "\"beaten\"".to_owned()
            }
            _ => {
                let _guard = CountDrop(self.dropped.clone());
                std::future::pending::<String>().await
            }
        };
        TaskOutcome { result: Ok(result), metering: Metering::default() }
    }
}

struct World {
    store: Arc<MemoryStore>,
    tasks: Arc<Tasks>,
    engine: Arc<Engine>,
}

impl World {
    async fn new() -> World {
        let (store, tasks) = (Arc::new(MemoryStore::default()), Arc::new(Tasks::default()));
        let engine = open(&store, &tasks).await;
        World { store, tasks, engine }
    }

    async fn machine(&self, name: &str, machine_type: MachineType, definition: Value) -> Arc<StateMachine> {
        let content = content(&definition);
        self.engine.catalog().create(name, machine_type, content, Vec::new(), None).await.expect("creates")
    }

    async fn start(
        &self,
        machine: &Arc<StateMachine>,
        name: &str,
        input: Value,
    ) -> Result<Started, EngineError> {
        let input = Payload::from_value(input);
        self.engine
            .start(StartRequest {
                machine: machine.clone(),
                origin: None,
                case: None,
                name: Some(name.into()),
                input,
            })
            .await
    }

    /// The output, or the error's name and cause, once it has ended.
    async fn end(&self, started: &Started) -> Result<Value, Fault> {
        end(&self.engine, started.id).await
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

async fn open(store: &Arc<MemoryStore>, tasks: &Arc<Tasks>) -> Arc<Engine> {
    Engine::open(EngineConfig::default(), store.clone(), tasks.clone()).await.expect("opens")
}

fn task(resource: &str, more: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
    if let (Some(state), Value::Object(more)) = (state.as_object_mut(), more) {
        state.extend(more);
    }
    json!({ "StartAt": "T", "States": { "T": state } })
}

#[tokio::test]
async fn tasks_end_as_they_do() {
    let world = World::new().await;
    let cases: Vec<(&str, Value, Result<Value, &str>)> = vec![
        ("echo", task("plugin:echo", json!({})), Ok(json!({ "in": 1 }))),
        ("missing", task("plugin:missing", json!({})), Err("Plugin.NotFound")),
        ("silent", task("plugin:silent", json!({ "HeartbeatSeconds": 1 })), Err("States.HeartbeatTimeout")),
        ("beating", task("plugin:beating", json!({ "HeartbeatSeconds": 1 })), Ok(json!("beaten"))),
    ];
    for (name, definition, wanted) in cases {
        let machine = world.machine(name, MachineType::Standard, definition).await;
        let started = world.start(&machine, "x", json!({ "in": 1 })).await.expect("starts");
        let got = world.end(&started).await;
        match wanted {
            Ok(output) => assert_eq!(got.expect(name), output, "{name}"),
            Err(error) => assert_eq!(got.expect_err(name).error.as_deref(), Some(error), "{name}"),
        }
    }
}

#[tokio::test]
async fn what_only_waits_is_not_in_memory_and_still_wakes() {
    let world = World::new().await;
    let definition = json!({ "StartAt": "W", "States": {
        "W": { "Type": "Wait", "Seconds": 1, "Next": "E" },
        "E": { "Type": "Task", "Resource": "plugin:echo", "End": true }
    } });
    let machine = world.machine("m", MachineType::Standard, definition).await;
    let started = world.start(&machine, "x", json!(7)).await.expect("starts");
    world.until("it has left memory", |world| world.engine.live_executions() == 0).await;
    assert_eq!(world.engine.describe(started.id).await.expect("reads").row.status, StatusRow::Running);
    assert_eq!(world.end(&started).await, Ok(json!(7)));
}

#[tokio::test]
async fn a_stop_ends_the_task_that_runs() {
    let world = World::new().await;
    let machine = world.machine("m", MachineType::Standard, task("plugin:never", json!({}))).await;
    let started = world.start(&machine, "x", json!({})).await.expect("starts");
    world.until("the task runs", |world| world.tasks.started.load(Ordering::SeqCst) == 1).await;
    world.engine.stop(started.id, Fault::new("Enough", "stopped by hand")).await.expect("stops");
    assert_eq!(world.end(&started).await, Err(Fault::new("Enough", "stopped by hand")));
    world.until("the call is given up", |world| world.tasks.dropped.load(Ordering::SeqCst) == 1).await;
    world.until("it has left memory", |world| world.engine.live_executions() == 0).await;
    // A second stop is no error and changes nothing.
    world.engine.stop(started.id, Fault::new("Again", "")).await.expect("stops");
    assert_eq!(world.end(&started).await, Err(Fault::new("Enough", "stopped by hand")));
}

#[tokio::test]
async fn a_name_belongs_to_one_execution() {
    let world = World::new().await;
    let machine = world.machine("m", MachineType::Standard, task("plugin:never", json!({}))).await;
    let first = world.start(&machine, "x", json!({ "a": 1 })).await.expect("starts");
    let again = world.start(&machine, "x", json!({ "a": 1 })).await.expect("is the same one");
    assert_eq!(again.id, first.id);
    let other = world.start(&machine, "x", json!({ "a": 2 })).await;
    assert!(matches!(other, Err(EngineError::NameTaken { .. })), "{other:?}");
    world.engine.stop(first.id, Fault::default()).await.expect("stops");
    let ended = world.start(&machine, "x", json!({ "a": 1 })).await;
    assert!(matches!(ended, Err(EngineError::NameTaken { .. })), "{ended:?}");
}

#[tokio::test]
async fn a_name_that_looks_like_one_that_the_host_makes_is_a_name_like_any_other() {
    let world = World::new().await;
    let (m, other) = (
        world
            .machine(
                "m",
                MachineType::Standard,
                json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }),
            )
            .await,
        world
            .machine(
                "other",
                MachineType::Standard,
                json!({ "StartAt": "P", "States": { "P": { "Type": "Succeed" } } }),
            )
            .await,
    );
    let request = StartRequest {
        machine: m.clone(),
        origin: None,
        case: None,
        name: None,
        input: Payload::empty_object(),
    };
    let made = world.engine.start(request).await.expect("starts");
    let find = async |machine: &str, name: &str| world.engine.find(machine, name).await.expect("reads");
    assert_eq!(find("m", &made.name).await, Some(made.id));
    assert_eq!(find("other", &made.name).await, None, "it is a name of another machine's");

    // The beginning of a made name has the sequence; the end is random.
    let mut alike = made.name.to_string();
    let last = if alike.ends_with('0') { "1" } else { "0" };
    alike.replace_range(alike.len() - 1.., last);
    assert_eq!(find("m", &alike).await, None);
    for machine in [&m, &other] {
        let started = world.start(machine, &alike, json!({})).await.expect("the name is free");
        assert_ne!(started.id, made.id);
        assert_eq!(find(&machine.name, &alike).await, Some(started.id));
    }
    assert_eq!(find("m", &made.name).await, Some(made.id));
}

#[tokio::test]
async fn another_host_goes_on_where_the_first_one_stood() {
    let world = World::new().await;
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "A", "States": { "A": { "Type": "Wait", "Seconds": 1, "End": true } } },
        { "StartAt": "B", "States": { "B": { "Type": "Task", "Resource": "plugin:never", "End": true } } }
    ] } } });
    let machine = world.machine("m", MachineType::Standard, definition).await;
    let started = world.start(&machine, "x", json!({})).await.expect("starts");
    world.until("the task runs", |world| world.tasks.started.load(Ordering::SeqCst) == 1).await;
    // The first engine is left as it is, as a process that hangs would be; the second one has only the store.
    let tasks = Arc::new(Tasks::default());
    let second = World { store: world.store.clone(), engine: open(&world.store, &tasks).await, tasks };
    second.until("the task runs again", |world| world.tasks.started.load(Ordering::SeqCst) == 1).await;
    second.engine.stop(started.id, Fault::new("Done", "with it")).await.expect("stops");
    assert_eq!(second.end(&started).await, Err(Fault::new("Done", "with it")));
}

#[tokio::test]
async fn an_execution_stays_with_the_component_that_it_began_with() {
    let world = World::new().await;
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "plugin:version", "ResultPath": "$.first", "Next": "W" },
        "W": { "Type": "Wait", "Seconds": 1, "Next": "B" },
        "B": { "Type": "Task", "Resource": "plugin:version", "ResultPath": "$.second", "End": true }
    } });
    let machine = world.machine("m", MachineType::Standard, definition).await;
    let old = world.start(&machine, "old", json!({})).await.expect("starts");
    world.until("the first task ran", |world| world.tasks.started.load(Ordering::SeqCst) == 1).await;
    world.tasks.version.store(9, Ordering::SeqCst);
    let new = world.start(&machine, "new", json!({})).await.expect("starts");
    assert_eq!(world.end(&old).await, Ok(json!({ "first": 0, "second": 0 })));
    assert_eq!(world.end(&new).await, Ok(json!({ "first": 9, "second": 9 })));
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_one_task() {
    let world = World::new().await;
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "plugin:key", "ResultPath": "$.a", "Next": "B" },
        "B": { "Type": "Task", "Resource": "plugin:key", "ResultPath": "$.b", "End": true }
    } });
    let machine = world.machine("m", MachineType::Standard, definition).await;
    let mut keys = HashMap::new();
    for name in ["x", "y"] {
        let started = world.start(&machine, name, json!({})).await.expect("starts");
        let output = world.end(&started).await.expect("succeeds");
        for task in ["a", "b"] {
            let key = output[task].as_str().expect("is a string").to_owned();
            assert!(keys.insert(key, (name, task)).is_none(), "{output}");
        }
    }
}

#[tokio::test]
async fn express_executions_run_and_end_in_memory() {
    let world = World::new().await;
    let definition = json!({ "StartAt": "W", "States": {
        "W": { "Type": "Wait", "Seconds": 1, "Next": "E" },
        "E": { "Type": "Task", "Resource": "plugin:echo", "End": true }
    } });
    let machine = world.machine("m", MachineType::Express, definition).await;
    let request = StartRequest {
        machine,
        origin: None,
        case: None,
        name: None,
        input: Payload::from_value(json!([1])),
    };
    let ran = tokio::time::timeout(BOUND, world.engine.start_sync(request)).await.expect("ends in time");
    let (started, status, _) = ran.expect("runs");
    assert_eq!(status, Status::Succeeded { output: Payload::from_text("[1]") });
    assert!(world.engine.record(started.id).await.expect("reads").is_none(), "nothing of it is in the store");
    world.until("it has left memory", |world| world.engine.live_executions() == 0).await;
}

#[tokio::test]
async fn a_long_task_shows_its_start_before_its_end() {
    let world = World::new().await;
    let machine = world.machine("m", MachineType::Standard, task("plugin:never", json!({}))).await;
    let started = world.start(&machine, "x", json!({})).await.expect("starts");
    let seen = async {
        loop {
            let page = world.engine.history(started.id, 1, u64::MAX, 100, true).await.expect("reads");
            if page.events.iter().any(|event| matches!(event.kind, EventKind::TaskStarted { .. })) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(BOUND, seen).await.expect("TaskStarted shows");
}
