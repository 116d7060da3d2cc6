//! A plugin with effects, and a host that stops at each place of its journal: every effect happens once, or the task says
//! that it does not know. None happens twice.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use dirigent_runtime::{
    Call, Journal, JournalError, JournalScope, KeyValueChange, KeyValueStore, Outcome, Runtime,
};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::{
    server::counting,
    support::{House, PATIENCE, context, output},
};

/// What the host has on its disk.
#[derive(Default)]
struct Disk {
    attempt: Vec<Vec<u8>>,
    task: Vec<Vec<u8>>,
    buckets: BTreeMap<String, Vec<u8>>,
}

/// A host's journal that stops before or after a write, as a host does that is killed: nothing goes on from there.
struct Dying {
    disk: Arc<Mutex<Disk>>,
    writes: AtomicUsize,
    /// The write at which it stops, and whether that write is still done.
    stop: Option<(usize, bool)>,
    stopped: tokio::sync::Notify,
}

impl Dying {
    fn over(disk: &Arc<Mutex<Disk>>, stop: Option<(usize, bool)>) -> Arc<Self> {
        Arc::new(Self {
            disk: Arc::clone(disk),
            writes: AtomicUsize::new(0),
            stop,
            stopped: Default::default(),
        })
    }

    async fn write(&self, write: impl FnOnce(&mut Disk)) {
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        match self.stop {
            Some((stop, done)) if number >= stop => {
                if number == stop && done {
                    write(&mut self.disk.lock());
                }
                self.stopped.notify_one();
                std::future::pending().await
            }
            _ => write(&mut self.disk.lock()),
        }
    }
}

#[async_trait]
impl Journal for Dying {
    async fn read(&self, scope: JournalScope) -> Result<Vec<Vec<u8>>, JournalError> {
        let disk = self.disk.lock();
        Ok(match scope {
            JournalScope::Attempt => disk.attempt.clone(),
            JournalScope::Task => disk.task.clone(),
        })
    }

    async fn append(
        &self,
        scope: JournalScope,
        records: Vec<Vec<u8>>,
        changes: Vec<KeyValueChange>,
    ) -> Result<(), JournalError> {
        self.write(|disk| {
            match scope {
                JournalScope::Attempt => disk.attempt.extend(records),
                JournalScope::Task => disk.task.extend(records),
            }
            for change in changes {
                let key = format!("{}/{}", change.bucket, change.key);
                match change.value {
                    Some(value) => disk.buckets.insert(key, value),
                    None => disk.buckets.remove(&key),
                };
            }
        })
        .await;
        Ok(())
    }
}

#[async_trait]
impl KeyValueStore for Dying {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.disk.lock().buckets.get(&format!("{bucket}/{key}")).cloned())
    }

    async fn keys(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<String>, JournalError> {
        Ok(Vec::new())
    }

    async fn change(&self, _: Vec<KeyValueChange>) -> Result<(), JournalError> {
        panic!("with a journal every change goes through it")
    }
}

