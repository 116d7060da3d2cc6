//! What is asked of TestState and what it answers: a table for each kind of question.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::{
    Binding, Engine, EngineConfig, Fault, Item, ItemStream, Metering, NoLogs, ObjectHost, ReadRequest,
    ResultSink, TaskCall, TaskHost, TaskOutcome, WriteRequest,
};
use dirigent_store::MemoryStore;
use serde_json::{Map, Value, json};

use crate::params::Params;

/// `plugin:echo` answers with its input, any other plugin fails.
struct Tasks;

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([0; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", binding.key())
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        let result = match &*call.resource {
            "plugin:echo" => Ok(call.input.to_string()),
            _ => Err(Fault::new("Broken", "as it should")),
        };
        TaskOutcome { result, metering: Metering::default() }
    }
}

/// Reads an array at the place of `ItemsPointer`, of content that is given; there are no buckets.
struct Objects;

#[async_trait]
impl ObjectHost for Objects {
    async fn read(&self, _: ReadRequest) -> Result<Box<dyn ItemStream>, Fault> {
        Err(Fault::new("States.ItemReaderFailed", "a test must not read"))
    }

    async fn read_given(&self, request: ReadRequest, content: &str) -> Result<Box<dyn ItemStream>, Fault> {
        let wrong = |why: String| Fault::new("States.ItemReaderFailed", why);
        let value: Value = serde_json::from_str(content).map_err(|error| wrong(error.to_string()))?;
        let items = value.pointer(request.config.items_pointer.as_deref().unwrap_or_default());
        let items = items.and_then(Value::as_array).ok_or_else(|| wrong("no array".into()))?;
        Ok(Box::new(Items(items.clone().into_iter())))
    }

    async fn write(&self, _: WriteRequest) -> Result<Box<dyn ResultSink>, Fault> {
        Err(Fault::new("States.ResultWriterFailed", "a test must not write"))
    }
}

struct Items(std::vec::IntoIter<Value>);

#[async_trait]
impl ItemStream for Items {
    async fn next(&mut self) -> Option<Result<Item, Fault>> {
        let value = self.0.next()?;
        Some(Ok(Item { text: value.to_string().into(), key: None, source: "S3://b/k".into() }))
    }
}

/// Longest wait of a test for anything.
const BOUND: Duration = Duration::from_secs(20);

const ROLE: &str = "arn:aws:iam::000000000000:role/r";

/// Parameters that are JSON texts on the wire may be written as JSON here.
fn params(given: &Value) -> Params {
    let mut values = given.as_object().cloned().unwrap_or_default();
    let text = |value: &mut Value| {
        if !value.is_string() {
            *value = value.to_string().into();
        }
    };
    for name in ["definition", "input", "variables", "context"] {
        values.get_mut(name).map(text);
    }
    values.get_mut("mock").and_then(|mock| mock.get_mut("result")).map(text);
    Params::new("000000000000", values)
}

/// Texts of objects and arrays as JSON.
fn parsed(values: &Map<String, Value>) -> Value {
    let parse = |value: &Value| match value {
        Value::Object(inner) => parsed(inner),
        Value::String(text) if text.starts_with(['{', '[']) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    };
    Value::Object(values.iter().map(|(name, value)| (name.clone(), parse(value))).collect())
}

async fn engine() -> Arc<Engine> {
    let store = Arc::new(MemoryStore::default());
    let (tasks, objects) = (Arc::new(Tasks), Arc::new(Objects));
    Engine::open_with(EngineConfig::default(), store, tasks, objects, Arc::new(NoLogs)).await.unwrap()
}

async fn answers(cases: &[(&str, Value, Value)]) {
    let engine = engine().await;
    for (name, given, want) in cases {
        match super::run(&engine, params(given)).await {
            Ok(found) => assert_eq!(&parsed(found.as_object().unwrap()), want, "{name}"),
            Err(error) => panic!("{name}: {} {}", error.code(), error.message()),
        }
    }
    let gone = async {
        while engine.live_executions() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, gone).await.expect("a test leaves nothing behind");
}

fn task() -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Sent",
        "InputPath": "$.message", "Parameters": { "MessageBody.$": "$.text" },
        "ResultSelector": { "id.$": "$.MessageId" }, "ResultPath": "$.sent",
        "Retry": [
            { "ErrorEquals": ["Other"] },
            { "ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 2 },
        ],
        "Catch": [
            { "ErrorEquals": ["Other"], "Next": "Elsewhere" },
            { "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Failed" },
        ],
    })
}

