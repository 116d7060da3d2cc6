//! A state without a machine.

use dirigent_asl::Program;
use serde_json::{Value, json};

#[test]
fn targets_need_not_be_anywhere() {
    let to = |state: Value| {
        let (program, problems) = Program::compile_state_text(&state.to_string(), "Here");
        let program = program.unwrap_or_else(|| panic!("{state}: {problems:?}"));
        assert_eq!(&*program.state(program.top().start).name, "Here");
        program.states()[1..].iter().map(|state| state.name.to_string()).collect::<Vec<_>>()
    };
    let cases = [
        (json!({ "Type": "Pass", "End": true }), vec![]),
        (json!({ "Type": "Pass", "Next": "A" }), vec!["A"]),
        (json!({ "Type": "Wait", "Seconds": 1, "Next": "Here" }), vec![]),
        (
            json!({ "Type": "Choice", "Default": "B", "Choices": [
                { "Variable": "$.x", "IsNull": true, "Next": "A" },
                { "Variable": "$.y", "IsNull": true, "Next": "B" },
            ] }),
            vec!["B", "A"],
        ),
        (
            json!({ "Type": "Task", "Resource": "plugin:p", "End": true,
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "C" }] }),
            vec!["C"],
        ),
        (
            json!({ "Type": "Parallel", "Next": "D", "Branches": [
                { "StartAt": "In", "States": { "In": { "Type": "Succeed" } } },
            ] }),
            vec!["D", "In"],
        ),
    ];
    for (state, want) in cases {
        assert_eq!(to(state.clone()), want, "{state}");
    }
}

#[test]
fn problems_name_their_places_in_the_state() {
    let cases = [
        ("", "MISSING_DESCRIPTION", None),
        ("[", "INVALID_JSON_DESCRIPTION", Some("/")),
        ("[]", "SCHEMA_VALIDATION_FAILED", Some("/")),
        (r#"{"Type": "Nap"}"#, "SCHEMA_VALIDATION_FAILED", Some("/Type")),
        (r#"{"Type": "Wait", "Seconds": "x", "End": true}"#, "SCHEMA_VALIDATION_FAILED", Some("/Seconds")),
        // A machine inside it must be whole.
        (
            r#"{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}]}"#,
            "MISSING_TRANSITION_TARGET",
            Some("/Branches[0]/States/A/Next"),
        ),
    ];
    for (state, code, place) in cases {
        let (program, problems) = Program::compile_state_text(state, "Here");
        assert!(program.is_none(), "{state}");
        let found = problems.iter().any(|p| p.code == code && p.location.as_deref() == place);
        assert!(found, "{state}: {problems:?}");
    }
}
