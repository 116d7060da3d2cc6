//! StartExecution.

use std::sync::Arc;

use dirigent_engine::{Engine, Payload, StartRequest, Target};
use serde_json::{Value, json};

use super::{MAX_ARN, find_target, input_too_large, start_error};
use crate::error::ApiError;
use crate::names::{self, MAX_NAME};
use crate::params::Params;
use crate::shapes::time;

/// Longest X-Ray trace header, in characters. Nothing is traced, so it is checked and not kept.
const MAX_TRACE_HEADER: usize = 256;

pub(super) async fn run(engine: &Arc<Engine>, params: Params) -> Result<Value, ApiError> {
    let request = request(engine, params).await?;
    let machine = request.machine.clone();
    let started = engine.start(request).await.map_err(|error| start_error(engine, &machine.name, error))?;
    Ok(json!({ "executionArn": &*started.arn, "startDate": time(started.started_ms) }))
}

/// What StartExecution and StartSyncExecution have in common.
pub(super) async fn request(engine: &Engine, mut params: Params) -> Result<StartRequest, ApiError> {
    let arn = params.required("stateMachineArn", 1, MAX_ARN)?;
    let name = params.string("name", 1, MAX_NAME)?;
    let input = params.string("input", 0, usize::MAX)?;
    let trace_header = params.string("traceHeader", 0, MAX_TRACE_HEADER)?;
    if let Some(text) = trace_header.filter(|text| !text.is_ascii()) {
        params.mismatch("traceHeader", &text, r"\p{ASCII}*");
    }
    params.check()?;
    let Target { machine, origin, case } = find_target(engine, &arn).await?;
    if let Some(name) = &name {
        names::check(name)?;
    }
    let input = match input {
        None => Payload::empty_object(),
        Some(text) if text.len() > engine.config().limits.payload_bytes => {
            return Err(input_too_large(engine));
        }
        Some(text) => parse_input(&text)?,
    };
    Ok(StartRequest { machine, origin, case, name, input })
}

pub(super) fn parse_input(text: &str) -> Result<Payload, ApiError> {
    let invalid = |why: &str| {
        ApiError::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{why}'"))
    };
    if text.trim().is_empty() {
        return Err(invalid("Invalid execution input."));
    }
    Payload::parse(text).map_err(|error| invalid(&why(text, &error)))
}

/// What is wrong with a text that is no JSON, in the words of AWS's parser where they are known.
fn why(text: &str, error: &serde_json::Error) -> String {
    let trimmed = text.trim_start();
    let word: String = trimmed.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if word.starts_with(char::is_alphabetic) && !["true", "false", "null"].contains(&word.as_str()) {
        return format!(
            "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or \
             'false')"
        );
    }
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let found = line.get(error.column().saturating_sub(1)..).and_then(|rest| rest.chars().next());
    match found {
        Some(found) if error.to_string().starts_with("key must be a string") => format!(
            "Unexpected character ('{found}' (code {})): was expecting double-quote to start field name",
            u32::from(found)
        ),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn what_is_no_json() {
        for (text, want) in [
            ("not some json", "Unrecognized token 'not': was expecting"),
            (
                "{'a': 1}",
                "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
            ),
            ("{\n  a: 1}", "Unexpected character ('a' (code 97)): was expecting double-quote"),
            ("[1, ü]", "expected value at line 1"),
            ("{\"a\": 1", "EOF while parsing an object"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).expect_err("is no JSON");
            let got = why(text, &error);
            assert!(got.starts_with(want), "{text}: {got}");
        }
    }
}
