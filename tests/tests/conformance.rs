//! Recordings of AWS Step Functions itself, replayed against the host, and compared with the lists of what passes.
//!
//! `conformance/passing.json` lists the cases that pass, `conformance/failing.json` the others with the reason. A case
//! that passed once does not fail again unnoticed, and one that begins to pass is moved. `DIRIGENT_UPDATE=1` writes
//! both lists anew and keeps the reasons.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::{say, skipped};
use dirigent_tests::{places, process};
use serde_json::Value;

/// At least this many cases pass, whatever the lists say.
const LEAST: usize = 200;

/// The reason of a case that has nothing to compare. It is never counted as passed.
const COMPARES_NOTHING: &str = "compares nothing";

/// Cases that list all there is, which are compared on a host of their own.
const ALONE: [&str; 1] = ["test_sfn_api_activities/test_sfn_api_activities__test_list_activities.json"];

const LIMIT: Duration = Duration::from_secs(900);

/// A case as `replay.py` reports it.
#[derive(Clone, Debug)]
struct Case {
    id: String,
    /// `passed`, `failed`, `error` or `no-keys`.
    outcome: String,
    message: String,
}

/// What the two files list.
#[derive(Default)]
struct Lists {
    passing: BTreeSet<String>,
    /// By case: why it fails.
    failing: BTreeMap<String, String>,
}

#[test]
fn aws_recordings() {
    let (Some(script), Some(cases)) =
        (places::shared("conformance/replay.py"), places::shared("conformance/stepfunctions/sfn-only"))
    else {
        return skipped("the recordings of AWS: there is no ../shared/conformance beside the checkout");
    };
    // What the cases call needs no plugins.
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).start();
    let replayed = replay_all(&host, &script, &cases, false);
    if std::env::var_os("DIRIGENT_UPDATE").is_some() {
        Lists::read().updated(&replayed).write();
    }
    let faults = Lists::read().faults(&replayed);
    let passed = replayed.iter().filter(|case| case.outcome == "passed").count();
    let strict = replay_all(&host, &script, &cases, true);
    let strictly = strict.iter().filter(|case| case.outcome == "passed").count();
    say(format!("conformance: {passed} of {} pass, {strictly} with --strict", replayed.len()));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(passed >= LEAST, "{passed} cases pass; at least {LEAST} have to");
}

/// Replays all cases, those that need it on hosts of their own.
fn replay_all(host: &Host, script: &Path, cases: &Path, strict: bool) -> Vec<Case> {
    let mut replayed = replay(host, script, cases, strict);
    for file in ALONE {
        let registry = Registry::empty();
        let own = Setup::new().registry(registry.path()).start();
        for case in replay(&own, script, &cases.join(file), strict) {
            replayed.iter_mut().filter(|other| other.id == case.id).for_each(|other| *other = case.clone());
        }
    }
    replayed
}

/// Replays cases. Without `strict` its table by area is shown.
fn replay(host: &Host, script: &Path, cases: &Path, strict: bool) -> Vec<Case> {
    let scratch = places::scratch();
    let out = scratch.path().join("out.jsonl");
    let mut python = Command::new("python3");
    python.arg(script).arg(host.url()).arg(cases).arg("-o").arg(&out).args(["-j", "4"]);
    python.args(strict.then_some("--strict")).env("no_proxy", "127.0.0.1");
    let table = process::run(&mut python, "", LIMIT).success();
    if !strict {
        say(table.trim_end());
    }
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let lines = fs::read_to_string(&out).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|row: Value| Case {
            id: text(&row, "id"),
            outcome: text(&row, "outcome"),
            message: text(&row, "msg"),
        })
        .collect()
}

impl Lists {
    fn read() -> Lists {
        let read = |name: &str| fs::read_to_string(file(name)).ok();
        let passing = read("passing.json").map(|text| serde_json::from_str::<Vec<String>>(&text).unwrap());
        let failing = read("failing.json").map(|text| serde_json::from_str::<Value>(&text).unwrap());
        let failing = failing.as_ref().and_then(Value::as_object).into_iter().flatten();
        Lists {
            passing: passing.into_iter().flatten().collect(),
            failing: failing.map(|(id, why)| (id.clone(), why.as_str().unwrap().to_owned())).collect(),
        }
    }

