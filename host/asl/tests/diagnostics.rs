//! What the compiler says of faulty definitions as a whole. Each kind of fault by itself: `collection`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use dirigent_asl::Program;
use serde_json::{Value, json};

/// A machine of one state.
fn one(state: Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state } })
}

/// A Choice with one rule.
fn rule(rule: Value) -> Value {
    let states = json!({
        "A": { "Type": "Choice", "Choices": [rule], "Default": "Z" },
        "Z": { "Type": "Succeed" }
    });
    json!({ "StartAt": "A", "States": states })
}

#[test]
fn all_faults_of_a_definition_are_told_at_once() {
    let definition = json!({
        "StartAt": "Missing",
        "States": {
            "A": { "Type": "Task", "Resource": "nope", "Next": "Gone" },
            "B": { "Type": "Wait", "Seconds": "x", "End": true },
            "C": { "Type": "Choice", "Choices": [{ "Variable": "$.a", "Next": "A" }] }
        }
    });
    let (_, diagnostics) = Program::compile(&definition);
    let mut places: Vec<&str> = diagnostics.iter().filter_map(|d| d.location.as_deref()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["/StartAt", "/States/A/Next", "/States/A/Resource", "/States/B/Seconds", "/States/C/Choices[0]"]
    );
}

#[test]
fn what_an_express_state_machine_may_not_have() {
    let cases = [
        ("plugin:echo", None),
        ("arn:aws:states:::lambda:invoke", None),
        ("plugin:echo.waitForTaskToken", Some("'.waitForTaskToken' service integration")),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            Some("'.waitForTaskToken' service integration"),
        ),
        ("arn:aws:states:us-east-1:000000000000:activity:a", Some("Activity ARN")),
    ];
    for (resource, wanted) in cases {
        let (program, diagnostics) =
            Program::compile(&one(json!({ "Type": "Task", "Resource": resource, "End": true })));
        let problems = program.unwrap_or_else(|| panic!("{resource}: {diagnostics:?}")).express_problems();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        match wanted {
            None => assert!(told.is_empty(), "{resource}: {told:?}"),
            Some(part) => {
                assert_eq!(told.len(), 1, "{resource}: {told:?}");
                assert!(told[0].contains(part) && told[0].ends_with(" at /States/A/Resource"), "{told:?}");
            }
        }
    }
}

#[test]
fn an_express_state_machine_has_no_distributed_map() {
    let processor = json!({ "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } });
    for (mode, wanted) in [("INLINE", vec![]), ("DISTRIBUTED", vec!["/States/A"])] {
        let mut processor = processor.clone();
        processor["ProcessorConfig"] = json!({ "Mode": mode, "ExecutionType": "STANDARD" });
        let definition = one(json!({ "Type": "Map", "End": true, "ItemProcessor": processor }));
        let (program, diagnostics) = Program::compile(&definition);
        let problems = program.unwrap_or_else(|| panic!("{mode}: {diagnostics:?}")).express_problems();
        let places: Vec<&str> = problems.iter().filter_map(|problem| problem.location.as_deref()).collect();
        assert_eq!(places, wanted, "{mode}");
    }
}

#[test]
fn express_children_wait_for_nobody() {
    for (kind, wanted) in [("STANDARD", None), ("EXPRESS", Some("/States/A/ItemProcessor/States/I/Resource"))]
    {
        let waiting = json!({ "Type": "Task", "Resource": "plugin:echo.waitForTaskToken", "End": true });
        let mut definition = one(json!({ "Type": "Map", "Next": "B", "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": kind },
            "StartAt": "I", "States": { "I": waiting.clone() }
        } }));
        definition["States"]["B"] = waiting;
        let (program, diagnostics) = Program::compile(&definition);
        let places: Vec<&str> =
            diagnostics.iter().filter_map(|diagnostic| diagnostic.location.as_deref()).collect();
        assert_eq!((program.is_some(), places), (wanted.is_none(), Vec::from_iter(wanted)), "{kind}");
    }
}

#[test]
fn names_are_unique_over_nested_machines() {
    let inner = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } });
    let definition = one(json!({ "Type": "Parallel", "End": true, "Branches": [inner] }));
    let (program, diagnostics) = Program::compile(&definition);
    assert!(program.is_none());
    assert_eq!(diagnostics[0].code, "DUPLICATE_STATE_NAME");
}

#[test]
fn a_text_that_is_no_json_says_where() {
    let (program, diagnostics) = Program::compile_text("{\n  \"StartAt\": ,\n}");
    assert!(program.is_none());
    assert_eq!(diagnostics[0].code, "INVALID_JSON_DESCRIPTION");
    assert!(diagnostics[0].message.contains("line 2"), "{}", diagnostics[0].message);
}

