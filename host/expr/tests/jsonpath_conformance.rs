//! Compares JSONPath with recorded answers of Jayway JsonPath 2.9.0.
//!
//! A case that is known to differ is listed in `jsonpath_known_misses.json` with its reason. The list cannot rot: a
//! listed case that passes fails the test, as does any other case that does not.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use dirigent_expr::{JsonPath, PathError};
use serde_json::Value;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/jsonpath/jayway.jsonl");
const KNOWN_MISSES: &str = include_str!("jsonpath_known_misses.json");

#[test]
fn answers_as_jayway_does() {
    let Ok(cases) = fs::read_to_string(CASES) else {
        println!("SKIPPED: the conformance data is not there: {CASES}");
        return;
    };
    let known: BTreeMap<String, String> = serde_json::from_str(KNOWN_MISSES).unwrap();
    let (mut total, mut passed) = (0, 0);
    let mut problems = Vec::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let path = case["path"].as_str().unwrap();
        total += 1;
        let result = check(path, &case);
        passed += usize::from(result.is_ok());
        match (result, known.get(path)) {
            (Err(miss), None) => problems.push(format!("{path}: {miss}")),
            (Ok(()), Some(reason)) => {
                problems.push(format!("{path}: passes, but is listed as a miss: {reason}"))
            }
            _ => {}
        }
    }
    println!("{passed} of {total} cases as Jayway answers");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

fn check(path: &str, case: &Value) -> Result<(), String> {
    let expected_class = case["err"].as_str().map(|class| class.trim_start_matches("EXC "));
    let parsed = match JsonPath::parse(path) {
        Ok(parsed) => parsed,
        Err(_) if expected_class == Some("NOT_SUPPORTED") && case.get("definite").is_none() => return Ok(()),
        Err(error) => return Err(format!("is refused: {error}")),
    };
    match case.get("definite").map(|definite| definite == parsed.is_definite()) {
        None => return Err("is accepted".to_owned()),
        Some(false) => return Err(format!("is_definite() is {}", parsed.is_definite())),
        Some(true) => {}
    }
    match (parsed.query(&case["doc"]), expected_class) {
        (Ok(answer), None) if same(&answer, &case["ok"]) => Ok(()),
        (Ok(answer), None) => Err(format!("answers {answer} instead of {}", case["ok"])),
        (Ok(answer), Some(class)) => Err(format!("answers {answer} instead of {class}")),
        (Err(error), Some(class)) if class_of(&error) == class => Ok(()),
        (Err(error), expected) => Err(format!("gives {error:?} instead of {expected:?}")),
    }
}

fn class_of(error: &PathError) -> &'static str {
    match error {
        PathError::NotFound { .. } | PathError::WrongType { .. } => "NOT_FOUND",
        PathError::Unsupported { .. } => "NOT_SUPPORTED",
        PathError::Evaluation { .. } => "JsonPathException",
        PathError::Limit { .. } => "limit",
    }
}

/// Equal, where the members of an object that a path went through may come in another order: the recording has
/// Java's.
fn same(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).all(|(left, right)| left == right) || {
                let mut left: Vec<String> = left.iter().map(sorted_text).collect();
                let mut right: Vec<String> = right.iter().map(sorted_text).collect();
                left.sort();
                right.sort();
                left == right
            }
        }
        _ => answer == expected,
    }
}

fn sorted_text(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}
