//! Test cases: executions whose tasks have mocked responses.

mod common;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dirigent_engine::catalog::{MachineType, StateMachine};
use dirigent_engine::core::{Responses, Status, TaskToken, TestCase};
use dirigent_engine::{
    Binding, Engine, EngineConfig, EngineError, Fault, Metering, Payload, RedriveRequest, StartRequest,
    Started, TaskCall, TaskHost, TaskOutcome, TestCases,
};
use dirigent_store::MemoryStore;
use serde_json::{Value, json};

use common::{content, end, kinds, within};

/// Every task that is run says so.
#[derive(Default)]
struct Tasks {
    calls: AtomicUsize,
}

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([0; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _: [u8; 32], _: TaskCall) -> TaskOutcome {
        self.calls.fetch_add(1, Ordering::SeqCst);
        TaskOutcome { result: Ok("\"run\"".into()), metering: Metering::default() }
    }
}

type Outcome = Result<Value, (&'static str, &'static str)>;

fn responses(responses: &[(RangeInclusive<u32>, Outcome)]) -> Responses {
    let payload = |outcome: &Outcome| {
        outcome.clone().map(Payload::from_value).map_err(|(error, cause)| Fault::new(error, cause))
    };
    let responses = responses.iter().map(|(range, outcome)| (range.clone(), payload(outcome))).collect();
    Responses::new(responses).expect("are sound")
}

/// A response for each invocation: its number.
fn numbers(count: u32) -> Responses {
    let number = |n| (n..=n, Ok(json!(n)));
    responses(&(0..count).map(number).collect::<Vec<_>>())
}

/// The test case `C` of the machine `m`, whose states have these responses.
fn case<const N: usize>(states: [(&str, Responses); N]) -> TestCases {
    let states = states.map(|(name, responses)| (name.into(), responses));
    let mut cases = TestCases::default();
    cases.insert("m", TestCase::new("C", BTreeMap::from(states)));
    cases
}

/// A machine of one Task.
fn task(resource: &str, more: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
    if let (Some(state), Value::Object(more)) = (state.as_object_mut(), more) {
        state.extend(more);
    }
    json!({ "StartAt": "T", "States": { "T": state } })
}

struct World {
    store: Arc<MemoryStore>,
    tasks: Arc<Tasks>,
    engine: Arc<Engine>,
}

impl World {
    async fn new(test_cases: TestCases) -> World {
        World::on(Arc::default(), test_cases).await
    }

    async fn on(store: Arc<MemoryStore>, test_cases: TestCases) -> World {
        let tasks = Arc::new(Tasks::default());
        let config = EngineConfig { test_cases, ..EngineConfig::default() };
        let engine = Engine::open(config, store.clone(), tasks.clone()).await.expect("opens");
        World { store, tasks, engine }
    }

    /// Another host on the same store, which has no mock configuration. The first one is left as it is, as a process that
    /// hangs would be.
    async fn again(&self) -> World {
        World::on(self.store.clone(), TestCases::default()).await
    }

    async fn machine(&self, name: &str, kind: MachineType, definition: Value) -> Arc<StateMachine> {
        let content = content(&definition);
        self.engine.catalog().create(name, kind, content, Vec::new(), None).await.expect("creates")
    }

    /// What a start of `m` as the test case `C` asks for.
    async fn request(&self, name: &str) -> StartRequest {
        let arn = format!("{}#C", self.engine.state_machine_arn("m"));
        let target = self.engine.target(&arn).await.expect("has the test case").expect("exists");
        let (machine, origin, case) = (target.machine, target.origin, target.case);
        StartRequest { machine, origin, case, name: Some(name.into()), input: Payload::from_text("[0,1,2]") }
    }

    /// Creates `m`, and starts it as its test case `C`.
    async fn start(&self, definition: Value) -> Started {
        self.machine("m", MachineType::Standard, definition).await;
        self.engine.start(self.request("x").await).await.expect("starts")
    }

    async fn end(&self, started: &Started) -> Result<Value, Fault> {
        end(&self.engine, started.id).await
    }

    /// The kinds of the events between a state's entry and its end.
    async fn events(&self, started: &Started) -> Vec<String> {
        let events = kinds(&self.engine, started.id).await.into_iter();
        events.filter(|name| name.starts_with("Task") || name.starts_with("Activity")).collect()
    }

    fn calls(&self) -> usize {
        self.tasks.calls.load(Ordering::SeqCst)
    }

