//! Plugins through the API: how they are reached, what happens when one misbehaves, and how one is replaced.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::process::Command;
use std::time::Duration;

use dirigent_tests::client::{Client, parse};
use dirigent_tests::history::{check, details, entered, first, kinds, millis};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::{Registry, component};
use dirigent_tests::wait::eventually;
use dirigent_tests::{places, process};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(120);

/// Limits that a hostile plugin meets soon.
const TIGHT: &str = r#"
    [limits]
    fuel = 50_000_000
    memory = "16MiB"
    output = "64KiB"
    time = "30s"
    host_calls = 1000
"#;

fn host(registry: &Registry) -> Host {
    Setup::new().registry(registry.path()).start()
}

/// A machine of one task.
fn task(resource: &str) -> Value {
    json!({ "StartAt": "Work", "States": { "Work": { "Type": "Task", "Resource": resource, "End": true } } })
}

#[test]
fn echo_by_every_kind_of_resource() {
    let registry = Registry::with(&["echo"]);
    let host = host(&registry);
    let service = ["TaskScheduled", "TaskStarted", "TaskSucceeded"];
    let lambda = ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"];
    let input = json!({ "order": 7, "lines": [1, { "a": null }] });
    let invoked = json!({ "ExecutedVersion": "$LATEST", "Payload": input, "StatusCode": 200 });
    let invoke = |function: &str| json!({ "FunctionName": function, "Payload.$": "$" });
    let none = Value::Null;
    let cases = [
        ("plugin:echo", none.clone(), input.clone(), service),
        ("plugin:echo@1", none.clone(), input.clone(), service),
        ("plugin:echo@1.0.0", none.clone(), input.clone(), service),
        ("arn:aws:lambda:us-east-1:000000000000:function:echo", none.clone(), input.clone(), lambda),
        ("arn:aws:lambda:us-east-1:000000000000:function:echo:live", none, input.clone(), lambda),
        ("arn:aws:states:::lambda:invoke", invoke("echo"), invoked.clone(), service),
        (
            "arn:aws:states:::lambda:invoke",
            invoke("arn:aws:lambda:us-east-1:000000000000:function:echo"),
            invoked,
            service,
        ),
    ];
    for (n, (resource, parameters, output, events)) in cases.into_iter().enumerate() {
        let mut definition = task(resource);
        if !parameters.is_null() {
            definition["States"]["Work"]["Parameters"] = parameters;
            // The rest of Lambda's response is of this one call.
            definition["States"]["Work"]["ResultSelector"] = json!({
                "ExecutedVersion.$": "$.ExecutedVersion", "Payload.$": "$.Payload", "StatusCode.$": "$.StatusCode" });
        }
        let machine = host.create(&format!("echo-{n}"), &definition);
        let execution = host.start(&machine, &input);
        assert_eq!(host.output(&execution), output, "{definition}");
        let history = host.history(&execution);
        check(&history);
        let [scheduled, started, succeeded] = events;
        let expected = [
            "ExecutionStarted",
            "TaskStateEntered",
            scheduled,
            started,
            succeeded,
            "TaskStateExited",
            "ExecutionSucceeded",
        ];
        assert_eq!(kinds(&history), expected, "{definition}");
    }
}

#[test]
fn a_resource_that_nobody_serves() {
    let registry = Registry::with(&["echo"]);
    let host = host(&registry);
    let cases = [
        ("plugin:absent", "Plugin.NotFound", "there is no plugin `absent`"),
        ("plugin:echo@2", "Plugin.NotFound", "plugin `echo` has no version `2`; it has 1.0.0"),
        (
            "arn:aws:lambda:us-east-1:000000000000:function:absent",
            "Plugin.NotFound",
            "there is no plugin `absent`",
        ),
        (
            "arn:aws:states:::sns:publish",
            "Plugin.NotFound",
            "no plugin serves `arn:aws:states:::sns:publish`",
        ),
    ];
    for (n, (resource, error, cause)) in cases.into_iter().enumerate() {
        let machine = host.create(&format!("absent-{n}"), &task(resource));
        let ended = host.ended(&host.start(&machine, &json!({})));
        assert_eq!((&ended["status"], &ended["error"]), (&json!("FAILED"), &json!(error)), "{resource}");
        assert!(ended["cause"].as_str().unwrap().contains(cause), "{resource}: {}", ended["cause"]);
    }
}

