//! Callers from outside: task tokens and workers of activities, on a store in memory, with tasks of the test's own.

mod common;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::core::TaskToken;
use dirigent_engine::{
    ActivityTask, Binding, CallbackError, Engine, EngineConfig, Fault, Metering, Payload, PollError,
    StartRequest, Started, TaskCall, TaskHost, TaskOutcome,
};
use dirigent_store::MemoryStore;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::Notify;

use common::{content, end, kinds, within};

/// `plugin:note` notes its token and returns; `plugin:hold` notes it and returns when it is let.
#[derive(Default)]
struct Tasks {
    tokens: Mutex<Vec<String>>,
    noted: Notify,
    go: Notify,
    held: AtomicUsize,
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]> {
        // The pattern is not part of what a component is looked up by.
        matches!(binding.key(), "plugin:note" | "plugin:hold").then_some([1; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _component: [u8; 32], call: TaskCall) -> TaskOutcome {
        let token = call.token.expect("a task that waits for its token has one");
        let shown: Value = serde_json::from_str(&call.input).expect("input is JSON");
        assert_eq!(shown["token"], json!(token), "the context object shows the same token");
        self.tokens.lock().push(token);
        self.noted.notify_one();
        if call.resource.contains("hold") {
            self.go.notified().await;
            self.held.fetch_add(1, Ordering::SeqCst);
        }
        TaskOutcome { result: Ok("\"submitted\"".into()), metering: Metering::default() }
    }
}

struct World {
    store: Arc<MemoryStore>,
    tasks: Arc<Tasks>,
    engine: Arc<Engine>,
}

impl World {
    async fn new() -> World {
        World::on(Arc::new(MemoryStore::default())).await
    }

    async fn on(store: Arc<MemoryStore>) -> World {
        let tasks = Arc::new(Tasks::default());
        let engine = Engine::open(EngineConfig::default(), store.clone(), tasks.clone()).await;
        World { store, tasks, engine: engine.expect("opens") }
    }

    /// Another host on the same store. The first one is left as it is, as a process that hangs would be.
    async fn again(&self) -> World {
        World::on(self.store.clone()).await
    }

    async fn start(&self, name: &str, resource: &str, more: Value, input: Value) -> Started {
        let machine = match self.engine.catalog().get("m") {
            Some(machine) => machine,
            None => {
                let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
                if resource.starts_with("plugin:") {
                    state["Parameters"] = json!({ "token.$": "$$.Task.Token" });
                }
                if let (Some(state), Value::Object(more)) = (state.as_object_mut(), more) {
                    state.extend(more);
                }
                let definition = json!({ "StartAt": "T", "States": { "T": state } });
                let content = content(&definition);
                let created =
                    self.engine.catalog().create("m", MachineType::Standard, content, Vec::new(), None);
                created.await.expect("creates")
            }
        };
        let input = Payload::from_value(input);
        let request = StartRequest { machine, origin: None, case: None, name: Some(name.into()), input };
        self.engine.start(request).await.expect("starts")
    }

    async fn activity(&self) -> String {
        self.engine.activities().create("a", 0, None, Vec::new()).await.expect("creates");
        self.engine.activity_arn("a")
    }

    /// The token that a plugin was given.
    async fn token(&self) -> TaskToken {
        within("a plugin has a token", self.tasks.noted.notified()).await;
        TaskToken::parse(self.tasks.tokens.lock().last().expect("was noted")).expect("is a token")
    }

    async fn poll(&self) -> ActivityTask {
        let polled = within("a task comes", self.engine.activity_task("a", Some("w".into()))).await;
        polled.expect("polls").expect("is a task")
    }

    async fn end(&self, started: &Started) -> Result<Value, Fault> {
        end(&self.engine, started.id).await
    }

    /// The kinds of an execution's events, in order.
    async fn events(&self, started: &Started) -> Vec<String> {
        kinds(&self.engine, started.id).await
    }

    async fn until(&self, what: &str, holds: impl AsyncFn(&World) -> bool) {
        within(what, async {
            while !holds(self).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

fn output(value: Value) -> Result<Payload, Fault> {
    Ok(Payload::from_value(value))
}

const TOKEN: &str = "plugin:note.waitForTaskToken";

#[tokio::test]
async fn a_token_works_after_a_restart_and_once() {
    let first = World::new().await;
    let started = first.start("x", TOKEN, json!({ "TimeoutSeconds": 600 }), json!({})).await;
    let token = first.token().await;
    first.until("what only waits has left memory", async |world| world.engine.live_executions() == 0).await;
    let second = first.again().await;
    second.engine.return_token(token, output(json!({ "done": true }))).await.expect("is open");
    assert_eq!(second.end(&started).await, Ok(json!({ "done": true })));
    let again = second.engine.return_token(token, output(json!(2))).await;
    assert!(matches!(again, Err(CallbackError::Closed)), "{again:?}");
    let beat = second.engine.beat_token(token).await;
    assert!(matches!(beat, Err(CallbackError::Closed)), "{beat:?}");
    let wanted = [
        "ExecutionStarted",
        "StateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "StateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(second.events(&started).await, wanted);
}

#[tokio::test]
async fn whose_token_it_is_not() {
    let world = World::new().await;
    let started = world.start("x", TOKEN, json!({}), json!({})).await;
    let token = world.token().await;
    let mut other_execution = token;
    other_execution.execution.sequence += 1_000;
    let mut other_frame = token;
    other_frame.frame.0 += 1;
    let cases = [
        ("a guess", TaskToken { nonce: token.nonce ^ 1, ..token }, "Unknown"),
        ("no execution", other_execution, "Unknown"),
        ("no frame", other_frame, "Closed"),
        ("an earlier attempt", TaskToken { generation: token.generation - 1, ..token }, "Closed"),
    ];
    for (what, wrong, wanted) in cases {
        for refused in
            [world.engine.return_token(wrong, output(json!(1))).await, world.engine.beat_token(wrong).await]
        {
            assert_eq!(format!("{:?}", refused.expect_err(what)), wanted, "{what}");
        }
    }
    // A task without a heartbeat takes one all the same, and a stop ends the wait.
    world.engine.beat_token(token).await.expect("is open");
    world.engine.stop(started.id, Fault::default()).await.expect("stops");
    let late = world.engine.return_token(token, output(json!(1))).await;
    assert!(matches!(late, Err(CallbackError::Closed)), "{late:?}");
}

#[tokio::test]
async fn a_token_may_come_back_before_its_plugin_does() {
    let world = World::new().await;
    let started = world.start("x", "plugin:hold.waitForTaskToken", json!({}), json!({})).await;
    let token = world.token().await;
    world.engine.return_token(token, output(json!("early"))).await.expect("is open");
    assert_eq!(world.end(&started).await, Ok(json!("early")));
    // The plugin is not cut off in what it still does.
    world.tasks.go.notify_one();
    world.until("the plugin ends", async |world| world.tasks.held.load(Ordering::SeqCst) == 1).await;
    world.until("it has left memory", async |world| world.engine.live_executions() == 0).await;
    assert!(!world.events(&started).await.contains(&"TaskSubmitted".to_owned()));
}

#[tokio::test]
async fn tasks_that_nobody_returns_time_out() {
    let cases = [
        (json!({ "TimeoutSeconds": 1 }), "States.Timeout"),
        (json!({ "HeartbeatSeconds": 1 }), "States.Timeout"),
        (
            json!({ "HeartbeatSeconds": 1, "Retry": [{ "ErrorEquals": ["States.TaskFailed"] }] }),
            "States.Timeout",
        ),
    ];
    for (more, wanted) in cases {
        let world = World::new().await;
        let started = world.start("x", TOKEN, more.clone(), json!({})).await;
        let fault = world.end(&started).await.expect_err("fails");
        assert_eq!((fault.error.as_deref(), fault.cause), (Some(wanted), None), "{more}");
        let late = world.engine.return_token(world.token().await, output(json!(1))).await;
        assert!(matches!(late, Err(CallbackError::Closed)), "{more}: {late:?}");
    }
}

#[tokio::test]
async fn heartbeats_move_the_clock() {
    let world = World::new().await;
    let arn = world.activity().await;
    let started = world.start("x", &arn, json!({ "HeartbeatSeconds": 2 }), json!(1)).await;
    let token = TaskToken::parse(&world.poll().await.token).expect("is a token");
    for _ in 0..15 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        world.engine.beat_token(token).await.expect("is open");
    }
    world.engine.return_token(token, output(json!("beaten"))).await.expect("is open");
    assert_eq!(world.end(&started).await, Ok(json!("beaten")));
}

#[tokio::test]
async fn each_task_of_an_activity_goes_to_one_worker() {
    const TASKS: usize = 60;
    const WORKERS: usize = 8;
    let world = Arc::new(World::new().await);
    let arn = world.activity().await;
    let left = Arc::new(AtomicUsize::new(TASKS));
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (world, left, seen) = (world.clone(), left.clone(), seen.clone());
            tokio::spawn(async move {
                while left.load(Ordering::SeqCst) > 0 {
                    // A worker that goes away and comes back, as one with a short time-out does.
                    let poll = world.engine.activity_task("a", None);
                    let Ok(polled) = tokio::time::timeout(Duration::from_millis(20), poll).await else {
                        continue;
                    };
                    let Some(task) = polled.expect("polls") else { continue };
                    assert!(seen.lock().insert(task.token.clone()), "a task was handed out twice");
                    left.fetch_sub(1, Ordering::SeqCst);
                    let token = TaskToken::parse(&task.token).expect("is a token");
                    let doubled = task.input.value().as_u64().expect("is a number") * 2;
                    world.engine.return_token(token, output(json!(doubled))).await.expect("is open");
                }
            })
        })
        .collect();
    // Should a poll go just when its task becomes durable, the heartbeat brings the task back.
    let retried = json!({ "HeartbeatSeconds": 5, "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"] }] });
    let mut started = Vec::new();
    for number in 0..TASKS {
        started.push(world.start(&format!("x{number}"), &arn, retried.clone(), json!(number)).await);
    }
    for (number, started) in started.iter().enumerate() {
        assert_eq!(world.end(started).await, Ok(json!(number * 2)));
    }
    for worker in workers {
        within("a worker ends", worker).await.expect("does not panic");
    }
}