    /// The activity that executions stand still at until a worker comes.
    async fn barrier(&self) -> String {
        self.engine.activities().create("barrier", 0, None, Vec::new()).await.expect("creates");
        self.engine.activity_arn("barrier")
    }

    /// A worker takes the task of an execution that stands there. What the execution did before is durable.
    async fn taken(&self) -> TaskToken {
        let task = within("a task comes", self.engine.activity_task("barrier", None)).await;
        TaskToken::parse(&task.expect("polls").expect("is a task").token).expect("is a token")
    }

    /// The worker is done, and the execution goes on.
    async fn pass(&self, token: TaskToken) {
        self.engine.return_token(token, Ok(Payload::empty_object())).await.expect("is open");
    }
}

const LAMBDA: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";
const LAMBDA_INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// A resource, what comes of its task, how it starts and ends in the history, and how its execution ends.
type Mocked = (&'static str, Outcome, &'static str, &'static str, Result<Value, &'static str>);

/// Events as in the recordings of AWS, whichever way a task goes.
#[tokio::test]
async fn a_mocked_task_has_its_events_and_runs_nothing() {
    let answer = json!({ "StatusCode": 200, "Payload": { "a": 1 } });
    let activity = "arn:aws:states:us-east-1:000000000000:activity:nowhere";
    let plain = "TaskStarted";
    let submitted = "TaskStarted TaskSubmitted";
    let cases: [Mocked; 11] = [
        ("plugin:p", Ok(json!(1)), plain, "TaskSucceeded", Ok(json!(1))),
        (LAMBDA, Ok(answer.clone()), plain, "TaskSucceeded", Ok(json!({ "a": 1 }))),
        (LAMBDA_INVOKE, Ok(answer.clone()), plain, "TaskSucceeded", Ok(answer.clone())),
        ("plugin:p.waitForTaskToken", Ok(json!("s")), submitted, "TaskSucceeded", Ok(json!("s"))),
        ("arn:aws:states:::glue:startJobRun.sync", Ok(json!({})), submitted, "TaskSucceeded", Ok(json!({}))),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            Ok(json!({})),
            submitted,
            "TaskSucceeded",
            Ok(json!({})),
        ),
        (activity, Ok(json!(1)), "ActivityStarted", "TaskSucceeded", Ok(json!(1))),
        (LAMBDA, Err(("E", "why")), plain, "TaskFailed", Err("E")),
        ("plugin:p.waitForTaskToken", Err(("E", "why")), submitted, "TaskFailed", Err("E")),
        (activity, Err(("E", "why")), "ActivityStarted", "TaskFailed", Err("E")),
        ("plugin:p", Err(("States.Timeout", "late")), plain, "TaskTimedOut", Err("States.Timeout")),
    ];
    for (resource, outcome, way, end, wanted) in cases {
        let world = World::new(case([("T", responses(&[(0..=0, outcome)]))])).await;
        let parameters = match resource {
            LAMBDA_INVOKE => json!({ "Parameters": { "FunctionName": "f" } }),
            other if other.ends_with(".waitForTaskToken") => {
                json!({ "Parameters": { "token.$": "$$.Task.Token" } })
            }
            other if other.contains("startExecution") => json!({ "Parameters": { "StateMachineArn": "a" } }),
            _ => json!({}),
        };
        let started = world.start(task(resource, parameters)).await;
        let ended = world.end(&started).await.map_err(|fault| fault.error.unwrap_or_default().to_string());
        assert_eq!(ended, wanted.map_err(str::to_owned), "{resource}");
        assert_eq!(
            world.events(&started).await.join(" "),
            format!("TaskScheduled {way} {end}"),
            "{resource}"
        );
        assert_eq!(world.calls(), 0, "{resource}");
    }
}

#[tokio::test]
async fn an_invocation_without_a_response_fails_the_execution() {
    let world = World::new(case([("T", responses(&[(0..=0, Err(("E", "why")))]))])).await;
    let handled = json!({
        "Retry": [{ "ErrorEquals": ["E"], "IntervalSeconds": 1 }],
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }]
    });
    let mut definition = task("plugin:p", handled);
    definition["States"]["Caught"] = json!({ "Type": "Succeed" });
    let started = world.start(definition).await;
    let fault = world.end(&started).await.expect_err("fails");
    assert_eq!(fault.error.as_deref(), Some("States.Runtime"));
    let cause = fault.cause.unwrap_or_default();
    assert!(cause.contains("'C' has no mocked response for invocation 1 of the state 'T'"), "{cause}");
    assert_eq!(world.calls(), 0);
}

