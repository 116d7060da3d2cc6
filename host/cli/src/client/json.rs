//! AWS's documents as a person or a program wants them: times as RFC 3339.

use serde_json::Value;

use super::times;

/// Replaces AWS's times (seconds since 1970, in members `…Date` and `timestamp`) by RFC 3339 in UTC. Payloads are text in
/// these documents, so nothing in them is taken for a time.
pub(super) fn readable_times(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(readable_times),
        Value::Object(members) => {
            for (name, value) in members {
                match times::instant(value) {
                    Some(time) if value.is_number() && (name.ends_with("Date") || name == "timestamp") => {
                        *value = times::utc(time).into();
                    }
                    _ => readable_times(value),
                }
            }
        }
        _ => {}
    }
}

/// A text of an answer; empty if it has none.
pub(super) fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_default()
}

/// A list of an answer; empty if it has none.
pub(super) fn list(document: &mut Value, name: &str) -> Vec<Value> {
    match document[name].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_of_aws_become_rfc_3339() {
        let mut document = json!({
            "startDate": 1.5, "count": 7, "events": [{ "timestamp": 0.25, "id": 1 }], "stopDate": "as it is",
        });
        readable_times(&mut document);
        let expected = json!({
            "startDate": "1970-01-01T00:00:01.500Z", "count": 7,
            "events": [{ "timestamp": "1970-01-01T00:00:00.250Z", "id": 1 }], "stopDate": "as it is",
        });
        assert_eq!(document, expected);
    }
}
