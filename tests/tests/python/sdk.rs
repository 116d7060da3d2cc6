//! The library for plugins in Python: from nothing to a plugin in a workflow, and everything that a plugin may call.

use std::fs;
use std::process::Command;
use std::time::Duration;

use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use dirigent_tests::{built, places, process, wait};
use serde_json::{Value, json};

use crate::ended;

const LIMIT: Duration = Duration::from_secs(900);

#[test]
fn from_nothing_to_a_plugin_in_a_workflow() {
    let home = places::scratch();
    let dirigent = |arguments: &[&str]| {
        let mut command = Command::new(places::binary());
        process::run(command.args(arguments).current_dir(home.path()), "", LIMIT).success()
    };
    dirigent(&["plugin", "new", "hello", "--lang", "python"]);
    dirigent(&["plugin", "publish", "hello", "--install"]);
    // The component is compiled once, before a call that has a limit on its time.
    dirigent(&["plugin", "list"]);
    let output = dirigent(&["run", "hello/workflow.asl.json", "--input", r#"{"name": "Ada"}"#]);
    assert_eq!(serde_json::from_str::<Value>(&output).unwrap(), json!({ "greeting": "Hello, Ada!" }));
}

#[test]
fn what_plugins_see_return_and_raise() {
    let registry = Registry::empty();
    let manifest = fs::read_to_string(places::root().join("tests/python-plugin/plugin.toml")).unwrap();
    registry.put("everything", "1.0.0", &built::python_plugin(), &manifest);
    let host = Setup::new().registry(registry.path()).start();
    wait::plugins_ready(&host);
    let task = json!({ "Type": "Task", "Resource": "plugin:everything", "TimeoutSeconds": 100, "End": true });
    let machine = host.create("everything", &json!({ "StartAt": "Do", "States": { "Do": task } }));
    let call = |input: &Value| ended(&host, &machine, &input.to_string());

    let value = r#"{"z":123456789012345678901234567890,"a":[0.1,"😀",null]}"#;
    let input = format!(r#"{{"do": "echo", "value": {value}}}"#);
    assert_eq!(ended(&host, &machine, &input), Ok(value.into()), "order, whole numbers and texts are kept");

    let lines = json!([{ "article": "pen", "pieces": 3, "price": 2.5 }, { "article": "ink", "pieces": 1 }]);
    for (input, expected) in [
        (json!({ "do": "about" }), r#"{"state":"Do","attempt":0,"key":true}"#.into()),
        (
            json!({ "do": "total", "order": { "lines": lines, "unknown": 1 } }),
            r#"{"total":8.5,"lines":[{"article":"pen","pieces":3,"price":2.5},{"article":"ink","pieces":1,"price":1.0}]}"#.into(),
        ),
        (json!({ "do": "late_import" }), r#"[1,"&lt;"]"#.into()),
        (json!({ "do": "logs" }), "null".into()),
        (json!({ "do": "steps" }), r#"[[1,2],{"a":null}]"#.into()),
    ] {
        assert_eq!(call(&input), Ok(expected), "{input}");
    }

    // Chance is another one in each instance, though all begin from the same memory.
    let chance = || call(&json!({ "do": "chance" })).unwrap();
    assert_ne!(chance(), chance());

    let typed = |order: Value| json!({ "do": "total", "order": order });
    for (input, error, cause) in [
        (json!({ "do": "declines" }), "Card.Declined", "no money left"),
        (json!({ "do": "raises" }), "plugin.Declined", "nothing doing\n  File \"plugin.py\", line "),
        (json!({ "do": "counts" }), "KeyError", "    return {\"a\": 1}[\"b\"]\n"),
        (json!({ "do": "returns_an_object" }), "TypeError", "Object of type object is not JSON serializable"),
        (
            json!({ "do": "returns_infinity" }),
            "ValueError",
            "Out of range float values are not JSON compliant",
        ),
        (json!({ "do": "leaves" }), "SystemExit", "that was it"),
        (json!({}), "Plugin.InvalidInput", "$.do is missing"),
        (json!([]), "Plugin.InvalidInput", "$ has to be an object and is []"),
        (
            typed(json!({ "lines": [{ "article": "pen", "pieces": true }] })),
            "Plugin.InvalidInput",
            "$.order.lines[0].pieces has to be a whole number and is true",
        ),
        (
            typed(json!({ "lines": [], "currency": "GBP" })),
            "Plugin.InvalidInput",
            "$.order.currency has to be \"EUR\" or \"USD\" and is \"GBP\"",
        ),
        (
            typed(json!({ "lines": [], "labels": { "a": 1 } })),
            "Plugin.InvalidInput",
            "$.order.labels.a has to be a string and is 1",
        ),
        (json!({ "do": "bucket" }), "Plugin.CapabilityDenied", "orders"),
        (json!({ "do": "request", "value": "http://127.0.0.1:9/" }), "Plugin.CapabilityDenied", "127.0.0.1"),
    ] {
        let (name, told) = call(&input).expect_err(&input.to_string());
        assert_eq!(name, error, "{input}: {told}");
        assert!(told.contains(cause), "{input}: {cause} is not in {told}");
    }
}
