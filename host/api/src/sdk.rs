//! `aws-sdk:sfn:ACTION`: a workflow's task that is an action of this host.
//!
//! An SDK integration names parameters and results in Pascal case, writes times as texts, and takes any value where an
//! action wants a JSON text. Source: AWS developer guide, "Learning to use AWS service SDK integrations".

use std::sync::Arc;

use dirigent_engine::{Engine, Fault, Payload};
use serde_json::{Map, Value};

use crate::actions;
use crate::error::ApiError;
use crate::params::Params;

/// Parameters that hold JSON in a text.
const JSON_TEXTS: &[&str] = &["definition", "input", "output"];

/// Runs an action for a workflow of an account, `startExecution` for StartExecution. `None` when there is no such action.
///
/// # Errors
/// The action's, as the SDK names them: `Sfn.InvalidTokenException`.
pub async fn call(
    engine: &Arc<Engine>,
    account: &str,
    action: &str,
    parameters: &Payload,
) -> Option<Result<Payload, Fault>> {
    let Value::Object(parameters) = parameters.value() else {
        return Some(Err(Fault::new("States.Runtime", "The parameters of an action must be an object")));
    };
    let mut request: Map<String, Value> =
        parameters.iter().map(|(key, value)| (lower(key), renamed(value, lower))).collect();
    for name in JSON_TEXTS {
        if let Some(value) = request.get_mut(*name).filter(|value| !value.is_string() && !value.is_null()) {
            // As it was written: the names in it are the workflow's own.
            let written = parameters.get(&upper(name)).or_else(|| parameters.get(*name));
            *value = written.unwrap_or(value).to_string().into();
        }
    }
    match actions::dispatch(engine, &upper(action), Params::new(account, request)).await {
        Ok(response) => Some(Ok(Payload::from_value(dated(renamed(&response, upper))))),
        Err(error) if error.is_unknown_action() => None,
        Err(error) => Some(Err(fault(&error))),
    }
}

fn fault(error: &ApiError) -> Fault {
    let suffix = if error.code().ends_with("Exception") { "" } else { "Exception" };
    let cause = format!(
        "{} (Service: Sfn, Status Code: {}, Request ID: {}) (SDK Attempt Count: 1)",
        error.message(),
        error.status().as_u16(),
        uuid::Uuid::new_v4(),
    );
    Fault::new(format!("Sfn.{}{suffix}", error.code()), cause)
}

fn lower(name: &str) -> String {
    first(name, |c| c.to_ascii_lowercase())
}

fn upper(name: &str) -> String {
    first(name, |c| c.to_ascii_uppercase())
}

fn first(name: &str, change: fn(char) -> char) -> String {
    let mut chars = name.chars();
    chars.next().map(change).into_iter().chain(chars).collect()
}

fn renamed(value: &Value, rename: fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (rename(key), renamed(value, rename))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| renamed(item, rename)).collect()),
        other => other.clone(),
    }
}

/// Times as texts. All of AWS's names for times end alike, and nothing else of those names is a number.
fn dated(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| match value.as_f64() {
                Some(seconds) if key.ends_with("Date") || key == "Timestamp" => (key, text(seconds).into()),
                _ => (key, dated(value)),
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(dated).collect(),
        other => other,
    }
}

fn text(seconds: f64) -> String {
    let time = jiff::Timestamp::from_millisecond((seconds * 1000.0).round() as i64);
    time.map(|time| format!("{time:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_times() {
        let response =
            json!({ "executionArn": "a", "startDate": 1_700_000_000.25, "tags": [{ "key": "Date" }] });
        assert_eq!(
            dated(renamed(&response, upper)),
            json!({ "ExecutionArn": "a", "StartDate": "2023-11-14T22:13:20.250Z", "Tags": [{ "Key": "Date" }] })
        );
        assert_eq!(
            (lower("TaskToken"), upper("getActivityTask")),
            ("taskToken".into(), "GetActivityTask".into())
        );
    }

    #[test]
    fn errors_as_the_sdk_names_them() {
        let named = |code| fault(&ApiError::new(code, "no")).error;
        assert_eq!(named("InvalidToken").as_deref(), Some("Sfn.InvalidTokenException"));
        assert_eq!(named("ValidationException").as_deref(), Some("Sfn.ValidationException"));
    }
}