fn failing(error: &str, retries: u32, level: &str) -> Value {
    json!({
        "definition": task(), "inspectionLevel": level, "input": { "message": { "text": "a" } },
        "mock": { "errorOutput": { "error": error, "cause": "why" } },
        "stateConfiguration": { "retrierRetryCount": retries },
    })
}

#[tokio::test]
async fn every_status_at_every_level() {
    let input = json!({ "message": { "text": "a" } });
    let before = json!({ "input": input, "afterInputPath": { "text": "a" }, "afterParameters": { "MessageBody": "a" } });
    let with = |more: Value| {
        let mut data = before.as_object().unwrap().clone();
        data.extend(more.as_object().unwrap().clone());
        Value::Object(data)
    };
    let sent = json!({ "message": { "text": "a" }, "sent": { "id": "m" } });
    let caught = json!({ "message": { "text": "a" }, "error": { "Error": "Busy", "Cause": "why" } });
    let succeeding = |level: &str| json!({ "definition": task(), "input": input, "inspectionLevel": level, "mock": { "result": { "MessageId": "m" } } });
    let flow = with(json!({
        "result": { "MessageId": "m" }, "afterResultSelector": { "id": "m" }, "afterResultPath": sent,
    }));
    let fault = json!({ "error": "Busy", "cause": "why" });
    let and = |base: &Value, more: Value| {
        let mut answer = base.as_object().unwrap().clone();
        answer.extend(more.as_object().unwrap().clone());
        Value::Object(answer)
    };
    let succeeded = json!({ "status": "SUCCEEDED", "output": sent, "nextState": "Sent" });
    let caught = and(&fault, json!({ "status": "CAUGHT_ERROR", "output": caught, "nextState": "Failed" }));
    let retriable = and(&fault, json!({ "status": "RETRIABLE" }));
    let failed = json!({ "error": "States.Timeout", "cause": "why", "status": "FAILED" });
    let mut cases = vec![
        ("succeeded", succeeding("INFO"), succeeded.clone()),
        ("caught", failing("Busy", 2, "INFO"), caught.clone()),
        ("to be retried", failing("Busy", 1, "INFO"), retriable.clone()),
        ("failed", failing("States.Timeout", 0, "INFO"), failed.clone()),
    ];
    for level in ["DEBUG", "TRACE"] {
        let details = |details: Value| json!({ "inspectionData": with(json!({ "errorDetails": details })) });
        let retry = json!({ "retryIndex": 1, "retryBackoffIntervalSeconds": 6 });
        cases.extend([
            ("succeeded", succeeding(level), and(&succeeded, json!({ "inspectionData": flow }))),
            ("caught", failing("Busy", 2, level), and(&caught, details(json!({ "catchIndex": 1 })))),
            ("to be retried", failing("Busy", 1, level), and(&retriable, details(retry))),
            (
                "failed",
                failing("States.Timeout", 0, level),
                and(&failed, json!({ "inspectionData": before })),
            ),
        ]);
    }
    answers(&cases).await;
}

