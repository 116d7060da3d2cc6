//! Journals of tasks with the driver: what is there after the host was killed, and what is refused once an attempt is over.

mod common;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, Engine, EngineConfig, Fault, JournalError, JournalScope, KeyValueChange, KeyValueError,
    MAX_JOURNAL_BYTES, MAX_JOURNAL_RECORDS, Metering, Payload, StartRequest, TaskCall, TaskHost, TaskJournal,
    TaskOutcome,
};
use dirigent_store::{CatalogKind, ExecutionId, MemoryStore, Store};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use common::{content, end, within};

/// Effects that `plugin:effects` has, each with an intent before it and a result behind it.
const EFFECTS: usize = 10;

/// Where the rows of journals lie.
const JOURNALS: CatalogKind = CatalogKind(13);

/// Tasks that write journals.
struct Tasks {
    /// `plugin:effects` hangs when its journal has so many records; `None`: never.
    dies_at: Option<usize>,
    /// How often each effect happened, for all hosts.
    happened: Arc<Mutex<HashMap<usize, usize>>>,
    /// What the test is told: a call as it began, or as it hangs.
    told: mpsc::UnboundedSender<TaskCall>,
}

impl Tasks {
    async fn effects(&self, call: &TaskCall) -> Result<String, Fault> {
        let journal = &call.journal;
        let append = |record: String| async move {
            journal.append(JournalScope::Attempt, vec![record.into_bytes()]).await.expect("is written");
        };
        let mut records = journal.read(JournalScope::Attempt).await.expect("reads").len();
        assert!(records == 0 || call.recovered, "a new attempt finds nothing");
        if records % 2 == 1 {
            return Err(Fault::new("Plugin.InDoubt", format!("effect {}", records / 2)));
        }
        while records < 2 * EFFECTS {
            self.die_if(records, call).await;
            append(format!("intent {}", records / 2)).await;
            self.die_if(records + 1, call).await;
            *self.happened.lock().entry(records / 2).or_default() += 1;
            append(format!("result {}", records / 2)).await;
            records += 2;
        }
        self.die_if(records, call).await;
        Ok(json!(records).to_string())
    }

    async fn die_if(&self, records: usize, call: &TaskCall) {
        if self.dies_at == Some(records) {
            self.hang(call).await;
        }
    }

    /// Nothing comes any more: the host is about to be killed, or gives the call up.
    async fn hang(&self, call: &TaskCall) {
        let _ = self.told.send(call.clone());
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([1; 32])
    }

    fn explain(&self, _: &Binding) -> Fault {
        Fault::default()
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        let both = [JournalScope::Attempt, JournalScope::Task];
        let result = match &*call.resource {
            "plugin:effects" => self.effects(&call).await,
            // One record for each scope and attempt.
            "plugin:noted" | "plugin:noted-third-time" => {
                let mut found = Vec::new();
                for scope in both {
                    call.journal.append(scope, vec![b"note".to_vec()]).await.expect("is written");
                    found.push(call.journal.read(scope).await.expect("reads").len());
                }
                assert_eq!(found, [1, call.retry_count as usize + 1], "attempts and the task");
                let _ = self.told.send(call.clone());
                match call.resource.ends_with("third-time") && call.retry_count < 2 {
                    true => Err(Fault::new("Custom.NotYet", "")),
                    false => Ok(json!({ "found": found, "role": &*call.role_arn }).to_string()),
                }
            }
            "plugin:fail" => Err(Fault::new("Custom.Error", "")),
            _ => {
                for scope in both {
                    call.journal.append(scope, vec![b"note".to_vec()]).await.expect("is written");
                }
                self.hang(&call).await;
                Ok("null".to_owned())
            }
        };
        TaskOutcome { result, metering: Metering::default() }
    }
}

/// A host that can be killed: all that it does ends with its runtime, and its store stays.
struct Host {
    runtime: Runtime,
    engine: Arc<Engine>,
    told: mpsc::UnboundedReceiver<TaskCall>,
}

