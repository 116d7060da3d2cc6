//! The cases that call Lambda functions: their functions as plugins, and the cases without the calls that made them.
//!
//! A case makes its functions by calls of Lambda's API, which the host has not. What those calls answered is known
//! beforehand: the names are chosen here, and the handlers in `tests/handlers` are installed under each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dirigent_tests::plugins::Registry;
use dirigent_tests::{built, places};
use serde_json::Value;
use tempfile::TempDir;

/// Functions in a registry, and the cases that call them.
pub(crate) struct Functions {
    registry: Registry,
    cases: TempDir,
}

impl Functions {
    /// Reads all cases below `recordings`.
    pub(crate) fn prepare(recordings: &Path) -> Functions {
        let functions = Functions { registry: Registry::empty(), cases: places::scratch() };
        let handlers = built::lambda_handlers();
        for (number, file) in files(recordings).iter().enumerate() {
            let case = Prepared::read(file, number);
            for (name, behaviour) in &case.functions {
                let handler = format!("handler.{}", behaviour.replace('-', "_"));
                let manifest = built::handler_manifest(name, &handler, &[]);
                functions.registry.put(name, "1.0.0", &handlers, &manifest);
            }
            let place = functions.cases.path().join(format!("{number}.json"));
            fs::write(place, case.text).unwrap();
        }
        functions
    }

    pub(crate) fn registry(&self) -> &Path {
        self.registry.path()
    }

    pub(crate) fn cases(&self) -> &Path {
        self.cases.path()
    }
}

/// A case as it is replayed, and its functions' names with what they do.
struct Prepared {
    text: String,
    functions: Vec<(String, String)>,
}

impl Prepared {
    /// `number` makes the names of this case's functions different from those of all others.
    fn read(file: &Path, number: usize) -> Prepared {
        let recorded = fs::read_to_string(file).unwrap();
        let case: Value = serde_json::from_str(&recorded).unwrap();
        let named = |name: &Value| {
            (1..10).fold(name.as_str().unwrap().to_owned(), |name, n| with_uid(&name, number, n))
        };

        let lambdas = case["lambdas"].as_array().into_iter().flatten();
        let behaviours: BTreeMap<&str, &str> = lambdas
            .map(|lambda| (lambda["FunctionName"].as_str().unwrap(), lambda["behaviour"].as_str().unwrap()))
            .collect();
        let functions =
            behaviours.iter().map(|(name, behaviour)| (named(&Value::from(*name)), (*behaviour).into()));

        let mut text = recorded.clone();
        for n in 1..10 {
            if behaviours.keys().any(|name| name.contains(&format!("${{uid{n}}}"))) {
                text = with_uid(&text, number, n);
            }
        }
        for call in calls(&case).filter(|call| call["op"] == "CreateFunction") {
            let name = named(&call["params"]["FunctionName"]);
            let response = format!("${{{}.FunctionArn", call["i"]);
            // The replay knows region and account by itself.
            for (field, value) in [
                ("|3}", "${region}".to_owned()),
                ("|4}", "${account}".to_owned()),
                ("|6}", name.clone()),
                ("}", format!("arn:aws:lambda:${{region}}:${{account}}:function:{name}")),
            ] {
                text = text.replace(&format!("{response}{field}"), &value);
            }
        }
        let mut case: Value = serde_json::from_str(&text).unwrap();
        let left: Vec<Value> = calls(&case).filter(|call| call["service"] != "lambda").cloned().collect();
        case["calls"] = left.into();
        Prepared { text: case.to_string(), functions: functions.collect() }
    }
}

fn calls(case: &Value) -> impl Iterator<Item = &Value> {
    case["calls"].as_array().into_iter().flatten()
}

/// The text with the `n`th of a case's fresh names chosen, which is another one for each number of a case.
pub(crate) fn with_uid(text: &str, number: usize, n: usize) -> String {
    text.replace(&format!("${{uid{n}}}"), &format!("{number:04x}{n:04x}"))
}

/// The case files below a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(end) if end == "json" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

#[test]
fn a_case_is_prepared() {
    let scratch = places::scratch();
    let file = scratch.path().join("case.json");
    let recorded = r#"{
        "lambdas": [{"FunctionName": "f_${uid2}", "behaviour": "echo"}],
        "calls": [
            {"i": 0, "op": "CreateFunction", "service": "lambda", "params": {"FunctionName": "f_${uid2}"}},
            {"i": 1, "op": "CreateStateMachine", "params":
                {"name": "${uid1}", "definition": "${0.FunctionArn} ${0.FunctionArn|6} ${0.FunctionArn|4}"}},
            {"i": 2, "op": "StartExecution", "params": {"stateMachineArn": "${1.stateMachineArn}"}}
        ]}"#;
    fs::write(&file, recorded).unwrap();
    let prepared = Prepared::read(&file, 10);
    assert_eq!(prepared.functions, [("f_000a0002".to_owned(), "echo".to_owned())]);
    let case: Value = serde_json::from_str(&prepared.text).unwrap();
    let calls = case["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["params"]["name"], "${uid1}");
    assert_eq!(
        calls[0]["params"]["definition"],
        "arn:aws:lambda:${region}:${account}:function:f_000a0002 f_000a0002 ${account}"
    );
}