#[tokio::test]
async fn every_type_shows_its_own_data_flow() {
    let debug = |definition: Value, more: Value| {
        let mut given =
            json!({ "definition": definition, "input": { "a": [1, 2] }, "inspectionLevel": "DEBUG" });
        given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        given
    };
    let input = json!({ "a": [1, 2] });
    let passes = json!({ "StartAt": "In", "States": { "In": { "Type": "Pass", "End": true } } });
    let distributed = json!({
        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
        "StartAt": "In", "States": { "In": { "Type": "Pass", "End": true } },
    });
    let reading = json!({
        "Type": "Map", "End": true, "ItemProcessor": distributed,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "JSON", "ItemsPointer": "/rows" },
            "Parameters": { "Bucket": "b", "Key": "k" },
        },
        "ItemSelector": { "n.$": "$$.Map.Item.Value" },
        "ItemBatcher": { "MaxItemsPerBatch": 2 },
        "ToleratedFailurePercentage": 50,
    });
    let cases = [
        (
            "a task that runs",
            debug(
                json!({ "Type": "Task", "Resource": "plugin:echo", "End": true }),
                json!({ "roleArn": ROLE }),
            ),
            json!({ "status": "SUCCEEDED", "output": input, "inspectionData": {
                "input": input, "afterInputPath": input, "afterParameters": input, "result": input,
                "afterResultSelector": input, "afterResultPath": input,
            } }),
        ),
        (
            "a task that fails",
            debug(
                json!({ "Type": "Task", "Resource": "plugin:other", "End": true, "QueryLanguage": "JSONata", "Arguments": 1 }),
                json!({ "roleArn": ROLE }),
            ),
            json!({ "status": "FAILED", "error": "Broken", "cause": "as it should",
                "inspectionData": { "input": input, "afterArguments": "1" } }),
        ),
        (
            "a wait",
            debug(json!({ "Type": "Wait", "Seconds": 0, "Next": "On" }), json!({})),
            json!({ "status": "SUCCEEDED", "output": input, "nextState": "On",
                "inspectionData": { "input": input, "afterInputPath": input } }),
        ),
        (
            "a wait for what is not there",
            json!({ "definition": { "Type": "Wait", "SecondsPath": "$.x", "End": true } }),
            json!({ "status": "FAILED", "error": "States.Runtime", "cause":
                "An error occurred while executing the state 'StateName' (entered at the event id #2). \
                 The SecondsPath parameter does not reference an input value: $.x" }),
        ),
        (
            "a choice in JSONata, with variables",
            debug(
                json!({ "Type": "Choice", "QueryLanguage": "JSONata",
                    "Choices": [{ "Condition": "{% $n = 1 %}", "Next": "One", "Assign": { "m": "{% $n + 1 %}" } }] }),
                json!({ "variables": { "n": 1 } }),
            ),
            json!({ "status": "SUCCEEDED", "output": input, "nextState": "One",
                "inspectionData": { "input": input, "variables": { "n": 1, "m": 2 } } }),
        ),
        (
            "a choice that has none",
            json!({ "definition": { "Type": "Choice", "Choices": [{ "Variable": "$.x", "IsPresent": true, "Next": "X" }] } }),
            json!({ "status": "FAILED", "error": "States.NoChoiceMatched", "cause":
                "An error occurred while executing the state 'StateName' (entered at the event id #2). \
                 No choices matched the input, and the state has no Default." }),
        ),
        (
            "a map whose items are selected",
            debug(
                json!({ "Type": "Map", "ItemsPath": "$.a", "ItemSelector": { "n.$": "$$.Map.Item.Value" },
                    "MaxConcurrency": 3, "ItemProcessor": passes, "End": true }),
                json!({ "mock": { "result": ["x", "y"] } }),
            ),
            json!({ "status": "SUCCEEDED", "output": ["x", "y"], "inspectionData": {
                "input": input, "afterInputPath": input, "afterItemsPath": [1, 2], "maxConcurrency": 3,
                "afterItemSelector": [{ "n": 1 }, { "n": 2 }],
                "afterResultSelector": ["x", "y"], "afterResultPath": ["x", "y"],
            } }),
        ),
        (
            "a map with an item reader, and batches",
            debug(
                reading.clone(),
                json!({ "mock": { "result": [7, 8] },
                    "stateConfiguration": { "mapItemReaderData": "{\"rows\": [3, 4, 5]}", "mapIterationFailureCount": 1 } }),
            ),
            json!({ "status": "SUCCEEDED", "output": [7, 8], "inspectionData": {
                "input": input, "afterInputPath": input, "afterItemsPointer": [3, 4, 5], "maxConcurrency": 0,
                "afterItemSelector": [{ "n": 3 }, { "n": 4 }, { "n": 5 }],
                "afterItemBatcher": [{ "Items": [{ "n": 3 }, { "n": 4 }] }, { "Items": [{ "n": 5 }] }],
                "toleratedFailurePercentage": 50.0, "afterResultSelector": [7, 8], "afterResultPath": [7, 8],
            } }),
        ),
        (
            "a map whose items fail beyond its threshold",
            json!({ "definition": reading, "mock": { "result": [7, 8] },
                "stateConfiguration": { "mapItemReaderData": "{\"rows\": [3, 4, 5]}", "mapIterationFailureCount": 2 } }),
            json!({ "status": "FAILED", "error": "States.ExceedToleratedFailureThreshold",
                "cause": "The specified tolerated failure threshold was exceeded" }),
        ),
        (
            "a map whose items are not what they should be",
            json!({ "definition": reading, "mock": { "result": [] },
                "stateConfiguration": { "mapItemReaderData": "{\"rows\": 3}" } }),
            json!({ "status": "FAILED", "error": "States.ItemReaderFailed", "cause": "no array" }),
        ),
        (
            "a map whose reader is given nothing",
            json!({ "definition": reading, "mock": { "result": [] } }),
            json!({ "status": "SUCCEEDED", "output": [] }),
        ),
        (
            "a parallel that fails",
            debug(
                json!({ "Type": "Parallel", "Branches": [passes], "End": true }),
                json!({ "mock": { "errorOutput": { "error": "E" } }, "stateConfiguration": { "errorCausedByState": "In" } }),
            ),
            json!({ "status": "FAILED", "error": "E", "inspectionData": { "input": input } }),
        ),
        (
            "a state inside a map of a whole definition",
            json!({ "definition": { "StartAt": "All", "States": { "All": {
                "Type": "Map", "End": true, "ItemProcessor": { "StartAt": "In", "States": {
                    "In": { "Type": "Pass", "Result": 1, "Next": "Out" }, "Out": { "Type": "Succeed" } } } } } },
                "stateName": "In" }),
            json!({ "status": "SUCCEEDED", "output": "1", "nextState": "Out" }),
        ),
        (
            "an activity that is not there",
            json!({ "definition": { "Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:none", "End": true },
                "mock": { "result": [1] } }),
            json!({ "status": "SUCCEEDED", "output": [1] }),
        ),
        (
            "a task that waits for the token of the context object",
            json!({ "definition": { "Type": "Task", "End": true,
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" } },
                "context": { "Task": { "Token": "t" } }, "inspectionLevel": "DEBUG", "mock": { "result": 1 } }),
            json!({ "status": "SUCCEEDED", "output": "1", "inspectionData": {
                "input": {}, "afterInputPath": {}, "afterParameters": { "QueueUrl": "q", "MessageBody": "t" },
                "result": "1", "afterResultSelector": "1", "afterResultPath": "1" } }),
        ),
    ];
    answers(&cases).await;
}

