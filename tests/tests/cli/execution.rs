//! `dirigent execution`: a story with one execution, and each command's answers to people and to programs.

use dirigent_tests::client::{ROLE, parse, text};
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

use crate::asked::{Asked, columns, failed};
use crate::home::Home;

const ARN: &str = "arn:aws:states:us-east-1:000000000000:execution:";

const LIST: [&str; 5] = ["EXECUTION", "STATUS", "STARTED", "TOOK", "ERROR"];

fn say() -> Value {
    json!({
        "StartAt": "Echo",
        "States": {
            "Echo": { "Type": "Task", "Resource": "plugin:echo", "Next": "Check" },
            "Check": {
                "Type": "Choice",
                "Choices": [{ "Variable": "$.bad", "IsPresent": true, "Next": "No" }],
                "Default": "Done",
            },
            "No": { "Type": "Fail", "Error": "No.Way", "Cause": "as\nasked" },
            "Done": { "Type": "Succeed" },
        },
    })
}

/// A host with these state machines: `say` says its input again, or fails on `{"bad": …}`; `sleep` waits for an hour;
/// `quick` is Express.
fn asked() -> Asked {
    let asked = Asked::new();
    let sleep =
        json!({ "StartAt": "S", "States": { "S": { "Type": "Wait", "Seconds": 3_600, "End": true } } });
    for (name, machine_type, definition) in
        [("say", "standard", &say()), ("sleep", "standard", &sleep), ("quick", "express", &say())]
    {
        asked.home.machine(definition);
        let create = ["machine", "create", name, "--definition", "machine.asl.json", "--type", machine_type];
        asked.text(&create);
    }
    asked
}

impl Asked {
    #[track_caller]
    fn start(&self, machine: &str, name: &str, input: &str) {
        let printed = self.text(&["execution", "start", machine, "--name", name, "--input", input]);
        assert_eq!(printed, format!("{ARN}{machine}:{name}\n"));
    }

    /// EXECUTION and STATUS of what a list shows.
    #[track_caller]
    fn listed(&self, arguments: &[&str]) -> Vec<String> {
        let rows = self.table(&[&["execution", "list"], arguments].concat(), &LIST);
        rows.iter().map(|row| format!("{} {}", row[0], row[1])).collect()
    }
}

#[test]
fn the_story_of_an_execution() {
    let asked = asked();
    asked.home.write("input.json", "{\"bad\": 12345678901234567890123}");
    asked.start("say", "one", "@input.json");
    let tail = asked.run(&["execution", "tail", "say/one"]);
    assert_eq!(tail.code, Some(1), "{}", tail.stderr);
    let told: Vec<&str> = tail.stdout.lines().filter_map(|line| Some(line.split_once("s ")?.1)).collect();
    let input = "{\"bad\": 12345678901234567890123}";
    let expected = [
        "▶ Echo (Task)",
        &format!("✓ Echo  {input}"),
        "▶ Check (Choice)",
        &format!("✓ Check  {input}"),
        "▶ No (Fail)",
        "■ failed  No.Way: as\\nasked",
    ];
    assert_eq!(told, expected);

    let row = &asked.table(&["execution", "list"], &LIST)[0];
    assert_eq!([&row[0], &row[1], &row[4]], ["say/one", "FAILED", "No.Way"]);
    let shown = asked.text(&["execution", "show", "say/one"]);
    for line in [
        "name         one",
        "status       FAILED",
        "error        No.Way",
        "cause        as\\nasked",
        "redrive      REDRIVABLE",
        &format!("input        {input}"),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is not in\n{shown}");
    }
    let used = shown.lines().find(|line| line.starts_with("tasks        1 run: ")).unwrap_or_default();
    assert!(used.contains(" fuel, ") && used.contains(" KiB of memory"), "{shown}");
    let tasks = asked.text(&["execution", "show", "say/one", "--tasks"]);
    let row: Vec<&str> = tasks.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!((row[0], row[1], row[2], row[8]), ("Echo", "SUCCEEDED", "echo@1.0.0", "plugin:echo"));

    let heads = ["ID", "TIME", "TYPE", "DETAIL"];
    let history = asked.table(&["execution", "history", "say/one"], &heads);
    let rows: Vec<_> = history.iter().map(|row| format!("{} {} {}", row[0], row[2], row[3])).collect();
    assert_eq!(rows.len(), 10);
    assert_eq!([&rows[1], &rows[9]], ["2 TaskStateEntered Echo", "10 ExecutionFailed No.Way: as\\nasked"]);

    // Where it failed, the definition has something better now.
    let mut mended = say();
    mended["States"]["No"] = json!({ "Type": "Pass", "Result": "mended", "End": true });
    asked.home.machine(&mended);
    asked.text(&["machine", "update", "say", "--definition", "machine.asl.json"]);
    let redrive = asked.text(&["execution", "redrive", "say/one", "--onto", "latest"]);
    assert_eq!(redrive, "redriven say/one\n");
    let tail = asked.text(&["execution", "tail", &format!("{ARN}say:one")]);
    for line in ["▶ redriven #1\n", "✓ No  \"mended\"\n", "■ succeeded\n"] {
        assert!(tail.contains(line), "{line} is not in\n{tail}");
    }
    assert_eq!(asked.listed(&[]), ["say/one SUCCEEDED"]);
}

