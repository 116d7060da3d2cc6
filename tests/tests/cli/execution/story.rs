//! One execution from its start to its end, and beyond it.

use serde_json::{Value, json};

use super::{ARN, LIST, asked, say};
use crate::asked::failed;
use crate::home::Home;

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
    assert_eq!((row[0], row[1], row[2], row[9]), ("Echo", "SUCCEEDED", "echo@1.0.0", "plugin:echo"));
    let used = asked.text(&["execution", "show", "say/one", "--tasks", "--json"]);
    let used: Value = serde_json::from_str(&used).unwrap();
    let [task, total] = [&used["tasks"][0], &used["total"]];
    assert_eq!(
        (&task["inputBytes"], &task["outputBytes"]),
        (&json!(input.len()), &json!(input.len())),
        "{used}"
    );
    assert!(task["cpuMicros"].as_u64() > Some(0) && task["cpuMicros"] == total["cpuMicros"], "{used}");
    assert_eq!((&task["sentBytes"], &total["receivedBytes"]), (&json!(0), &json!(0)), "{used}");

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
    failed(&start("quick", &["--wait"]), 2, &["--wait"], "such a one is waited for with --sync only");
    failed(&start("say", &["--sync"]), 2, &["--sync"], "StateMachineTypeNotSupported");
}

#[test]
fn an_express_execution_that_is_kept_is_asked_for_by_its_arn() {
    let asked = asked();
    asked.home.machine(&say());
    let create = ["machine", "create", "kept", "--definition", "machine.asl.json", "--type", "express"];
    asked.text(&[&create[..], &["--tag", "dirigent:history=kept"]].concat());
    let start = ["execution", "start", "kept", "--name", "one", "--input", "{\"bad\":1}"];
    let ran = asked.run(&[&start[..], &["--wait"]].concat());
    failed(&ran, 1, &start, "the execution failed: No.Way");
    let arn = asked.listed(&["kept"])[0].strip_suffix(" FAILED").unwrap().to_owned();
    assert!(arn.contains(":express:kept:one:"), "{arn}");
    let redriven = asked.text(&["execution", "redrive", &arn, "--state", "No", "--input", "2"]);
    assert_eq!(redriven, format!("redriven {arn}\n"));
    assert_eq!(asked.run(&["execution", "tail", &arn]).code, Some(1));
    assert_eq!(asked.json(&["execution", "show", &arn])["redriveCount"], 1);
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