#[tokio::test]
async fn what_is_refused() {
    let pass = json!({ "Type": "Pass", "End": true });
    let sqs = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true });
    let mock = json!({ "result": {} });
    let cases = [
        (json!({}), "ValidationException", "Value null at 'definition' failed"),
        (json!({ "definition": "{" }), "InvalidDefinition", "not valid JSON"),
        (
            json!({ "definition": { "Type": "Pass" } }),
            "InvalidDefinition",
            "One of these fields is required: [Next, End] at /",
        ),
        (json!({ "definition": pass, "stateName": "x" }), "InvalidDefinition", "[StartAt, States]"),
        (json!({ "definition": pass, "input": "x" }), "InvalidExecutionInput", ""),
        (json!({ "definition": pass, "variables": "[]" }), "ValidationException", "variables"),
        (json!({ "definition": pass, "roleArn": "r" }), "InvalidArn", "Invalid Role Arn"),
        (
            json!({ "definition": pass, "context": {} }),
            "ValidationException",
            "Context when a mock is not specified",
        ),
        (json!({ "definition": pass, "mock": mock }), "ValidationException", "this is a Pass state"),
        (json!({ "definition": pass, "mock": {} }), "ValidationException", "only one of"),
        (json!({ "definition": sqs, "roleArn": ROLE }), "InvalidDefinition", ".waitForTaskToken"),
        (
            json!({ "definition": sqs, "mock": { "errorOutput": {} } }),
            "ValidationException",
            "'mock.errorOutput.error'",
        ),
        (json!({ "definition": sqs, "mock": { "result": "{" } }), "ValidationException", "valid JSON"),
        (
            json!({ "definition": sqs, "mock": mock, "stateConfiguration": { "mapIterationFailureCount": 1 } }),
            "ValidationException",
            "this is a Task state",
        ),
        (
            json!({ "definition": sqs, "mock": mock, "stateConfiguration": { "retrierRetryCount": -1 } }),
            "ValidationException",
            "'stateConfiguration.retrierRetryCount'",
        ),
        (
            json!({ "definition": sqs, "mock": mock, "context": { "State": { "RetryCount": "1" } } }),
            "ValidationException",
            "Invalid Context object provided: State.RetryCount must be a number",
        ),
    ];
    let engine = engine().await;
    for (given, code, part) in cases {
        let error = super::run(&engine, params(&given)).await.expect_err(&given.to_string());
        assert_eq!(error.code(), code, "{given}: {}", error.message());
        assert!(error.message().contains(part), "{given}: {}", error.message());
    }
}
