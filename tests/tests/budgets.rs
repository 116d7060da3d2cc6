//! Budgets of fuel in the tags of a state machine, and what is told of plugins that used it up.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

#[test]
fn fuel_that_is_used_up_is_told_caught_and_counted() {
    let registry = Registry::with(&["hostile"]);
    let host = Setup::new().registry(registry.path()).start();
    let definition = json!({ "StartAt": "Loop", "States": {
        "Loop": { "Type": "Task", "Resource": "plugin:hostile", "Parameters": { "do": "loop" }, "End": true,
            "Catch": [{ "ErrorEquals": ["Plugin.OutOfFuel"], "Next": "Again" }] },
        "Again": { "Type": "Task", "Resource": "plugin:hostile", "Parameters": { "do": "loop" }, "End": true },
    } });
    let machine = host.create("spends", &definition);
    let tag =
        |key: &str, value: &str| json!({ "resourceArn": machine, "tags": [{ "key": key, "value": value }] });
    // The tag; fuel of the two attempts; what the cause of the second one has.
    for (key, value, fuel, parts) in [
        (
            "dirigent:budget.task.fuel",
            "1000000",
            vec![json!(1_000_000), json!(1_000_000)],
            "is the budget of a task of its state machine. Raise the tag dirigent:budget.task.fuel, if that is not a loop",
        ),
        (
            "dirigent:budget.execution.fuel",
            "1500000",
            vec![json!(1_000_000), json!(500_000)],
            "budget is 1500000 units, and 1000000 were used before. Raise the tag dirigent:budget.execution.fuel",
        ),
        ("dirigent:budget.execution.fuel", "900000", vec![json!(900_000), json!(0)], "the task did not run"),
    ] {
        host.must("TagResource", tag(key, value));
        let execution = host.start(&machine, &json!({}));
        let ended = host.ended(&execution);
        assert_eq!(
            (&ended["status"], &ended["error"]),
            (&json!("FAILED"), &json!("Plugin.OutOfFuel")),
            "{key}"
        );
        let cause = ended["cause"].as_str().unwrap();
        assert!(cause.contains(parts) && !cause.contains("plugin.toml"), "{key}={value}: {cause}");
        let path = format!("/api/executions/{}/tasks", execution.replace(':', "%3A"));
        let tasks = host.get(&path).unwrap().json()["tasks"].clone();
        let used: Vec<Value> = tasks.as_array().unwrap().iter().map(|task| task["fuel"].clone()).collect();
        assert_eq!(used, fuel, "{key}={value}");
    }
    let usage = host.get("/api/plugins").unwrap().json()["plugins"][0]["usage"].clone();
    assert_eq!(
        (&usage["calls"], &usage["failures"]),
        (&json!(5), &json!({ "Plugin.OutOfFuel": 5 })),
        "{usage}"
    );
    assert_eq!(usage["fuel"], 4_400_000);
    let metrics = host.get("/metrics").unwrap().body;
    for line in [
        r#"dirigent_plugin_calls_total{plugin="hostile",version="1.0.0",outcome="Plugin.OutOfFuel"} 5"#,
        r#"dirigent_plugin_fuel_total{plugin="hostile",version="1.0.0"} 4400000"#,
    ] {
        assert!(metrics.lines().any(|shown| shown == line), "{line} is not in\n{metrics}");
    }
}

#[test]
fn a_budget_that_is_none_is_refused() {
    let registry = Registry::with(&[]);
    let host = Setup::new().registry(registry.path()).start();
    let machine = host.create("m", &json!({ "StartAt": "S", "States": { "S": { "Type": "Succeed" } } }));
    for (key, value) in [
        ("dirigent:budget.task.fuel", "plenty"),
        ("dirigent:budget.execution.fuel", "-1"),
        ("dirigent:budget.execution.time", "5"),
    ] {
        let tags = json!([{ "key": key, "value": value }]);
        let refused = host.call("TagResource", json!({ "resourceArn": machine, "tags": tags })).unwrap_err();
        assert_eq!(refused.code, "ValidationException", "{key}={value}");
    }
    let tags = host.must("ListTagsForResource", json!({ "resourceArn": machine }));
    assert_eq!(tags["tags"], json!([]));
}
