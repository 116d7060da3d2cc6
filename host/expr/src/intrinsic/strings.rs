//! Splitting strings, and making unique ones.

use serde_json::Value;

use crate::scope::Scope;

/// Splits at every character that is in `delimiters`; nothing between two of them makes no string (recorded).
pub(super) fn split(text: &str, delimiters: &str) -> Value {
    text.split(|c| delimiters.contains(c)).filter(|part| !part.is_empty()).map(Value::from).collect()
}

/// A version 4 UUID.
pub(super) fn uuid(scope: &dyn Scope) -> Value {
    let bytes = (u128::from(scope.random()) << 64 | u128::from(scope.random())).to_be_bytes();
    Value::String(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}
