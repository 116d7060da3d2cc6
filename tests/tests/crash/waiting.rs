//! The host dies while executions wait: every timer fires at its right time, whenever the host comes back.

use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dirigent_tests::client::parse;
use dirigent_tests::history::{check, entered, exited, first, kinds, millis};
use dirigent_tests::host::Host;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

use crate::workflow;

/// Something that is under way when the host dies.
struct Case {
    name: &'static str,
    /// The only state, `Work`, or the whole definition.
    definition: Value,
    input: Value,
    /// It is under way once the history has this event.
    under_way: &'static str,
    /// From this event to the end of the execution it takes at least this long.
    from: &'static str,
    least_ms: i64,
    status: &'static str,
}

fn work(mut state: Value) -> Value {
    state["End"] = true.into();
    json!({ "StartAt": "Work", "States": { "Work": state } })
}

fn spin(milliseconds: u64) -> Value {
    json!({ "do": "spin", "milliseconds": milliseconds })
}

#[test]
fn of_what_only_waits() {
    let mut with_timeout = work(json!({ "Type": "Wait", "Seconds": 3_600 }));
    with_timeout["TimeoutSeconds"] = 3.into();
    every_timer_fires_at_its_right_time(&[
        Case {
            name: "a wait",
            definition: work(json!({ "Type": "Wait", "Seconds": 3 })),
            input: json!({}),
            under_way: "WaitStateEntered",
            from: "WaitStateEntered",
            least_ms: 3_000,
            status: "SUCCEEDED",
        },
        Case {
            name: "an execution with a time-out",
            definition: with_timeout,
            input: json!({}),
            under_way: "WaitStateEntered",
            from: "WaitStateEntered",
            least_ms: 3_000,
            status: "TIMED_OUT",
        },
        Case {
            name: "a retry",
            definition: work(json!({
                "Type": "Task",
                "Resource": "plugin:hostile",
                "Retry": [{
                    "ErrorEquals": ["Test.Flaky"], "IntervalSeconds": 3, "BackoffRate": 1, "MaxAttempts": 1,
                }],
            })),
            input: json!({ "do": "fail", "error": "Test.Flaky", "cause": "as told" }),
            under_way: "TaskFailed",
            from: "TaskFailed",
            least_ms: 3_000,
            status: "FAILED",
        },
    ]);
}

// What computes has a host to itself, so that the others are not late because of it.

#[test]
fn of_a_task() {
    every_timer_fires_at_its_right_time(&[Case {
        name: "a task",
        definition: work(json!({ "Type": "Task", "Resource": "plugin:hostile" })),
        input: spin(4_000),
        under_way: "TaskStarted",
        from: "TaskScheduled",
        least_ms: 4_000,
        status: "SUCCEEDED",
    }]);
}

#[test]
fn of_a_task_with_a_time_out() {
    every_timer_fires_at_its_right_time(&[Case {
        name: "a task with a time-out",
        definition: work(json!({ "Type": "Task", "Resource": "plugin:hostile", "TimeoutSeconds": 3 })),
        input: spin(600_000),
        under_way: "TaskScheduled",
        from: "TaskScheduled",
        least_ms: 3_000,
        status: "FAILED",
    }]);
}

#[test]
fn of_a_task_without_heartbeats() {
    every_timer_fires_at_its_right_time(&[Case {
        name: "a task without heartbeats",
        definition: work(json!({
            "Type": "Task", "Resource": "plugin:hostile", "TimeoutSeconds": 600, "HeartbeatSeconds": 2,
        })),
        input: spin(600_000),
        under_way: "TaskStarted",
        from: "TaskScheduled",
        least_ms: 2_000,
        status: "FAILED",
    }]);
}

/// Lets the host die while all of these are under way, and compares what comes of them with undisturbed runs.
#[track_caller]
fn every_timer_fires_at_its_right_time(cases: &[Case]) {
    let (mut host, _registry) = workflow::host();
    let machines: Vec<String> =
        cases.iter().map(|case| host.create(&case.name.replace(' ', "-"), &case.definition)).collect();
    let start = |host: &Host| -> Vec<String> {
        cases.iter().zip(&machines).map(|(case, machine)| host.start(machine, &case.input)).collect()
    };
    // Those that nothing happens to show how it goes.
    let undisturbed = start(&host);
    let expected: Vec<_> = undisturbed.iter().map(|it| (host.ended(it), host.history(it))).collect();

    let disturbed = eventually("all are under way at the same time", || {
        let started = start(&host);
        for (case, execution) in cases.iter().zip(&started) {
            eventually(case.name, || kinds(&host.history(execution)).contains(&case.under_way).then_some(()));
        }
        let runs = |execution: &String| {
            host.must("DescribeExecution", json!({ "executionArn": execution }))["status"] == "RUNNING"
        };
        started.iter().all(runs).then_some(started)
    });
    host.kill9();
    host.examined();
    host.restart();
    for ((case, execution), (described, history)) in cases.iter().zip(&disturbed).zip(&expected) {
        let ended = host.ended(execution);
        assert_eq!(ended["status"], case.status, "{}: {ended:#}", case.name);
        for field in ["status", "output", "error", "cause"] {
            assert_eq!(ended[field], described[field], "{}", case.name);
        }
        let events = host.history(execution);
        check(&events);
        assert_eq!(kinds(&events), kinds(history), "{}", case.name);
        let took = millis(events.last().unwrap()) - millis(first(&events, case.from));
        assert!(took >= case.least_ms, "{} took {took} ms", case.name);
    }
}

#[test]
fn a_timer_is_not_wound_up_again() {
    let (mut host, _registry) = workflow::host();
    let wait = json!({ "Type": "Wait", "SecondsPath": "$.seconds" });
    let machine = host.create("wait", &work(wait));
    let old = host.start(&machine, &json!({ "seconds": 6 }));
    let due_ms = millis(entered(&host.history(&old), "Work")) + 6_000;
    host.kill9();
    host.examined();
    while now_ms() < due_ms {
        sleep(Duration::from_millis(50));
    }
    host.restart();
    // Six seconds from now would be after this one.
    let fresh = host.start(&machine, &json!({ "seconds": 4 }));
    assert_eq!(parse(&host.ended(&fresh)["output"]), json!({ "seconds": 4 }));
    assert_eq!(host.output(&old), json!({ "seconds": 6 }));
    let left = |execution: &str| millis(exited(&host.history(execution), "Work"));
    assert!(left(&old) >= due_ms, "it waited too short");
    assert!(left(&old) < left(&fresh), "what was due already waited anew");
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}
