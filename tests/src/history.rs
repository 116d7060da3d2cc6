//! What must hold for every history, and questions that tests ask of one.

use serde_json::Value;

/// Events that end an execution.
const TERMINAL: [&str; 4] =
    ["ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"];

/// Fails unless this is the whole history of an execution that ended: ids without gaps or doubles, each event after
/// the one that it follows from, one beginning, one end that nothing but a redrive follows, and time that does not run backwards.
///
/// # Panics
/// When it is not.
#[track_caller]
pub fn check(events: &[Value]) {
    let shown = || events.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for (index, event) in events.iter().enumerate() {
        let id = index as u64 + 1;
        assert_eq!(event["id"], id, "a gap or a double in\n{}", shown());
        let previous = event["previousEventId"].as_u64().unwrap_or(u64::MAX);
        assert!(previous < id, "event {id} follows from {previous} in\n{}", shown());
        let begins = kind(event) == "ExecutionStarted";
        assert_eq!(begins, id == 1, "a beginning in the wrong place in\n{}", shown());
        let ends = TERMINAL.contains(&kind(event));
        let last = events.get(index + 1).is_none_or(|next| kind(next) == "ExecutionRedriven");
        assert_eq!(ends, last, "an end in the wrong place in\n{}", shown());
    }
    assert!(!events.is_empty(), "a history without events");
    let backwards = events.windows(2).find(|pair| millis(&pair[1]) < millis(&pair[0]));
    assert!(backwards.is_none(), "time runs backwards: {backwards:?}");
}

/// An event's type.
#[must_use]
pub fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}

/// An event's time, in milliseconds since 1970.
///
/// # Panics
/// When it has none.
#[must_use]
pub fn millis(event: &Value) -> i64 {
    let seconds = event["timestamp"].as_f64().unwrap_or_else(|| panic!("an event without a time: {event}"));
    (seconds * 1000.0).round() as i64
}

/// An event's details; `null` for an event without any.
#[must_use]
pub fn details(event: &Value) -> &Value {
    let fields = event.as_object().into_iter().flatten();
    fields
        .into_iter()
        .find(|(name, _)| name.ends_with("EventDetails"))
        .map_or(&Value::Null, |(_, value)| value)
}

/// The first event of a type.
///
/// # Panics
/// When there is none.
#[track_caller]
#[must_use]
pub fn first<'a>(events: &'a [Value], wanted: &str) -> &'a Value {
    let found = events.iter().find(|event| kind(event) == wanted);
    found.unwrap_or_else(|| panic!("there is no {wanted} in {:?}", kinds(events)))
}

/// The types of all events, in order.
#[must_use]
pub fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(kind).collect()
}

/// The event at which the state of this name was entered for the first time.
///
/// # Panics
/// When it never was.
#[track_caller]
#[must_use]
pub fn entered<'a>(events: &'a [Value], state: &str) -> &'a Value {
    let found = events.iter().find(|event| event["stateEnteredEventDetails"]["name"] == state);
    found.unwrap_or_else(|| panic!("{state} was not entered in {:?}", kinds(events)))
}

/// The event at which the state of this name was left for the first time.
///
/// # Panics
/// When it never was.
#[track_caller]
#[must_use]
pub fn exited<'a>(events: &'a [Value], state: &str) -> &'a Value {
    let found = events.iter().find(|event| event["stateExitedEventDetails"]["name"] == state);
    found.unwrap_or_else(|| panic!("{state} was not left in {:?}", kinds(events)))
}
