//! Budgets of fuel: what attempts may use, which budget is told to be exhausted, and what is known of it after a restart.

mod common;

use std::sync::Arc;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, EXECUTION_FUEL_TAG, Engine, EngineConfig, Fault, Metering, Payload, StartRequest, TASK_FUEL_TAG,
    TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::{ExecutionId, MemoryStore};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use common::{BOUND, content, end};

/// What each attempt needs.
const COST: u64 = 40;

/// Tasks that need [`COST`], and never end in the state of a name.
#[derive(Default)]
struct Tasks {
    hangs_in: &'static str,
    /// The limit that each attempt was given.
    limits: Mutex<Vec<Option<u64>>>,
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([0; 32])
    }

    fn explain(&self, _: &Binding) -> Fault {
        Fault::default()
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        self.limits.lock().push(call.fuel.as_ref().map(|limit| limit.units));
        if *call.state_name == *self.hangs_in {
            std::future::pending::<()>().await;
        }
        let short = call.fuel.filter(|limit| limit.units < COST);
        let fuel = short.as_ref().map_or(COST, |limit| limit.units);
        let result = match short {
            None => Ok("1".into()),
            Some(limit) => Err(Fault::new("Plugin.OutOfFuel", limit.advice)),
        };
        TaskOutcome { result, metering: Metering { fuel, ..Metering::default() } }
    }
}

struct Host {
    runtime: Runtime,
    engine: Arc<Engine>,
    tasks: Arc<Tasks>,
}

impl Host {
    fn open(store: &Arc<MemoryStore>, hangs_in: &'static str) -> Host {
        let runtime = Runtime::new().expect("starts");
        let tasks = Arc::new(Tasks { hangs_in, ..Tasks::default() });
        let opening = Engine::open(EngineConfig::default(), store.clone(), tasks.clone());
        let engine = runtime.block_on(opening).expect("opens");
        Host { runtime, engine, tasks }
    }

    fn start(&self, definition: &Value, tags: &[(&str, u64)]) -> ExecutionId {
        let tags = tags.iter().map(|(name, units)| ((*name).to_owned(), units.to_string())).collect();
        self.runtime.block_on(async {
            let machine =
                self.engine.catalog().create("m", MachineType::Standard, content(definition), tags, None);
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

    fn end(&self, id: ExecutionId) -> Result<Value, Fault> {
        self.runtime.block_on(end(&self.engine, id))
    }

    fn limits(&self) -> Vec<Option<u64>> {
        self.tasks.limits.lock().clone()
    }
}

/// Three tasks, one after the other; `more` is added to the last.
fn three(more: Value) -> Value {
    let task = |next: Value| {
        let mut state = json!({ "Type": "Task", "Resource": "plugin:p" });
        state.as_object_mut().expect("an object").extend(next.as_object().expect("an object").clone());
        state
    };
    let mut last = json!({ "End": true });
    last.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({ "StartAt": "A", "States": {
        "A": task(json!({ "Next": "B", "Catch": [{ "ErrorEquals": ["Never"], "Next": "Short" }] })), "B": task(json!({ "Next": "C" })), "C": task(last),
        "Short": { "Type": "Pass", "Result": "short", "End": true },
    } })
}

#[test]
fn attempts_get_what_their_budgets_leave() {
    let catches = json!({ "Catch": [{ "ErrorEquals": ["Plugin.OutOfFuel"], "Next": "Short" }] });
    let retries =
        json!({ "Retry": [{ "ErrorEquals": ["Plugin.OutOfFuel"], "MaxAttempts": 1, "IntervalSeconds": 1 }] });
    let (task, execution) = (TASK_FUEL_TAG, EXECUTION_FUEL_TAG);
    let none = json!({});
    // The tags; what is added to the last task; the limits of the attempts; the output, or what the cause has.
    type Case<'a> = (&'a [(&'a str, u64)], &'a Value, &'a [Option<u64>], Result<Value, &'a [&'a str]>);
    let cases: [Case<'_>; 10] = [
        (&[], &none, &[None, None, None], Ok(json!(1))),
        (&[("owner", 5)], &none, &[None, None, None], Ok(json!(1))),
        (&[(task, 40)], &none, &[Some(40); 3], Ok(json!(1))),
        (&[(task, 39)], &none, &[Some(39)], Err(&["budget of a task", task])),
        (&[(execution, 120)], &none, &[Some(120), Some(80), Some(40)], Ok(json!(1))),
        (
            &[(execution, 119)],
            &none,
            &[Some(119), Some(79), Some(39)],
            Err(&["budget is 119 units, and 80 were used before", execution]),
        ),
        (&[(execution, 80)], &none, &[Some(80), Some(40)], Err(&["the task did not run", execution])),
        (&[(task, 60), (execution, 90)], &none, &[Some(60), Some(50), Some(10)], Err(&[execution])),
        (&[(execution, 119)], &catches, &[Some(119), Some(79), Some(39)], Ok(json!("short"))),
        (
            &[(execution, 119)],
            &retries,
            &[Some(119), Some(79), Some(39)],
            Err(&["the task did not run", execution]),
        ),
    ];
    for (tags, more, limits, wanted) in cases {
        let host = Host::open(&Arc::default(), "");
        let ended = host.end(host.start(&three(more.clone()), tags));
        assert_eq!(host.limits(), limits, "{tags:?} {more}");
        match (ended, wanted) {
            (Ok(output), Ok(wanted)) => assert_eq!(output, wanted, "{tags:?} {more}"),
            (Err(fault), Err(parts)) => {
                assert_eq!(fault.error.as_deref(), Some("Plugin.OutOfFuel"), "{tags:?} {more}");
                let cause = fault.cause.unwrap_or_default();
                assert!(parts.iter().all(|part| cause.contains(part)), "{tags:?} {more}: {cause}");
            }
            (ended, _) => panic!("{tags:?} {more}: {ended:?}"),
        }
    }
}

#[test]
fn a_restarted_host_knows_what_was_used_before() {
    for hangs_in in ["B", "C"] {
        let store: Arc<MemoryStore> = Arc::default();
        let host = Host::open(&store, hangs_in);
        let id = host.start(&three(json!({})), &[(EXECUTION_FUEL_TAG, 119)]);
        let before = if hangs_in == "B" { 2 } else { 3 };
        let began = std::time::Instant::now();
        while host.limits().len() < before {
            assert!(began.elapsed() < BOUND, "waited too long for {hangs_in}: {:?}", host.limits());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // All that it does ends with its runtime.
        drop(host);
        let host = Host::open(&store, "");
        let fault = host.end(id).expect_err("it has not the fuel for C");
        assert_eq!(fault.error.as_deref(), Some("Plugin.OutOfFuel"));
        let limits = [Some(79), Some(39)];
        assert_eq!(host.limits(), limits[before - 2..], "{hangs_in}");
    }
}