#[tokio::test]
async fn states_that_a_test_case_does_not_name_run_as_ever() {
    let world = World::new(case([("T", numbers(1)), ("Nowhere", numbers(1))])).await;
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:p", "ResultPath": "$[0]", "Next": "N" },
        "N": { "Type": "Task", "Resource": "plugin:p", "ResultPath": "$[1]", "End": true }
    } });
    let started = world.start(definition).await;
    assert_eq!(world.end(&started).await, Ok(json!([0, "run", 2])));
    assert_eq!(world.calls(), 1);
    // The machine's own executions are no test cases.
    let machine = world.engine.catalog().get("m").expect("exists");
    let input = Payload::from_text("[0,1,2]");
    let request = StartRequest { machine, origin: None, case: None, name: None, input };
    let started = world.engine.start(request).await.expect("starts");
    assert_eq!(world.end(&started).await, Ok(json!(["run", "run", 2])));
}

/// Each host stops between two invocations, and the next one has no mock configuration.
#[tokio::test]
async fn invocations_go_on_counting_after_a_restart() {
    let failing = || Err(("E", "not yet"));
    let responses =
        responses(&[(0..=0, failing()), (1..=1, Ok(json!(1))), (2..=3, failing()), (4..=4, Ok(json!(4)))]);
    let first = World::new(case([("T", responses)])).await;
    let retry = json!([{ "ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1.0 }]);
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:p", "Retry": retry, "Next": "B" },
        "B": { "Type": "Task", "Resource": first.barrier().await, "ResultPath": null, "Next": "C" },
        "C": { "Type": "Choice", "Choices": [{ "Variable": "$", "NumericEquals": 4, "Next": "D" }], "Default": "T" },
        "D": { "Type": "Succeed" }
    } });
    let started = first.start(definition).await;
    let token = first.taken().await;
    let second = first.again().await;
    second.pass(token).await;
    let token = second.taken().await;
    let third = second.again().await;
    third.pass(token).await;
    assert_eq!(third.end(&started).await, Ok(json!(4)));
    assert_eq!([&first, &second, &third].map(|world| world.calls()), [0; 3]);
}

/// Also by another host.
#[tokio::test]
async fn invocations_go_on_counting_in_a_redrive() {
    let failing = || (0..=1, Err(("E", "why")));
    let world = World::new(case([("T", responses(&[failing(), (2..=2, Ok(json!("done")))]))])).await;
    let started = world.start(task("plugin:p", json!({}))).await;
    let second = world.again().await;
    for host in [&world, &second] {
        assert_eq!(host.end(&started).await, Err(Fault::new("E", "why")));
        host.engine.redrive(started.id, RedriveRequest::default()).await.expect("redrives");
    }
    assert_eq!(second.end(&started).await, Ok(json!("done")));
    assert_eq!([&world, &second].map(World::calls), [0; 2]);
}

#[tokio::test]
async fn iterations_count_together() {
    let world = World::new(case([("T", numbers(3))])).await;
    let mut definition =
        json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "MaxConcurrency": 1, "End": true } } });
    definition["States"]["M"]["ItemProcessor"] = task("plugin:p", json!({}));
    let started = world.start(definition).await;
    assert_eq!(world.end(&started).await, Ok(json!([0, 1, 2])));
}

/// A machine with a Distributed Map, whose children are invoked twice, with something in between.
fn distributed(child_type: &str, between: Value) -> Value {
    json!({ "QueryLanguage": "JSONata", "StartAt": "M", "States": { "M": { "Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": child_type },
        "StartAt": "T", "States": {
            "T": { "Type": "Task", "Resource": "plugin:p", "Assign": { "t": "{% $states.result %}" }, "Next": "B" },
            "B": between,
            "U": { "Type": "Task", "Resource": "plugin:p", "Output": "{% [$t, $states.result] %}", "End": true }
        }
    } } } })
}

/// Fails unless the children of a run had all responses of both states, in any order.
fn assert_all_numbers(output: &Value) {
    for state in [0, 1] {
        let results = output.as_array().into_iter().flatten().map(|pair| pair[state].as_u64());
        let mut results: Vec<_> = results.collect();
        results.sort_unstable();
        assert_eq!(results, [Some(0), Some(1), Some(2)], "{output}");
    }
}