#[test]
fn nesting_has_a_bound() {
    let mut machine = one(json!({ "Type": "Succeed" }));
    for depth in 0..100 {
        machine = json!({ "StartAt": format!("S{depth}"), "States": { format!("S{depth}"):
            { "Type": "Parallel", "End": true, "Branches": [machine] } } });
    }
    let (program, diagnostics) = Program::compile(&machine);
    assert!(program.is_none());
    assert!(diagnostics.iter().any(|d| d.message.contains("nested deeper")), "{diagnostics:?}");
}

#[test]
fn every_operator_compiles_with_a_right_side_of_its_type() {
    let types = [("String", json!("a")), ("Numeric", json!(1)), ("Timestamp", json!("2024-01-01T00:00:00Z"))];
    let orders = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"];
    let mut operators: Vec<(String, Value)> = Vec::new();
    for (name, value) in &types {
        operators.extend(orders.iter().map(|order| (format!("{name}{order}"), value.clone())));
        operators.extend(orders.iter().map(|order| (format!("{name}{order}Path"), json!("$.b"))));
    }
    operators.extend([
        ("StringMatches".into(), json!("a*")),
        ("BooleanEquals".into(), json!(true)),
        ("BooleanEqualsPath".into(), json!("$.b")),
    ]);
    for name in ["IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"] {
        operators.push((name.into(), json!(false)));
    }
    assert_eq!(operators.len(), 39);
    for (name, right) in operators {
        let definition = rule(json!({ "Variable": "$.a", name.as_str(): right, "Next": "Z" }));
        let (program, diagnostics) = Program::compile(&definition);
        assert!(program.is_some() && diagnostics.is_empty(), "{name}: {diagnostics:?}");
        let wrong = rule(json!({ "Variable": "$.a", name.as_str(): [], "Next": "Z" }));
        assert!(Program::compile(&wrong).0.is_none(), "{name} takes an array");
    }
}

#[test]
fn what_an_http_task_may_not_have() {
    let through = json!({ "ConnectionArn": "arn:aws:events:us-east-1:000000000000:connection/a/b" });
    let sound = json!({ "ApiEndpoint": "https://a.org", "Method": "GET", "InvocationConfig": through });
    let at = "/States/A/Parameters";
    for (more, expected) in [
        (json!({}), vec![]),
        (
            json!({ "Headers": { "Authorization.$": "$.a", "X-Amz-Date": "b", "ok": "c" } }),
            vec![(at, "The 'Headers' field contains unsupported values: [authorization, x-amz-date]")],
        ),
        (json!({ "Headers.$": "$.headers", "Method": null, "Method.$": "$.method" }), vec![]),
        (
            json!({ "Method": "TRACE" }),
            vec![(
                "/States/A/Parameters/Method",
                "The value 'TRACE' is none of [GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD]",
            )],
        ),
        (
            json!({ "Method": null, "ApiEndpoint": null }),
            vec![
                (at, "The field 'ApiEndpoint' is required but was missing"),
                (at, "The field 'Method' is required but was missing"),
            ],
        ),
        (json!({ "Body": 1 }), vec![(at, "The field 'Body' is not supported by Step Functions")]),
        (
            json!({ "InvocationConfig": null }),
            vec![(at, "The field 'InvocationConfig' is required but was missing")],
        ),
        (
            json!({ "InvocationConfig": null, "Authentication": {} }),
            vec![(
                "/States/A/Parameters/Authentication",
                "The field 'ConnectionArn' is required but was missing",
            )],
        ),
        (
            json!({ "Authentication": through }),
            vec![(
                at,
                "Only one of these fields may be given: [Authentication, InvocationConfig]. Remove the other",
            )],
        ),
    ] {
        let mut parameters = sound.clone();
        for (name, value) in more.as_object().unwrap() {
            let members = parameters.as_object_mut().unwrap();
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        let resource = "arn:aws:states:::http:invoke";
        let state = json!({ "Type": "Task", "Resource": resource, "Parameters": parameters, "End": true });
        let (_, diagnostics) = Program::compile(&one(state));
        let told: Vec<_> =
            diagnostics.iter().map(|d| (d.location.as_deref().unwrap(), d.message.as_str())).collect();
        assert_eq!(told, expected, "{more}");
    }
}

#[test]
fn expressions_of_an_http_task_are_looked_at_when_it_runs() {
    let resource = "arn:aws:states:::http:invoke";
    let task = |arguments: Value| json!({ "Type": "Task", "Resource": resource, "QueryLanguage": "JSONata", "Arguments": arguments, "End": true });
    let whole = json!({ "ApiEndpoint": "{% $a %}", "Method": "{% $b %}", "InvocationConfig": "{% $c %}", "Headers": "{% $d %}" });
    for (state, expected) in [
        (task(json!("{% $states.input %}")), 0),
        (task(whole), 0),
        (task(json!({ "ApiEndpoint": "{% $a %}" })), 2),
        (json!({ "Type": "Task", "Resource": resource, "End": true }), 1),
    ] {
        let (_, diagnostics) = Program::compile(&one(state.clone()));
        assert_eq!(diagnostics.len(), expected, "{state}: {diagnostics:?}");
    }
}
