//! The recordings' own runner, and what it reports.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use dirigent_tests::{places, process};
use serde_json::Value;

/// How long one class may take.
const LIMIT: Duration = Duration::from_secs(900);

/// What came of a case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The class of recordings that it belongs to.
    pub(crate) class: &'static str,
    pub(crate) area: String,
    pub(crate) id: String,
    /// `passed`, `failed`, `error` or `no-keys`.
    pub(crate) outcome: String,
    /// It passed with nothing left out of the comparison.
    pub(crate) strictly: bool,
    pub(crate) message: String,
}

impl Case {
    pub(crate) fn passed(&self) -> bool {
        self.outcome == "passed"
    }
}

/// A case as `replay.py` reports it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) area: String,
    pub(crate) outcome: String,
    pub(crate) message: String,
}

/// Cases to replay against a host.
pub(crate) struct Replay<'a> {
    pub(crate) url: &'a str,
    pub(crate) script: &'a Path,
    pub(crate) cases: &'a Path,
}

impl Replay<'_> {
    /// Replays them all.
    pub(crate) fn run(&self, strict: bool) -> Vec<Row> {
        let scratch = places::scratch();
        let out = scratch.path().join("out.jsonl");
        let mut python = Command::new("python3");
        python.arg(self.script).arg(self.url).arg(self.cases).arg("-o").arg(&out).args(["-j", "4"]);
        python.args(strict.then_some("--strict")).env("no_proxy", "127.0.0.1");
        process::run(&mut python, "", LIMIT).success();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let lines = fs::read_to_string(&out).unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .map(|row: Value| Row {
                id: text(&row, "id"),
                area: text(&row, "area"),
                outcome: text(&row, "outcome"),
                message: text(&row, "msg"),
            })
            .collect()
    }
}