#[tokio::test]
async fn children_of_a_map_run_count_together() {
    for child_type in ["STANDARD", "EXPRESS"] {
        let world = World::new(case([("T", numbers(3)), ("U", numbers(3))])).await;
        let started = world.start(distributed(child_type, json!({ "Type": "Pass", "Next": "U" }))).await;
        assert_all_numbers(&world.end(&started).await.expect(child_type));
        assert_eq!(world.calls(), 0, "{child_type}");
    }
}

#[tokio::test]
async fn children_of_a_map_run_go_on_counting_after_a_restart() {
    let first = World::new(case([("T", numbers(3)), ("U", numbers(3))])).await;
    let barrier = json!({ "Type": "Task", "Resource": first.barrier().await, "Next": "U" });
    let started = first.start(distributed("STANDARD", barrier)).await;
    let [one, others @ ..] = [first.taken().await, first.taken().await, first.taken().await];
    first.pass(one).await;
    let second = first.again().await;
    for token in others {
        second.pass(token).await;
    }
    assert_all_numbers(&second.end(&started).await.expect("succeeds"));
    assert_eq!([&first, &second].map(|world| world.calls()), [0; 2]);
}

#[tokio::test]
async fn express_executions_are_test_cases_too() {
    let world = World::new(case([("T", numbers(1))])).await;
    world.machine("m", MachineType::Express, task("plugin:p", json!({}))).await;
    let request = world.request("x").await;
    let (_, status, _) = within("it ends", world.engine.start_sync(request)).await.expect("runs");
    assert_eq!(status, Status::Succeeded { output: Payload::from_text("0") });
}

#[tokio::test]
async fn a_start_is_repeated_only_as_the_same_test_case() {
    let world = World::new(case([("T", numbers(1))])).await;
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:p", "Next": "B" },
        "B": { "Type": "Task", "Resource": world.barrier().await, "End": true }
    } });
    let started = world.start(definition).await;
    let again = world.engine.start(world.request("x").await).await.expect("is the same");
    assert_eq!(again.id, started.id);
    let other = StartRequest { case: None, ..world.request("x").await };
    let refused = world.engine.start(other).await;
    assert!(matches!(refused, Err(EngineError::NameTaken { .. })), "{refused:?}");
}

#[tokio::test]
async fn which_test_cases_there_are() {
    let world = World::new(case([("T", numbers(1))])).await;
    for name in ["m", "n"] {
        world.machine(name, MachineType::Standard, task("plugin:p", json!({}))).await;
    }
    let arn = |rest: &str| world.engine.state_machine_arn(rest);
    for (arn, wanted) in [
        (arn("m#C"), Ok(Some("C"))),
        (arn("m"), Ok(None)),
        (arn("m#D"), Err("It has: C.")),
        (arn("m#"), Err("It has: C.")),
        (arn("n#C"), Err("It has: none.")),
    ] {
        match (world.engine.target(&arn).await, wanted) {
            (Ok(target), Ok(wanted)) => {
                let case = target.expect("exists").case;
                assert_eq!(case.as_ref().map(|case| &**case.name()), wanted, "{arn}");
            }
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{arn}: {error}"),
            (got, _) => panic!("{arn}: {got:?}"),
        }
    }
    for arn in [arn("none#C"), arn("m:1#C")] {
        assert!(world.engine.target(&arn).await.expect("reads").is_none(), "{arn}");
    }
}

#[tokio::test]
async fn a_task_may_start_a_test_case() {
    let world = World::new(case([("T", numbers(1))])).await;
    world.machine("m", MachineType::Standard, task("plugin:p", json!({}))).await;
    for (case, wanted) in
        [("C", Ok(json!("0"))), ("D", Err("StepFunctions.StateMachineDoesNotExistException"))]
    {
        let arn = format!("{}#{case}", world.engine.state_machine_arn("m"));
        let parameters = json!({ "Parameters": { "StateMachineArn": arn }, "OutputPath": "$.Output" });
        let parent = task("arn:aws:states:::states:startExecution.sync", parameters);
        let machine = world.machine(&format!("parent-{case}"), MachineType::Standard, parent).await;
        let input = Payload::empty_object();
        let request = StartRequest { machine, origin: None, case: None, name: None, input };
        let started = world.engine.start(request).await.expect("starts");
        let ended = world.end(&started).await.map_err(|fault| fault.error.unwrap_or_default().to_string());
        assert_eq!(ended, wanted.map_err(str::to_owned), "{case}");
    }
}
