//! Where two JSON values differ.

use serde_json::Value;

/// Differences that are told; what is beyond them is counted.
const TOLD: usize = 20;
/// Characters of a value that are shown.
const SHOWN: usize = 200;

/// A line for each place where `got` is not what was expected. `what` names the whole.
pub(super) fn differences(what: &str, expected: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(what, Some(expected), Some(got), &mut found);
    let more = found.len().saturating_sub(TOLD);
    found.truncate(TOLD);
    if more > 0 {
        found.push(format!("{what}: {more} more differences"));
    }
    found
}

fn walk(place: &str, expected: Option<&Value>, got: Option<&Value>, found: &mut Vec<String>) {
    match (expected, got) {
        (Some(Value::Object(expected)), Some(Value::Object(got))) => {
            for (key, value) in expected {
                walk(&format!("{place}/{key}"), Some(value), got.get(key), found);
            }
            for (key, value) in got.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                walk(&format!("{place}/{key}"), None, Some(value), found);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(got))) => {
            for index in 0..expected.len().max(got.len()) {
                walk(&format!("{place}/{index}"), expected.get(index), got.get(index), found);
            }
        }
        (expected, got) if expected == got => {}
        (expected, got) => {
            found.push(format!("{place}: expected {}, got {}", show(expected), show(got)));
        }
    }
}

fn show(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".into() };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places() {
        for (expected, got, lines) in [
            (json!({"a": 1, "b": [1, 2]}), json!({"b": [1, 2], "a": 1}), vec![]),
            (json!(1), json!("1"), vec!["output: expected 1, got \"1\""]),
            (
                json!({"a": {"b": [1, 2]}, "c": null}),
                json!({"a": {"b": [1, 3, 4]}, "d": true}),
                vec![
                    "output/a/b/1: expected 2, got 3",
                    "output/a/b/2: expected nothing, got 4",
                    "output/c: expected null, got nothing",
                    "output/d: expected nothing, got true",
                ],
            ),
            (json!([]), json!({}), vec!["output: expected [], got {}"]),
        ] {
            assert_eq!(differences("output", &expected, &got), lines);
        }
        let many = json!(vec![1; 30]);
        let lines = differences("output", &json!([]), &many);
        assert_eq!((lines.len(), lines[TOLD].as_str()), (TOLD + 1, "output: 10 more differences"));
    }
}
