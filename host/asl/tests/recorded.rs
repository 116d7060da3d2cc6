//! What AWS took: every definition of the recordings compiles, but for what this version does not run.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use dirigent_asl::{Program, Severity};
use serde_json::Value;

/// At least so many definitions are there, or they were not found.
const LEAST: usize = 800;

#[test]
fn what_aws_took_compiles() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/stepfunctions");
    if !folder.is_dir() {
        eprintln!("SKIPPED: the recordings of AWS: there is no ../shared/conformance beside the checkout");
        return;
    }
    let mut found = 0;
    let mut refused = Vec::new();
    for file in files(&folder) {
        let case: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let taken = case["calls"].as_array().into_iter().flatten().filter(|call| {
            let op = call["op"].as_str().unwrap_or_default();
            matches!(op, "CreateStateMachine" | "UpdateStateMachine") && call.get("recorded_error").is_none()
        });
        for definition in taken.filter_map(|call| call["params"]["definition"].as_str()) {
            found += 1;
            let (_, diagnostics) = Program::compile_text(&filled(definition));
            let errors = diagnostics.iter().filter(|told| told.severity == Severity::Error);
            refused.extend(errors.map(|told| format!("{}: {told}", file.display())));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(found >= LEAST, "{found} definitions");
}

/// A recorded definition, with resources where others' answers belong.
fn filled(definition: &str) -> String {
    let mut parts = definition.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        filled.push_str(match name.split_once('.').map(|(_, field)| field) {
            Some("FunctionArn") => "arn:aws:lambda:us-east-1:000000000000:function:f",
            Some("activityArn") => "arn:aws:states:us-east-1:000000000000:activity:a",
            _ => "x",
        });
        filled.push_str(rest);
    }
    filled
}

/// The case files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|end| end == "json") && !path.ends_with("index.json") {
            files.push(path);
        }
    }
    files
}