#[tokio::test]
async fn a_queue_keeps_its_order_over_a_restart() {
    let first = World::new().await;
    let arn = first.activity().await;
    for number in 0..5 {
        first.start(&format!("x{number}"), &arn, json!({}), json!(number)).await;
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    first.until("what only waits has left memory", async |world| world.engine.live_executions() == 0).await;
    assert_eq!(first.poll().await.input.value(), &json!(0));
    let second = first.again().await;
    for number in 1..5 {
        assert_eq!(second.poll().await.input.value(), &json!(number));
    }
}

#[tokio::test]
async fn a_poll_that_has_gone_takes_no_task() {
    let world = World::new().await;
    let arn = world.activity().await;
    let polled = tokio::time::timeout(Duration::from_millis(50), world.engine.activity_task("a", None)).await;
    assert!(polled.is_err(), "there is no task yet");
    let started = world.start("x", &arn, json!({}), json!("for who is there")).await;
    assert_eq!(world.poll().await.input.value(), &json!("for who is there"));
    assert_eq!(world.events(&started).await.last().map(String::as_str), Some("ActivityStarted"));
}

#[tokio::test]
async fn a_poll_waits_for_a_task_that_comes_later() {
    let world = Arc::new(World::new().await);
    let arn = world.activity().await;
    let poller = tokio::spawn({
        let world = world.clone();
        async move { world.poll().await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    world.start("x", &arn, json!({}), json!("later")).await;
    assert_eq!(within("the poll ends", poller).await.expect("polls").input.value(), &json!("later"));
}

#[tokio::test]
async fn polls_end_when_the_host_is_about_to_stop() {
    let world = Arc::new(World::new().await);
    let arn = world.activity().await;
    let poller = tokio::spawn({
        let world = world.clone();
        async move { world.engine.activity_task("a", None).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    world.engine.end_polls();
    assert!(within("the poll ends", poller).await.expect("polls").expect("polls").is_none());
    assert!(
        within("a later poll ends", world.engine.activity_task("a", None)).await.expect("polls").is_none()
    );
    // What waits is for the next host.
    world.start("x", &arn, json!({}), json!(1)).await;
    assert_eq!(world.again().await.poll().await.input.value(), &json!(1));
}

#[tokio::test]
async fn tasks_leave_the_queue_with_their_execution() {
    let world = World::new().await;
    let arn = world.activity().await;
    let stopped = world.start("x", &arn, json!({}), json!("stopped")).await;
    world.engine.stop(stopped.id, Fault::default()).await.expect("stops");
    tokio::time::sleep(Duration::from_millis(3)).await;
    world.start("y", &arn, json!({}), json!("next")).await;
    assert_eq!(world.poll().await.input.value(), &json!("next"));
}

#[tokio::test]
async fn an_activity_that_is_not_there() {
    let world = World::new().await;
    let arn = world.activity().await;
    world.engine.activities().delete("a").await.expect("deletes");
    let polled = world.engine.activity_task("a", None).await;
    assert!(matches!(polled, Err(PollError::NoSuchActivity(_))), "{polled:?}");
    let started = world.start("x", &arn, json!({}), json!({})).await;
    let fault = world.end(&started).await.expect_err("fails");
    assert_eq!(fault.error.as_deref(), Some("States.Runtime"));
    assert!(fault.cause.is_some_and(|cause| cause.ends_with(&format!("The activity {arn} does not exist."))));
}
