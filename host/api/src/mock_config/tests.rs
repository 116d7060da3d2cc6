//! What a mock configuration may be, and what is said of one that is none.

use super::*;
use serde_json::json;

/// Names of a file's test cases with the states that they mock.
fn cases(file: &str, machine: &str) -> Vec<(String, Vec<String>)> {
    let cases = parse(file).unwrap_or_else(|problems| panic!("{problems:?}"));
    let states = |case: &TestCase| case.states().map(str::to_owned).collect();
    cases.of_machine(machine).map(|case| (case.name().to_string(), states(case))).collect()
}

#[test]
fn test_cases() {
    let file = json!({
        "StateMachines": {
            "m": { "TestCases": {
                "Happy": { "A": "works", "B": "works" },
                "Retried": { "A": "third-time" },
                "Real": {}
            } },
            "n": { "TestCases": {} }
        },
        "MockedResponses": {
            "works": { "0": { "Return": null } },
            "third-time": {
                "2": { "Return": { "a": [1] } },
                "0-1": { "Throw": { "Error": "E", "Cause": "" } }
            },
            "unused": { "0-9": { "Return": "x" } }
        }
    });
    let wanted = [("Happy", vec!["A", "B"]), ("Real", vec![]), ("Retried", vec!["A"])];
    let found = cases(&file.to_string(), "m");
    let found: Vec<(&str, Vec<&str>)> = found
        .iter()
        .map(|(name, states)| (name.as_str(), states.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(found, wanted);
    assert!(cases(&file.to_string(), "n").is_empty());
    assert!(cases(&file.to_string(), "other").is_empty());
}

#[test]
fn ranges() {
    for (text, wanted) in [
        ("0", Some(0..=0)),
        ("12", Some(12..=12)),
        ("1-2", Some(1..=2)),
        ("3-3", Some(3..=3)),
        ("0-4294967295", Some(0..=u32::MAX)),
        ("4294967296", None),
        ("2-1", None),
        ("", None),
        ("-", None),
        ("-1", None),
        ("1-", None),
        ("+1", None),
        (" 1", None),
        ("1-2-3", None),
        ("1.0", None),
    ] {
        assert_eq!(range(text), wanted, "{text:?}");
    }
}

/// A file with one response, which a test case uses.
fn with_response(response: &Value) -> String {
    json!({
        "StateMachines": { "m": { "TestCases": { "C": { "S": "R" } } } },
        "MockedResponses": { "R": response }
    })
    .to_string()
}

/// The problems of a file, each as its place and the beginning of its message.
#[track_caller]
fn assert_problems(file: &str, wanted: &[(&str, &str)]) {
    let problems = parse(file).expect_err(file);
    let shown = || problems.iter().map(|problem| format!("{problem}\n")).collect::<String>();
    assert_eq!(problems.len(), wanted.len(), "{file}:\n{}", shown());
    for (problem, (place, message)) in problems.iter().zip(wanted) {
        assert_eq!(problem.place, *place, "{file}:\n{}", shown());
        assert!(problem.message.contains(message), "{file}: no {message:?} in\n{}", shown());
    }
}

#[test]
fn problems_of_the_file() {
    let file = |machines: Value| json!({ "StateMachines": machines, "MockedResponses": {} }).to_string();
    let cases: [(String, &[(&str, &str)]); 12] = [
        ("{".into(), &[("", "not JSON: EOF")]),
        ("[]".into(), &[("", "must be an object")]),
        ("{}".into(), &[("", "StateMachines is missing"), ("", "MockedResponses is missing")]),
        (
            r#"{"StateMachines": {}, "MockedResponse": {}}"#.into(),
            &[
                ("/MockedResponse", "not known; there may be StateMachines and MockedResponses"),
                ("", "MockedResponses is missing"),
            ],
        ),
        (
            r#"{"StateMachines": [], "MockedResponses": 1}"#.into(),
            &[("/MockedResponses", "must be an object"), ("/StateMachines", "must be an object")],
        ),
        (file(json!({ "m": {} })), &[("/StateMachines/m", "TestCases is missing")]),
        (
            file(json!({ "m": { "TestCases": {}, "Other": 1 } })),
            &[("/StateMachines/m/Other", "there may be TestCases")],
        ),
        (
            file(json!({ "m": { "TestCases": { "C": [] } } })),
            &[("/StateMachines/m/TestCases/C", "must be an object")],
        ),
        (
            file(json!({ "m": { "TestCases": { "": {} } } })),
            &[("/StateMachines/m/TestCases/", "has no name")],
        ),
        (
            file(json!({ "m": { "TestCases": { "C": { "a/b": "R", "c": 1 } } } })),
            &[
                ("/StateMachines/m/TestCases/C/a~1b", "no response named R; define it in MockedResponses"),
                ("/StateMachines/m/TestCases/C/c", "must be a string"),
            ],
        ),
        (
            r#"{"StateMachines": {"m": {"TestCases": {"C": {}, "C": {}}}}, "MockedResponses": {}}"#.into(),
            &[("/StateMachines/m/TestCases/C", "twice")],
        ),
        (
            r#"{"StateMachines": {}, "MockedResponses": {"R": {"0": {"Return": [{"a": 1, "a": 2}]}}}}"#
                .into(),
            &[("/MockedResponses/R/0/Return[0]/a", "twice")],
        ),
    ];
    for (file, wanted) in cases {
        assert_problems(&file, wanted);
    }
}

#[test]
fn problems_of_responses() {
    let throw = |fault: Value| json!({ "0": { "Throw": fault } });
    let cases: [(Value, &str, &str); 17] = [
        (json!(1), "", "must be an object"),
        (json!({}), "", "there are no responses"),
        (json!({ "1": { "Return": 1 } }), "", "no response for invocation 0"),
        (json!({ "0": { "Return": 1 }, "2-3": { "Return": 1 } }), "", "no response for invocation 1"),
        (json!({ "0-2": { "Return": 1 }, "2": { "Return": 1 } }), "", "two responses for invocation 2"),
        (json!({ "0": { "Return": 1 }, "00": { "Return": 1 } }), "", "two responses for invocation 0"),
        (json!({ "first": { "Return": 1 } }), "/first", "first is no invocation"),
        (json!({ "1-0": { "Return": 1 } }), "/1-0", "1-0 is no invocation"),
        (json!({ "0": "Return" }), "/0", "must be an object"),
        (json!({ "0": {} }), "/0", "either Return or Throw"),
        (json!({ "0": { "return": 1 } }), "/0", "either Return or Throw"),
        (
            json!({ "0": { "Return": 1, "Throw": { "Error": "E", "Cause": "C" } } }),
            "/0",
            "either Return or Throw",
        ),
        (throw(json!("E")), "/0/Throw", "must be an object"),
        (throw(json!({ "Error": "E" })), "/0/Throw", "Cause is missing"),
        (throw(json!({ "Cause": "C" })), "/0/Throw", "Error is missing"),
        (throw(json!({ "Error": 1, "Cause": "C" })), "/0/Throw/Error", "must be a string"),
        (throw(json!({ "Error": "E", "Cause": "C", "Why": "" })), "/0/Throw/Why", "Error and Cause"),
    ];
    for (response, below, message) in cases {
        let place = format!("/MockedResponses/R{below}");
        assert_problems(&with_response(&response), &[(&place, message)]);
    }
}
