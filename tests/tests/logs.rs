//! Logs of executions: which events are in the files of a log group, what their records are, and what becomes of them when
//! the host dies.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dirigent_tests::client::{ROLE, text};
use dirigent_tests::history::{kind, millis};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::places;
use dirigent_tests::wait::eventually;
use serde_json::{Map, Value, json};

/// Bytes of a file in the test of rotation, and how many files there are.
const FILE_SIZE: u64 = 4096;
const FILES: usize = 3;

fn logging(level: &str, group: &str, data: bool) -> Value {
    let arn = format!("arn:aws:logs:us-east-1:000000000000:log-group:{group}:*");
    let destinations = json!([{ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }]);
    json!({ "level": level, "includeExecutionData": data, "destinations": destinations })
}

fn create(host: &Host, name: &str, machine_type: &str, definition: &Value, logging: &Value) -> String {
    let params = json!({
        "name": name, "definition": definition.to_string(), "roleArn": ROLE, "type": machine_type,
        "loggingConfiguration": logging,
    });
    text(&host.must("CreateStateMachine", params)["stateMachineArn"])
}

/// A task, and then a failure.
fn failing() -> Value {
    json!({
        "StartAt": "Work",
        "States": {
            "Work": { "Type": "Task", "Resource": "plugin:echo", "Assign": { "kept.$": "$.a" }, "Next": "Branch" },
            "Branch": {
                "Type": "Parallel",
                "Branches": [{ "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } } }],
                "Next": "Stop",
            },
            "Stop": { "Type": "Fail", "Error": "E", "Cause": "why" },
        },
    })
}

/// The file of a log group without slashes that is written, in the host's own account and region.
fn current(logs: &Path, group: &str) -> PathBuf {
    logs.join(group).join("000000000000.us-east-1.jsonl")
}

/// The records that are in a file so far, the last line left out while it is being written.
fn records(file: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(file).unwrap_or_default();
    let whole = lines.rfind('\n').map_or("", |end| &lines[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn of_execution<'a>(records: &'a [Value], arn: &str) -> Vec<&'a Value> {
    let mut of: Vec<&Value> = records.iter().filter(|record| record["execution_arn"] == arn).collect();
    of.sort_by_key(|record| text(&record["id"]).parse::<u64>().unwrap());
    of
}

/// The records of an execution once its last one is there.
fn ended(file: &Path, arn: &str) -> Vec<Value> {
    eventually(&format!("the end of {arn} is logged"), || {
        let records = records(file);
        let of: Vec<Value> = of_execution(&records, arn).into_iter().cloned().collect();
        let ends = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted"];
        of.last().is_some_and(|last| ends.contains(&kind(last))).then_some(of)
    })
}

/// The record that an event of a history should have.
fn record_of(event: &Value, execution: &str, data: bool) -> Value {
    let details = event.as_object().unwrap().iter().find(|(name, _)| name.ends_with("EventDetails"));
    let mut details = details.map_or_else(Map::new, |(_, details)| details.as_object().unwrap().clone());
    if !data {
        let data = ["input", "output", "parameters", "assignedVariables"];
        details.retain(|name, _| !data.iter().any(|of| name == of || *name == format!("{of}Details")));
    }
    json!({
        "id": event["id"].to_string(),
        "type": event["type"],
        "details": details,
        "previous_event_id": event["previousEventId"].to_string(),
        "event_timestamp": millis(event).to_string(),
        "execution_arn": execution,
        "redrive_count": "0",
    })
}

#[test]
fn each_level_of_each_type() {
    let host = Host::start();
    let logs = host.data().join("logs");
    let kinds_at = |level: &str, kinds: &[String]| -> Vec<String> {
        let errors = ["FailStateEntered", "ExecutionFailed"];
        let takes = |kind: &&String| match level {
            "ALL" => true,
            "ERROR" => errors.contains(&kind.as_str()),
            "FATAL" => *kind == "ExecutionFailed",
            _ => false,
        };
        kinds.iter().filter(takes).cloned().collect()
    };
    let mut all_kinds: Vec<String> = Vec::new();
    for machine_type in ["STANDARD", "EXPRESS"] {
        for level in ["ALL", "ERROR", "FATAL", "OFF"] {
            for data in [true, false] {
                let group = format!("{machine_type}-{level}-{data}");
                let machine = create(&host, &group, machine_type, &failing(), &logging(level, &group, data));
                let execution = host.start(&machine, &json!({ "a": 1, "b": "\u{1}\"" }));
                let file = current(&logs, &group);
                if machine_type == "STANDARD" {
                    host.ended(&execution);
                    let history = host.history(&execution);
                    all_kinds = history.iter().map(|event| kind(event).to_owned()).collect();
                    let kinds = kinds_at(level, &all_kinds);
                    let logged = history.iter().filter(|event| kinds.contains(&kind(event).to_owned()));
                    let expected: Vec<Value> =
                        logged.map(|event| record_of(event, &execution, data)).collect();
                    let found = if level == "OFF" { Vec::new() } else { ended(&file, &execution) };
                    assert_eq!(found, expected, "{group}");
                } else if level != "OFF" {
                    let found = ended(&file, &execution);
                    let kinds: Vec<String> = found.iter().map(|record| kind(record).to_owned()).collect();
                    // A Standard execution of the same machine had the same events.
                    assert_eq!(kinds, kinds_at(level, &all_kinds), "{group}");
                    let with_data = found.iter().any(|record| record["details"]["input"].is_string());
                    assert_eq!(with_data, data && level != "FATAL", "{group}");
                }
            }
        }
    }
    // Nothing was made for a group that nothing is logged to.
    for group in ["STANDARD-OFF-true", "EXPRESS-OFF-false"] {
        assert!(!logs.join(group).exists(), "{group}");
    }
}

#[test]
fn children_of_a_map_run_are_logged_with_their_parent() {
    let host = Host::start();
    for child_type in ["STANDARD", "EXPRESS"] {
        let definition = json!({
            "StartAt": "Each",
            "States": { "Each": {
                "Type": "Map",
                "Label": "L",
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": child_type },
                    "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } },
                },
                "End": true,
            } },
        });
        let machine = create(&host, child_type, "STANDARD", &definition, &logging("ALL", child_type, true));
        let execution = host.start(&machine, &json!([1, 2]));
        assert_eq!(host.output(&execution), json!([1, 2]));
        let file = current(&host.data().join("logs"), child_type);
        assert_eq!(ended(&file, &execution).len(), host.history(&execution).len());
        let inputs = eventually("both children are logged", || {
            let mut inputs: Vec<String> = records(&file)
                .iter()
                .filter(|record| kind(record) == "ExecutionStarted" && record["execution_arn"] != execution)
                .map(|record| text(&record["details"]["input"]))
                .collect();
            inputs.sort();
            (inputs.len() == 2).then_some(inputs)
        });
        assert_eq!(inputs, ["1", "2"], "{child_type}");
    }
}

#[test]
fn an_execution_is_logged_over_a_restart_as_it_began() {
    let mut host = Host::start();
    let activity = text(&host.must("CreateActivity", json!({ "name": "a" }))["activityArn"]);
    let definition = json!({
        "StartAt": "Before",
        "States": {
            "Before": { "Type": "Pass", "Result": { "n": 1 }, "ResultPath": "$.before", "Next": "Ask" },
            "Ask": { "Type": "Task", "Resource": activity, "End": true },
        },
    });
    let machine = create(&host, "m", "STANDARD", &definition, &logging("ALL", "g", true));
    let execution = host.start(&machine, &json!({ "a": 1 }));
    let file = current(&host.data().join("logs"), "g");
    eventually("what happened before is logged", || {
        records(&file).iter().any(|record| kind(record) == "ActivityScheduled").then_some(())
    });
    host.kill9();
    host.restart();
    // It keeps the configuration that it began with; a later one is that of others.
    let change =
        json!({ "stateMachineArn": machine, "loggingConfiguration": logging("ALL", "other", false) });
    host.must("UpdateStateMachine", change);
    let task = host.must("GetActivityTask", json!({ "activityArn": activity }));
    let done = json!({ "taskToken": task["taskToken"], "output": "7" });
    host.must("SendTaskSuccess", done);
    host.ended(&execution);
    let expected: Vec<Value> =
        host.history(&execution).iter().map(|event| record_of(event, &execution, true)).collect();
    assert_eq!(ended(&file, &execution), expected);
    let later = host.start(&machine, &json!({}));
    host.must("StopExecution", json!({ "executionArn": later, "error": "Stopped" }));
    let other = current(&host.data().join("logs"), "other");
    assert_eq!(kind(ended(&other, &later).last().unwrap()), "ExecutionAborted");
    assert!(of_execution(&records(&file), &later).is_empty());
}

#[test]
fn records_count_redrives() {
    let host = Host::start();
    let machine = create(&host, "m", "STANDARD", &failing(), &logging("ALL", "g", true));
    let execution = host.start(&machine, &json!({ "a": 1 }));
    host.ended(&execution);
    host.must("RedriveExecution", json!({ "executionArn": execution }));
    host.ended(&execution);
    let history = host.history(&execution);
    let mut redrives = 0;
    let expected: Vec<Value> = history
        .iter()
        .map(|event| {
            redrives += u32::from(kind(event) == "ExecutionRedriven");
            let mut record = record_of(event, &execution, true);
            record["redrive_count"] = redrives.to_string().into();
            record
        })
        .collect();
    assert_eq!(redrives, 1);
    let file = current(&host.data().join("logs"), "g");
    let found = eventually("the redrive is logged to its end", || {
        let found = ended(&file, &execution);
        (found.len() == expected.len()).then_some(found)
    });
    assert_eq!(found, expected);
}

#[test]
fn a_host_that_stops_writes_what_it_has_logged() {
    let mut host = Host::start();
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = create(&host, "m", "STANDARD", &definition, &logging("ALL", "g", true));
    let executions: Vec<String> = (0..50).map(|n| host.start(&machine, &json!(n))).collect();
    assert!(host.terminate().success());
    let records = records(&current(&host.data().join("logs"), "g"));
    for execution in executions {
        let kinds: Vec<&str> = of_execution(&records, &execution).into_iter().map(kind).collect();
        let expected = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"];
        assert_eq!(kinds, expected, "{execution}");
    }
}

#[test]
fn full_files_make_room() {
    let home = places::scratch();
    let logs = home.path().join("elsewhere");
    let host = Setup::new()
        .argument(&format!("--logs={}", logs.display()))
        .argument(&format!("--logs-file-size={FILE_SIZE}"))
        .argument(&format!("--logs-files={FILES}"))
        .start();
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let group = logging("ALL", "/aws/vendedlogs/states/g", true);
    let machine = create(&host, "m", "EXPRESS", &definition, &group);
    let folder = logs.join("+aws+vendedlogs+states+g");
    let mut last = String::new();
    for n in 0..60 {
        last = host.start(&machine, &json!({ "n": n }));
    }
    ended(&folder.join("000000000000.us-east-1.jsonl"), &last);
    let files: BTreeMap<String, u64> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len())
        })
        .collect();
    let names: Vec<&String> = files.keys().collect();
    let expected =
        ["000000000000.us-east-1.1.jsonl", "000000000000.us-east-1.2.jsonl", "000000000000.us-east-1.jsonl"];
    assert_eq!(names, expected);
    for (name, size) in files {
        assert!(size <= FILE_SIZE, "{name}: {size}");
        // What was moved was full: no record would have fitted.
        assert!(name == expected[2] || size > FILE_SIZE / 2, "{name}: {size}");
        records(&folder.join(&name));
    }
    assert!(!host.data().join("logs").exists());
}

#[test]
fn executions_go_on_though_nothing_can_be_logged() {
    let home = places::scratch();
    let logs = home.path().join("a-file");
    fs::write(&logs, "").unwrap();
    let host = Setup::new().argument(&format!("--logs={}", logs.display())).start();
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = create(&host, "m", "STANDARD", &definition, &logging("ALL", "g", true));
    assert_eq!(host.output(&host.start(&machine, &json!(1))), json!(1));
    eventually("the host tells of it", || {
        let log = host.log();
        log.lines()
            .any(|line| {
                line.contains("events of executions are missing in their logs") && line.contains("a-file")
            })
            .then_some(())
    });
}