#[test]
fn a_task_is_told_its_context_and_gets_an_instance_of_its_own() {
    let registry = Registry::with(&["hostile"]);
    let host = host(&registry);
    let machine = host.create("look", &task("plugin:hostile"));
    let execution = host.start(&machine, &json!({ "do": "look" }));
    let seen = host.output(&execution);
    let expected = [
        ("execution", execution.clone()),
        ("executionName", execution.rsplit(':').next().unwrap().to_owned()),
        ("stateMachine", machine.clone()),
        ("stateMachineName", "look".to_owned()),
        ("state", "Work".to_owned()),
        ("resource", "plugin:hostile".to_owned()),
    ];
    for (name, value) in expected {
        assert_eq!(seen[name], value, "{name}");
    }
    assert_eq!(seen["attempt"], 0);
    // What one call leaves in memory is not there for the next.
    for _ in 0..3 {
        assert_eq!(host.output(&host.start(&machine, &json!({ "do": "count" }))), 1);
    }
}

#[test]
fn each_misbehaviour_has_its_name_and_harms_nobody() {
    let registry = Registry::with(&["echo"]);
    registry.install("hostile", "1.0.0", "hostile", TIGHT);
    registry.install("spender", "1.0.0", "hostile", "");
    registry.install("late", "1.0.0", "hostile", "[limits]\ntime = \"200ms\"");
    let host = host(&registry);
    let echo = host.create("echo", &task("plugin:echo"));
    let cases = [
        ("hostile", json!({ "do": "loop" }), "Plugin.OutOfFuel"),
        ("hostile", json!({ "do": "beat-and-loop" }), "Plugin.OutOfFuel"),
        ("hostile", json!({ "do": "recurse" }), "Plugin.Trapped"),
        ("hostile", json!({ "do": "panic", "message": "no order" }), "Plugin.Trapped"),
        ("hostile", json!({ "do": "trap" }), "Plugin.Trapped"),
        ("hostile", json!({ "do": "out-of-bounds" }), "Plugin.Trapped"),
        ("hostile", json!({ "do": "allocate" }), "Plugin.OutOfMemory"),
        ("hostile", json!({ "do": "huge", "bytes": 100_000 }), "Plugin.OutputTooLarge"),
        ("hostile", json!({ "do": "log", "lines": 5_000, "bytes": 10 }), "Plugin.OutOfHostCalls"),
        ("hostile", json!({ "do": "text", "text": "not JSON" }), "Plugin.InvalidOutput"),
        ("hostile", json!({ "do": "text", "text": "" }), "Plugin.InvalidOutput"),
        ("hostile", json!({ "do": "bucket" }), "Plugin.CapabilityDenied"),
        ("hostile", json!({ "do": "what" }), "Plugin.InvalidInput"),
        ("hostile", json!({ "do": "fail", "error": "Card.Declined", "cause": "no funds" }), "Card.Declined"),
        ("late", json!({ "do": "spin", "milliseconds": 600_000 }), "States.Timeout"),
        // Within the sandbox's limits, but over AWS's quota for a payload.
        ("spender", json!({ "do": "huge", "bytes": 300_000 }), "States.DataLimitExceeded"),
    ];
    // All of them at once, and between them those that do no harm.
    let under_way: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(n, (plugin, input, error))| {
            let machine = host.create(&format!("hostile-{n}"), &task(&format!("plugin:{plugin}")));
            let beside = json!({ "beside": input });
            (host.start(&machine, input), host.start(&echo, &beside), beside, input, error)
        })
        .collect();
    for (bad, good, beside, input, error) in under_way {
        assert_eq!(host.output(&good), beside);
        let ended = host.ended(&bad);
        assert_eq!(
            (&ended["status"], &ended["error"]),
            (&json!("FAILED"), &json!(error)),
            "{input}: {ended}"
        );
        let history = host.history(&bad);
        check(&history);
        let kind = if *error == "States.Timeout" { "TaskTimedOut" } else { "TaskFailed" };
        let failed = details(first(&history, kind));
        assert_eq!(failed["error"], *error, "{input}");
        let cause = failed["cause"].as_str().unwrap_or_default();
        assert!((1..10_000).contains(&cause.len()), "{input}: {cause}");
    }
    // After all that the host still answers.
    assert_eq!(host.get("/readyz").unwrap().status, 200);
}

/// An execution remembers a component by its digest alone, so two manifests of one component cannot differ: a name
/// with wide limits is no way around those that another name sets.
#[test]
fn one_component_under_two_names_has_the_stricter_limits() {
    let registry = Registry::empty();
    let component = component("hostile");
    registry.put("tight", "1.0.0", &component, TIGHT);
    registry.put("wide", "1.0.0", &component, "");
    let host = host(&registry);
    let input = json!({ "do": "huge", "bytes": 100_000 });
    for name in ["tight", "wide"] {
        until(&host, &format!("plugin:{name}"), &input, &json!("Plugin.OutputTooLarge"));
    }
}

