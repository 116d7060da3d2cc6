//! Jobs with the driver: they are started, asked for and cancelled, also by a host that comes after one that was killed.

mod common;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, Engine, EngineConfig, Fault, JobAnswer, JobEntry, JobOutcome, MAX_HANDLE_BYTES, Metering,
    Payload, StartRequest, TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::{CatalogKind, ExecutionId, MemoryStore, Store};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use common::{BOUND, content, end, kinds};

/// Where the rows of jobs to be cancelled lie.
const CANCELS: CatalogKind = CatalogKind(15);

/// The service that jobs run on, which outlives hosts.
#[derive(Default)]
struct Service {
    /// What each job was called for, by its key.
    jobs: Mutex<HashMap<String, Vec<&'static str>>>,
    /// Jobs end when they are asked for.
    done: AtomicBool,
    /// `start` returns.
    starts: AtomicBool,
    /// `cancel` works.
    cancels: AtomicBool,
}

impl Service {
    fn note(&self, key: &str, what: &'static str) {
        self.jobs.lock().entry(key.to_owned()).or_default().push(what);
    }

    /// Everything that was asked of it so far.
    fn calls(&self) -> Vec<&'static str> {
        self.jobs.lock().values().flatten().copied().collect()
    }

    fn until(&self, what: &'static str) {
        let began = std::time::Instant::now();
        while !self.calls().contains(&what) {
            assert!(began.elapsed() < BOUND, "waited too long for {what}: {:?}", self.calls());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

struct Tasks(Arc<Service>);

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]> {
        Some(if binding.key().contains("task") { [0; 32] } else { [1; 32] })
    }

    fn explain(&self, _: &Binding) -> Fault {
        Fault::default()
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        self.0.note(&call.idempotency_key, "run");
        TaskOutcome { result: Ok("\"ran\"".into()), metering: Metering::default() }
    }

    async fn serves_jobs(&self, component: [u8; 32]) -> bool {
        component == [1; 32]
    }

    async fn job(&self, _: [u8; 32], entry: JobEntry, call: TaskCall) -> JobOutcome {
        let Service { done, starts, cancels, .. } = &*self.0;
        let key = call.idempotency_key;
        let result = match entry {
            JobEntry::Start => {
                self.0.note(&key, "start");
                while !starts.load(Ordering::SeqCst) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                match &*call.resource {
                    "plugin:long.sync" => Ok(JobAnswer::Started("x".repeat(MAX_HANDLE_BYTES + 1))),
                    _ => Ok(JobAnswer::Started(key.clone())),
                }
            }
            JobEntry::Poll(handle) => {
                assert_eq!(*handle, key);
                self.0.note(&key, "poll");
                match done.load(Ordering::SeqCst) {
                    true => Ok(JobAnswer::Succeeded("\"done\"".into())),
                    false => Ok(JobAnswer::Running(Some(1))),
                }
            }
            JobEntry::Cancel(_) => {
                self.0.note(&key, "cancel");
                match cancels.load(Ordering::SeqCst) {
                    true => Ok(JobAnswer::Cancelled),
                    false => Err(Fault::new("Service.Away", "")),
                }
            }
        };
        JobOutcome { result, metering: Metering::default() }
    }
}

/// A host that can be killed: all that it does ends with its runtime, and its store and the service stay.
struct Host {
    runtime: Runtime,
    engine: Arc<Engine>,
}

impl Host {
    fn open(store: &Arc<MemoryStore>, service: &Arc<Service>) -> Host {
        let runtime = Runtime::new().expect("starts");
        let tasks = Arc::new(Tasks(service.clone()));
        let opening = Engine::open(EngineConfig::default(), store.clone(), tasks);
        let engine = runtime.block_on(opening).expect("opens");
        Host { runtime, engine }
    }

    fn start(&self, resource: &str, more: Value) -> ExecutionId {
        let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
        let fields = more.as_object().expect("an object").clone();
        state.as_object_mut().expect("an object").extend(fields);
        let definition = json!({ "StartAt": "J", "States": { "J": state } });
        self.runtime.block_on(async {
            let content = content(&definition);
            let machine = self.engine.catalog().create("m", MachineType::Standard, content, Vec::new(), None);
            let request = StartRequest {
                machine: machine.await.expect("creates"),
                origin: None,
                case: None,
                name: Some("x".into()),
                input: Payload::empty_object(),
            };
            self.engine.start(request).await.expect("starts").id
        })
    }

    fn end(&self, id: ExecutionId) -> Result<Value, Option<String>> {
        let ended = self.runtime.block_on(end(&self.engine, id));
        ended.map_err(|fault| fault.error.map(|error| error.to_string()))
    }

