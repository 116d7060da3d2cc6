//! JSON as text, and objects merged.

use serde_json::Value;

use super::{Answer, excerpt};

/// Parses a string as JSON. A blank one is null, and `-0` is 0 (both recorded).
pub(super) fn string_to_json(text: &str) -> Answer {
    match text.trim() {
        "" => Ok(Value::Null),
        "-0" => Ok(Value::from(0)),
        json => serde_json::from_str(json).map_err(|error| format!("The string is not JSON: {error}")),
    }
}

/// Puts the members of `second` over those of `first`. Only the shallow mode exists, so `deep` must be false.
pub(super) fn merge(first: &Value, second: &Value, deep: &Value) -> Answer {
    if deep != &Value::Bool(false) {
        return Err(format!(
            "The third argument must be false, not {}: there is no deep merge",
            excerpt(deep)
        ));
    }
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => {
            let mut merged = first.clone();
            merged.extend(second.iter().map(|(name, value)| (name.clone(), value.clone())));
            Ok(Value::Object(merged))
        }
        (Value::Object(_), other) | (other, _) => {
            Err(format!("Expected an object, but got {}", excerpt(other)))
        }
    }
}