#[test]
fn the_sandbox_errors_can_be_caught() {
    let registry = Registry::empty();
    registry.install("hostile", "1.0.0", "hostile", TIGHT);
    let host = host(&registry);
    let cases = [
        (json!({ "do": "loop" }), json!(["Plugin.OutOfFuel"]), "Plugin.OutOfFuel"),
        (
            json!({ "do": "allocate" }),
            json!(["Plugin.OutOfFuel", "Plugin.OutOfMemory"]),
            "Plugin.OutOfMemory",
        ),
        (json!({ "do": "trap" }), json!(["States.TaskFailed"]), "Plugin.Trapped"),
        (json!({ "do": "bucket" }), json!(["States.ALL"]), "Plugin.CapabilityDenied"),
    ];
    for (n, (input, catches, error)) in cases.into_iter().enumerate() {
        let mut definition = task("plugin:hostile");
        definition["States"]["Work"]["Catch"] =
            json!([{ "ErrorEquals": catches, "ResultPath": "$.caught", "Next": "Rescue" }]);
        definition["States"]["Rescue"] = json!({ "Type": "Pass", "OutputPath": "$.caught", "End": true });
        let machine = host.create(&format!("caught-{n}"), &definition);
        let output = host.output(&host.start(&machine, &input));
        assert_eq!(output["Error"], error, "{input}");
        assert!(output["Cause"].as_str().is_some_and(|cause| !cause.is_empty()), "{output}");
    }
}

#[test]
fn a_task_that_takes_too_long_times_out() {
    let registry = Registry::with(&["hostile"]);
    let host = host(&registry);
    let spin = json!({ "do": "spin", "milliseconds": 600_000 });
    let cases = [
        ("TimeoutSeconds", json!({ "TimeoutSeconds": 1 }), spin.clone(), "States.Timeout"),
        (
            "HeartbeatSeconds",
            json!({ "TimeoutSeconds": 600, "HeartbeatSeconds": 1 }),
            spin,
            "States.HeartbeatTimeout",
        ),
    ];
    for (name, fields, input, error) in cases {
        let mut definition = task("plugin:hostile");
        for (field, value) in fields.as_object().unwrap() {
            definition["States"]["Work"][field] = value.clone();
        }
        let machine = host.create(name, &definition);
        let execution = host.start(&machine, &input);
        let ended = host.ended(&execution);
        assert_eq!((&ended["status"], &ended["error"]), (&json!("FAILED"), &json!(error)), "{name}: {ended}");
        let history = host.history(&execution);
        check(&history);
        let (started, timed_out) = (first(&history, "TaskScheduled"), first(&history, "TaskTimedOut"));
        assert_eq!(details(timed_out)["error"], error, "{name}");
        assert!(millis(timed_out) - millis(started) >= 1_000, "{name}: it had less than its second");
    }
}

/// First task, a pause, second task: both by the same name.
fn upgrade_machine(pause: u64) -> Value {
    json!({
        "StartAt": "First",
        "States": {
            "First": { "Type": "Task", "Resource": "plugin:thing", "ResultPath": "$.first", "Next": "Pause" },
            "Pause": { "Type": "Wait", "Seconds": pause, "Next": "Second" },
            "Second": { "Type": "Task", "Resource": "plugin:thing", "ResultPath": "$.second", "End": true },
        },
    })
}

/// What a fresh execution of one task answers, or its error's name.
fn probe(host: &Client, resource: &str, input: &Value) -> (Value, Value) {
    let machine = host.create(&resource.replace([':', '@'], "-"), &task(resource));
    let execution = host.start(&machine, input);
    let ended = host.ended(&execution);
    let answer =
        if ended["status"] == "SUCCEEDED" { parse(&ended["output"]) } else { ended["error"].clone() };
    (answer, host.history(&execution).last().unwrap().clone())
}

/// Asks until the answer is this, and returns the event that ended the execution which gave it.
fn until(host: &Client, resource: &str, input: &Value, wanted: &Value) -> Value {
    eventually(&format!("{resource} answers {wanted}"), || {
        let (answer, end) = probe(host, resource, input);
        (answer == *wanted).then_some(end)
    })
}