#[test]
fn a_redrive_goes_on_with_what_it_is_given() {
    let asked = asked();
    let stopped = |name: &str| {
        asked.start("sleep", name, "{}");
        assert_eq!(
            asked.text(&["execution", "stop", &format!("sleep/{name}")]),
            format!("stopped sleep/{name}\n")
        );
    };
    let next = json!({ "StartAt": "S", "States": { "S": { "Type": "Pass", "End": true } } });
    asked.home.machine(&next);
    asked.home.write("result.json", "[1]");
    let update = ["machine", "update", "sleep", "--definition", "machine.asl.json", "--publish"];
    for name in ["a", "b", "c", "d"] {
        stopped(name);
    }
    let version = asked.text(&update);
    // What is given, and the output that comes of it.
    let cases: [(&str, &[&str], Value); 4] = [
        ("a", &["--onto", "latest"], json!({})),
        ("b", &["--onto", version.trim(), "--input", "{\"new\": 12345678901234567890123}"], json!(null)),
        ("c", &["--result", "@result.json"], json!([1])),
        ("d", &["--onto", "2", "--state", "S", "--result", "7"], json!(7)),
    ];
    for (name, given, output) in cases {
        let execution = format!("sleep/{name}");
        let redriven = asked.json(&[&["execution", "redrive", &execution], given].concat());
        assert_eq!(redriven, json!({ "done": [format!("{ARN}sleep:{name}")], "failed": [] }), "{given:?}");
        assert_eq!(asked.run(&["execution", "tail", &execution]).code, Some(0), "{given:?}");
        let shown = asked.text(&["execution", "show", &execution]);
        let expected = match name {
            // Digits are kept, which a test that reads numbers would not see.
            "b" => "{\"new\": 12345678901234567890123}".to_owned(),
            _ => output.to_string(),
        };
        assert!(shown.lines().any(|line| line == format!("output       {expected}")), "{given:?}\n{shown}");
    }
}

#[test]
fn a_start_that_waits_prints_the_output_and_its_status_tells_the_end() {
    let asked = asked();
    let start = |machine: &str, more: &[&str]| asked.run(&[&["execution", "start", machine], more].concat());
    let exact = "{\"n\":12345678901234567890123}";
    for (machine, more) in [("say", "--wait"), ("say", "--wait=60s"), ("quick", "--sync")] {
        let ran = start(machine, &["--input", exact, more]);
        assert_eq!(
            (ran.code, ran.stdout),
            (Some(0), format!("{exact}\n")),
            "{machine} {more}: {}",
            ran.stderr
        );
        let ran = start(machine, &["--input", "{\"bad\":1}", more]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{machine} {more}");
        assert!(
            ran.stderr.contains("dirigent: the execution failed: No.Way: as\\nasked\n"),
            "{}",
            ran.stderr
        );
        let ran = start(machine, &["--input", "{\"bad\":1}", more, "--json"]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code, &document["status"]), (Some(1), &json!("FAILED")), "{machine} {more}");
    }
    let late = start("sleep", &["--name", "late", "--wait", "10ms"]);
    failed(&late, 1, &["--wait", "10ms"], "To follow it: dirigent execution tail sleep/late");
    let late = start("sleep", &["--wait", "10ms", "--json"]);
    let document: Value = serde_json::from_str(&late.stdout).unwrap();
    assert_eq!((late.code, &document["status"]), (Some(1), &json!("RUNNING")));
    failed(&start("quick", &["--wait"]), 2, &["--wait"], "which is waited for with --sync only");
    failed(&start("say", &["--sync"]), 2, &["--sync"], "StateMachineTypeNotSupported");
}

#[test]
fn an_input_that_is_none_is_not_sent() {
    let asked = asked();
    asked.home.write("bad.json", "{\n  \"a\": 1,\n}");
    for (input, stdin, message) in [
        ("{\"a\": }", "", "the input is not JSON: expected value at line 1 column 7"),
        ("@bad.json", "", "the input is not JSON: key must be a string at line 3 column 1 of bad.json"),
        ("-", "no", "the input is not JSON: "),
        ("", "", "the input is not JSON: EOF while parsing"),
        ("@absent.json", "", "cannot read the input absent.json"),
    ] {
        let arguments = ["execution", "start", "say", "--input", input];
        failed(&asked.run_with(stdin, &arguments), 2, &arguments, message);
    }
    assert_eq!(asked.run(&["execution", "list", "--json"]).success(), "");
}

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

