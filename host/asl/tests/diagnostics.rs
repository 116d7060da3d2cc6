//! Faulty definitions, and what the compiler says of them: a code, a place and a part of the message for each fault.

use dirigent_asl::{Program, Severity};
use serde_json::{Value, json};

const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
const TRANSITION: &str = "MISSING_TRANSITION_TARGET";
const LATER: &str = "NOT_SUPPORTED_YET";

/// A machine of one state.
fn one(state: Value) -> Value {
    json!({ "StartAt": "A", "States": { "A": state } })
}

/// A Task with more fields.
fn task(more: Value) -> Value {
    with(json!({ "Type": "Task", "Resource": "plugin:echo", "End": true }), more)
}

/// A Choice with one rule.
fn rule(rule: Value) -> Value {
    let states = json!({
        "A": { "Type": "Choice", "Choices": [rule], "Default": "Z" },
        "Z": { "Type": "Succeed" }
    });
    json!({ "StartAt": "A", "States": states })
}

fn with(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

fn pass() -> Value {
    json!({ "Type": "Pass", "End": true })
}

/// A code, a place and a part of the message.
type Wanted = (&'static str, &'static str, &'static str);

/// What is wrong, and the expected errors: code, place, part of the message.
fn faults() -> Vec<(Value, Vec<Wanted>)> {
    vec![
        (json!({}), vec![(SCHEMA, "/", "These fields are required: [StartAt, States]")]),
        (json!([]), vec![(SCHEMA, "/", "type Object")]),
        (json!({ "StartAt": "A" }), vec![(SCHEMA, "/", "These fields are required: [States]")]),
        (json!({ "StartAt": "A", "States": {} }), vec![(SCHEMA, "/States", "at least one state")]),
        (json!({ "StartAt": "A", "States": [] }), vec![(SCHEMA, "/States", "type Object")]),
        (json!({ "StartAt": 1, "States": { "A": pass() } }), vec![(SCHEMA, "/StartAt", "type String")]),
        (
            json!({ "StartAt": "B", "States": { "A": pass() } }),
            vec![(TRANSITION, "/StartAt", "Missing 'StartAt' target: B")],
        ),
        (with(one(pass()), json!({ "TimeoutSeconds": 0 })), vec![(SCHEMA, "/TimeoutSeconds", "from 1")]),
        (
            with(one(pass()), json!({ "QueryLanguage": "XPath" })),
            vec![(SCHEMA, "/QueryLanguage", "[JSONPath, JSONata]")],
        ),
        (
            with(one(with(pass(), json!({ "Output": "{% 1 + %}" }))), json!({ "QueryLanguage": "JSONata" })),
            vec![(SCHEMA, "/States/A/Output", "JSONata")],
        ),
        (
            one(with(pass(), json!({ "QueryLanguage": "JSONata", "Output": { "a": ["{% $eval('1') %}"] } }))),
            vec![(SCHEMA, "/States/A/Output/a/0", "$eval is not available")],
        ),
        (
            one(with(pass(), json!({ "QueryLanguage": "JSONata", "InputPath": "$.a" }))),
            vec![(SCHEMA, "/States/A/InputPath", "not supported in a Pass state in JSONata")],
        ),
        (
            with(
                one(with(pass(), json!({ "QueryLanguage": "JSONPath" }))),
                json!({ "QueryLanguage": "JSONata" }),
            ),
            vec![(SCHEMA, "/States/A/QueryLanguage", "no states in JSONPath")],
        ),
        (
            json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
                "A": { "Type": "Choice", "Choices": [{ "Condition": "yes", "Next": "Z" }], "Default": "Z" },
                "Z": { "Type": "Succeed" } } }),
            vec![(SCHEMA, "/States/A/Choices[0]/Condition", "type Boolean")],
        ),
        (one(json!({})), vec![(SCHEMA, "/States/A", "These fields are required: [Type]")]),
        (
            one(json!({ "Type": "Taks" })),
            vec![(SCHEMA, "/States/A/Type", "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]")],
        ),
        (one(json!({ "Type": "Pass" })), vec![(SCHEMA, "/States/A", "[Next, End]")]),
        (one(json!({ "Type": "Pass", "End": false })), vec![(SCHEMA, "/States/A", "[Next, End]")]),
        (
            one(json!({ "Type": "Pass", "End": "yes" })),
            vec![(SCHEMA, "/States/A/End", "type Boolean"), (SCHEMA, "/States/A", "[Next, End]")],
        ),
        (one(json!({ "Type": "Pass", "End": true, "Next": "A" })), vec![(SCHEMA, "/States/A", "Only one")]),
        (
            one(json!({ "Type": "Pass", "Next": "B" })),
            vec![(TRANSITION, "/States/A/Next", "Missing 'Next' target: B")],
        ),
        (
            json!({ "StartAt": "A", "States": { "A": pass(), "B": pass() } }),
            vec![(TRANSITION, "/States/B", "State \"B\" is not reachable.")],
        ),
        (one(with(pass(), json!({ "InputPath": "$[" }))), vec![(SCHEMA, "/States/A/InputPath", "JSONPath")]),
        (
            one(with(pass(), json!({ "OutputPath": 7 }))),
            vec![(SCHEMA, "/States/A/OutputPath", "type String")],
        ),
        (
            one(with(pass(), json!({ "ResultPath": "$.a[*]" }))),
            vec![(SCHEMA, "/States/A/ResultPath", "Reference Path")],
        ),
        (
            one(with(pass(), json!({ "ResultPath": 7 }))),
            vec![(SCHEMA, "/States/A/ResultPath", "type String")],
        ),
        (
            one(with(pass(), json!({ "Parameters": { "a.$": "nope" } }))),
            vec![(
                SCHEMA,
                "/States/A/Parameters",
                "'a.$' must be a valid JSONPath or a valid intrinsic function call",
            )],
        ),
        (
            one(with(pass(), json!({ "Parameters": { "a.$": "States.Nope(1)" } }))),
            vec![(SCHEMA, "/States/A/Parameters", "'a.$'")],
        ),
        (one(with(pass(), json!({ "Assign": [] }))), vec![(SCHEMA, "/States/A/Assign", "type Object")]),
        (
            one(with(pass(), json!({ "Assign": { "1x": 1 } }))),
            vec![(SCHEMA, "/States/A/Assign/1x", "no variable name")],
        ),
        (
            one(with(pass(), json!({ "Assign": { "states": 1 } }))),
            vec![(SCHEMA, "/States/A/Assign/states", "reserved")],
        ),
        (
            one(with(pass(), json!({ "Seconds": 1 }))),
            vec![(SCHEMA, "/States/A/Seconds", "not supported in a Pass state")],
        ),
        (one(with(pass(), json!({ "Output": 1 }))), vec![(SCHEMA, "/States/A/Output", "belongs to JSONata")]),
        (one(json!({ "Type": "Task", "End": true })), vec![(SCHEMA, "/States/A", "[Resource]")]),
        (
            one(task(json!({ "Resource": "nope" }))),
            vec![(SCHEMA, "/States/A/Resource", "nope is not recognized")],
        ),
        (
            one(task(json!({ "Resource": "arn:aws:states:::dynamodb:query" }))),
            vec![(SCHEMA, "/States/A/Resource", "not recognized")],
        ),
        (
            one(task(json!({ "Resource": "arn:aws:states:::ecs:runTask.sync" }))),
            vec![(LATER, "/States/A/Resource", "'.sync' is not served")],
        ),
        (
            one(task(json!({ "Resource": "arn:aws:states:us-east-1:000000000000:activity:" }))),
            vec![(SCHEMA, "/States/A/Resource", "not recognized")],
        ),
        (one(task(json!({ "TimeoutSeconds": 0 }))), vec![(SCHEMA, "/States/A/TimeoutSeconds", "from 1")]),
        (
            one(task(json!({ "TimeoutSeconds": "5" }))),
            vec![(SCHEMA, "/States/A/TimeoutSeconds", "type Integer")],
        ),
        (
            one(task(json!({ "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t" }))),
            vec![(SCHEMA, "/States/A", "[TimeoutSeconds, TimeoutSecondsPath]")],
        ),
        (
            one(task(json!({ "TimeoutSeconds": 5, "HeartbeatSeconds": 5 }))),
            vec![(SCHEMA, "/States/A/HeartbeatSeconds", "smaller than TimeoutSeconds")],
        ),
        (one(task(json!({ "Retry": {} }))), vec![(SCHEMA, "/States/A/Retry", "type Array")]),
        (one(task(json!({ "Retry": [{}] }))), vec![(SCHEMA, "/States/A/Retry[0]", "[ErrorEquals]")]),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": [] }] }))),
            vec![(SCHEMA, "/States/A/Retry[0]/ErrorEquals", "at least one")],
        ),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": ["States.ALL", "B"] }] }))),
            vec![(SCHEMA, "/States/A/Retry[0]/ErrorEquals", "alone")],
        ),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": ["States.ALL"] }, { "ErrorEquals": ["B"] }] }))),
            vec![(SCHEMA, "/States/A/Retry[0]/ErrorEquals", "last")],
        ),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": [7] }] }))),
            vec![
                (SCHEMA, "/States/A/Retry[0]/ErrorEquals[0]", "type String"),
                (SCHEMA, "/States/A/Retry[0]/ErrorEquals", "at least one"),
            ],
        ),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": ["B"], "BackoffRate": 0.5 }] }))),
            vec![(SCHEMA, "/States/A/Retry[0]/BackoffRate", "at least 1")],
        ),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": ["B"], "MaxAttempts": -1 }] }))),
            vec![(SCHEMA, "/States/A/Retry[0]/MaxAttempts", "from 0")],
        ),
        (
            one(task(
                json!({ "Retry": [{ "ErrorEquals": ["B"], "IntervalSeconds": 9, "MaxDelaySeconds": 9 }] }),
            )),
            vec![(SCHEMA, "/States/A/Retry[0]/MaxDelaySeconds", "greater than IntervalSeconds")],
        ),
        (
            one(task(json!({ "Retry": [{ "ErrorEquals": ["B"], "JitterStrategy": "SOME" }] }))),
            vec![(SCHEMA, "/States/A/Retry[0]/JitterStrategy", "[FULL, NONE]")],
        ),
        (
            one(task(json!({ "Catch": [{ "ErrorEquals": ["B"] }] }))),
            vec![(SCHEMA, "/States/A/Catch[0]", "[Next]")],
        ),
        (
            one(task(json!({ "Catch": [{ "ErrorEquals": ["B"], "Next": "C" }] }))),
            vec![(TRANSITION, "/States/A/Catch[0]/Next", "Missing 'Next' target: C")],
        ),
        (one(json!({ "Type": "Wait", "End": true })), vec![(SCHEMA, "/States/A", "Seconds, SecondsPath")]),
        (
            one(json!({ "Type": "Wait", "Seconds": 1, "Timestamp": "2024-01-01T00:00:00Z", "End": true })),
            vec![(SCHEMA, "/States/A", "Only one")],
        ),
        (
            one(json!({ "Type": "Wait", "Timestamp": "tomorrow", "End": true })),
            vec![(SCHEMA, "/States/A/Timestamp", "String does not match RFC3339 timestamp")],
        ),
        (
            one(json!({ "Type": "Wait", "Seconds": -1, "End": true })),
            vec![(SCHEMA, "/States/A/Seconds", "from 0")],
        ),
        (one(json!({ "Type": "Choice" })), vec![(SCHEMA, "/States/A", "[Choices]")]),
        (
            one(json!({ "Type": "Choice", "Choices": [] })),
            vec![(SCHEMA, "/States/A/Choices", "at least one")],
        ),
        (rule(json!({ "Next": "Z" })), vec![(SCHEMA, "/States/A/Choices[0]", "exactly one")]),
        (
            rule(json!({ "Variable": "$.a", "IsNull": true, "IsString": true, "Next": "Z" })),
            vec![(SCHEMA, "/States/A/Choices[0]", "exactly one")],
        ),
        (
            rule(json!({ "Variable": "$.a", "StringEquals": 1, "Next": "Z" })),
            vec![(SCHEMA, "/States/A/Choices[0]/StringEquals", "type String")],
        ),
        (
            rule(json!({ "Variable": "$.a", "NumericEqualsPath": "x", "Next": "Z" })),
            vec![(SCHEMA, "/States/A/Choices[0]/NumericEqualsPath", "JSONPath")],
        ),
        (
            rule(json!({ "Variable": "$.a", "TimestampEquals": "x", "Next": "Z" })),
            vec![(SCHEMA, "/States/A/Choices[0]/TimestampEquals", "RFC3339")],
        ),
        (rule(json!({ "IsNull": true, "Next": "Z" })), vec![(SCHEMA, "/States/A/Choices[0]", "[Variable]")]),
        (
            rule(json!({ "Variable": "$.a", "IsNull": true })),
            vec![(SCHEMA, "/States/A/Choices[0]", "[Next]")],
        ),
        (rule(json!({ "And": [], "Next": "Z" })), vec![(SCHEMA, "/States/A/Choices[0]/And", "at least one")]),
        (
            rule(json!({ "Not": { "Variable": "$.a", "IsNull": "x" }, "Next": "Z" })),
            vec![(SCHEMA, "/States/A/Choices[0]/Not/IsNull", "type Boolean")],
        ),
        (
            rule(json!({ "Not": { "Variable": "$.a", "IsNull": true, "Next": "Z" }, "Next": "Z" })),
            vec![(SCHEMA, "/States/A/Choices[0]/Not/Next", "not supported")],
        ),
        (one(json!({ "Type": "Parallel", "End": true })), vec![(SCHEMA, "/States/A", "[Branches]")]),
        (
            one(json!({ "Type": "Parallel", "End": true, "Branches": [] })),
            vec![(SCHEMA, "/States/A/Branches", "at least one branch")],
        ),
        (
            one(json!({ "Type": "Parallel", "End": true, "Branches": [one(json!({ "Type": "Nope" }))] })),
            vec![(SCHEMA, "/States/A/Branches[0]/States/A/Type", "should have one of")],
        ),
        (one(json!({ "Type": "Map", "End": true })), vec![(SCHEMA, "/States/A", "[ItemProcessor]")]),
        (
            one(json!({ "Type": "Map", "End": true, "ItemProcessor":
                          { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } },
                        "ItemSelector": {}, "Parameters": {} })),
            vec![(SCHEMA, "/States/A", "[ItemSelector, Parameters]")],
        ),
        (
            one(json!({ "Type": "Map", "End": true, "ItemProcessor":
                with(json!({ "StartAt": "I", "States": { "I": { "Type": "Succeed" } } }),
                     json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED" } })) })),
            vec![(SCHEMA, "/States/A/ItemProcessor/ProcessorConfig", "[ExecutionType]")],
        ),
        (
            one(json!({ "Type": "Map", "End": true, "ItemReader": {}, "ItemProcessor":
                { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } } })),
            vec![(SCHEMA, "/States/A/ItemReader", "DISTRIBUTED")],
        ),
        (
            one(json!({ "Type": "Fail", "Error": "a", "ErrorPath": "$.a" })),
            vec![(SCHEMA, "/States/A", "[Error, ErrorPath]")],
        ),
        (
            one(json!({ "Type": "Fail", "CausePath": "a" })),
            vec![(SCHEMA, "/States/A/CausePath", "intrinsic")],
        ),
        (
            one(json!({ "Type": "Succeed", "Next": "A" })),
            vec![(SCHEMA, "/States/A/Next", "not supported in a Succeed state")],
        ),
    ]
}

#[test]
fn each_fault_is_told_at_its_place() {
    for (definition, wanted) in faults() {
        let (program, diagnostics) = Program::compile(&definition);
        assert!(program.is_none(), "{definition} compiles");
        let errors: Vec<_> = diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        for (code, place, part) in &wanted {
            let told =
                errors.iter().any(|d| d.code == *code && d.location == *place && d.message.contains(part));
            assert!(told, "{definition}: wanted {code} at {place} with {part:?}, got {errors:#?}");
        }
        let more: Vec<_> =
            errors.iter().filter(|d| !wanted.iter().any(|(_, place, _)| d.location == *place)).collect();
        assert!(more.is_empty(), "{definition}: also got {more:#?}");
    }
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
    let mut places: Vec<&str> = diagnostics.iter().map(|d| d.location.as_str()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["/StartAt", "/States/A/Next", "/States/A/Resource", "/States/B/Seconds", "/States/C/Choices[0]"]
    );
}

#[test]
fn what_has_no_effect_is_a_warning() {
    let (program, diagnostics) = Program::compile(&one(with(pass(), json!({ "Commment": "typo" }))));
    assert!(program.is_some());
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(
        (diagnostics[0].severity, diagnostics[0].location.as_str()),
        (Severity::Warning, "/States/A/Commment")
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
        let (program, diagnostics) = Program::compile(&one(task(json!({ "Resource": resource }))));
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
