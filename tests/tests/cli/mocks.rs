//! `--mocks`: test cases over the wire, after `kill -9` and without a server, and files that are refused.

use dirigent_tests::client::text;
use dirigent_tests::history;
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

use crate::home::Home;

const FILE: &str = "MockConfigFile.json";

/// A task that nothing here runs, again and again with a second between, until its result says that it is done.
fn polling() -> Value {
    json!({ "StartAt": "Ask", "States": {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "nowhere" },
            "OutputPath": "$.Payload", "Next": "Done?",
            "Retry": [{ "ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 1, "MaxAttempts": 1 }]
        },
        "Done?": {
            "Type": "Choice", "Default": "Wait",
            "Choices": [{ "Variable": "$.status", "StringEquals": "done", "Next": "Done" }]
        },
        "Wait": { "Type": "Wait", "Seconds": 1, "Next": "Ask" },
        "Done": { "Type": "Succeed" }
    } })
}

/// Test cases of a machine: one that takes five invocations, and one that has too few responses.
fn mocks(machine: &str) -> String {
    let answer = |status: &str| json!({ "Return": { "StatusCode": 200, "Payload": { "status": status } } });
    let throttled =
        json!({ "Throw": { "Error": "Lambda.TooManyRequestsException", "Cause": "Rate Exceeded." } });
    json!({
        "StateMachines": { machine: { "TestCases": {
            "Patience": { "Ask": "fifth-time" },
            "Impatience": { "Ask": "once" }
        } } },
        "MockedResponses": {
            "fifth-time": { "0": throttled, "1-2": answer("running"), "3": throttled, "4": answer("done") },
            "once": { "0": answer("running") }
        }
    })
    .to_string()
}

/// A host with a mock configuration, and without plugins.
fn with_mocks(home: &Home, registry: &Registry) -> Host {
    let file = home.write(FILE, &mocks("polling"));
    Setup::new().registry(registry.path()).argument("--mocks").argument(&file.to_string_lossy()).start()
}

fn asked(host: &Host, execution: &str) -> usize {
    let events = host.history(execution);
    events.iter().filter(|event| event["type"] == "TaskScheduled").count()
}

#[test]
fn a_test_case_goes_on_after_kill_9_without_its_file() {
    let (home, registry) = (Home::new(), Registry::empty());
    let mut host = with_mocks(&home, &registry);
    let machine = host.create("polling", &polling());
    let execution = host.start(&format!("{machine}#Patience"), &json!({}));
    for before in [1, 2, 3] {
        eventually("the task is scheduled", || (asked(&host, &execution) >= before).then_some(()));
        host.kill9();
        host.restart_as(Setup::new().registry(registry.path()));
    }
    let description = host.ended(&execution);
    assert_eq!(description["output"], json!({ "status": "done" }).to_string());
    // As on AWS, nothing of the test case shows.
    assert_eq!(description["stateMachineArn"], machine);
    let listed = host.must("ListExecutions", json!({ "stateMachineArn": machine }));
    assert_eq!(text(&listed["executions"][0]["stateMachineArn"]), machine);
    assert_eq!(asked(&host, &execution), 5);
    history::check(&host.history(&execution));
}

#[test]
fn what_is_asked_for_has_to_be_there() {
    let (home, registry) = (Home::new(), Registry::empty());
    let host = with_mocks(&home, &registry);
    let machine = host.create("polling", &polling());
    for (suffix, message) in [
        (
            "#Other",
            "the state machine polling has no test case Other in this host's mock configuration. It has: Impatience, Patience.",
        ),
        (":1#Patience", "State Machine Does Not Exist"),
    ] {
        let arn = format!("{machine}{suffix}");
        for action in ["StartExecution", "StartSyncExecution"] {
            let refused = host.call(action, json!({ "stateMachineArn": arn })).unwrap_err();
            assert_eq!(refused.code, "StateMachineDoesNotExist", "{arn}");
            assert!(refused.message.starts_with(message), "{arn}: {}", refused.message);
        }
    }
    let execution = host.start(&format!("{machine}#Impatience"), &json!({}));
    let description = host.ended(&execution);
    assert_eq!((&description["status"], &description["error"]), (&json!("FAILED"), &json!("States.Runtime")));
}

#[test]
fn a_test_case_runs_without_a_server() {
    let home = Home::new();
    home.machine(&polling());
    home.write(FILE, &mocks("machine"));
    let run =
        |case: &str| home.dirigent(["run", "machine.asl.json", "--quiet", "--mocks", FILE, "--case", case]);
    let ran = run("Patience");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "{\"status\":\"done\"}\n"), "{}", ran.stderr);
    for (case, code, message) in [
        ("Impatience", 1, "no mocked response for invocation 1 of the state 'Ask'"),
        ("Other", 2, "the state machine machine has no test case Other"),
    ] {
        let ran = run(case);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{case}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{case}: {}", ran.stderr);
    }
    for alone in [["--mocks", FILE], ["--case", "Patience"]] {
        let ran = home.dirigent(["run", "machine.asl.json"].into_iter().chain(alone));
        assert_eq!(ran.code, Some(2), "{alone:?}");
    }
}

#[test]
fn a_file_with_problems_is_refused() {
    let home = Home::new();
    home.machine(&polling());
    let file = "{\n  \"StateMachines\": {\"m\": {\"TestCases\": {\"C\": {\"S\": \"R\"}}}},\n  \"MockedResponses\": {\"Q\": {\n    \
                \"1\": {\"Return\": 1}}}\n}";
    let cases: [(Option<&str>, &[&str]); 3] = [
        (None, &["cannot read the mock configuration MockConfigFile.json"]),
        (
            Some("{\n\n  \"a\" 1}"),
            &["\nMockConfigFile.json:3:7: the file is not JSON: expected `:` at line 3 column 7 (/)"],
        ),
        (
            Some(file),
            &[
                "\nMockConfigFile.json:3:23: there is no response for invocation 0; invocations count from 0, without a gap \
                 (/MockedResponses/Q)",
                "\nMockConfigFile.json:2:47: there is no response named R; define it in MockedResponses \
                 (/StateMachines/m/TestCases/C/S)",
            ],
        ),
    ];
    for (file, messages) in cases {
        if let Some(file) = file {
            home.write(FILE, file);
        }
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--mocks", FILE];
        let run = ["run", "machine.asl.json", "--mocks", FILE, "--case", "C"];
        for ran in [home.dirigent(serve), home.dirigent(run)] {
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
            for message in messages {
                assert!(ran.stderr.contains(message), "{message:?} is not in\n{}", ran.stderr);
            }
        }
        assert!(!home.path().join("data").exists(), "a host that does not start touches no data");
    }
}