#[test]
fn many_are_stopped_and_redriven_by_filter() {
    let asked = asked();
    for name in ["x-1", "x-2", "y-1"] {
        asked.start("sleep", name, "{}");
    }
    let stop: [&[&str]; 2] =
        [&["execution", "stop", "--machine", "sleep", "--name-prefix", "x-"], &["--yes"]];
    asked.fails(2, stop[0], "say --yes to do it");
    assert_eq!(asked.listed(&["--status", "running"]).len(), 3, "nobody agreed");
    let stopped = asked.run(&[stop[0], stop[1], &["--error", "Recalled", "--cause", "all of them"]].concat());
    assert_eq!(stopped.stderr, "2 stopped, 0 refused\n");
    assert_eq!(stopped.success(), "stopped sleep/x-2\nstopped sleep/x-1\n");
    let aborted = ["sleep/x-2 ABORTED", "sleep/x-1 ABORTED"];
    assert_eq!(asked.listed(&["--error", "Recalled"]), aborted);
    let none = asked.run(&stop.concat());
    assert_eq!(
        (none.code, none.stdout.as_str(), none.stderr.as_str()),
        (Some(0), "", "0 stopped, 0 refused\n")
    );

    let redrive = ["execution", "redrive", "--error", "Recalled", "--yes"];
    let redriven = asked.json(&redrive);
    assert_eq!(
        redriven,
        json!({ "done": [format!("{ARN}sleep:x-2"), format!("{ARN}sleep:x-1")], "failed": [] })
    );
    assert_eq!(asked.listed(&["--status", "running"]).len(), 3);
    asked.text(&["execution", "stop", "--status", "running", "--yes"]);
    // A definition in which their state is not there: each is refused, and nothing was done.
    asked.home.machine(&json!({ "StartAt": "T", "States": { "T": { "Type": "Pass", "End": true } } }));
    asked.text(&["machine", "update", "sleep", "--definition", "machine.asl.json"]);
    let refused = asked.run(&["execution", "redrive", "--machine", "sleep", "--onto", "latest", "--yes"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
    assert!(refused.stderr.ends_with("0 redriven, 3 refused\n"), "{}", refused.stderr);
    assert!(refused.stderr.contains("dirigent: sleep/y-1: "), "{}", refused.stderr);
}

#[test]
fn one_refusal_does_not_keep_a_command_from_the_others() {
    let asked = asked();
    asked.start("sleep", "a", "{}");
    asked.start("sleep", "b", "{}");
    let ran = asked.run(&["execution", "stop", "sleep/a", "sleep/absent", "sleep/b"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "stopped sleep/a\nstopped sleep/b\n"));
    assert!(ran.stderr.starts_with("dirigent: sleep/absent: ExecutionDoesNotExist: "), "{}", ran.stderr);
    let ran = asked.run(&["execution", "stop", "sleep/a", "sleep/b", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let failed = document["failed"].as_array().unwrap().iter();
    let codes: Vec<_> = failed.map(|failed| text(&failed["error"])).collect();
    assert_eq!((ran.code, codes), (Some(2), vec!["ExecutionNotRunning".to_owned(); 2]));
}

#[test]
fn what_cannot_be_done_says_why() {
    let asked = asked();
    asked.start("say", "one", "{}");
    asked.run(&["execution", "tail", "say/one"]).success();
    let cases: [(&[&str], &str); 19] = [
        (&["list", "--limit", "0"], "invalid value '0' for '--limit <N>'"),
        (&["start", "absent"], "`dirigent machine list` shows those there are"),
        (&["start", "say", "--name", "one", "--input", "[]"], "Choose another --name"),
        (&["start", "say", "--wait", "soon"], "`soon` is no time to wait: write it like 30s, 2m or 1h"),
        (&["start", "say", "--wait", "--sync"], "cannot be used with"),
        (&["list", "absent"], "StateMachineDoesNotExist"),
        (&["list", "--since", "soon"], "write it like 2026-11-23T07:00:00Z"),
        (&["list", "--status", "done"], "[possible values: running"),
        (&["show", "say/absent"], "`dirigent execution list` shows those there are"),
        (&["show", "say"], "write its ARN, or MACHINE/NAME"),
        (&["history", "say/absent"], "ExecutionDoesNotExist"),
        (&["tail", "say/absent"], "ExecutionDoesNotExist"),
        (&["tail", "absent"], "StateMachineDoesNotExist"),
        (&["stop"], "which ones?"),
        (&["stop", "say/one", "--machine", "say"], "not both"),
        (&["stop", "--status", "failed", "--yes"], "only what is running can be stopped"),
        (&["stop", "say/one"], "Execution is SUCCEEDED and cannot be stopped"),
        (&["redrive", "say/one"], "ExecutionNotRedrivable"),
        (&["redrive", "--machine", "say", "--input", "{}", "--yes"], "are for executions that are named"),
    ];
    for (arguments, message) in cases {
        asked.fails(2, &[&["execution"], arguments].concat(), message);
    }
    let home = Home::new();
    for command in
        [&["start", "m"][..], &["list"], &["show", "m/e"], &["history", "m/e"], &["tail", "m/e"], &["tail"]]
    {
        let arguments = [&["execution"], command, &["--endpoint", "http://127.0.0.1:1"]].concat();
        failed(&home.dirigent(&arguments), 2, &arguments, "Start one with `dirigent serve`");
    }
}
