//! A context object of the caller's. Source: AWS developer guide, "Accessing execution data from the Context object".

use serde_json::{Map, Value};

use crate::error::ApiError;

/// The type of a field, and AWS's word for it.
type Is = (fn(&Value) -> bool, &'static str);

const STRING: Is = (Value::is_string, "a string");
const NUMBER: Is = (Value::is_number, "a number");
/// The execution's input may be anything.
const ANY: Is = (|_| true, "any value");

/// The parts that a context object may have, and their fields.
const PARTS: &[(&str, &[(&str, Is)])] = &[
    (
        "Execution",
        &[
            ("Id", STRING),
            ("Input", ANY),
            ("Name", STRING),
            ("RedriveCount", NUMBER),
            ("RedriveTime", STRING),
            ("RoleArn", STRING),
            ("StartTime", STRING),
        ],
    ),
    ("State", &[("EnteredTime", STRING), ("Name", STRING), ("RetryCount", NUMBER)]),
    ("StateMachine", &[("Id", STRING), ("Name", STRING)]),
    ("Task", &[("Token", STRING)]),
];

/// Reads and checks a context object.
pub(super) fn parse(text: &str) -> Result<Value, ApiError> {
    let Ok(Value::Object(context)) = serde_json::from_str(text) else {
        return Err(invalid("it must be a JSON object"));
    };
    for (name, value) in &context {
        if name == "Map" {
            return Err(invalid("'Map' field is not supported when mocking a Context object"));
        }
        let Some((_, fields)) = PARTS.iter().find(|(known, _)| known == name) else {
            return Err(not_allowed(name));
        };
        let Value::Object(part) = value else { return Err(invalid(&format!("{name} must be an object"))) };
        check(name, part, fields)?;
    }
    Ok(Value::Object(context))
}

fn check(part: &str, values: &Map<String, Value>, fields: &[(&str, Is)]) -> Result<(), ApiError> {
    for (name, value) in values {
        match fields.iter().find(|(known, _)| known == name) {
            None => return Err(not_allowed(name)),
            Some((_, (sound, _))) if sound(value) => {}
            Some((_, (_, word))) => return Err(invalid(&format!("{part}.{name} must be {word}"))),
        }
    }
    Ok(())
}

fn not_allowed(name: &str) -> ApiError {
    invalid(&format!("Field '{name}' is not allowed"))
}

fn invalid(why: &str) -> ApiError {
    ApiError::validation(format!("Invalid Context object provided: {why}"))
}
