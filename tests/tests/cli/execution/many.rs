//! Stopping and redriving many executions.

use dirigent_tests::client::text;
use serde_json::{Value, json};

use super::{ARN, asked};

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