/// Run until it ends or the host stops; None when it stopped.
async fn run(runtime: &Runtime, journal: &Arc<Dying>, input: &Value) -> Option<Outcome> {
    let digest = runtime
        .resolve("plugin:caller")
        .unwrap_or_else(|| panic!("{}", runtime.explain_missing("plugin:caller")));
    let mut call = Call::new(context("plugin:caller"), input.to_string());
    call.journal = Some(Arc::clone(journal) as Arc<dyn Journal>);
    call.keyvalue = Some(Arc::clone(journal) as Arc<dyn KeyValueStore>);
    let ended = async {
        tokio::select! {
            outcome = runtime.call(digest, call) => Some(outcome),
            () = journal.stopped.notified() => None,
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("an end within a minute")
}

const MANIFEST: &str = "[asks]\nhttp = [\"http://127.0.0.1:PORT\"]\nkeyvalue = [\"b\"]";

/// The directory goes when the first of these does.
async fn house(port: u16, manifest: &str) -> (House, Arc<Runtime>) {
    let mut house = House::with(&["caller"]);
    house.manifest("caller", "1.0.0", &manifest.replace("PORT", &port.to_string()));
    let allow = format!("allow = [{{ http = [\"http://127.0.0.1:{port}\"], keyvalue = [\"*\"] }}]");
    house.allow(&allow);
    let runtime = house.open().await;
    (house, runtime)
}

/// Ten requests, with the clock, randomness and a bucket between them, and steps around some.
fn scenario(port: u16) -> Value {
    let mut operations = Vec::new();
    for n in 0..10 {
        operations.push(json!({ "do": "clock" }));
        operations.push(json!({ "do": "random" }));
        let request = json!({ "do": "http", "method": "POST", "url": format!("http://127.0.0.1:{port}/{n}"), "body": "x" });
        match n {
            3 => operations.push(json!({ "do": "step", "name": "three", "operations": [request] })),
            _ => operations.push(request),
        }
        operations.push(json!({ "do": "kv-increment", "bucket": "b", "key": "count", "delta": 1 }));
        operations.push(json!({ "do": "kv-get", "bucket": "b", "key": "count" }));
    }
    json!({ "operations": operations })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_stops_at_every_place() {
    let (server, counts) = counting().await;
    let (_house, runtime) = house(server.port(), MANIFEST).await;
    let input = scenario(server.port());
    let whole = Dying::over(&Arc::default(), None);
    let expected = output(&run(&runtime, &whole, &input).await.unwrap());
    assert_eq!(expected["answers"].as_array().unwrap().len(), 50);
    let writes = whole.writes.load(Ordering::SeqCst);
    assert!(writes >= 30, "an intent, an answer and a change for each: {writes}");

    let (mut finished, mut in_doubt, mut step_in_doubt) = (0, 0, 0);
    for stop in 0..writes {
        for done in [false, true] {
            let before = counts.all();
            let disk = Arc::default();
            let first = run(&runtime, &Dying::over(&disk, Some((stop, done))), &input).await;
            assert!(first.is_none(), "it stops at write {stop}");
            // The request under way may still reach the server after the host is gone.
            tokio::task::yield_now().await;
            let second = run(&runtime, &Dying::over(&disk, None), &input).await.unwrap();
            let after = counts.all();
            let effects: Vec<u32> = (0..10)
                .map(|n| {
                    let name = format!("POST /{n}");
                    after.get(&name).unwrap_or(&0) - before.get(&name).unwrap_or(&0)
                })
                .collect();
            assert!(effects.iter().all(|count| *count <= 1), "write {stop}, done {done}: {effects:?}");
            match second.result {
                Ok(_) => {
                    finished += 1;
                    assert_eq!(effects, [1; 10], "write {stop}, done {done}");
                    assert_eq!(disk.lock().buckets["b/count"], b"10");
                }
                Err(failure) if failure.cause.starts_with('{') => {
                    in_doubt += 1;
                    assert_eq!(failure.error, "Plugin.InDoubt", "write {stop}, done {done}: {failure}");
                    let cause: Value = serde_json::from_str(&failure.cause).unwrap();
                    assert_eq!(cause["request"]["method"], "POST");
                    assert!(
                        cause["idempotencyKey"].as_str().unwrap().starts_with("one:Charge:1-"),
                        "{cause}"
                    );
                }
                Err(failure) => {
                    step_in_doubt += 1;
                    assert_eq!(failure.error, "Plugin.InDoubt", "write {stop}, done {done}: {failure}");
                    assert!(failure.cause.contains("three"), "{failure}");
                }
            }
        }
    }
    // Where the intent is written and the answer is not: twice for each request, after the one and before the other. And where
    // the task knows that the step has begun, and the attempt does not yet.
    assert_eq!((finished, in_doubt, step_in_doubt), (2 * writes - 22, 20, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_may_be_repeated_is() {
    let (server, counts) = counting().await;
    let manifest = MANIFEST
        .replace("\"http://127.0.0.1:PORT\"", "{ rule = \"http://127.0.0.1:PORT\", idempotent = true }");
    let (_house, runtime) = house(server.port(), &manifest).await;
    let input = scenario(server.port());
    // The first write is the first request's intent.
    let disk = Arc::default();
    assert!(run(&runtime, &Dying::over(&disk, Some((1, false))), &input).await.is_none());
    let second = run(&runtime, &Dying::over(&disk, None), &input).await.unwrap();
    assert_eq!(output(&second)["answers"].as_array().unwrap().len(), 50);
    assert_eq!(counts.all()["POST /0"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_does_something_else() {
    let (server, _) = counting().await;
    let (_house, runtime) = house(server.port(), MANIFEST).await;
    let other = |path: &str| {
        json!({ "operations": [
            { "do": "http", "method": "POST", "url": format!("http://127.0.0.1:{}/{path}", server.port()), "body": "x" },
            { "do": "kv-set", "bucket": "b", "key": "k", "value": "v" },
        ] })
    };
    for input in [other("b"), json!({ "operations": [{ "do": "clock" }] }), json!({ "operations": [] })] {
        let disk = Arc::default();
        assert!(run(&runtime, &Dying::over(&disk, Some((2, false))), &other("a")).await.is_none());
        let second = run(&runtime, &Dying::over(&disk, None), &input).await.unwrap();
        let failure = second.result.unwrap_err();
        assert_eq!(failure.error, "Plugin.Diverged", "{failure}");
    }
}
