//! The cases that log: without the calls that make log groups on AWS, and with the records that came there compared with
//! those in the host's files.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use dirigent_tests::places;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::replay::Case;

/// A case calls this many times at most before it has its log group.
const MAX_CALLS: usize = 20;

/// How often each case is replayed, see `both_ways`.
const REPLAYS: usize = 2;

/// What stands in recordings for texts that differ each time, beside those in angle brackets.
const MASKS: [&str; 5] = ["timestamp", "start-time", "entered-time", "sfn_role_arn", "snf_role_arn"];

/// Cases, and what they log.
pub(crate) struct Logs {
    cases: TempDir,
    logged: Vec<Logged>,
}

/// What AWS has delivered for one case.
struct Logged {
    id: String,
    group: String,
    records: Vec<Value>,
    /// Only the last record was kept.
    last: bool,
    /// Members that the recording's source leaves out of its comparison.
    skipped: Vec<String>,
}

impl Logs {
    /// Reads those of the recordings in `other` that need nothing but log groups.
    pub(crate) fn prepare(recordings: &Path) -> Logs {
        let mut logs = Logs { cases: places::scratch(), logged: Vec::new() };
        let index = fs::read_to_string(recordings.join("index.json")).unwrap();
        let index: Vec<Value> = serde_json::from_str(&index).unwrap();
        let of_logs = |case: &&Value| case["class"] == "other" && case["services"] == json!(["logs"]);
        for (number, entry) in index.iter().filter(of_logs).enumerate() {
            let text = fs::read_to_string(recordings.join(entry["file"].as_str().unwrap())).unwrap();
            logs.put(number, text);
        }
        logs
    }

    pub(crate) fn cases(&self) -> &Path {
        self.cases.path()
    }

    /// Gives a case a log group of its own, and takes out what is no call of Step Functions.
    fn put(&mut self, number: usize, mut text: String) {
        let group = format!("recorded-{number}");
        let arn = format!("arn:aws:logs:us-east-1:000000000000:log-group:{group}:*");
        for call in 0..MAX_CALLS {
            for (part, value) in [("", arn.as_str()), ("|3", "us-east-1"), ("|4", "000000000000")] {
                text = text.replace(&format!("${{{call}.logGroups[0].arn{part}}}"), value);
            }
        }
        let mut case: Value = serde_json::from_str(&text).unwrap();
        case["calls"].as_array_mut().unwrap().retain(|call| call["service"].is_null());
        case["links"].as_array_mut().unwrap().retain(|link| link["derived"] != true);
        let expected = case["expected"].as_object_mut().unwrap();
        let all = expected.shift_remove("logged_execution_events");
        let last = expected.shift_remove("end_event");
        let id = case["id"].as_str().unwrap().to_owned();
        let (records, last) = match (all, last) {
            (Some(records), _) => (records.as_array().unwrap().clone(), false),
            (None, Some(record)) => (vec![record], true),
            (None, None) => (Vec::new(), false),
        };
        if !records.is_empty() {
            let paths = case["skip_paths"]["paths"].as_array().unwrap();
            let names = paths.iter().filter_map(|path| path.as_str()?.strip_prefix("$.."));
            let skipped = names.map(str::to_owned).collect();
            self.logged.push(Logged { id, group: group.clone(), records, last, skipped });
        }
        let expected = case["expected"].to_string().replace("log_group_name", &group);
        case["expected"] = serde_json::from_str(&expected).unwrap();
        fs::write(self.cases.path().join(format!("{number}.json")), case.to_string()).unwrap();
    }

    /// Fails the cases whose records in the host's logs are others than on AWS. One that compares nothing else passes by
    /// its records.
    pub(crate) fn compare(&self, logs: &Path, cases: &mut [Case]) {
        for logged in &self.logged {
            let case = cases.iter_mut().find(|case| case.id == logged.id).unwrap();
            let only_these = case.outcome == "no-keys";
            match logged.difference(logs, &logged.skipped) {
                Some(difference) => (case.outcome, case.message) = ("failed".to_owned(), difference),
                None if only_these => case.outcome = "passed".to_owned(),
                None => {}
            }
            case.strictly = (case.strictly || only_these) && logged.difference(logs, &[]).is_none();
        }
    }
}

