//! The lists of what passes and what does not, and where outcomes disagree with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::replay::Case;

/// The reason of a case that has nothing to compare. It is never counted as passed.
const COMPARES_NOTHING: &str = "compares nothing";

/// What the files list.
#[derive(Default)]
pub(crate) struct Lists {
    passing: BTreeSet<String>,
    /// Of those that pass: which pass with nothing left out of the comparison.
    strictly: BTreeSet<String>,
    /// By case: why it fails.
    failing: BTreeMap<String, String>,
}

impl Lists {
    pub(crate) fn read() -> Lists {
        let read = |name: &str| fs::read_to_string(file(name)).ok();
        let list = |name: &str| read(name).map(|text| serde_json::from_str::<Vec<String>>(&text).unwrap());
        let failing = read("failing.json").map(|text| serde_json::from_str::<Value>(&text).unwrap());
        let failing = failing.as_ref().and_then(Value::as_object).into_iter().flatten();
        Lists {
            passing: list("passing.json").into_iter().flatten().collect(),
            strictly: list("passing-strict.json").into_iter().flatten().collect(),
            failing: failing.map(|(id, why)| (id.clone(), why.as_str().unwrap().to_owned())).collect(),
        }
    }

    pub(crate) fn write(&self) {
        for (name, list) in [
            ("passing.json", serde_json::to_string_pretty(&Vec::from_iter(&self.passing))),
            ("passing-strict.json", serde_json::to_string_pretty(&Vec::from_iter(&self.strictly))),
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
    pub(crate) fn updated(&self, cases: &[Case]) -> Lists {
        let mut new = Lists::default();
        for case in cases {
            let id = case.id.clone();
            if case.strictly {
                new.strictly.insert(id.clone());
            }
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
    pub(crate) fn faults(&self, cases: &[Case]) -> Vec<String> {
        let mut faults = Vec::new();
        for case in cases {
            match (case.strictly, self.strictly.contains(&case.id)) {
                (true, false) => {
                    faults.push(format!("{}: it passes strictly: list it in passing-strict.json", case.id))
                }
                (false, true) => faults.push(format!("{}: it passed strictly before", case.id)),
                _ => {}
            }
        }
        for Case { id, outcome, message, .. } in cases {
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
        let listed = self.passing.iter().chain(self.failing.keys()).chain(&self.strictly);
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
        passing: ["good", "lost", "gone", "exact", "rough"].map(String::from).into(),
        strictly: ["exact", "rough"].map(String::from).into(),
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
        class: "sfn-only",
        area: "area".to_owned(),
        id: id.to_owned(),
        outcome: outcome.to_owned(),
        strictly: ["exact", "good"].contains(&id),
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
        ("exact", "passed"),
        ("rough", "passed"),
    ]
    .map(case);
    let expected = [
        "good: it passes strictly: list it in passing-strict.json",
        "rough: it passed strictly before",
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
