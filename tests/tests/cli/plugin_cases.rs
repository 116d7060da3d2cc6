//! `dirigent plugin test`: cases run in the real sandbox, and whatever is not as a case says fails it.

use std::fs;

use dirigent_tests::plugins;
use dirigent_tests::process::Finished;
use serde_json::{Value, json};

use crate::home::Home;

const MANIFEST: &str = r#"
    name = "caller"
    version = "1.0.0"
    [asks]
    http = ["https://api.example.com"]
    keyvalue = ["orders"]
    config = ["currency"]
    connections = ["payments"]
"#;

/// Runs a plugin's cases. The plugin is `caller`, which makes the calls of the host that its input lists.
#[track_caller]
fn test(cases: &Value, arguments: &[&str]) -> Finished {
    let home = Home::new();
    fs::create_dir(home.path().join("caller")).unwrap();
    home.write("caller/plugin.toml", MANIFEST);
    home.write("caller/cases.json", &cases.to_string());
    fs::write(home.path().join("caller/plugin.wasm"), plugins::component("caller")).unwrap();
    let cache = dirigent_tests::places::root().join("target/tmp/plugin-cases");
    let cache = cache.to_string_lossy().into_owned();
    home.dirigent([&["plugin", "--cache", &cache, "test", "caller"], arguments].concat())
}

/// A case whose plugin makes these calls.
fn case(name: &str, operations: Value, more: Value) -> Value {
    let mut case = json!({ "name": name, "input": { "operations": operations } });
    case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    case
}

#[test]
fn everything_outside_is_as_the_case_has_it() {
    let cases = json!([
        case(
            "http",
            json!([{"do": "http", "method": "POST", "url": "https://api.example.com/v1", "body": "{\"a\": 1}", "show": ["x-id"]}]),
            json!({
                "http": [{
                    "request": {"method": "POST", "url": "https://api.example.com/v1", "body": {"a": 1}},
                    "response": {"status": 201, "headers": {"x-id": "7"}, "body": "made"}
                }],
                "output": {"answers": [{"status": 201, "headers": {"x-id": "7"}, "body": "made"}]}
            })
        ),
        case(
            "buckets",
            json!([{"do": "kv-get", "bucket": "orders", "key": "7"},
                   {"do": "kv-set", "bucket": "orders", "key": "7", "value": "paid"},
                   {"do": "kv-increment", "bucket": "orders", "key": "n", "delta": 2},
                   {"do": "kv-keys", "bucket": "orders"}]),
            json!({
                "keyvalue": {
                    "before": {"orders": {"7": "open", "n": 40}},
                    "after": {"orders": {"7": "paid", "n": 42}}
                },
                "output": {"answers": ["open", null, 42, ["7", "n"]]}
            })
        ),
        case(
            "configuration, log, context and steps",
            json!([{"do": "config", "key": "currency"}, {"do": "log", "message": "a line"}, {"do": "context"},
                   {"do": "step", "name": "s", "operations": [{"do": "recall", "name": "t"}]}]),
            json!({
                "config": {"currency": "EUR"},
                "logs": ["a line"],
                "context": {"attempt": 3, "idempotencyKey": "key"},
                "output": {"answers": ["EUR", null, {"attempt": 3, "idempotencyKey": "key", "stateMachine": "test"}, ["fresh"]]}
            })
        ),
        case(
            "a connection",
            json!([{"do": "http", "url": "https://api.example.com/v1", "headers": [["Dirigent-Connection", "payments"]]}]),
            json!({
                "connections": ["payments"],
                "http": [{
                    "request": {"url": "https://api.example.com/v1", "headers": {"X-Connection": "payments"}},
                    "response": {}
                }],
                "output": {"answers": [{"status": 200, "headers": {}, "body": ""}]}
            })
        ),
        case(
            "what the manifest does not ask for is refused here too",
            json!([{"do": "http", "url": "https://other.example.com/"}]),
            json!({"error": {"name": "Plugin.CapabilityDenied", "cause": "its plugin.toml does not ask for that"}})
        ),
        case(
            "a trap",
            json!([{"do": "panic", "message": "oh"}]),
            json!({"error": {"name": "Plugin.Trapped", "cause": "oh"}})
        ),
    ]);
    let text = test(&cases, &[]).success();
    assert!(text.contains("\n6 passed, 0 failed\n"), "{text}");
    assert!(text.contains("case http ... ok\n"), "{text}");
    let json: Value = serde_json::from_str(&test(&cases, &["--json", "--case", "log"]).success()).unwrap();
    assert_eq!(
        (&json["passed"], &json["failed"], &json["plugin"]),
        (&json!(1), &json!(0), &json!("caller@1.0.0"))
    );
    assert_eq!(json["cases"][0]["logs"], json!([{"level": "info", "message": "a line"}]));
}

