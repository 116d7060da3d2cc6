//! One execution, whole.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use dirigent_engine::{Engine, NotRedrivable, Payload};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::find;
use super::metering::Attempts;
use super::summary::Summary;
use crate::error::ApiError;
use crate::rest::Usage;
use crate::rest::wire::{Refusal, RestError};

/// An execution, whole.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Description {
    #[serde(flatten)]
    summary: Summary,
    /// A JSON value, and not a text that holds one.
    #[schema(value_type = serde_json::Value)]
    input: Box<RawValue>,
    /// Where it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    output: Option<Box<RawValue>>,
    redrive_status: RedriveStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_status_reason: Option<String>,
    /// The revision of the definition that it runs: 1, 2, 3, …
    revision: u32,
    /// The run that it is a child of.
    #[serde(skip_serializing_if = "Option::is_none")]
    map_run_arn: Option<String>,
    metering: Metering,
}

/// Whether it can be redriven.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RedriveStatus {
    Redrivable,
    NotRedrivable,
    RedrivableByMapRun,
}

/// What its tasks used.
#[derive(Serialize, ToSchema)]
pub(crate) struct Metering {
    /// Attempts of tasks that have ended.
    tasks: usize,
    #[serde(flatten)]
    usage: Usage,
}

/// Describes an execution, with its input, its output, and what its tasks used.
#[utoipa::path(
    get, path = "/api/executions/{arn}", tag = "executions",
    params(("arn" = String, Path, description = "The execution's ARN, percent-encoded")),
    responses((status = 200, body = Description), (status = "4XX", body = Refusal))
)]
pub(crate) async fn describe(
    State(engine): State<Arc<Engine>>,
    Path(arn): Path<String>,
) -> Result<Json<Description>, RestError> {
    let id = find(&engine, &arn).await?;
    let description = engine.describe(id).await?;
    let row = &description.row;
    let machine = engine.machine_of(id).await?.unwrap_or_default();
    let (redrive_status, reason) = match engine.redrivable(id, row).await? {
        Ok(()) => (RedriveStatus::Redrivable, None),
        Err(NotRedrivable::ByMapRun) => (RedriveStatus::RedrivableByMapRun, None),
        Err(reason) => (RedriveStatus::NotRedrivable, Some(reason.to_string())),
    };
    let map_run = match engine.run_of(id) {
        Some(run) => engine.describe_map_run(run).await?,
        None => None,
    };
    let attempts = Attempts::read(&engine, id).await?;
    let empty = Payload::empty_object();
    Ok(Json(Description {
        summary: Summary::of(&engine, &machine, id, row),
        input: raw(description.input.as_ref().unwrap_or(&empty))?,
        output: description.output.as_ref().map(raw).transpose()?,
        redrive_status,
        redrive_status_reason: reason,
        revision: row.revision,
        map_run_arn: map_run.map(|run| run.arn),
        metering: Metering { tasks: attempts.tasks.len(), usage: attempts.total() },
    }))
}

fn raw(payload: &Payload) -> Result<Box<RawValue>, ApiError> {
    let raw = RawValue::from_string(payload.text().to_owned());
    raw.map_err(|error| ApiError::unavailable(format!("a payload is no JSON: {error}")))
}