    fn write(&self) {
        for (name, list) in [
            ("passing.json", serde_json::to_string_pretty(&Vec::from_iter(&self.passing))),
            (
                "failing.json",
                serde_json::to_string_pretty(&serde_json::Map::from_iter(
                    self.failing.iter().map(|(id, why)| (id.clone(), Value::from(why.as_str()))),
                )),
            ),
        ] {
            fs::write(file(name), list.unwrap() + "\n").unwrap();
        }
    }

    /// The lists for these outcomes: known reasons are kept, and those that nobody has written yet are empty.
    fn updated(&self, cases: &[Case]) -> Lists {
        let mut new = Lists::default();
        for case in cases {
            let id = case.id.clone();
            let known = self.failing.get(&id).filter(|why| *why != COMPARES_NOTHING).cloned();
            match case.outcome.as_str() {
                "passed" => drop(new.passing.insert(id)),
                "no-keys" => drop(new.failing.insert(id, COMPARES_NOTHING.to_owned())),
                _ => drop(new.failing.insert(id, known.unwrap_or_default())),
            }
        }
        new
    }

    /// Where the outcomes and the lists disagree, a line each.
    fn faults(&self, cases: &[Case]) -> Vec<String> {
        let mut faults = Vec::new();
        for Case { id, outcome, message } in cases {
            let (passes, listed) = (self.passing.contains(id), self.failing.get(id).map(String::as_str));
            let fault = match (outcome.as_str(), passes, listed) {
                ("passed", true, None) | ("no-keys", false, Some(COMPARES_NOTHING)) => continue,
                ("passed", false, _) => "it passes: move it to passing.json".to_owned(),
                (_, true, Some(_)) => "it is in both lists".to_owned(),
                ("no-keys", ..) => format!("list it in failing.json as `{COMPARES_NOTHING}`"),
                (_, true, None) => format!("it passed before: {message}"),
                (_, false, None | Some("" | COMPARES_NOTHING)) => {
                    format!("say why in failing.json: {message}")
                }
                (_, false, Some(_)) => continue,
            };
            faults.push(format!("{id}: {fault}"));
        }
        let known: BTreeSet<&String> = cases.iter().map(|case| &case.id).collect();
        let listed = self.passing.iter().chain(self.failing.keys());
        faults
            .extend(listed.filter(|id| !known.contains(id)).map(|id| format!("{id}: there is no such case")));
        faults
    }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance").join(name)
}

#[test]
fn outcomes_are_held_against_the_lists() {
    let lists = Lists {
        passing: ["good", "lost", "gone"].map(String::from).into(),
        failing: [
            ("bad", "a reason"),
            ("better", "a reason"),
            ("empty", COMPARES_NOTHING),
            ("hidden", COMPARES_NOTHING),
            ("unexplained", ""),
        ]
        .map(|(id, why)| (id.to_owned(), why.to_owned()))
        .into(),
    };
    let case = |(id, outcome): (&str, &str)| Case {
        id: id.to_owned(),
        outcome: outcome.to_owned(),
        message: "MESSAGE".to_owned(),
    };
    let cases = [
        ("good", "passed"),
        ("lost", "failed"),
        ("bad", "error"),
        ("better", "passed"),
        ("empty", "no-keys"),
        ("hidden", "failed"),
        ("unexplained", "failed"),
        ("new", "passed"),
        ("new and bad", "failed"),
        ("new and empty", "no-keys"),
    ]
    .map(case);
    let expected = [
        "lost: it passed before: MESSAGE",
        "better: it passes: move it to passing.json",
        "hidden: say why in failing.json: MESSAGE",
        "unexplained: say why in failing.json: MESSAGE",
        "new: it passes: move it to passing.json",
        "new and bad: say why in failing.json: MESSAGE",
        "new and empty: list it in failing.json as `compares nothing`",
        "gone: there is no such case",
    ];
    assert_eq!(lists.faults(&cases), expected);
    // What an update writes agrees with the outcomes, but for reasons that it cannot know.
    let unexplained = |fault: &String| fault.contains("say why");
    assert!(lists.updated(&cases).faults(&cases).iter().all(unexplained));
}