impl Host {
    fn open(
        store: &Arc<MemoryStore>,
        happened: &Arc<Mutex<HashMap<usize, usize>>>,
        dies_at: Option<usize>,
    ) -> Host {
        let runtime = Runtime::new().expect("starts");
        let (sender, told) = mpsc::unbounded_channel();
        let tasks = Tasks { dies_at, happened: happened.clone(), told: sender };
        let engine = runtime
            .block_on(Engine::open(EngineConfig::default(), store.clone(), Arc::new(tasks)))
            .expect("opens");
        Host { runtime, engine, told }
    }

    fn alone() -> (Host, Arc<MemoryStore>) {
        let store = Arc::new(MemoryStore::default());
        (Host::open(&store, &Arc::default(), None), store)
    }

    fn start(&self, machine_type: MachineType, definition: &Value) -> ExecutionId {
        self.runtime.block_on(async {
            let machine =
                self.engine.catalog().create("m", machine_type, content(definition), Vec::new(), None);
            let request = StartRequest {
                machine: machine.await.expect("creates"),
                origin: None,
                case: None,
                name: Some("x".into()),
                input: Payload::from_value(json!({})),
            };
            self.engine.start(request).await.expect("starts").id
        })
    }

    /// The next call that a task tells of.
    fn told(&mut self) -> TaskCall {
        let told = within("a task says so", self.told.recv());
        self.runtime.block_on(told).expect("the host lives")
    }

    fn end(&self, id: ExecutionId) -> Result<Value, Fault> {
        self.runtime.block_on(end(&self.engine, id))
    }

    fn kill(self) {
        self.runtime.shutdown_timeout(common::BOUND);
    }
}

fn rows(store: &MemoryStore) -> usize {
    let rows = futures_now(store.scan(JOURNALS, None, usize::MAX));
    rows.expect("reads").len()
}

/// What a future gives that has no need to wait: a store in memory.
fn futures_now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("starts").block_on(future)
}

fn one(resource: &str, more: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
    let fields = more.as_object().expect("an object").clone();
    state.as_object_mut().expect("an object").extend(fields);
    json!({ "StartAt": "T", "States": { "T": state } })
}

#[test]
fn killed_at_every_record_no_effect_happens_twice() {
    let definition = one("plugin:effects", json!({ "Retry": [{ "ErrorEquals": ["States.ALL"] }] }));
    for dies_at in 0..=2 * EFFECTS {
        let (store, happened) = (Arc::new(MemoryStore::default()), Arc::default());
        let mut first = Host::open(&store, &happened, Some(dies_at));
        let id = first.start(MachineType::Standard, &definition);
        let call = first.told();
        assert!(!call.recovered);
        first.kill();
        assert_eq!(rows(&store), dies_at);
        let second = Host::open(&store, &happened, None);
        let got = second.end(id);
        let in_doubt = dies_at % 2 == 1;
        match in_doubt {
            true => assert_eq!(got.expect_err("is in doubt").error.as_deref(), Some("Plugin.InDoubt")),
            false => assert_eq!(got, Ok(json!(2 * EFFECTS))),
        }
        let happened = happened.lock();
        assert!(happened.values().all(|times| *times == 1), "{dies_at}: {happened:?}");
        assert_eq!(happened.len(), if in_doubt { dies_at / 2 } else { EFFECTS }, "{dies_at}");
        assert_eq!(rows(&store), 0, "no record is left");
        second.kill();
    }
}

#[test]
fn records_of_a_task_outlive_its_retries_and_those_of_an_attempt_do_not() {
    let third_time = json!({ "Retry": [{ "ErrorEquals": ["Custom.NotYet"], "JitterStrategy": "FULL" }] });
    let wanted = json!({ "found": [1, 3], "role": "arn:aws:iam::000000000000:role/r" });
    for machine_type in [MachineType::Standard, MachineType::Express] {
        let (host, store) = Host::alone();
        let definition = one("plugin:noted-third-time", third_time.clone());
        let mut host = host;
        match machine_type {
            MachineType::Standard => {
                let id = host.start(machine_type, &definition);
                assert_eq!(host.end(id), Ok(wanted.clone()));
                for _ in 0..3 {
                    host.told();
                }
            }
            MachineType::Express => {
                host.start(machine_type, &definition);
                for _ in 0..3 {
                    assert_eq!(rows(&store), 0, "nothing of an Express execution is written");
                    host.told();
                }
            }
        }
        assert_eq!(rows(&store), 0);
        host.kill();
    }
}

