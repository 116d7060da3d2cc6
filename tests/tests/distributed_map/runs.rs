//! Map Runs as things of their own: thresholds, stopping, and changing one while it runs.

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

use crate::buckets::{describe, map, run_of};

fn host() -> Host {
    Setup::new().registry(Registry::empty().path()).start()
}

/// Items are the seconds to wait; a negative one fails.
fn waiting(more: Value) -> Value {
    let choice = json!({ "Type": "Choice", "Choices": [{ "Variable": "$", "NumericLessThan": 0, "Next": "Bad" }], "Default": "Wait" });
    let mut definition = map(choice, more);
    let states = definition["States"]["Rows"]["ItemProcessor"]["States"].as_object_mut().unwrap();
    states.insert("Bad".into(), json!({ "Type": "Fail", "Error": "Bad" }));
    states.insert("Wait".into(), json!({ "Type": "Wait", "SecondsPath": "$", "End": true }));
    definition
}

fn counts(host: &Host, run: &str) -> Value {
    describe(host, run)["executionCounts"].clone()
}

#[test]
fn a_run_fails_when_more_items_fail_than_it_tolerates() {
    let host = host();
    for (index, (more, items, status)) in [
        (json!({}), json!([0, -1]), "FAILED"),
        (json!({ "ToleratedFailureCount": 1 }), json!([0, -1]), "SUCCEEDED"),
        (json!({ "ToleratedFailureCount": 1 }), json!([-1, -1]), "FAILED"),
        (json!({ "ToleratedFailurePercentage": 50 }), json!([0, -1]), "SUCCEEDED"),
        (json!({ "ToleratedFailurePercentage": 49.5 }), json!([0, -1]), "FAILED"),
        (json!({ "ToleratedFailurePercentage": 100 }), json!([-1, -1]), "SUCCEEDED"),
    ]
    .into_iter()
    .enumerate()
    {
        let machine = host.create(&format!("tolerant-{index}"), &waiting(more.clone()));
        let execution = host.start(&machine, &items);
        let ended = host.ended(&execution);
        assert_eq!(ended["status"], status, "{more} {items}");
        if status == "FAILED" {
            assert_eq!(ended["error"], "States.ExceedToleratedFailureThreshold");
        }
        let run = run_of(&host, &execution).unwrap();
        assert_eq!(describe(&host, &run)["status"], status);
    }
}

#[test]
fn a_failure_stops_the_children_that_still_run() {
    let host = host();
    let machine = host.create("stopping", &waiting(json!({})));
    let execution = host.start(&machine, &json!([3_600, 3_600, -1]));
    assert_eq!(host.ended(&execution)["status"], "FAILED");
    let run = run_of(&host, &execution).unwrap();
    let counts = counts(&host, &run);
    assert_eq!(
        (&counts["aborted"], &counts["failed"], &counts["running"]),
        (&json!(2), &json!(1), &json!(0))
    );
    let children = host.pages("ListExecutions", "executions", json!({ "mapRunArn": run }));
    assert_eq!(children.len(), 3);
}

#[test]
fn stopping_the_parent_stops_the_run_also_over_a_crash() {
    let mut host = host();
    let machine = host.create("given-up", &waiting(json!({})));
    for crash in [false, true] {
        let execution = host.start(&machine, &json!([3_600, 3_600]));
        let run = eventually("both children run", || {
            let run = run_of(&host, &execution)?;
            (counts(&host, &run)["running"] == 2).then_some(run)
        });
        host.must("StopExecution", json!({ "executionArn": execution }));
        if crash {
            host.kill9();
            host.restart();
        }
        let ended = eventually("the run ends", || {
            let run = describe(&host, &run);
            (run["status"] != "RUNNING").then_some(run)
        });
        assert_eq!(ended["status"], "ABORTED", "{ended:#}");
        let open = json!({ "mapRunArn": run, "statusFilter": "RUNNING" });
        eventually("no child runs", || {
            host.pages("ListExecutions", "executions", open.clone()).is_empty().then_some(())
        });
    }
}

#[test]
fn more_children_run_when_the_bound_is_raised() {
    let host = host();
    let machine = host.create("bounded", &waiting(json!({ "MaxConcurrency": 1 })));
    let execution = host.start(&machine, &json!([3_600, 3_600, 3_600]));
    let run = eventually("the run begins", || run_of(&host, &execution));
    let running = |wanted: u64| {
        eventually(&format!("{wanted} children run"), || {
            (counts(&host, &run)["running"] == wanted).then_some(())
        });
    };
    running(1);
    host.must("UpdateMapRun", json!({ "mapRunArn": run, "maxConcurrency": 2 }));
    running(2);
    assert_eq!(describe(&host, &run)["maxConcurrency"], 2);
    host.must("StopExecution", json!({ "executionArn": execution }));
}