#[test]
fn what_is_not_as_the_case_says_fails_it() {
    let get = json!([{"do": "http", "url": "https://api.example.com/v1"}]);
    let failed = json!([{"do": "fail", "error": "Card.Declined", "cause": "no money"}]);
    let answer =
        |body: &str| json!({"request": {"url": "https://api.example.com/v1"}, "response": {"body": body}});
    for (name, operations, more, told) in [
        (
            "output",
            json!([]),
            json!({"output": {"answers": [1]}}),
            "output/answers/0: expected 1, got nothing",
        ),
        (
            "an error instead",
            failed.clone(),
            json!({"output": 1}),
            "expected an output, got the error Card.Declined: no money",
        ),
        (
            "an output instead",
            json!([]),
            json!({"error": {"name": "E"}}),
            "expected the error E, got the output {\"answers\":[]}",
        ),
        (
            "another error",
            failed.clone(),
            json!({"error": {"name": "E"}}),
            "error: expected \"E\", got \"Card.Declined\"",
        ),
        (
            "another cause",
            failed,
            json!({"error": {"name": "Card.Declined", "cause": "late"}}),
            "cause: expected late in it, got no money",
        ),
        ("a log", json!([]), json!({"output": {"answers": []}, "logs": ["x"]}), "logs: no line has x in it"),
        (
            "a request too many",
            get.clone(),
            json!({"output": {"answers": [{"status": 200, "headers": {}, "body": ""}]}}),
            "http: the plugin asked for GET https://api.example.com/v1, which the case does not have (or not so often)",
        ),
        (
            "a request too few",
            get,
            json!({"output": {"answers": [{"status": 200, "headers": {}, "body": "1"}]}, "http": [answer("1"), answer("2")]}),
            "http: GET https://api.example.com/v1 was expected, and the plugin did not ask for it",
        ),
        (
            "a bucket",
            json!([{"do": "kv-set", "bucket": "orders", "key": "7", "value": "paid"}]),
            json!({"output": {"answers": [null]}, "keyvalue": {"after": {"orders": {"7": "open"}}}}),
            "keyvalue/orders/7: expected \"open\", got \"paid\"",
        ),
    ] {
        let ran = test(&json!([case(name, operations, more)]), &[]);
        assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(told), "{name}: {told} is not in\n{}", ran.stdout);
        assert!(ran.stdout.contains(&format!("case {name} ... FAILED")), "{}", ran.stdout);
        assert!(ran.stdout.contains("0 passed, 1 failed"), "{}", ran.stdout);
    }
}

#[test]
fn what_cannot_be_run_is_status_2() {
    for (cases, arguments, message) in [
        (json!([]), vec![], "it has no case"),
        (json!([{"name": "a"}]), vec![], "either an `output` or an `error`"),
        (
            json!([{"name": "a", "output": 1}]),
            vec!["--case", "b"],
            "no case of caller/cases.json has that in its name. There are: a",
        ),
        (json!([{"name": "a", "output": 1}]), vec!["--cases", "absent.json"], "there is no absent.json"),
    ] {
        let ran = test(&cases, &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{message}");
        assert!(ran.stderr.contains(message), "{message} is not in {}", ran.stderr);
    }
}
