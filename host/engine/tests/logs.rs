//! Logs of executions: what is given to a log, and that nothing is before it is durable.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::{MachineType, RevisionContent};
use dirigent_engine::history::HistoryPage;
use dirigent_engine::{
    Binding, Engine, EngineConfig, Event, EventKind, ExecutionLog, Fault, LogEntry, LogHost, Metering,
    NoObjects, Payload, PayloadRef, StartRequest, TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::{ExecutionId, MemoryStore};
use parking_lot::Mutex;
use serde_json::json;

/// Longest wait of a test for anything.
const BOUND: Duration = Duration::from_secs(20);

/// Answers with its input.
struct Echo;

#[async_trait]
impl TaskHost for Echo {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([0; 32])
    }

    fn explain(&self, _: &Binding) -> Fault {
        Fault::default()
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        TaskOutcome { result: Ok(call.input.to_string()), metering: Metering::default() }
    }
}

/// Keeps what is logged. A configuration is what this host makes of it: words.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<LogEntry>>>);

struct Log {
    logs: Logs,
    data: bool,
    entered: bool,
}

impl LogHost for Logs {
    fn open(&self, configuration: &str) -> Option<Arc<dyn ExecutionLog>> {
        let says = |word: &str| configuration.contains(word);
        let log = Log { logs: self.clone(), data: says("data"), entered: says("entered") };
        (!says("nothing")).then(|| Arc::new(log) as Arc<dyn ExecutionLog>)
    }
}

impl ExecutionLog for Log {
    fn takes(&self, kind: &EventKind) -> bool {
        !self.entered || matches!(kind, EventKind::StateEntered { .. })
    }

    fn wants_data(&self) -> bool {
        self.data
    }

    fn write(&self, entry: LogEntry) {
        self.logs.0.lock().push(entry);
    }
}

impl Logs {
    fn events(&self) -> Vec<Event> {
        self.0.lock().iter().flat_map(|entry| entry.page.events.clone()).collect()
    }
}

async fn open(store: &Arc<MemoryStore>, logs: &Logs) -> Arc<Engine> {
    let (tasks, objects, logs) = (Arc::new(Echo), Arc::new(NoObjects), Arc::new(logs.clone()));
    let opened = Engine::open_with(EngineConfig::default(), store.clone(), tasks, objects, logs);
    opened.await.expect("opens")
}

/// A machine of two tasks and a variable, one after the other, with a configuration of its logs.
async fn create(engine: &Engine, machine_type: MachineType, logging: Option<&str>) {
    let definition = json!({
        "StartAt": "Pass",
        "States": {
            "Pass": { "Type": "Pass", "Assign": { "kept.$": "$.a" }, "Next": "First" },
            "First": { "Type": "Task", "Resource": "plugin:echo", "ResultPath": "$.first", "Next": "Second" },
            "Second": { "Type": "Task", "Resource": "plugin:echo", "Parameters": { "x.$": "$kept" }, "End": true },
        },
    });
    let content = RevisionContent {
        revision_id: None,
        definition: definition.to_string().into(),
        role_arn: "arn:aws:iam::000000000000:role/r".into(),
        logging: logging.map(str::to_owned),
        tracing: None,
        encryption: None,
        updated_ms: 0,
    };
    engine.catalog().create("m", machine_type, content, Vec::new(), None).await.expect("creates");
}

fn request(engine: &Engine) -> StartRequest {
    let machine = engine.catalog().get("m").expect("is there");
    let input = Payload::from_value(json!({ "a": [1] }));
    StartRequest { machine, origin: None, case: None, name: Some("e".into()), input }
}

async fn history(engine: &Engine, id: ExecutionId) -> HistoryPage {
    engine.history(id, 1, u64::MAX, 1_000, true).await.expect("reads")
}

async fn ended(engine: &Arc<Engine>, id: ExecutionId) {
    tokio::time::timeout(BOUND, engine.ended(id)).await.expect("ends in time").expect("reads");
}