    /// Until nothing is left to be cancelled, of which the engine says the same as its store.
    fn until_cancelled(&self, store: &MemoryStore) {
        self.runtime.block_on(async {
            let cancelled = async {
                while !store.scan(CANCELS, None, 1).await.expect("reads").is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            common::within("all is cancelled", cancelled).await;
            common::within("the engine says so", self.engine.jobs_cancelled()).await;
        });
    }

    fn kill(self) {
        self.runtime.shutdown_timeout(BOUND);
    }
}

fn world(done: bool, starts: bool, cancels: bool) -> (Arc<MemoryStore>, Arc<Service>) {
    let service =
        Service { done: done.into(), starts: starts.into(), cancels: cancels.into(), ..Service::default() };
    (Arc::default(), Arc::new(service))
}

#[test]
fn a_sync_task_is_a_job_where_its_plugin_serves_jobs() {
    let job = ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"];
    let task = ["TaskScheduled", "TaskStarted", "TaskSucceeded"];
    for (resource, output, calls, events) in [
        ("plugin:job.sync", "done", vec!["start", "poll"], job.as_slice()),
        ("arn:aws:states:::ecs:runTask.sync", "done", vec!["start", "poll"], &job),
        ("plugin:task.sync", "ran", vec!["run"], &task),
        ("plugin:job", "ran", vec!["run"], &task),
    ] {
        let (store, service) = world(true, true, true);
        let host = Host::open(&store, &service);
        let id = host.start(resource, json!({}));
        assert_eq!(host.end(id), Ok(json!(output)), "{resource}");
        assert_eq!(service.calls(), calls, "{resource}");
        let found = host.runtime.block_on(kinds(&host.engine, id));
        let found: Vec<&str> =
            found.iter().map(String::as_str).filter(|kind| kind.starts_with("Task")).collect();
        assert_eq!(found, events, "{resource}");
        host.kill();
    }
}

#[test]
fn a_job_outlives_its_host_and_takes_no_memory_between_polls() {
    let (store, service) = world(false, true, true);
    let first = Host::open(&store, &service);
    let id = first.start("plugin:job.sync", json!({}));
    service.until("poll");
    let began = std::time::Instant::now();
    while first.engine.live_executions() > 0 {
        assert!(began.elapsed() < BOUND, "it stays in memory");
        std::thread::sleep(Duration::from_millis(5));
    }
    first.kill();
    service.done.store(true, Ordering::SeqCst);
    let second = Host::open(&store, &service);
    assert_eq!(second.end(id), Ok(json!("done")));
    let calls = service.calls();
    assert_eq!(calls.iter().filter(|call| **call == "start").count(), 1, "{calls:?}");
    assert_eq!(service.jobs.lock().len(), 1);
    second.kill();
}

#[test]
fn a_job_that_nobody_waits_for_is_cancelled() {
    for (name, more, stopped, error) in [
        ("a stop", json!({}), true, None),
        ("a time-out", json!({ "TimeoutSeconds": 2 }), false, Some("States.Timeout")),
    ] {
        let (store, service) = world(false, true, true);
        let host = Host::open(&store, &service);
        let id = host.start("plugin:job.sync", more);
        service.until("poll");
        if stopped {
            host.runtime.block_on(host.engine.stop(id, Fault::default())).expect("stops");
        }
        assert_eq!(host.end(id), Err(error.map(str::to_owned)), "{name}");
        let cancelled = common::within("all is cancelled", host.engine.jobs_cancelled());
        host.runtime.block_on(cancelled);
        assert!(service.calls().contains(&"cancel"), "{name}: whoever waits for it finds it done");
        host.until_cancelled(&store);
        assert_eq!(service.calls().iter().filter(|call| **call == "cancel").count(), 1, "{name}");
        host.kill();
    }
}

#[test]
fn a_cancel_that_fails_is_tried_again_also_by_the_next_host() {
    let (store, service) = world(false, true, false);
    let first = Host::open(&store, &service);
    let id = first.start("plugin:job.sync", json!({}));
    service.until("poll");
    first.runtime.block_on(first.engine.stop(id, Fault::default())).expect("stops");
    service.until("cancel");
    first.kill();
    service.cancels.store(true, Ordering::SeqCst);
    let second = Host::open(&store, &service);
    second.until_cancelled(&store);
    assert!(service.calls().iter().filter(|call| **call == "cancel").count() >= 2);
    assert_eq!(service.jobs.lock().len(), 1, "all calls have the job's key");
    second.kill();
}

#[test]
fn a_job_whose_start_was_given_up_is_cancelled_when_it_has_started() {
    let (store, service) = world(false, false, true);
    let host = Host::open(&store, &service);
    let id = host.start("plugin:job.sync", json!({}));
    service.until("start");
    host.runtime.block_on(host.engine.stop(id, Fault::default())).expect("stops");
    assert_eq!(host.end(id), Err(None));
    service.starts.store(true, Ordering::SeqCst);
    service.until("cancel");
    host.until_cancelled(&store);
    host.kill();
}

#[test]
fn a_handle_that_is_too_long_is_refused_and_its_job_cancelled() {
    let (store, service) = world(false, true, true);
    let host = Host::open(&store, &service);
    let id = host.start("plugin:long.sync", json!({}));
    assert_eq!(host.end(id), Err(Some("Plugin.OutputTooLarge".to_owned())));
    service.until("cancel");
    host.until_cancelled(&store);
    host.kill();
}
