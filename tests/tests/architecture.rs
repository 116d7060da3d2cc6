//! The architecture's invariants about crates, held against what cargo says; and the code base's own style.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dirigent_tests::{places, process};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(120);

/// Which of our crates each of our crates may use. A crate that is not listed may not exist.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("dirigent-expr", &[]),
    ("dirigent-items", &[]),
    ("dirigent-store", &[]),
    ("dirigent-outgoing", &[]),
    ("dirigent-runtime", &["dirigent-outgoing"]),
    ("dirigent-asl", &["dirigent-expr"]),
    ("dirigent-engine", &["dirigent-asl", "dirigent-expr", "dirigent-store"]),
    ("dirigent-evaluator", &["dirigent-expr"]),
    ("dirigent-api", &["dirigent-asl", "dirigent-engine", "dirigent-store"]),
    (
        "dirigent-cli",
        &[
            "dirigent-api",
            "dirigent-asl",
            "dirigent-engine",
            "dirigent-evaluator",
            "dirigent-items",
            "dirigent-outgoing",
            "dirigent-runtime",
            "dirigent-store",
        ],
    ),
    ("dirigent-tests", &[]),
    ("xtask", &[]),
];

/// What a crate must not reach, through however many others: it knows nothing of that.
const MUST_NOT_REACH: [(&str, &[&str]); 8] = [
    ("dirigent-asl", &["tokio", "axum", "wasmtime", "redb"]),
    ("dirigent-expr", &["tokio", "axum", "wasmtime", "redb"]),
    ("dirigent-store", &["axum", "wasmtime"]),
    ("dirigent-items", &["axum", "wasmtime", "redb"]),
    ("dirigent-outgoing", &["axum", "wasmtime", "redb"]),
    ("dirigent-runtime", &["axum", "redb"]),
    ("dirigent-engine", &["axum", "wasmtime"]),
    ("dirigent-api", &["wasmtime"]),
];

/// Who may name these crates as a dependency of its own.
const ONLY: [(&str, &[&str]); 7] = [
    ("axum", &["dirigent-api", "dirigent-cli"]),
    ("wasmtime", &["dirigent-runtime"]),
    ("wasmtime-wasi", &["dirigent-runtime"]),
    ("redb", &["dirigent-store"]),
    ("object_store", &["dirigent-items"]),
    ("parquet", &["dirigent-items"]),
    ("opentelemetry-otlp", &["dirigent-cli"]),
];

#[test]
fn our_crates_use_only_those_below_them() {
    let graph = Graph::read();
    for (name, uses) in graph.ours() {
        let allowed = MAY_USE.iter().find(|(listed, _)| *listed == name).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("{name} is in no list: say what it may use"));
        let used: Vec<&str> = uses.iter().map(String::as_str).filter(|used| is_ours(used)).collect();
        for used in used {
            assert!(allowed.contains(&used), "{name} may use {allowed:?} and no {used}");
        }
    }
}

#[test]
fn our_crates_do_not_reach_what_they_must_not_know() {
    let graph = Graph::read();
    for (name, forbidden) in MUST_NOT_REACH {
        for target in forbidden {
            if let Some(path) = graph.path(name, target) {
                panic!("{name} reaches {target}: {}", path.join(" → "));
            }
        }
    }
    // The list above says something only if the search finds what is there.
    assert!(graph.path("dirigent-cli", "wasmtime").is_some(), "the search finds nothing");
    assert!(graph.path("dirigent-engine", "redb").is_some(), "the search finds nothing");
}

#[test]
fn only_one_crate_knows_each_of_the_great_libraries() {
    let graph = Graph::read();
    for (library, owners) in ONLY {
        let users: Vec<&str> =
            graph.ours().filter(|(_, uses)| uses.contains(library)).map(|(name, _)| name).collect();
        assert_eq!(users, owners, "who uses {library}");
    }
}

/// What crates are built from: dependencies of tests and benches do not count.
struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    fn read() -> Graph {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform"]);
        command.arg(host_triple()).current_dir(places::root());
        let metadata: Value = serde_json::from_str(&process::run(&mut command, "", LIMIT).success()).unwrap();
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
            .collect();
        let name = |id: &Value| names[id.as_str().unwrap()].to_owned();
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let uses = list(&node["deps"])
                .filter(|dep| list(&dep["dep_kinds"]).any(|kind| kind["kind"] != "dev"))
                .map(|dep| name(&dep["pkg"]));
            graph.entry(name(&node["id"])).or_default().extend(uses);
        }
        Graph(graph)
    }

    fn ours(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.0.iter().map(|(name, uses)| (name.as_str(), uses)).filter(|(name, _)| is_ours(name))
    }

    /// How `from` reaches `to`, if it does.
    fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut open = vec![vec![from.to_owned()]];
        let mut seen = BTreeSet::new();
        while let Some(path) = open.pop() {
            for next in self.0.get(path.last()?).into_iter().flatten() {
                let longer = [path.clone(), vec![next.clone()]].concat();
                if next == to {
                    return Some(longer);
                }
                if seen.insert(next) {
                    open.push(longer);
                }
            }
        }
        None
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("dirigent-") || name == "xtask"
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn host_triple() -> String {
    let version = process::run(Command::new("rustc").arg("-vV"), "", LIMIT).success();
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Most lines of a file. Longer ones are about more than one thing.
const MOST_LINES: usize = 600;

#[test]
fn no_file_is_about_too_much() {
    for path in sources(&["host"]) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines; at most {MOST_LINES}: split it", path.display());
    }
}

#[test]
fn every_file_says_what_it_is_about() {
    for path in sources(&["host", "xtask", "tests", "sdk/rust", "plugins", "examples"]) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not begin with a doc comment (//!)", path.display());
    }
}

#[test]
fn nothing_is_left_undone() {
    // In two pieces, or this file would be found.
    let words = [["to", "do!("], ["unimple", "mented!("], ["db", "g!("]].map(|word| word.concat());
    for path in sources(&["host", "xtask", "tests", "sdk/rust", "plugins", "examples"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let found = words.iter().find(|word| line.contains(word.as_str()));
            assert!(found.is_none(), "{}:{}: {}", path.display(), number + 1, line.trim());
        }
    }
}

/// The Rust files in these folders of the checkout, without what was built.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&places::root().join(folder), &mut found);
    }
    assert!(!found.is_empty(), "there are no sources in {folders:?}");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
