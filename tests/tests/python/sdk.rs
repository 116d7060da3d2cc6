//! The library for plugins in Python: from nothing to a plugin in a workflow, and everything that a plugin may call.

use std::fs;
use std::process::Command;
use std::time::Duration;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::{built, places, process, wait};
use serde_json::{Value, json};

use crate::{ended, mirror};

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

/// What the plugin `granted` asks for and may have.
fn grants(mirror: &str) -> String {
    format!(
        "http = [\"{mirror}/v1/*\", \"GET http://127.0.0.1:1\"]\nkeyvalue = [\"orders\"]\nconfig = [\"CURRENCY\", \"NONE\"]\n"
    )
}

/// A state machine that calls a plugin.
fn machine(host: &Host, plugin: &str) -> String {
    let task =
        json!({ "Type": "Task", "Resource": format!("plugin:{plugin}"), "TimeoutSeconds": 100, "End": true });
    host.create(plugin, &json!({ "StartAt": "Do", "States": { "Do": task } }))
}

#[test]
fn what_plugins_see_return_and_raise() {
    let home = places::scratch();
    let registry = Registry::empty();
    let component = built::python_plugin();
    registry.put("everything", "1.0.0", &component, "");
    // The same component once more, with grants.
    let mirror = mirror::start();
    registry.put("granted", "1.0.0", &component, &format!("[asks]\n{}", grants(&mirror)));
    let configuration = home.path().join("dirigent.toml");
    let values = "[config]\nCURRENCY = \"EUR\"\nSECRET = \"none of its business\"\n";
    let allowed = format!("[[allow]]\naddresses = [\"127.0.0.1\"]\n{}{values}", grants(&mirror));
    fs::write(&configuration, allowed).unwrap();
    let setup = Setup::new().registry(registry.path());
    let host = setup.argument("--config").argument(&configuration.to_string_lossy()).start();
    wait::plugins_ready(&host);
    let everything = machine(&host, "everything");
    let call = |input: &Value| ended(&host, &everything, &input.to_string());

    let value = r#"{"z":123456789012345678901234567890,"a":[0.1,"😀",null]}"#;
    let input = format!(r#"{{"do": "echo", "value": {value}}}"#);
    assert_eq!(
        ended(&host, &everything, &input),
        Ok(value.into()),
        "order, whole numbers and texts are kept"
    );

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

    let granted = machine(&host, "granted");
    let url = format!("{mirror}/v1/orders");
    let asked = json!({
        "line": "POST /v1/orders?b=%C3%BC HTTP/1.1", "test": "yes", "type": "application/json", "body": { "a": 1 },
    });
    for (input, expected) in [
        (
            json!({ "do": "request", "value": url }),
            json!({ "status": 201, "type": "application/json", "json": asked }),
        ),
        (
            json!({ "do": "bucket" }),
            json!({
                "seen": ["0076616c7565", { "b": 1, "a": [2] }, null, 2], "before": true, "after": false,
                "keys": ["count", "json"],
            }),
        ),
        (json!({ "do": "configured" }), json!(["EUR", null, { "CURRENCY": "EUR" }])),
    ] {
        let output = ended(&host, &granted, &input.to_string());
        assert_eq!(
            output.map(|output| serde_json::from_str::<Value>(&output).unwrap()),
            Ok(expected),
            "{input}"
        );
    }
    // Nobody listens there, though it is granted.
    let refused = ended(&host, &granted, r#"{"do": "refused", "value": "http://127.0.0.1:1/"}"#).unwrap_err();
    assert_eq!(refused.0, "Http.ConnectionRefused", "{}", refused.1);

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
