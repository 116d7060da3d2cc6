//! Starting an execution, and waiting for its end.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::payload::MAX_JSON_DEPTH;
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{Engine, Payload, StartRequest, Target};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::summary::{Status, fault};
use crate::error::ApiError;
use crate::rest::wire::{Body, Query, Refusal, RestError, date};
use crate::{MAX_WAIT_SECONDS, actions};

/// How long to wait.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wait {
    /// How long to wait for the end: `30s`, `500ms`, `2m`, at most 15 minutes. Without it nothing is waited for.
    #[param(example = "30s")]
    wait: Option<String>,
}

/// What to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Start {
    /// The ARN of a Standard state machine, a version or an alias.
    state_machine_arn: String,
    /// The execution's name; a fresh one where none is given.
    name: Option<String>,
    /// Any JSON value, not a string that holds one; `{}` where none is given.
    #[schema(value_type = Option<serde_json::Value>)]
    input: Option<Box<RawValue>>,
}

/// An execution that was started, and its end if that was waited for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    execution_arn: String,
    name: String,
    status: Status,
    #[schema(format = DateTime)]
    start_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    stop_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    output: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

/// Starts a durable Standard execution. With `?wait=30s` it answers when the execution ends, or with 202 and status
/// `RUNNING` when that takes longer; the execution goes on then.
#[utoipa::path(
    post, path = "/api/executions", tag = "executions", params(Wait), request_body = Start,
    responses(
        (status = 200, description = "It has ended", body = Answer),
        (status = 202, description = "It runs", body = Answer),
        (status = "4XX", body = Refusal),
    )
)]
pub(crate) async fn start_execution(
    State(engine): State<Arc<Engine>>,
    Query(wait): Query<Wait>,
    Body(start): Body<Start>,
) -> Result<(StatusCode, Json<Answer>), RestError> {
    let wait = wait.wait.as_deref().map(parse_wait).transpose()?;
    let Target { machine, origin, case } = actions::find_target(&engine, &start.state_machine_arn).await?;
    if machine.machine_type == MachineType::Express && !machine.keeps_express() {
        let error = ApiError::new(
            "StateMachineTypeNotSupported",
            "POST /api/executions starts durable executions. Use StartSyncExecution for an Express state machine, or tag \
             it dirigent:history=kept",
        );
        return Err(error.into());
    }
    if let Some(name) = &start.name {
        crate::names::check_with_length(name)?;
    }
    // The raw text was passed over, not parsed, so its depth is not known yet.
    let input = Payload::from_text(start.input.as_deref().map_or("{}", RawValue::get));
    if !input.is_shallow() {
        let message = format!(
            "Invalid State Machine Execution Input: 'The input is nested deeper than {MAX_JSON_DEPTH} levels'"
        );
        return Err(ApiError::new("InvalidExecutionInput", message).into());
    }
    if input.text().len() > engine.config().limits.payload_bytes {
        return Err(actions::input_too_large(&engine).into());
    }
    let machine_name = machine.name.clone();
    let request = StartRequest { machine, origin, case, name: start.name, input };
    let started = match wait {
        Some(wait) => engine.start_and_wait(request, tokio::time::sleep(wait)).await,
        None => engine.start(request).await,
    };
    let started = started.map_err(|error| actions::start_error(&engine, &machine_name, error))?;
    answer(&engine, &started).await
}

async fn answer(
    engine: &Engine,
    started: &dirigent_engine::Started,
) -> Result<(StatusCode, Json<Answer>), RestError> {
    let description = engine.describe(started.id).await?;
    let row = &description.row;
    let fault = fault(&row.status);
    let output = description.output.and_then(|output| RawValue::from_string(output.text().to_owned()).ok());
    let answer = Answer {
        execution_arn: started.arn.to_string(),
        name: started.name.to_string(),
        status: Status::of(engine, started.id, row),
        start_date: date(row.started_ms),
        stop_date: row.stopped_ms.map(date),
        output,
        error: fault.and_then(|fault| fault.error.as_deref()).map(str::to_owned),
        cause: fault.and_then(|fault| fault.cause.as_deref()).map(str::to_owned),
    };
    let status = if row.status == StatusRow::Running { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(answer)))
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
