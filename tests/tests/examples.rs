//! The examples end as their `expected.json` says: each order of each example, run on the plugins of the project.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use dirigent_tests::client::parse;
use dirigent_tests::history::check;
use dirigent_tests::host::Host;
use dirigent_tests::places;
use serde_json::Value;

/// The folders in `examples/`.
fn examples() -> Vec<PathBuf> {
    let folders = fs::read_dir(places::root().join("examples")).unwrap();
    let mut found: Vec<PathBuf> =
        folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    assert!(!found.is_empty(), "there are no examples");
    found
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_order_ends_as_expected() {
    let host = Host::start();
    for example in examples() {
        let name = example.file_name().unwrap().to_string_lossy().into_owned();
        let machine = host.create(&name, &read(&example.join(format!("{name}.asl.json"))));
        let expected = read(&example.join("orders/expected.json"));
        // All at once, as in a shop.
        let under_way: Vec<_> = expected
            .as_object()
            .unwrap()
            .iter()
            .map(|(file, expected)| {
                let order = read(&example.join("orders").join(file));
                (file, expected, host.start(&machine, &order))
            })
            .collect();
        assert!(!under_way.is_empty(), "{name} has no orders");
        for (file, expected, execution) in under_way {
            let ended = host.ended(&execution);
            for field in ["status", "error", "cause"] {
                assert_eq!(ended[field], expected[field], "{name}, {file}: {field}");
            }
            if !expected["output"].is_null() {
                contains(&parse(&ended["output"]), &expected["output"], &format!("{name}, {file}: output"));
            }
            check(&host.history(&execution));
        }
    }
}

/// Fails unless `got` has at least what is expected; what it has beyond that is its own.
#[track_caller]
fn contains(got: &Value, expected: &Value, place: &str) {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            for (key, expected) in expected {
                contains(got.get(key).unwrap_or(&Value::Null), expected, &format!("{place}.{key}"));
            }
        }
        (Value::Array(got), Value::Array(expected)) if got.len() == expected.len() => {
            for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
                contains(got, expected, &format!("{place}[{index}]"));
            }
        }
        _ => assert_eq!(got, expected, "{place}"),
    }
}
