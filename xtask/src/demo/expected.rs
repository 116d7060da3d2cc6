//! How an order is expected to end, and how it did not.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::api::Described;
use super::progress::Follower;

/// An entry of `expected.json`.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    /// What the order shows, for people.
    pub(super) shows: String,
    status: String,
    last_state: String,
    /// Retries by state.
    retries: BTreeMap<String, u32>,
    /// States that have to be entered on the way.
    passes: Vec<String>,
    error: Option<String>,
    cause: Option<String>,
    /// What the output has at least; see [`contains`].
    output: Option<Value>,
}

impl Expectation {
    /// Reads an entry. A key that is not known is an error, as an expectation with a typing error expects nothing.
    pub(super) fn read(entry: &Value) -> Result<Self> {
        let mut read = Self::default();
        for (key, value) in entry.as_object().context("the entry is no object")? {
            let text = || value.as_str().map(str::to_owned).with_context(|| format!("{key} is no string"));
            match key.as_str() {
                "shows" => read.shows = text()?,
                "status" => read.status = text()?,
                "lastState" => read.last_state = text()?,
                "error" => read.error = Some(text()?),
                "cause" => read.cause = Some(text()?),
                "output" => read.output = Some(value.clone()),
                "retries" => {
                    for (state, count) in value.as_object().context("retries is no object")? {
                        let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
                        read.retries
                            .insert(state.clone(), count.context("a number of retries is no number")?);
                    }
                }
                "passes" => {
                    for state in value.as_array().context("passes is no array")? {
                        read.passes.push(state.as_str().context("a state is no string")?.to_owned());
                    }
                }
                unknown => bail!("there is no expectation `{unknown}`"),
            }
        }
        if read.shows.is_empty() || read.status.is_empty() || read.last_state.is_empty() {
            bail!("shows, status and lastState are needed");
        }
        Ok(read)
    }

    /// What is not as expected, a sentence each.
    pub(super) fn differences(&self, follower: &Follower, described: &Described) -> Vec<String> {
        let mut all = Vec::new();
        let mut compare = |what: &str, got: Option<&str>, expected: Option<&str>| {
            if got != expected {
                let shown = |text: Option<&str>| text.map_or("none".to_owned(), |text| format!("\"{text}\""));
                all.push(format!("{what} is {} and not {}", shown(got), shown(expected)));
            }
        };
        compare("the status", Some(&described.status), Some(&self.status));
        compare("the last state", follower.last_state(), Some(&self.last_state));
        compare("the error", described.error.as_deref(), self.error.as_deref());
        compare("the cause", described.cause.as_deref(), self.cause.as_deref());
        for (state, expected) in &self.retries {
            let got = follower.retries().get(state).copied().unwrap_or_default();
            if got != *expected {
                all.push(format!("\"{state}\" was retried {got} times and not {expected} times"));
            }
        }
        for state in self.passes.iter().filter(|state| !follower.has_entered(state)) {
            all.push(format!("the state \"{state}\" was not entered"));
        }
        if let Some(expected) = &self.output {
            let got = described.output.as_ref().unwrap_or(&Value::Null);
            contains(got, expected, "the output", &mut all);
        }
        all
    }
}

/// Whether a value has at least what is expected: an object may have more members; an array has as many elements, each with
/// at least what is expected of it; anything else is equal. Notes what is not so.
fn contains(got: &Value, expected: &Value, place: &str, differences: &mut Vec<String>) {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            for (key, expected) in expected {
                contains(
                    got.get(key).unwrap_or(&Value::Null),
                    expected,
                    &format!("{place}.{key}"),
                    differences,
                );
            }
        }
        (Value::Array(got), Value::Array(expected)) if got.len() == expected.len() => {
            for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
                contains(got, expected, &format!("{place}[{index}]"), differences);
            }
        }
        _ if got == expected => {}
        _ => differences.push(format!("{place} is {got} and not {expected}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn at_least() {
        for (got, expected, differences) in [
            (json!({ "a": 1, "b": 2 }), json!({ "a": 1 }), vec![]),
            (json!({ "a": 1 }), json!({ "b": 2 }), vec!["out.b is null and not 2"]),
            (json!({ "a": [{ "x": 1, "y": 2 }] }), json!({ "a": [{ "x": 1 }] }), vec![]),
            (json!({ "a": [{ "x": 1 }] }), json!({ "a": [{ "x": 2 }] }), vec!["out.a[0].x is 1 and not 2"]),
            (json!({ "a": [1, 2] }), json!({ "a": [1] }), vec!["out.a is [1,2] and not [1]"]),
            (
                json!({ "a": 1, "b": "x" }),
                json!({ "a": 2, "b": "y" }),
                vec!["out.a is 1 and not 2", "out.b is \"x\" and not \"y\""],
            ),
            (json!(null), json!({ "a": 1 }), vec!["out is null and not {\"a\":1}"]),
            (json!([]), json!([]), vec![]),
        ] {
            let mut got_differences = Vec::new();
            contains(&got, &expected, "out", &mut got_differences);
            assert_eq!(got_differences, differences, "{got} for {expected}");
        }
    }

    #[test]
    fn entries() {
        let whole = json!({ "shows": "a retry", "status": "FAILED", "lastState": "Payment failed",
            "retries": { "Charge the card": 3 }, "passes": ["Release stock"], "error": "E", "cause": "C", "output": {} });
        assert!(Expectation::read(&whole).is_ok());
        for (key, value, problem) in [
            ("statsu", json!("FAILED"), "there is no expectation `statsu`"),
            ("status", json!(1), "status is no string"),
            ("status", json!(""), "shows, status and lastState are needed"),
            ("retries", json!({ "Charge the card": -1 }), "a number of retries is no number"),
            ("passes", json!("Release stock"), "passes is no array"),
        ] {
            let mut entry = whole.clone();
            entry[key] = value;
            assert_eq!(Expectation::read(&entry).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn all_differences_are_named() {
        let entry = json!({ "shows": "a retry", "status": "SUCCEEDED", "lastState": "Order shipped",
            "retries": { "Charge the card": 2 }, "passes": ["Price order"], "output": { "status": "shipped" } });
        let described = Described {
            status: "FAILED".into(),
            error: Some("Order.Invalid".into()),
            ..Described::default()
        };
        let differences = Expectation::read(&entry).unwrap().differences(&Follower::default(), &described);
        assert_eq!(
            differences,
            [
                "the status is \"FAILED\" and not \"SUCCEEDED\"",
                "the last state is none and not \"Order shipped\"",
                "the error is \"Order.Invalid\" and not none",
                "\"Charge the card\" was retried 0 times and not 2 times",
                "the state \"Price order\" was not entered",
                "the output is null and not {\"status\":\"shipped\"}",
            ]
        );
    }
}