impl Logged {
    /// The first record that is another one, if any is.
    fn difference(&self, logs: &Path, skipped: &[String]) -> Option<String> {
        let found = eventually(&format!("{} is logged", self.id), || {
            let found = read(&logs.join(&self.group).join("000000000000.us-east-1.jsonl"));
            let ends = found.iter().filter(|record| is_end(record)).count();
            let expected = REPLAYS * self.records.iter().filter(|record| is_end(record)).count();
            (ends >= expected).then_some(found)
        });
        let found = if self.last { found[found.len() - 1..].to_vec() } else { found };
        let replays = if self.last { 1 } else { REPLAYS };
        let expected: Vec<Value> =
            self.records.iter().cycle().take(replays * self.records.len()).cloned().collect();
        if found.len() != expected.len() {
            return Some(format!("{} records, not {}: {found:?}", found.len(), expected.len()));
        }
        let executions = number_executions(&self.records);
        let (numbers, of) = (number_executions(&found), number_executions(&expected));
        let alike = |at: usize| {
            same(&expected[at], &found[at], skipped)
                && numbers[at] % (executions.iter().max().unwrap() + 1) == of[at]
        };
        let other = (0..found.len()).find(|at| !alike(*at))?;
        Some(format!("expected {}, found {}", expected[other], found[other]))
    }
}

fn read(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn is_end(record: &Value) -> bool {
    ["ExecutionSucceeded", "ExecutionFailed"].iter().any(|end| record["type"] == *end)
}

/// Which execution each record is of, in the order in which they come first.
fn number_executions(records: &[Value]) -> Vec<usize> {
    let mut known = HashMap::new();
    let number = |record: &Value| {
        let next = known.len();
        *known.entry(record["execution_arn"].to_string()).or_insert(next)
    };
    records.iter().map(number).collect()
}

/// Whether a value is the one that was recorded, whose JSON in strings is parsed, but for members of these names.
fn same(expected: &Value, found: &Value, skipped: &[String]) -> bool {
    match (expected, found) {
        (Value::String(text), Value::String(_)) if text.contains('<') || MASKS.contains(&text.as_str()) => {
            true
        }
        (Value::Object(_) | Value::Array(_), Value::String(text)) => {
            serde_json::from_str(text).is_ok_and(|found| same(expected, &found, skipped))
        }
        (Value::Object(expected), Value::Object(found)) => {
            let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            let mut compared = names.into_iter().filter(|name| !skipped.contains(name));
            compared.all(|name| match (expected.get(name), found.get(name)) {
                (Some(expected), Some(found)) => same(expected, found, skipped),
                _ => false,
            })
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| same(expected, found, skipped))
        }
        _ => expected == found,
    }
}

#[test]
fn records_are_held_against_the_recorded() {
    let recorded = json!({ "input": { "a": [1, "<uuid>"] }, "roleArn": "sfn_role_arn", "n": "0" });
    let skipped = ["n".to_owned()];
    for (found, alike, without_n) in [
        (json!({ "input": "{\"a\":[1,\"x\"]}", "roleArn": "r", "n": "0" }), true, true),
        (json!({ "input": "{\"a\":[2,\"x\"]}", "roleArn": "r", "n": "0" }), false, false),
        (json!({ "input": "{\"a\":[1]}", "roleArn": "r", "n": "0" }), false, false),
        (json!({ "input": "a", "roleArn": "r", "n": "0" }), false, false),
        (json!({ "input": "{\"a\":[1,\"x\"]}", "roleArn": "r", "n": 0 }), false, true),
        (json!({ "input": "{\"a\":[1,\"x\"]}", "roleArn": "r" }), false, true),
        (json!({ "input": "{\"a\":[1,\"x\"]}", "n": "0" }), false, false),
        (json!({ "input": "{\"a\":[1,\"x\"]}", "roleArn": "r", "n": "0", "m": 1 }), false, false),
    ] {
        assert_eq!(same(&recorded, &found, &[]), alike, "{found}");
        assert_eq!(same(&recorded, &found, &skipped), without_n, "{found}");
    }
}
