//! Unchanged AWS Lambda handlers: what they see, and what Retry and Catch see of them.

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::{built, wait};
use serde_json::{Value, json};

use crate::ended;

/// A function's name, its handler in `tests/handlers`, and its variables.
type Function = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// A host with these functions.
fn host(registry: &Registry, functions: &[Function]) -> Host {
    let component = built::lambda_handlers();
    for (name, handler, variables) in functions {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        registry.put(name, "1.0.0", &component, &built::handler_manifest(name, handler, &variables));
    }
    let host = Setup::new().registry(registry.path()).start();
    wait::plugins_ready(&host);
    host
}

/// What becomes of a Task that calls a function by its ARN: its output, or error and cause.
fn call(host: &Host, function: &str, input: &Value) -> Result<Value, (String, String)> {
    let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{function}");
    let task = json!({ "Type": "Task", "Resource": arn, "TimeoutSeconds": 100, "End": true });
    let machine = host.create(function, &json!({ "StartAt": "Call", "States": { "Call": task } }));
    ended(host, &machine, &input.to_string()).map(|output| serde_json::from_str(&output).unwrap())
}

/// One host for all, as it takes a while to compile what handlers in Python are made of.
#[test]
fn handlers_are_as_they_are_on_lambda() {
    let registry = Registry::empty();
    let mut functions: Vec<Function> = SUCCEEDING.to_vec();
    functions.extend(FAILING.iter().map(|(name, handler, ..)| (*name, *handler, &[][..])));
    functions.extend([("exits", "handler.exits", &[][..]), ("loops", "handler.loops", &[][..])]);
    let host = host(&registry, &functions);
    what_handlers_see_and_return(&host);
    failures_have_the_shape_of_lambdas(&host);
    retry_and_catch_match_what_a_handler_raises(&host);
}

const SUCCEEDING: [Function; 7] = [
    ("echo", "handler.echo", &[]),
    ("orders", "handler.about", &[("TABLE", "orders")]),
    ("returns", "handler.about", &[("TABLE", "returns")]),
    ("modules", "handler.modules", &[]),
    ("waits", "handler.waits", &[]),
    ("numbers", "handler.numbers", &[]),
    ("environment", "handler.environment", &[("TABLE", "orders")]),
];

