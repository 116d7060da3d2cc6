//! The workflows that the simulator runs.

use serde_json::{Value, json};

/// A workflow, its input, and how it ends whatever the schedule.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) definition: Value,
    pub(super) input: Value,
    /// The output, or the error's name.
    pub(super) expected: Result<Value, &'static str>,
    /// How far its branches get depends on the schedule, so histories differ between runs.
    pub(super) races: bool,
}

pub(super) fn case(
    name: &'static str,
    definition: Value,
    input: Value,
    expected: Result<Value, &'static str>,
) -> Case {
    Case { name, definition, input, expected, races: false }
}

pub(super) fn racing(
    name: &'static str,
    definition: Value,
    input: Value,
    expected: Result<Value, &'static str>,
) -> Case {
    Case { races: true, ..case(name, definition, input, expected) }
}

pub(super) fn task(resource: &str, rest: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": resource });
    let whole = state.as_object_mut().expect("an object");
    whole.extend(rest.as_object().expect("an object").clone());
    if !whole.contains_key("Next") {
        whole.insert("End".into(), json!(true));
    }
    state
}

pub(super) fn one(state: Value) -> Value {
    json!({ "StartAt": "S", "States": { "S": state } })
}

pub(super) fn cases() -> Vec<Case> {
    let double =
        |name: &str| json!({ "StartAt": name, "States": { name: task("plugin:double", json!({})) } });
    vec![
        case("one task", one(task("plugin:echo", json!({}))), json!({ "a": 1 }), Ok(json!({ "a": 1 }))),
        case(
            "ten tasks",
            json!({ "StartAt": "T0", "States": (0..10).map(|n| {
                let rest = if n < 9 { json!({ "Next": format!("T{}", n + 1) }) } else { json!({}) };
                (format!("T{n}"), task("plugin:double", rest))
            }).collect::<serde_json::Map<_, _>>() }),
            json!(1),
            Ok(json!(1024)),
        ),
        case(
            "data flow",
            one(task(
                "plugin:echo",
                json!({
                    "InputPath": "$.in",
                    "Parameters": { "x.$": "$.v", "name.$": "$$.State.Name" },
                    "ResultSelector": { "picked.$": "$.x", "name.$": "$.name" },
                    "ResultPath": "$.out",
                    "OutputPath": "$.out"
                }),
            )),
            json!({ "in": { "v": 5 }, "rest": true }),
            Ok(json!({ "picked": 5, "name": "S" })),
        ),
        case(
            "wait, then choose",
            json!({ "StartAt": "W", "States": {
                "W": { "Type": "Wait", "SecondsPath": "$.seconds", "Next": "C" },
                "C": { "Type": "Choice", "Choices": [
                    { "Variable": "$.seconds", "NumericGreaterThan": 100, "Next": "Long" }
                ], "Default": "Short" },
                "Long": { "Type": "Pass", "Result": "long", "End": true },
                "Short": { "Type": "Succeed", "OutputPath": "$.seconds" }
            } }),
            json!({ "seconds": 3600 }),
            Ok(json!("long")),
        ),
        case(
            "no choice",
            json!({ "StartAt": "S", "States": {
                "S": { "Type": "Choice", "Choices": [
                    { "Variable": "$.a", "IsPresent": true, "Next": "E" } ] },
                "E": { "Type": "Succeed" }
            } }),
            json!({}),
            Err("States.NoChoiceMatched"),
        ),
        case(
            "retry until it works",
            one(task(
                "plugin:third-time",
                json!({ "Retry": [
                { "ErrorEquals": ["Custom.NotYet"], "IntervalSeconds": 10, "JitterStrategy": "FULL" }
            ] }),
            )),
            json!({}),
            Ok(json!({ "attempt": 2 })),
        ),
        case(
            "retries run out and are caught",
            json!({ "StartAt": "S", "States": {
                "S": task("plugin:fail", json!({
                    "Next": "Never",
                    "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }],
                    "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "Caught" }]
                })),
                "Never": { "Type": "Fail" },
                "Caught": { "Type": "Pass", "End": true }
            } }),
            json!({ "kept": 1 }),
            Ok(json!({ "kept": 1, "why": { "Error": "Custom.Error", "Cause": "it always fails" } })),
        ),
        case(
            "a time-out is no task failure",
            one(task("plugin:timeout", json!({ "Retry": [{ "ErrorEquals": ["States.TaskFailed"] }] }))),
            json!({}),
            Err("States.Timeout"),
        ),
        case(
            "a fault of the definition is not caught",
            one(json!({
                "Type": "Task", "Resource": "plugin:echo", "OutputPath": "$.missing", "End": true,
                "Retry": [{ "ErrorEquals": ["States.ALL"] }]
            })),
            json!({}),
            Err("States.Runtime"),
        ),
        case(
            "parallel",
            one(json!({ "Type": "Parallel", "End": true, "Branches": [
                double("A"),
                { "StartAt": "B1", "States": {
                    "B1": { "Type": "Wait", "Seconds": 60, "Next": "B2" },
                    "B2": task("plugin:double", json!({}))
                } },
                { "StartAt": "C", "States": { "C": { "Type": "Pass", "Result": "c", "End": true } } }
            ] })),
            json!(21),
            Ok(json!([42, 42, "c"])),
        ),
        racing(
            "a branch fails and takes the others with it",
            json!({ "StartAt": "P", "States": {
                "P": { "Type": "Parallel", "Next": "Never", "Branches": [
                    { "StartAt": "A", "States": { "A": { "Type": "Wait", "Seconds": 1000, "End": true } } },
                    { "StartAt": "B", "States": { "B": task("plugin:echo", json!({ "Next": "B2" })),
                                                  "B2": task("plugin:fail", json!({})) } }
                ], "Retry": [{ "ErrorEquals": ["Custom.Error"], "MaxAttempts": 1 }],
                   "Catch": [{ "ErrorEquals": ["Custom.Error"], "Next": "Caught" }] },
                "Never": { "Type": "Fail" },
                "Caught": { "Type": "Pass", "Parameters": { "e.$": "$.Error" }, "End": true }
            } }),
            json!({}),
            Ok(json!({ "e": "Custom.Error" })),
        ),
        case(
            "map, two at a time",
            one(json!({
                "Type": "Map", "End": true, "ItemsPath": "$.items", "MaxConcurrency": 2,
                "ItemSelector": { "n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "of.$": "$.label" },
                "ItemProcessor": { "StartAt": "I", "States": {
                    "I": task("plugin:double", json!({ "InputPath": "$.n", "ResultPath": "$.n" }))
                } }
            })),
            json!({ "label": "x", "items": [1, 2, 3, 4, 5] }),
            Ok(json!((1..=5).map(|n| json!({ "n": n * 2, "i": n - 1, "of": "x" })).collect::<Vec<_>>())),
        ),
        case(
            "map of nothing",
            one(json!({
                "Type": "Map", "End": true,
                "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Fail" } } }
            })),
            json!([]),
            Ok(json!([])),
        ),
        racing(
            "an iteration fails",
            one(json!({
                "Type": "Map", "End": true,
                "ItemProcessor": { "StartAt": "C", "States": {
                    "C": { "Type": "Choice", "Default": "Ok", "Choices": [
                        { "Variable": "$", "NumericEquals": 3, "Next": "Bad" } ] },
                    "Ok": task("plugin:echo", json!({})),
                    "Bad": { "Type": "Fail", "Error": "Three", "Cause": "it was three" }
                } }
            })),
            json!([1, 2, 3, 4]),
            Err("Three"),
        ),
        case(
            "map in parallel in map",
            one(json!({
                "Type": "Map", "End": true,
                "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
                    double("L"),
                    { "StartAt": "M", "States": { "M": {
                        "Type": "Map", "End": true, "ItemsPath": "$$.Execution.Input",
                        "ItemProcessor": { "StartAt": "N", "States": { "N": task("plugin:double", json!({})) } }
                    } } }
                ] } } }
            })),
            json!([1, 2]),
            Ok(json!([[2, [2, 4]], [4, [2, 4]]])),
        ),
        case(
            "variables",
            json!({ "StartAt": "A", "States": {
                "A": { "Type": "Pass", "Assign": { "x.$": "$.v", "y": 10 }, "Next": "M" },
                "M": { "Type": "Map", "ItemsPath": "$.items", "Next": "Z",
                    "ItemProcessor": { "StartAt": "I", "States": {
                        "I": task("plugin:double", json!({ "Assign": { "mine.$": "$" }, "Next": "J" })),
                        "J": { "Type": "Pass", "Parameters": { "sum.$": "States.MathAdd($mine, $x)" }, "End": true }
                    } } },
                "Z": { "Type": "Pass", "Parameters": { "y.$": "$y", "all.$": "$" }, "End": true }
            } }),
            json!({ "v": 1, "items": [1, 2] }),
            Ok(json!({ "y": 10, "all": [{ "sum": 3 }, { "sum": 5 }] })),
        ),
        case(
            "jsonata",
            json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
                "A": { "Type": "Pass", "Assign": { "x": "{% $states.input.v %}" }, "Next": "T" },
                "T": task("plugin:double", json!({
                    "Arguments": "{% $x + 1 %}", "Output": { "twice": "{% $states.result %}" }, "Next": "W" })),
                "W": { "Type": "Wait", "Seconds": "{% $states.input.twice %}", "Next": "C" },
                "C": { "Type": "Choice", "Default": "Never", "Choices": [
                    { "Condition": "{% $states.input.twice = 8 %}", "Assign": { "y": 5 }, "Next": "M" } ] },
                "M": { "Type": "Map", "Items": "{% [$x, $y] %}", "Next": "E", "MaxConcurrency": "{% 1 %}",
                    "ItemSelector": { "n": "{% $states.context.Map.Item.Value %}" },
                    "ItemProcessor": { "StartAt": "I", "States": {
                        "I": task("plugin:double", json!({ "Arguments": "{% $states.input.n %}" })) } } },
                "E": { "Type": "Succeed", "Output": "{% $sum($states.input) %}" },
                "Never": { "Type": "Fail" }
            } }),
            json!({ "v": 3 }),
            Ok(json!(16)),
        ),
        case(
            "a failed evaluation is caught",
            json!({ "QueryLanguage": "JSONata", "StartAt": "T", "States": {
                "T": task("plugin:echo", json!({
                    "Output": "{% $nothing %}", "Next": "Never",
                    "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"],
                                "Output": "{% $states.errorOutput.Error %}", "Next": "E" }] })),
                "Never": { "Type": "Fail" },
                "E": { "Type": "Succeed" }
            } }),
            json!({}),
            Ok(json!("States.QueryEvaluationError")),
        ),
        case(
            "jsonata in one state",
            json!({ "StartAt": "A", "States": {
                "A": { "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $uppercase($states.input.s) %}", "Next": "B" },
                "B": { "Type": "Pass", "Parameters": { "got.$": "$" }, "End": true }
            } }),
            json!({ "s": "abc" }),
            Ok(json!({ "got": "ABC" })),
        ),
        case(
            "the machine's own time-out",
            json!({ "TimeoutSeconds": 30, "StartAt": "W", "States": {
                "W": { "Type": "Wait", "Seconds": 60, "End": true } } }),
            json!({}),
            Err("States.Timeout"),
        ),
        case(
            "a distributed map",
            one(json!({ "Type": "Map", "ItemsPath": "$.list", "End": true,
                "ItemSelector": { "v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index" },
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "W", "States": {
                        "W": { "Type": "Wait", "Seconds": 1, "Next": "E" },
                        "E": task("plugin:echo", json!({ "InputPath": "$.v" })) } } })),
            json!({ "list": [1, 2, 3] }),
            Ok(json!([1, 2, 3])),
        ),
        case(
            "a distributed map that fails is caught",
            json!({ "StartAt": "M", "States": {
                "M": { "Type": "Map", "ItemProcessor": {
                        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
                        "StartAt": "F", "States": { "F": task("plugin:fail", json!({})) } },
                    "Retry": [{ "ErrorEquals": ["Custom.Error"], "MaxAttempts": 1 }],
                    "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$", "Next": "E" }], "Next": "E" },
                "E": { "Type": "Pass", "Parameters": { "error.$": "$.Error" }, "End": true } } }),
            json!([1, 2]),
            Ok(json!({ "error": "Custom.Error" })),
        ),
        racing(
            "a distributed map is given up with its branch",
            one(json!({ "Type": "Parallel", "End": true, "Branches": [
                { "StartAt": "M", "States": { "M": { "Type": "Map", "End": true, "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } } } },
                { "StartAt": "F", "States": { "F": task("plugin:fail", json!({})) } } ] })),
            json!([1]),
            Err("Custom.Error"),
        ),
        case(
            "a loop of many steps",
            json!({ "StartAt": "I", "States": {
                "I": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Next": "C" },
                "C": { "Type": "Choice", "Default": "I", "Choices": [
                    { "Variable": "$.n", "NumericGreaterThanEquals": 900, "Next": "E" } ] },
                "E": { "Type": "Succeed" }
            } }),
            json!({ "n": 0 }),
            Ok(json!({ "n": 900 })),
        ),
        case(
            "a loop without end",
            json!({ "StartAt": "A", "States": {
                "A": { "Type": "Pass", "Next": "B" },
                "B": { "Type": "Choice", "Default": "A",
                       "Choices": [{ "Variable": "$.stop", "IsPresent": true, "Next": "E" }] },
                "E": { "Type": "Succeed" } } }),
            json!({}),
            Err("States.Runtime"),
        ),
    ]
}
