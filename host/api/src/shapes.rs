//! Shapes that several actions answer with.

use dirigent_engine::Payload;
use dirigent_engine::catalog::{MachineType, RevisionContent};
use dirigent_engine::rows::StatusRow;
use serde_json::{Map, Value, json};

/// A time as JSON 1.0 has it: seconds since 1970, with milliseconds.
pub(crate) fn time(unix_ms: i64) -> Value {
    json!(unix_ms as f64 / 1000.0)
}

/// An integer of the service model, which has 32 bits with a sign. What a definition has beyond is as good as the greatest.
pub(crate) fn integer(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

pub(crate) fn machine_type(machine_type: MachineType) -> &'static str {
    match machine_type {
        MachineType::Standard => "STANDARD",
        MachineType::Express => "EXPRESS",
    }
}

pub(crate) fn status(status: &StatusRow) -> &'static str {
    match status {
        StatusRow::Running => "RUNNING",
        StatusRow::Succeeded(_) => "SUCCEEDED",
        StatusRow::Failed(_) => "FAILED",
        StatusRow::TimedOut(_) => "TIMED_OUT",
        StatusRow::Aborted(_) => "ABORTED",
    }
}

/// Puts a payload and its details under `name`, unless only metadata was asked for.
pub(crate) fn payload(body: &mut Map<String, Value>, name: &str, payload: Option<&Payload>, data: bool) {
    let Some(payload) = payload else { return };
    if data {
        body.insert(name.into(), payload.text().into());
    }
    body.insert(format!("{name}Details"), json!({ "included": data }));
}

/// The configuration of a revision, with AWS's defaults for what was not given.
pub(crate) fn configuration(body: &mut Map<String, Value>, content: &RevisionContent) {
    let parse = |text: &Option<String>| -> Map<String, Value> {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let mut logging = parse(&content.logging);
    logging.entry("level").or_insert_with(|| "OFF".into());
    logging.entry("includeExecutionData").or_insert(Value::Bool(false));
    body.insert("loggingConfiguration".into(), Value::Object(logging));
    let mut tracing = parse(&content.tracing);
    tracing.entry("enabled").or_insert(Value::Bool(false));
    body.insert("tracingConfiguration".into(), Value::Object(tracing));
    if content.encryption.is_some() {
        body.insert("encryptionConfiguration".into(), Value::Object(parse(&content.encryption)));
    }
    if let Some(revision_id) = &content.revision_id {
        body.insert("revisionId".into(), revision_id.as_str().into());
    }
}