fn what_handlers_see_and_return(host: &Host) {
    let event = json!({ "z": [1, "ü", null, true], "a": { "b": 2.5 } });
    let modules = json!({
        "beside": "beside", "package": 12, "lazily": "lazily", "date": "2026-01-31T00:00:00", "sum": "0.3",
        "data": { "rate": 4 },
    });
    for (function, input, expected) in
        [("echo", event.clone(), event), ("modules", json!({}), modules), ("waits", json!({}), json!(2))]
    {
        assert_eq!(call(host, function, &input), Ok(expected), "{function}");
    }

    // Numbers that a double cannot hold stay what they are.
    let text = r#"{"big": 123456789012345678901234567890, "float": 0.1, "whole": 3}"#;
    let task = json!({ "Type": "Task", "Resource": "plugin:numbers", "End": true });
    let machine = host.create("exact", &json!({ "StartAt": "Call", "States": { "Call": task } }));
    assert_eq!(ended(host, &machine, text), Ok("[123456789012345678901234567891, 0.1, 3.0]".into()));

    // One component under two names has two environments.
    for name in ["orders", "returns"] {
        let about = call(host, name, &json!({})).unwrap();
        let fields = &about["fields"];
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        for (field, expected) in [
            ("function_name", json!(name)),
            ("function_version", json!("$LATEST")),
            ("invoked_function_arn", json!(arn)),
            ("memory_limit_in_mb", json!("256")),
            ("log_group_name", json!(format!("/aws/lambda/{name}"))),
            ("identity", json!(null)),
            ("client_context", json!(null)),
        ] {
            assert_eq!(fields[field], expected, "{name}: {field}");
        }
        assert_eq!(fields["aws_request_id"].as_str().map(str::len), Some(36));
        assert!(fields["log_stream_name"].as_str().unwrap().contains("/[$LATEST]"));
        assert_eq!(
            (&about["table"], &about["has_time"], &about["started_now"]),
            (&json!(name), &json!(true), &json!(true))
        );
    }

    let environment = call(host, "environment", &json!({})).unwrap();
    for (variable, expected) in [
        ("TABLE", "orders"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "environment"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("_HANDLER", "handler.environment"),
    ] {
        assert_eq!(environment[variable], expected, "{variable}");
    }
    // Nothing of the machine that built or runs it.
    for variable in ["HOME", "PATH", "PYTHONPATH", "AWS_ACCESS_KEY_ID"] {
        assert_eq!(environment[variable], Value::Null, "{variable}");
    }
}

/// A function's name, its handler, the error's name and message, and what the only or the last line of its stack trace
/// holds.
type Failing = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const FAILING: [Failing; 12] = [
    (
        "raises",
        "handler.raise_exception",
        "Exception",
        "Some exception was raised.",
        Some("line 2, in handler"),
    ),
    ("custom", "handler.raise_custom_exception", "CustomException", "", Some("line 9, in handler")),
    (
        "divides",
        "handler.divides",
        "TypeError",
        "unsupported operand type(s) for /: 'NoneType' and 'int'",
        Some("File \"/var/task/beside.py\", line 7, in half"),
    ),
    (
        "bytes",
        "handler.returns_bytes",
        "Runtime.MarshalError",
        "Unable to marshal response: Object of type bytes is not JSON serializable",
        None,
    ),
    (
        "nan",
        "handler.returns_nan",
        "Runtime.MarshalError",
        "Unable to marshal response: Out of range float values are not JSON compliant: nan",
        None,
    ),
    ("recurses", "handler.recurses", "RecursionError", "maximum recursion depth exceeded", Some("repeated")),
    ("memory", "handler.takes_memory", "MemoryError", "", Some("in takes_memory")),
    (
        "absent",
        "handler.absent",
        "Runtime.HandlerNotFound",
        "Handler 'absent' missing on module 'handler'",
        None,
    ),
    (
        "malformed",
        "handler",
        "Runtime.MalformedHandlerName",
        "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
        None,
    ),
    (
        "broken",
        "broken.handler",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'broken': invalid syntax (broken.py, line 1)",
        Some("def broken(:"),
    ),
    (
        "unpacked",
        "unpacked.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'unpacked': No module named 'not_packed_anywhere'",
        None,
    ),
    (
        "unset",
        "unset.handler",
        "KeyError",
        "'TABLE'",
        Some("File \"/var/task/unset.py\", line 3, in <module>"),
    ),
];

fn failures_have_the_shape_of_lambdas(host: &Host) {
    for (function, _, error, message, trace) in FAILING {
        let (name, cause) = call(host, function, &json!({ "none": null })).unwrap_err();
        assert_eq!(name, error, "{function}: {cause}");
        let cause: Value = serde_json::from_str(&cause).unwrap();
        let keys: Vec<_> = cause.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["errorMessage", "errorType", "requestId", "stackTrace"], "{function}");
        assert_eq!((&cause["errorMessage"], &cause["errorType"]), (&json!(message), &json!(error)));
        assert_eq!(cause["requestId"].as_str().map(str::len), Some(36), "{function}");
        let last = cause["stackTrace"].as_array().unwrap().last();
        match (last, trace) {
            (None, None) => {}
            (Some(last), Some(part)) => assert!(last.as_str().unwrap().contains(part), "{function}: {last}"),
            (last, _) => panic!("{function}: {last:?}"),
        }
    }

    let (name, cause) = call(host, "exits", &json!({})).unwrap_err();
    assert_eq!(name, "Runtime.ExitError");
    assert!(cause.contains("Runtime exited with error: exit status 3"), "{cause}");
    // What the sandbox stops is the sandbox's to tell.
    assert_eq!(call(host, "loops", &json!({})).unwrap_err().0, "Plugin.OutOfFuel");
}

fn retry_and_catch_match_what_a_handler_raises(host: &Host) {
    let definition = json!({ "StartAt": "Call", "States": {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "custom", "Payload.$": "$" },
            "Retry": [{ "ErrorEquals": ["CustomException"], "MaxAttempts": 1, "IntervalSeconds": 1 }],
            "Catch": [{ "ErrorEquals": ["CustomException"], "ResultPath": "$.caught", "Next": "Done" }],
            "End": true,
        },
        "Done": { "Type": "Pass", "End": true },
    }});
    let execution = host.start(&host.create("caught", &definition), &json!({}));
    let output = host.output(&execution);
    assert_eq!(output["caught"]["Error"], "CustomException", "{output}");
    let failed = host.history(&execution).iter().filter(|event| event["type"] == "TaskFailed").count();
    assert_eq!(failed, 2, "the first attempt and one more");
}