/// The payloads that an event of these machines refers to.
fn payloads(kind: &EventKind) -> Vec<PayloadRef> {
    match kind {
        EventKind::ExecutionStarted { input } | EventKind::StateEntered { input, .. } => vec![*input],
        EventKind::TaskScheduled { parameters, .. } => vec![*parameters],
        EventKind::TaskSucceeded { output, .. } | EventKind::ExecutionSucceeded { output } => vec![*output],
        EventKind::StateExited { output, assigned, .. } => {
            assigned.iter().map(|(_, at)| *at).chain([*output]).collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn what_a_log_asks_for() {
    for (logging, count, data) in [
        (None, 0, false),
        (Some("nothing"), 0, false),
        (Some("all"), 14, false),
        (Some("all data"), 14, true),
        (Some("entered"), 3, false),
        (Some("entered data"), 3, true),
    ] {
        let (store, logs) = (Arc::new(MemoryStore::default()), Logs::default());
        let engine = open(&store, &logs).await;
        create(&engine, MachineType::Standard, logging).await;
        let started = engine.start(request(&engine)).await.expect("starts");
        ended(&engine, started.id).await;
        let history = history(&engine, started.id).await;
        let entries = logs.0.lock();
        assert_eq!(entries.iter().map(|entry| entry.page.events.len()).sum::<usize>(), count, "{logging:?}");
        for entry in entries.iter() {
            assert_eq!(
                (&entry.execution_arn, &*entry.role_arn),
                (&started.arn, "arn:aws:iam::000000000000:role/r")
            );
            for event in &entry.page.events {
                assert!(history.events.contains(event), "{logging:?} {event:?}");
                for at in payloads(&event.kind) {
                    // Payloads of earlier steps are there as well.
                    let text = history.text(at).filter(|_| data);
                    assert_eq!(entry.page.text(at), text, "{logging:?} {event:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn express_executions_are_logged_alike() {
    let mut kinds = Vec::new();
    for machine_type in [MachineType::Standard, MachineType::Express] {
        let (store, logs) = (Arc::new(MemoryStore::default()), Logs::default());
        let engine = open(&store, &logs).await;
        create(&engine, machine_type, Some("all data")).await;
        if machine_type == MachineType::Standard {
            let started = engine.start(request(&engine)).await.expect("starts");
            ended(&engine, started.id).await;
        } else {
            let ran = tokio::time::timeout(BOUND, engine.start_sync(request(&engine))).await;
            ran.expect("ends in time").expect("runs");
        }
        let entries = logs.0.lock();
        let events =
            entries.iter().flat_map(|entry| entry.page.events.iter().map(move |event| (entry, event)));
        let texts = events.map(|(entry, event)| {
            let texts: Vec<String> = payloads(&event.kind)
                .iter()
                .map(|at| entry.page.text(*at).expect("is there").into())
                .collect();
            (event.id, event.previous, texts)
        });
        kinds.push(texts.collect::<Vec<_>>());
    }
    assert_eq!(kinds[0], kinds[1]);
    assert_eq!(kinds[0].len(), 14);
}

#[tokio::test]
async fn nothing_is_logged_before_it_is_durable_and_nothing_twice() {
    let (before, whole) = {
        let store = Arc::new(MemoryStore::default());
        let engine = open(&store, &Logs::default()).await;
        create(&engine, MachineType::Standard, Some("all")).await;
        let before = store.commits();
        let started = engine.start(request(&engine)).await.expect("starts");
        ended(&engine, started.id).await;
        (before, store.commits())
    };
    let mut failed_within = 0;
    for at_commit in before + 1..=whole {
        for applied in [false, true] {
            let (store, logs) = (Arc::new(MemoryStore::default()), Logs::default());
            let engine = open(&store, &logs).await;
            create(&engine, MachineType::Standard, Some("all")).await;
            store.fail(dirigent_store::Fault { at_commit, applied, why: "a test".into() });
            let started = engine.start(request(&engine)).await;
            let Ok(started) = started else {
                assert!(logs.events().is_empty(), "{at_commit} {applied}");
                continue;
            };
            failed_within += 1;
            let stopped = async {
                while store.commits() < at_commit {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            tokio::time::timeout(BOUND, stopped).await.expect("the store stops");
            let durable = history(&engine, started.id).await.events;
            let logged = logs.events();
            assert!(durable.starts_with(&logged), "{at_commit} {applied}");
            drop(engine);
            store.repair();
            let engine = open(&store, &logs).await;
            ended(&engine, started.id).await;
            let durable = history(&engine, started.id).await.events;
            let logged = logs.events();
            assert!(
                logged.windows(2).all(|pair| pair[0].id < pair[1].id),
                "{at_commit} {applied}: {logged:?}"
            );
            assert!(logged.iter().all(|event| durable.contains(event)), "{at_commit} {applied}: {logged:?}");
            // What nobody knows to be durable is missing; all else is there.
            assert_eq!(logged.len() == durable.len(), !applied, "{at_commit} {applied}: {logged:?}");
        }
    }
    assert!(failed_within > 0, "each failure came before the execution began");
}
