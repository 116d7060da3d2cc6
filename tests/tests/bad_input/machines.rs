//! State machines that cannot be.

use dirigent_tests::client::{Client, ROLE};
use serde_json::{Value, json};

use crate::world::{DEFINITION, Row, World, nested, pass, refused, with};

#[test]
fn state_machines() {
    let world = World::new();
    let create =
        |changes: Value| with(json!({ "name": "new", "definition": pass(), "roleArn": ROLE }), &changes);
    let long = "n".repeat(81);
    let other = json!({ "StartAt": "S", "States": { "S": { "Type": "Succeed" } } }).to_string();
    let mut rows: Vec<Row> = vec![
        (
            "CreateStateMachine",
            json!({}),
            "ValidationException",
            "3 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; \
             Value null at 'definition' failed to satisfy constraint: Member must not be null; \
             Value null at 'roleArn' failed to satisfy constraint: Member must not be null"
                .into(),
        ),
        (
            "CreateStateMachine",
            create(json!({ "name": long })),
            "ValidationException",
            format!(
                "1 validation error detected: Value '{long}' at 'name' failed to satisfy constraint: \
                 Member must have length less than or equal to 80"
            ),
        ),
        (
            "CreateStateMachine",
            create(json!({ "type": "FAST" })),
            "ValidationException",
            "Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"
                .into(),
        ),
        (
            "CreateStateMachine",
            create(json!({ "roleArn": "nobody" })),
            "InvalidArn",
            "Invalid Role Arn: 'nobody'".into(),
        ),
        (
            "CreateStateMachine",
            create(json!({ "name": "standard", "definition": other })),
            "StateMachineAlreadyExists",
            format!("State Machine Already Exists: '{}'", world.standard),
        ),
        (
            "CreateStateMachine",
            create(json!({ "definition": "{" })),
            "InvalidDefinition",
            "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: ".into(),
        ),
        (
            "CreateStateMachine",
            create(json!({ "definition": nested(10_000) })),
            "InvalidDefinition",
            "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: ".into(),
        ),
        (
            "CreateStateMachine",
            create(json!({ "definition": "x".repeat(DEFINITION + 1) })),
            "ValidationException",
            format!("at 'definition' failed to satisfy constraint: Member must have length less than or equal to {DEFINITION}"),
        ),
        ("CreateStateMachine", create(json!({ "definition": 7 })), "SerializationException", String::new()),
        (
            "UpdateStateMachine",
            json!({ "stateMachineArn": world.standard }),
            "MissingRequiredParameter",
            "Either the definition, the role ARN, ".into(),
        ),
        (
            "UpdateStateMachine",
            json!({ "stateMachineArn": world.standard, "definition": "{}" }),
            "InvalidDefinition",
            "Invalid State Machine Definition: '".into(),
        ),
    ];
    for name in ["a b", "a:b", "a/b", "a*b", "a{b}", "a\"b", "a\u{0}b", "a\nb", "a|b", "a$b"] {
        rows.push((
            "CreateStateMachine",
            create(json!({ "name": name })),
            "InvalidName",
            format!("Invalid Name: '{name}'"),
        ));
    }
    refused(&world.host, rows);
    // Nothing of all that was made.
    assert_eq!(world.host.pages("ListStateMachines", "stateMachines", json!({})).len(), 2);
}

#[test]
fn a_definition_with_several_faults_is_told_all_of_them() {
    let world = World::new();
    let definition = json!({
        "StartAt": "Nowhere",
        "States": {
            "Guess": { "Type": "Guess" },
            "Pause": { "Type": "Wait", "Seconds": -1, "Next": "Missing" },
            "Work": { "Type": "Task", "End": true },
            "Pick": { "Type": "Choice", "Choices": [] },
            "Fork": {
                "Type": "Parallel",
                "Branches": [{ "StartAt": "Inside", "States": { "Inside": { "Type": "Pass" } } }],
                "End": true,
            },
        },
    })
    .to_string();
    let faults = [
        "/StartAt",
        "/States/Guess/Type",
        "/States/Pause/Seconds",
        "/States/Pause/Next",
        "/States/Work",
        "/States/Pick/Choices",
        "/States/Fork/Branches[0]/States/Inside",
    ];
    let client: &Client = &world.host;
    let params = json!({ "name": "faulty", "definition": definition, "roleArn": ROLE });
    let error = client.call("CreateStateMachine", params).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (400, "InvalidDefinition"));
    let validated = client.must("ValidateStateMachineDefinition", json!({ "definition": definition }));
    assert_eq!(validated["result"], "FAIL", "{validated}");
    let diagnostics = validated["diagnostics"].as_array().unwrap();
    for fault in faults {
        let in_message = format!(" at {fault}");
        assert!(error.message.contains(&in_message), "`{in_message}` is not in {}", error.message);
        let found = diagnostics.iter().find(|diagnostic| diagnostic["location"] == fault);
        let found = found.unwrap_or_else(|| panic!("nothing about {fault} in {validated:#}"));
        assert_eq!(found["severity"], "ERROR", "{found}");
        for field in ["code", "message"] {
            assert!(found[field].as_str().is_some_and(|text| !text.is_empty()), "no {field}: {found}");
        }
    }
    let update = json!({ "stateMachineArn": world.standard, "definition": definition });
    let updated = client.call("UpdateStateMachine", update).unwrap_err();
    assert_eq!(updated.message, error.message, "both actions say the same");
}