#[test]
fn what_comes_after_an_attempt_changes_nothing() {
    let caught = json!({ "Retry": [{ "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 500_000 }] });
    let lost = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
        one("plugin:hang", json!({})),
        { "StartAt": "W", "States": {
            "W": { "Type": "Wait", "Seconds": 1, "Next": "F" },
            "F": { "Type": "Task", "Resource": "plugin:fail", "End": true } } }
    ] } } });
    // The definition, whether it is stopped, and how many records are left then.
    let timed = json!({ "TimeoutSeconds": 1, "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:hang", "End": true } } });
    let beaten = |more: Value| {
        let mut state = json!({ "HeartbeatSeconds": 1 });
        state.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        one("plugin:hang", state)
    };
    let cases = [
        ("a stop", one("plugin:hang", json!({})), true, 0),
        ("a missed heartbeat", beaten(json!({})), false, 0),
        ("a missed heartbeat that is retried", beaten(caught), false, 1),
        ("a lost branch", lost, false, 0),
        ("the execution's time-out", timed, false, 0),
    ];
    for (name, definition, stopped, left) in cases {
        let (mut host, store) = Host::alone();
        let id = host.start(MachineType::Standard, &definition);
        let call = host.told();
        let Host { runtime, engine, .. } = &host;
        runtime.block_on(async {
            if stopped {
                engine.stop(id, Fault::default()).await.expect("stops");
            }
            within(name, until_over(&call.journal)).await;
            let late =
                KeyValueChange { bucket: "b".into(), key: "late".into(), value: Some(vec![1]), expect: None };
            for scope in [JournalScope::Attempt, JournalScope::Task] {
                let late = call.journal.append_with(scope, vec![b"late".to_vec()], vec![late.clone()]).await;
                assert!(matches!(late, Err(JournalError::Over)), "{name}: {late:?}");
            }
            assert!(!engine.keyvalue().exists("b", "late").await.expect("reads"), "{name}");
        });
        assert_eq!(rows(&store), left, "{name}");
        host.kill();
    }
}

/// Until the attempt that a journal belongs to is over. It goes on when the commit is durable, which a store in memory does
/// at once.
async fn until_over(journal: &TaskJournal) {
    while !matches!(journal.read(JournalScope::Attempt).await, Err(JournalError::Over)) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_journal_has_room_for_so_much_and_takes_all_or_nothing() {
    let (mut host, store) = Host::alone();
    host.start(MachineType::Standard, &one("plugin:hang", json!({})));
    let call = host.told();
    let Host { runtime, engine, .. } = &host;
    runtime.block_on(async {
        let append = |records| call.journal.append(JournalScope::Attempt, records);
        for (records, bytes) in [(1, MAX_JOURNAL_BYTES), (MAX_JOURNAL_RECORDS, 0)] {
            let full = append(vec![vec![0; bytes]; records]).await;
            assert!(matches!(full, Err(JournalError::Full { .. })), "{records} of {bytes}: {full:?}");
        }
        let change =
            |expect| KeyValueChange { bucket: "b".into(), key: "k".into(), value: Some(vec![7]), expect };
        for (expect, holds) in [(Some(Some(vec![1])), false), (Some(None), true), (Some(None), false)] {
            let records = vec![b"beside".to_vec()];
            let done = call.journal.append_with(JournalScope::Attempt, records, vec![change(expect)]).await;
            let conflict = matches!(done, Err(JournalError::KeyValue(KeyValueError::Conflict { .. })));
            assert_eq!((done.is_ok(), conflict), (holds, !holds), "{done:?}");
        }
        append(vec![b"last".to_vec()]).await.expect("is written");
        assert_eq!(engine.keyvalue().get("b", "k").await.expect("reads"), Some(vec![7]));
        let found = call.journal.read(JournalScope::Attempt).await.expect("reads");
        assert_eq!(found, [&b"note"[..], b"beside", b"last"]);
    });
    assert_eq!(rows(&store), 4, "with the one of the task");
    host.kill();
}
