//! `/api`: what the AWS API lacks.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use dirigent_engine::catalog::MachineType;
use dirigent_engine::payload::MAX_JSON_DEPTH;
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{Engine, Payload, StartRequest, Target};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::{MAX_WAIT_SECONDS, actions, shapes};

/// `?wait=30s`
#[derive(Debug, Deserialize)]
pub(crate) struct Wait {
    wait: Option<String>,
}

/// The body of `POST /api/executions`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Start<'a> {
    state_machine_arn: String,
    name: Option<String>,
    /// Any JSON value, not a string that holds one.
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

/// Its answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    execution_arn: &'a str,
    name: &'a str,
    status: &'static str,
    start_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

/// Starts a durable Standard execution. With `?wait=30s` it answers when the execution ends, or with 202 and status
/// `RUNNING` when that takes longer; the execution goes on then.
pub(crate) async fn start_execution(
    State(engine): State<Arc<Engine>>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let result = start(&engine, &wait, &headers, &body).await;
    let (status, text) = match result {
        Ok(answer) => answer,
        Err(error) => (error.status(), error.rest_body().to_string()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn start(
    engine: &Arc<Engine>,
    wait: &Wait,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(StatusCode, String), ApiError> {
    // A page of another site may send a form or plain text here without asking; it may not send JSON.
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.starts_with("application/json") {
        return Err(ApiError::validation("Send the body with Content-Type: application/json"));
    }
    let wait = wait.wait.as_deref().map(parse_wait).transpose()?;
    let start: Start<'_> =
        serde_json::from_slice(body).map_err(|error| ApiError::validation(error.to_string()))?;
    let Target { machine, origin, case } = actions::find_target(engine, &start.state_machine_arn).await?;
    if machine.machine_type == MachineType::Express {
        return Err(ApiError::new(
            "StateMachineTypeNotSupported",
            "POST /api/executions starts durable Standard executions. Use StartSyncExecution for an Express one",
        ));
    }
    if let Some(name) = &start.name {
        crate::names::check_with_length(name)?;
    }
    // The raw text was passed over, not parsed, so its depth is not known yet.
    let input = Payload::from_text(start.input.map_or("{}", RawValue::get));
    if !input.is_shallow() {
        let message = format!(
            "Invalid State Machine Execution Input: 'The input is nested deeper than {MAX_JSON_DEPTH} levels'"
        );
        return Err(ApiError::new("InvalidExecutionInput", message));
    }
    if input.text().len() > engine.config().limits.payload_bytes {
        return Err(actions::input_too_large(engine));
    }
    let machine_name = machine.name.clone();
    let request = StartRequest { machine, origin, case, name: start.name, input };
    let started = match wait {
        Some(wait) => engine.start_and_wait(request, tokio::time::sleep(wait)).await,
        None => engine.start(request).await,
    };
    let started = started.map_err(|error| actions::start_error(engine, &machine_name, error))?;
    answer(engine, &started).await
}

async fn answer(
    engine: &Engine,
    started: &dirigent_engine::Started,
) -> Result<(StatusCode, String), ApiError> {
    let description = engine.describe(started.id).await?;
    let row = &description.row;
    let fault = match &row.status {
        StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) => Some(fault),
        StatusRow::Running | StatusRow::Succeeded(_) => None,
    };
    let output = description.output.as_ref().and_then(|output| serde_json::from_str(output.text()).ok());
    let answer = Answer {
        execution_arn: &started.arn,
        name: &started.name,
        status: shapes::status(&row.status),
        start_date: iso(row.started_ms),
        stop_date: row.stopped_ms.map(iso),
        output,
        error: fault.and_then(|fault| fault.error.as_deref()),
        cause: fault.and_then(|fault| fault.cause.as_deref()),
    };
    let status = if row.status == StatusRow::Running { StatusCode::ACCEPTED } else { StatusCode::OK };
    let text = serde_json::to_string(&answer).map_err(|error| ApiError::unavailable(error.to_string()))?;
    Ok((status, text))
}

fn iso(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).map(|time| format!("{time:.3}")).unwrap_or_default()
}

/// `30s`, `500ms`, `2m`, or a plain number of seconds.
fn parse_wait(text: &str) -> Result<Duration, ApiError> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: Option<u64> = text[..digits].parse().ok();
    let wait = match (number, &text[digits..]) {
        (Some(number), "ms") => Some(Duration::from_millis(number)),
        (Some(number), "s" | "") => Some(Duration::from_secs(number)),
        (Some(number), "m") => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    };
    wait.filter(|wait| wait.as_secs() <= MAX_WAIT_SECONDS).ok_or_else(|| {
        ApiError::validation(format!(
            "wait={text} is no time of at most {MAX_WAIT_SECONDS} s; write it like 30s, 500ms or 2m"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        for (text, ms) in [("30s", 30_000), ("500ms", 500), ("2m", 120_000), ("7", 7_000)] {
            assert_eq!(parse_wait(text).ok(), Some(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "s", "1h", "-1s", "99999999s", "1.5s"] {
            assert!(parse_wait(text).is_err(), "{text}");
        }
    }
}
