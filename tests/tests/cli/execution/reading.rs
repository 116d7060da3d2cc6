//! Lists, histories, and what happens as it happens.

use dirigent_tests::client::{ROLE, parse, text};
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

use super::{ARN, LIST, asked, say};
use crate::asked::columns;

#[test]
fn a_list_takes_what_its_filters_let_pass() {
    let asked = asked();
    for (machine, name, input) in [
        ("say", "good-1", "{}"),
        ("say", "good-2", "{}"),
        ("say", "bad-1", "{\"bad\":1}"),
        ("sleep", "good-3", "{}"),
    ] {
        asked.start(machine, name, input);
    }
    eventually("three have ended", || (asked.listed(&["--status", "running"]).len() == 1).then_some(()));
    let [bad, good1, good2, good3] =
        ["say/bad-1 FAILED", "say/good-1 SUCCEEDED", "say/good-2 SUCCEEDED", "sleep/good-3 RUNNING"];
    let cases: [(&[&str], &[&str]); 12] = [
        (&[], &[good3, bad, good2, good1]),
        (&["say"], &[bad, good2, good1]),
        (&["arn:aws:states:us-east-1:000000000000:stateMachine:sleep"], &[good3]),
        (&["--status", "failed"], &[bad]),
        (&["--status", "RUNNING", "--status", "failed"], &[good3, bad]),
        (&["--error", "No.Way"], &[bad]),
        (&["--name-prefix", "good"], &[good3, good2, good1]),
        (&["say", "--name-prefix", "good", "--limit", "1"], &[good2]),
        (&["--since", "1h", "--status", "failed"], &[bad]),
        (&["--until", "1h"], &[]),
        (&["--until", "2000-01-01T00:00:00Z"], &[]),
        (&["--limit", "3"], &[good3, bad, good2]),
    ];
    for (arguments, expected) in cases {
        let command = [&["execution", "list"], arguments].concat();
        let ran = asked.run(&command);
        if expected.is_empty() {
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{arguments:?}");
            assert!(ran.stderr.contains("no such executions"), "{}", ran.stderr);
        } else {
            let rows = columns(&ran.stdout, &LIST);
            let rows: Vec<_> = rows.iter().map(|row| format!("{} {}", row[0], row[1])).collect();
            assert_eq!(rows, expected, "{arguments:?}: {}", ran.stderr);
        }
        let lines = asked.text(&[&command[..], &["--json"]].concat());
        let read = |line: &str| {
            let execution: Value = serde_json::from_str(line).unwrap();
            let name = text(&execution["executionArn"]).replace(ARN, "").replace(':', "/");
            format!("{name} {}", text(&execution["status"]))
        };
        assert_eq!(lines.lines().map(read).collect::<Vec<_>>(), expected, "{arguments:?}");
    }
    let cut = asked.run(&["execution", "list", "--limit", "3"]);
    assert!(cut.stderr.contains("There may be more"), "{}", cut.stderr);
}

#[test]
fn an_execution_of_another_account_is_shown_by_its_arn() {
    let asked = asked();
    asked.start("say", "one", "{}");
    let other = |action: &str, params: Value| {
        let credential = "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/states/aws4_request";
        let target = format!("AWSStepFunctions.{action}");
        let headers = [
            ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", target.as_str()),
            ("Authorization", credential),
        ];
        let answer = asked.post("/", &headers, &params.to_string()).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let created = other(
        "CreateStateMachine",
        json!({ "name": "say", "definition": say().to_string(), "roleArn": ROLE }),
    );
    let started =
        other("StartExecution", json!({ "stateMachineArn": created["stateMachineArn"], "name": "one" }));
    let arn = text(&started["executionArn"]);
    assert_eq!(arn, "arn:aws:states:us-east-1:123456789012:execution:say:one");
    for execution in [&arn, "say/one"] {
        assert_eq!(asked.run(&["execution", "tail", execution]).code, Some(0), "{execution}");
        let shown = asked.json(&["execution", "show", execution]);
        assert_eq!(text(&shown["executionArn"]) == arn, *execution == arn, "{shown}");
    }
    assert_eq!(asked.listed(&[]), [format!("{arn} SUCCEEDED"), "say/one SUCCEEDED".to_owned()]);
}

#[test]
fn a_history_is_read_from_either_end_with_data_or_without() {
    let asked = asked();
    asked.start("say", "one", "{\"n\": 1}");
    asked.run(&["execution", "tail", "say/one"]).success();
    let history = |more: &[&str]| -> Vec<Value> {
        let arguments = [&["execution", "history", "say/one", "--json"], more].concat();
        asked.text(&arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let ids = |events: &[Value]| events.iter().map(|event| event["id"].as_u64().unwrap()).collect::<Vec<_>>();
    let cases: [(&[&str], Vec<u64>); 4] = [
        (&[], (1..=11).collect()),
        (&["--reverse"], (1..=11).rev().collect()),
        (&["--limit", "2"], vec![1, 2]),
        (&["--reverse", "--limit", "3"], vec![11, 10, 9]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(ids(&history(arguments)), expected, "{arguments:?}");
    }
    let first = |more: &[&str]| history(more)[0]["executionStartedEventDetails"]["input"].clone();
    assert_eq!(first(&[]), Value::Null);
    assert_eq!(parse(&first(&["--data"])), json!({ "n": 1 }));
    assert!(text(&history(&[])[0]["timestamp"]).ends_with('Z'));
    let table = asked.text(&["execution", "history", "say/one", "--data", "--limit", "1"]);
    assert!(table.ends_with("ExecutionStarted  {\"n\": 1}\n"), "{table}");
}

#[test]
fn a_tail_for_programs_is_the_history_with_its_payloads() {
    let asked = asked();
    asked.start("say", "one", "{\"n\": 1}");
    let tail = asked.text(&["execution", "tail", "say/one", "--json"]);
    let history = asked.text(&["execution", "history", "say/one", "--json", "--data"]);
    assert_eq!(tail, history);
}

#[test]
fn a_tail_of_a_state_machine_tells_what_happens_from_now_on() {
    let asked = asked();
    let tails = [&["say"][..], &["say", "--json"]].map(|arguments| {
        let arguments = [&["execution", "tail"], arguments].concat();
        asked.home.follow([&arguments[..], &["--endpoint", asked.url()]].concat())
    });
    // They see only what happens once they listen, and nobody says when that is.
    let mut seen = [String::new(), String::new()];
    let mut number = 0;
    eventually("both have told of the end of an execution", || {
        number += 1;
        asked.start("sleep", &format!("unseen-{number}"), "{}");
        asked.start("say", &format!("seen-{number}"), "{}");
        for (seen, tail) in seen.iter_mut().zip(&tails) {
            seen.extend(tail.lines());
        }
        let ends = ["■ say/seen-", "\"type\":\"ExecutionSucceeded\""];
        seen.iter().zip(ends).all(|(seen, end)| seen.contains(end)).then_some(())
    });
    assert!(seen.iter().all(|seen| !seen.contains("unseen")), "{seen:?}");
    let line = seen[1].lines().next().unwrap();
    let happening: Value = serde_json::from_str(line).unwrap();
    assert!(text(&happening["executionArn"]).starts_with(&format!("{ARN}say:seen-")), "{line}");
    assert!(text(&happening["event"]["timestamp"]).ends_with('Z'), "{line}");
}
