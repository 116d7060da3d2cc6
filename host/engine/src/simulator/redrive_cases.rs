//! Executions that do not succeed, and are redriven until they do: every schedule, and a crash at every place, the
//! redrive's own step included.
//!
//! `plugin:mended` fails until the execution has been redriven once, `plugin:mended-twice` twice.

use serde_json::{Value, json};

use super::cases::{Case, case, one, racing, task};
use super::runs::{crash_everywhere, expect};
use super::{Simulator, compile};
use crate::core::{Amend, Amendment, Redrive};
use crate::event::EventKind;
use crate::payload::Payload;

/// Schedules tried for each case without crashes.
const SEEDS: u64 = 25;
/// Redrives that no case needs more of.
const MOST: u32 = 2;

fn machine(name: &str, state: Value) -> Value {
    json!({ "StartAt": name, "States": { name: state } })
}

fn cases() -> Vec<Case> {
    let mended = || task("plugin:mended", json!({}));
    vec![
        case("a task", one(mended()), json!({ "a": 1 }), Ok(json!({ "a": 1 }))),
        case("a task, twice", one(task("plugin:mended-twice", json!({}))), json!(1), Ok(json!(1))),
        case("one that nothing mends", one(task("plugin:fail", json!({}))), json!(1), Err("Custom.Error")),
        case(
            "what was done stays done, variables too",
            json!({ "StartAt": "Double", "States": {
                "Double": task("plugin:double", json!({ "Assign": { "doubled.$": "$" }, "Next": "Broken" })),
                "Broken": task("plugin:mended", json!({ "ResultPath": null, "Next": "Last" })),
                "Last": { "Type": "Pass", "Parameters": { "in.$": "$", "doubled.$": "$doubled" }, "End": true }
            } }),
            json!(4),
            Ok(json!({ "in": 8, "doubled": 8 })),
        ),
        case(
            "retries are there again",
            one(task(
                "plugin:mended",
                json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 5 }] }),
            )),
            json!(2),
            Ok(json!(2)),
        ),
        case(
            "a catcher of the inner state does not stand in the way",
            json!({ "StartAt": "S", "States": {
                "S": task("plugin:fail", json!({
                    "Next": "Never",
                    "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "Broken" }]
                })),
                "Never": { "Type": "Fail" },
                "Broken": task("plugin:mended", json!({ "OutputPath": "$.why.Error" }))
            } }),
            json!({}),
            Ok(json!("Custom.Error")),
        ),
        racing(
            "branches: done, broken, asleep",
            one(json!({ "Type": "Parallel", "End": true, "Branches": [
                machine("A", task("plugin:double", json!({}))),
                machine("B", mended()),
                machine("C", json!({ "Type": "Wait", "Seconds": 3600, "End": true })),
                { "StartAt": "One", "States": {
                    "One": task("plugin:double", json!({ "Next": "Two" })),
                    "Two": task("plugin:double", json!({}))
                } }
            ] })),
            json!(3),
            Ok(json!([6, 3, 3, 12])),
        ),
        racing(
            "iterations, two at a time, some never begun",
            one(json!({ "Type": "Map", "MaxConcurrency": 2, "End": true, "ItemProcessor": {
                "StartAt": "First", "States": {
                    "First": task("plugin:double", json!({ "Next": "Broken" })),
                    "Broken": task("plugin:mended", json!({}))
                } } })),
            json!([1, 2, 3, 4, 5]),
            Ok(json!([2, 4, 6, 8, 10])),
        ),
        racing(
            "a Map in a branch of a Map",
            one(json!({ "Type": "Map", "End": true, "ItemProcessor": machine("D", json!({
                "Type": "Parallel", "End": true, "Branches": [
                    machine("E", json!({ "Type": "Map", "ItemsPath": "$", "End": true,
                        "ItemProcessor": machine("F", task("plugin:mended-twice", json!({}))) })),
                    machine("G", json!({ "Type": "Pass", "Result": "p", "End": true }))
                ] })) })),
            json!([[1, 2], [3]]),
            Ok(json!([[[1, 2], "p"], [[3], "p"]])),
        ),
        racing(
            "a Parallel that is tried again, and only then is broken for good",
            one(json!({ "Type": "Parallel", "End": true,
                "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 1 }],
                "Branches": [machine("H", mended()), machine("I", task("plugin:double", json!({})))] })),
            json!(5),
            Ok(json!([5, 10])),
        ),
        case(
            "a Map Run goes on with the children that failed",
            one(json!({ "Type": "Map", "End": true, "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "In", "States": { "In": mended() } } })),
            json!([1, 2]),
            Ok(json!([1, 2])),
        ),
        case(
            "a Fail state fails again",
            one(json!({ "Type": "Fail", "Error": "On.Purpose" })),
            json!({}),
            Err("On.Purpose"),
        ),
    ]
}

#[tokio::test]
async fn every_case_succeeds_in_the_end_under_every_schedule() {
    for case in cases() {
        let program = compile(&case.definition);
        for seed in 0..SEEDS {
            let ended = Simulator::new(&program, &case.input, seed, None).redriven(MOST).run().await;
            expect(&case, &ended);
            // What was done is not done again.
            let entered = |wanted: &str| {
                let entries = ended.events.iter().filter(
                    |event| matches!(&event.kind, EventKind::StateEntered { name, .. } if **name == *wanted),
                );
                entries.count()
            };
            if case.name.starts_with("what was done") {
                assert_eq!([entered("Double"), entered("Broken"), entered("Last")], [1, 1, 1]);
            }
        }
    }
}

#[tokio::test]
async fn a_crash_anywhere_changes_nothing_of_a_redrive() {
    let crashes = crash_everywhere(cases(), MOST).await;
    assert!(crashes > 300, "only {crashes} crash points were tried");
}

#[tokio::test]
async fn a_state_that_stopped_can_be_given_another_input_or_a_result() {
    let definition = json!({ "StartAt": "S", "States": {
        "S": task("plugin:fail-if-odd", json!({ "Next": "Last" })),
        "Last": task("plugin:double", json!({}))
    } });
    let program = compile(&definition);
    for (with, wanted) in
        [(Amend::Input(Payload::from_value(json!(4))), 8), (Amend::Result(Payload::from_value(json!(5))), 10)]
    {
        let mut simulator = Simulator::new(&program, &json!(3), 1, None).redriven(1);
        simulator.redrive =
            Redrive { amend: Some(Amendment { frame: crate::core::TOP, with }), ..Redrive::default() };
        let ended = simulator.run().await;
        assert_eq!(ended.output, Some(wanted.to_string()));
    }
}
