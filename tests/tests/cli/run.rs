//! `dirigent run`: output on standard output, everything else on standard error, and an exit status for scripts.

use dirigent_tests::plugins::Registry;
use dirigent_tests::process::Finished;
use serde_json::{Value, json};

use crate::home::Home;

fn echo() -> Value {
    json!({
        "StartAt": "Echo",
        "States": {
            "Echo": { "Type": "Task", "Resource": "plugin:echo", "Next": "Done" },
            "Done": { "Type": "Pass", "End": true },
        },
    })
}

#[track_caller]
fn run(home: &Home, registry: &Registry, stdin: &str, arguments: &[&str]) -> Finished {
    let registry = registry.path().to_string_lossy().into_owned();
    let first = ["run", "machine.asl.json", "--registry", &registry, "--cache", "cache"];
    home.dirigent_with(stdin, [&first, arguments].concat())
}

#[test]
fn input_comes_from_the_line_a_file_or_standard_input() {
    let (home, registry) = (Home::new(), Registry::with(&["echo"]));
    home.machine(&echo());
    home.write("input.json", "{\"from\": \"a file\"}\n");
    let cases: [(&[&str], &str, &str); 5] = [
        (&[], "", "{}"),
        (&["--input", "{\"b\":1,\"a\":[null,\"ü\"]}"], "", "{\"b\":1,\"a\":[null,\"ü\"]}"),
        (&["--input", "7"], "", "7"),
        (&["--input", "@input.json"], "", "{\"from\": \"a file\"}"),
        (&["--input", "-"], "{\"from\":\"standard input\"}", "{\"from\":\"standard input\"}"),
    ];
    for (arguments, stdin, output) in cases {
        let ran = run(&home, &registry, stdin, arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        let [said, expected] =
            [ran.stdout.as_str(), output].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(said, expected, "{arguments:?}");
        assert_eq!(ran.stdout.matches('\n').count(), 1, "one line: {:?}", ran.stdout);
    }
}

#[test]
fn progress_goes_to_standard_error() {
    let (home, registry) = (Home::new(), Registry::with(&["echo"]));
    home.machine(&echo());
    let loud = run(&home, &registry, "", &["--input", "[1]"]);
    assert_eq!((loud.code, loud.stdout.as_str()), (Some(0), "[1]\n"));
    for shown in ["Echo (Task)", "Echo  [1]", "Done (Pass)", "succeeded"] {
        assert!(loud.stderr.contains(shown), "{shown} is not in\n{}", loud.stderr);
    }
    assert!(!loud.stderr.contains('\u{1b}'), "colours where nobody looks: {:?}", loud.stderr);
    let quiet = run(&home, &registry, "", &["--input", "[1]", "--quiet"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (Some(0), "[1]\n", ""));
}

#[test]
fn an_execution_that_fails_is_status_1() {
    let (home, registry) = (Home::new(), Registry::with(&["hostile"]));
    let one = |state: Value| json!({ "StartAt": "S", "States": { "S": state } });
    let mut late = one(json!({ "Type": "Wait", "Seconds": 3_600, "End": true }));
    late["TimeoutSeconds"] = 1.into();
    let task = |resource: &str| one(json!({ "Type": "Task", "Resource": resource, "End": true }));
    let cases = [
        (one(json!({ "Type": "Fail", "Error": "No.Way", "Cause": "as said" })), "No.Way: as said"),
        (task("plugin:hostile"), "Plugin.InvalidInput: "),
        (task("plugin:absent"), "Plugin.NotFound: there is no plugin `absent`"),
        (late, "TimeoutSeconds"),
    ];
    for (definition, message) in cases {
        home.machine(&definition);
        let ran = run(&home, &registry, "", &["--quiet"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{definition}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("dirigent: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{message} is not in {}", ran.stderr);
    }
}

#[test]
fn what_cannot_be_run_is_status_2() {
    let (home, registry) = (Home::new(), Registry::empty());
    home.machine(&json!({ "StartAt": "A", "States": { "B": { "Type": "Pass" } } }));
    let faulty = run(&home, &registry, "", &[]);
    home.machine(&echo());
    let cases = [
        (faulty, "machine.asl.json does not compile"),
        (run(&home, &registry, "", &["--input", "{"]), "the input is not JSON"),
        (run(&home, &registry, "no", &["--input", "-"]), "the input is not JSON"),
        (run(&home, &registry, "", &["--input", "@absent.json"]), "cannot read the input absent.json"),
        (home.dirigent(["run", "absent.asl.json"]), "cannot read the definition absent.asl.json"),
    ];
    for (ran, message) in cases {
        assert_eq!(ran.code, Some(2), "{message}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{message} is not in {}", ran.stderr);
        // A script that takes the output must not take this for it.
        assert_eq!(ran.stdout, "", "{message}");
    }
}

#[test]
fn the_quotas_are_a_switch() {
    let (home, registry) = (Home::new(), Registry::with(&["hostile"]));
    home.machine(&json!({
        "StartAt": "S",
        "States": { "S": { "Type": "Task", "Resource": "plugin:hostile", "End": true } },
    }));
    let huge = json!({ "do": "huge", "bytes": 300_000 }).to_string();
    let with = run(&home, &registry, "", &["--quiet", "--input", &huge]);
    assert_eq!(with.code, Some(1));
    assert!(with.stderr.contains("States.DataLimitExceeded"), "{}", with.stderr);
    let without = run(&home, &registry, "", &["--quiet", "--limits", "off", "--input", &huge]);
    assert_eq!((without.code, without.stdout.len()), (Some(0), 300_003), "{}", without.stderr);
}