#[test]
fn a_hot_upgrade_changes_nothing_that_is_under_way() {
    // `echo` answers with its input, `hostile` with the number 1: the answer tells who gave it.
    let input = json!({ "do": "count" });
    type Upgrade = fn(&Host, &Registry, &Value) -> Value;
    let upgrades: [(&str, Upgrade); 3] = [
        ("the file is replaced", |host, registry, input| {
            registry.install("thing", "1.0.0", "hostile", "");
            until(host, "plugin:thing", input, &json!(1))
        }),
        ("a newer version comes", |host, registry, input| {
            registry.install("thing", "1.1.0", "hostile", "");
            until(host, "plugin:thing", input, &json!(1))
        }),
        ("a newer version comes and the old one goes", |host, registry, input| {
            registry.install("thing", "2.0.0", "hostile", "");
            until(host, "plugin:thing", input, &json!(1));
            registry.remove("thing", "1.0.0");
            until(host, "plugin:thing@1", input, &json!("Plugin.NotFound"))
        }),
    ];
    for (name, upgrade) in upgrades {
        // The pause has to outlast the upgrade. Where it did not, a longer one will.
        let proved = [4, 15, 60].into_iter().any(|pause| {
            let registry = Registry::empty();
            registry.install("thing", "1.0.0", "echo", "");
            let host = host(&registry);
            let machine = host.create("upgrade", &upgrade_machine(pause));
            let old = host.start(&machine, &input);
            paused(&host, &old);
            let upgraded = upgrade(&host, &registry, &input);
            let output = host.output(&old);
            assert_eq!((&output["first"], &output["second"]), (&input, &with_first(&input)), "{name}");
            millis(&upgraded) < millis(entered(&host.history(&old), "Second"))
        });
        assert!(proved, "{name}: it took longer than a minute");
    }
}

/// What the second task is given, and echoes.
fn with_first(input: &Value) -> Value {
    let mut both = input.clone();
    both["first"] = input.clone();
    both
}

fn paused(host: &Client, execution: &str) {
    eventually("the execution pauses", || {
        kinds(&host.history(execution)).contains(&"WaitStateEntered").then_some(())
    });
}

#[test]
fn a_pinned_component_outlives_the_host_and_the_registry() {
    let registry = Registry::empty();
    registry.install("thing", "1.0.0", "echo", "");
    let mut host = host(&registry);
    let input = json!({ "do": "count" });
    let machine = host.create("upgrade", &upgrade_machine(2));
    let old = host.start(&machine, &input);
    paused(&host, &old);
    host.kill9();
    registry.install("thing", "2.0.0", "hostile", "");
    registry.remove("thing", "1.0.0");
    host.restart();
    let output = host.output(&old);
    assert_eq!((&output["first"], &output["second"]), (&input, &with_first(&input)));
    let output = host.output(&host.start(&machine, &input));
    assert_eq!((&output["first"], &output["second"]), (&json!(1), &json!(1)), "{output}");
}

#[test]
fn a_plugin_that_is_dropped_in_is_live() {
    let registry = Registry::with(&["echo"]);
    let host = host(&registry);
    let mut definition = task("plugin:newcomer");
    definition["States"]["Work"]["Retry"] = json!([
        { "ErrorEquals": ["Plugin.NotFound"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 100 }
    ]);
    let machine = host.create("newcomer", &definition);
    let execution = host.start(&machine, &json!({ "n": 1 }));
    eventually("the plugin was missed", || {
        kinds(&host.history(&execution)).contains(&"TaskFailed").then_some(())
    });
    registry.install("newcomer", "0.1.0", "echo", "");
    assert_eq!(host.output(&execution), json!({ "n": 1 }));
    check(&host.history(&execution));
}

#[test]
fn a_broken_component_is_reported_and_the_others_serve() {
    let registry = Registry::with(&["echo"]);
    registry.put("rubbish", "1.0.0", b"this is no component", "");
    registry.install("naming", "1.0.0", "echo", "name = \"other\"");
    let place = |name: &str| registry.path().join(name).join("1.0.0");
    let broken =
        [("rubbish", place("rubbish").join("plugin.wasm")), ("naming", place("naming").join("plugin.toml"))];

    let home = places::scratch();
    let mut list = Command::new(places::binary());
    list.args(["plugin", "list", "--registry"]).arg(registry.path());
    list.arg("--cache").arg(home.path().join("cache"));
    let listed = process::run(&mut list, "", LIMIT).success();
    for (name, path) in &broken {
        let expected = format!("{name}@1.0.0 is broken: {}", path.display());
        assert!(listed.contains(&expected), "`{expected}` is not in\n{listed}");
    }
    assert!(listed.lines().any(|line| line.starts_with("echo@1.0.0") && line.contains("ready")), "{listed}");

    let host = host(&registry);
    let echo = host.create("echo", &task("plugin:echo"));
    assert_eq!(host.output(&host.start(&echo, &json!([1]))), json!([1]));
    for (name, _) in &broken {
        let machine = host.create(name, &task(&format!("plugin:{name}")));
        let ended = host.ended(&host.start(&machine, &json!({})));
        assert_eq!(ended["error"], "Plugin.Broken", "{ended}");
        let cause = ended["cause"].as_str().unwrap();
        assert!(cause.starts_with(&format!("plugin {name}@1.0.0 is broken: ")), "{cause}");
    }
    // The log names the file as well, for whoever looks there first.
    for (_, path) in &broken {
        let path = path.parent().unwrap().to_string_lossy().into_owned();
        eventually(&format!("the log names {path}"), || host.log().contains(&path).then_some(()));
    }
}
