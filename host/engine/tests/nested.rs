//! Executions that tasks start: what comes back, what a stop takes with it, and what a restarted host goes on with.

mod common;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, Engine, EngineConfig, EventKind, Fault, Payload, StartRequest, Started, TaskCall, TaskHost,
    TaskOutcome,
};
use dirigent_store::{ExecutionId, MemoryStore};
use serde_json::{Value, json};

use common::{content, end, within};

/// These tests need no components.
struct NoTasks;

#[async_trait]
impl TaskHost for NoTasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        None
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _: [u8; 32], _: TaskCall) -> TaskOutcome {
        panic!("there is no component to call")
    }
}

struct World {
    store: Arc<MemoryStore>,
    engine: Arc<Engine>,
}

impl World {
    async fn on(store: Arc<MemoryStore>) -> World {
        let engine = Engine::open(EngineConfig::default(), store.clone(), Arc::new(NoTasks)).await;
        World { store, engine: engine.expect("opens") }
    }

    async fn new() -> World {
        World::on(Arc::new(MemoryStore::default())).await
    }

    async fn machine(&self, name: &str, definition: Value) -> String {
        let content = content(&definition);
        let created =
            self.engine.catalog().create(name, MachineType::Standard, content, Vec::new(), None).await;
        created.expect("creates");
        self.engine.state_machine_arn(name)
    }

    /// A machine whose one task starts `child`.
    async fn parent(&self, suffix: &str, child: &str, more: Value) -> Started {
        let mut parameters = json!({ "StateMachineArn": child, "Input.$": "$" });
        parameters.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let state = json!({ "Type": "Task", "Resource": format!("arn:aws:states:::states:startExecution{suffix}"),
            "Parameters": parameters, "End": true });
        self.machine("parent", json!({ "StartAt": "S", "States": { "S": state } })).await;
        let machine = self.engine.catalog().get("parent").expect("was created");
        let request = StartRequest {
            machine,
            origin: None,
            case: None,
            name: None,
            input: Payload::from_value(json!({ "n": 1 })),
        };
        self.engine.start(request).await.expect("starts")
    }

    async fn end(&self, id: ExecutionId) -> Result<Value, Fault> {
        end(&self.engine, id).await
    }

    async fn kinds(&self, id: ExecutionId) -> Vec<&'static str> {
        let page = self.engine.history(id, 1, u64::MAX, 100, false).await.expect("reads");
        page.events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::TaskScheduled { .. } => Some("scheduled"),
                EventKind::TaskStarted { .. } => Some("started"),
                EventKind::TaskSubmitted { .. } => Some("submitted"),
                EventKind::TaskSucceeded { .. } => Some("succeeded"),
                EventKind::TaskFailed { .. } => Some("failed"),
                EventKind::TaskTimedOut { .. } => Some("timed out"),
                _ => None,
            })
            .collect()
    }

    /// The only execution of a machine, once it has begun.
    async fn only(&self, machine: &str) -> ExecutionId {
        let machine = self.engine.catalog().get(machine).expect("exists").id;
        within("it begins", async {
            loop {
                let all =
                    self.engine.list(machine, None, None, 10, &|_, _| true).await.expect("reads").executions;
                assert!(all.len() < 2, "it was started twice");
                if let Some((id, _)) = all.first() {
                    return *id;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
    }
}

fn pass() -> Value {
    json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "Result": { "out": true }, "End": true } } })
}

fn wait(seconds: u64) -> Value {
    json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": seconds, "End": true } } })
}

#[tokio::test]
async fn what_comes_back() {
    for (suffix, output) in [
        ("", None),
        (".sync", Some((json!("{\"n\":1}"), json!("{\"out\":true}")))),
        (".sync:2", Some((json!({ "n": 1 }), json!({ "out": true })))),
    ] {
        let world = World::new().await;
        let child = world.machine("child", pass()).await;
        let parent = world.parent(suffix, &child, json!({ "Name": "named" })).await;
        let result = world.end(parent.id).await.expect("succeeds");
        let arn = world.engine.execution_arn("child", "named");
        assert_eq!(result["ExecutionArn"], json!(arn), "{suffix}");
        match output {
            None => {
                assert!(result["StartDate"].is_number() && result["SdkHttpMetadata"].is_object());
                assert_eq!(world.kinds(parent.id).await, ["scheduled", "started", "succeeded"]);
            }
            Some((input, output)) => {
                assert_eq!((&result["Input"], &result["Output"]), (&input, &output), "{suffix}");
                assert_eq!(result["Status"], "SUCCEEDED");
                assert_eq!(world.kinds(parent.id).await, ["scheduled", "started", "submitted", "succeeded"]);
            }
        }
    }
}

#[tokio::test]
async fn a_failure_is_the_tasks() {
    let world = World::new().await;
    let fail =
        json!({ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "Mine", "Cause": "so" } } });
    let child = world.machine("child", fail).await;
    let parent = world.parent(".sync", &child, json!({})).await;
    let fault = world.end(parent.id).await.expect_err("fails");
    assert_eq!(fault.error.as_deref(), Some("States.TaskFailed"));
    let cause: Value = serde_json::from_str(fault.cause.as_deref().expect("has a cause")).expect("is JSON");
    assert_eq!(
        (&cause["Error"], &cause["Cause"], &cause["Status"]),
        (&json!("Mine"), &json!("so"), &json!("FAILED"))
    );
}

#[tokio::test]
async fn what_cannot_be_started() {
    for (more, error) in [
        (
            json!({ "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:none" }),
            "StepFunctions.StateMachineDoesNotExistException",
        ),
        (json!({ "Input": "{" , "Input.$": null }), "StepFunctions.InvalidExecutionInputException"),
    ] {
        let world = World::new().await;
        let child = world.machine("child", pass()).await;
        let mut more = more;
        // A template has a member or its path, not both.
        if more["Input.$"].is_null() && more.get("Input").is_some() {
            more = json!({ "Input.$": "States.Format('nothing')" });
        }
        let parent = world.parent("", &child, more).await;
        let fault = world.end(parent.id).await.expect_err("fails");
        assert_eq!(fault.error.as_deref(), Some(error), "{fault:?}");
    }
}

#[tokio::test]
async fn a_stop_takes_the_started_execution_with_it() {
    let world = World::new().await;
    let child = world.machine("child", wait(3_600)).await;
    let parent = world.parent(".sync", &child, json!({})).await;
    let started = world.only("child").await;
    world.engine.stop(parent.id, Fault::default()).await.expect("stops");
    world.end(started).await.expect_err("was stopped");
}

#[tokio::test]
async fn a_restarted_host_goes_on_waiting() {
    for submitted in [true, false] {
        let world = World::new().await;
        let child = world.machine("child", wait(1)).await;
        let parent = world.parent(".sync:2", &child, json!({})).await;
        let started = world.only("child").await;
        if submitted {
            within("the start is in the parent's history", async {
                while !world.kinds(parent.id).await.contains(&"submitted") {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
            .await;
        }
        // Another host on the same store. Without its engine the first one fires no timers.
        let World { store, engine } = world;
        drop(engine);
        let again = World::on(store).await;
        let result = again.end(parent.id).await.expect("succeeds");
        assert_eq!(result["Status"], "SUCCEEDED");
        assert_eq!(again.only("child").await, started, "it was started once");
    }
}
