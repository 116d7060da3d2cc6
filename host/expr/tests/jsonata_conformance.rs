//! Compares JSONata with JSONata's own suite at 2.0.6, the version that AWS documents.
//!
//! The cases go through `dirigent_expr::jsonata_suite`, which is the engine that executions have, with their table of
//! functions and their bounds. Three things are as the suite has them and not as Step Functions does:
//! - a case's document is `$`, and its bindings are variables;
//! - `$eval` is there, since twelve cases are about it. That it is refused is tested in `jsonata.rs`;
//! - eleven cases set a time and a depth of their own, and are run with that depth and without the bound on the length
//!   of arrays. How those end with the bounds of an execution stands in `OUT_OF_BOUNDS`.
//!
//! A case that is known to differ is listed in `jsonata_known_misses.json` with its reason. The list cannot rot: a listed
//! case that passes fails the test, as does any other case that does not.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use dirigent_expr::JsonataError;
use dirigent_expr::jsonata_suite::{Limits, Outcome, run};
use serde_json::{Map, Value};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/jsonata/cases.jsonl");
const DATASETS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/jsonata/datasets.json");
const KNOWN_MISSES: &str = include_str!("jsonata_known_misses.json");

/// Cases that an execution refuses for their size: they make arrays of 200,000 and of ten million items.
const OUT_OF_BOUNDS: [&str; 4] = [
    "flattening/large.json#0",
    "flattening/large.json#1",
    "range-operator/case021.json#0",
    "range-operator/case024.json#0",
];

/// Items of the longest array that a case makes.
const MOST_ITEMS: usize = 10_000_000;

#[test]
fn answers_as_jsonata_does() {
    let (Ok(cases), Ok(datasets)) = (fs::read_to_string(CASES), fs::read_to_string(DATASETS)) else {
        println!("SKIPPED: the conformance data is not there: {CASES}");
        return;
    };
    let datasets: Value = serde_json::from_str(&datasets).unwrap();
    let known: BTreeMap<String, String> = serde_json::from_str(KNOWN_MISSES).unwrap();
    let (mut total, mut passed) = (0, 0);
    let mut problems = Vec::new();
    let mut listed: BTreeSet<&str> = known.keys().map(String::as_str).collect();
    for line in cases.lines() {
        total += 1;
        let id = line.strip_prefix(r#"{"id": ""#).and_then(|rest| rest.split('"').next()).unwrap();
        let result = match serde_json::from_str::<Value>(line) {
            Ok(case) => compare(&case, &outcome(&case, &datasets, limits(&case).as_ref())),
            // Half of a surrogate pair, which no string of Rust's or of valid JSON can hold.
            Err(error) => Err(format!("cannot be read: {error}")),
        };
        passed += usize::from(result.is_ok());
        listed.remove(id);
        match (result, known.get(id)) {
            (Err(miss), None) => problems.push(format!("{id}: {miss}\n  {line}")),
            (Ok(()), Some(reason)) => {
                problems.push(format!("{id}: passes, but is listed as a miss: {reason}"))
            }
            _ => {}
        }
    }
    println!("{passed} of {total} cases as JSONata answers");
    problems.extend(listed.iter().map(|id| format!("{id}: is listed as a miss, but is no case")));
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn cases_with_limits_of_their_own_stay_within_those_of_an_execution() {
    let (Ok(cases), Ok(datasets)) = (fs::read_to_string(CASES), fs::read_to_string(DATASETS)) else {
        println!("SKIPPED: the conformance data is not there: {CASES}");
        return;
    };
    let datasets: Value = serde_json::from_str(&datasets).unwrap();
    for line in cases.lines() {
        let Ok(case) = serde_json::from_str::<Value>(line) else { continue };
        if limits(&case).is_none() {
            continue;
        }
        let id = case["id"].as_str().unwrap();
        let outcome = outcome(&case, &datasets, None);
        if OUT_OF_BOUNDS.contains(&id) {
            assert_eq!(code(&outcome).as_deref(), Some("U1001"), "{id}: {outcome:?}");
        } else if id != "tail-recursion/case002.json#0" {
            // That one recurses to a depth of 303, which the suite forbids it, and an execution does not.
            assert_eq!(compare(&case, &outcome), Ok(()), "{id}");
        }
    }
}

/// The limits that a case sets for itself.
fn limits(case: &Value) -> Option<Limits> {
    case.get("timelimit")?;
    let depth = case["depth"].as_u64().map(|depth| usize::try_from(depth).unwrap());
    Some(Limits { depth, array_items: MOST_ITEMS })
}

fn outcome(case: &Value, datasets: &Value, limits: Option<&Limits>) -> Outcome {
    let input = match case["dataset"].as_str() {
        Some(name) => Some(&datasets[name]),
        None => case.get("data"),
    };
    let empty = Map::new();
    let bindings = case["bindings"].as_object().unwrap_or(&empty);
    run(case["expr"].as_str().unwrap(), input, bindings, limits)
}

fn compare(case: &Value, outcome: &Outcome) -> Result<(), String> {
    let expected = case.get("code").or_else(|| case.get("error").map(|error| &error["code"]));
    match (expected.and_then(Value::as_str), code(outcome)) {
        (Some(expected), Some(found)) if same_code(expected, &found) => Ok(()),
        (Some(expected), _) => Err(format!("gives {outcome:?} instead of the error {expected}")),
        (None, Some(_)) => Err(format!("gives {outcome:?} instead of {}", case["result"])),
        (None, None) => {
            let expected = case.get("result");
            if expected.is_none() && case["undefinedResult"] != true {
                return Err("the case expects nothing that this test knows".to_owned());
            }
            let found = match outcome {
                Outcome::Value(value) => value.as_ref(),
                _ => None,
            };
            let same = match (found, expected) {
                (Some(found), Some(expected)) if case["unordered"] == true => unordered(found, expected),
                (Some(found), Some(expected)) => same(found, expected),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            if same { Ok(()) } else { Err(format!("gives {found:?} instead of {expected:?}")) }
        }
    }
}

/// The code of an error.
fn code(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Value(_) => None,
        Outcome::Syntax(code) => Some(code.clone()),
        Outcome::Error(JsonataError::Threw { code, .. }) => Some(code.clone()),
        Outcome::Error(JsonataError::Undefined) => None,
    }
}

/// `U1001` is how the suite's own runner reports that a case exceeded its time or its depth. The crate tells them apart.
fn same_code(expected: &str, found: &str) -> bool {
    expected == found || (expected == "U1001" && ["D1011", "D1012", "U1006"].contains(&found))
}

/// Equal, where the items of the outermost array may come in another order.
fn unordered(found: &Value, expected: &Value) -> bool {
    let (Value::Array(found), Value::Array(expected)) = (found, expected) else {
        return same(found, expected);
    };
    let mut rest: Vec<&Value> = found.iter().collect();
    found.len() == expected.len()
        && expected.iter().all(|item| match rest.iter().position(|other| same(other, item)) {
            Some(at) => {
                rest.swap_remove(at);
                true
            }
            None => false,
        })
}

/// Equal as JavaScript's numbers are: `1` and `1.0` are the same.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}
