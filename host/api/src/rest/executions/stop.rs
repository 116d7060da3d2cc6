//! Stopping an execution.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use dirigent_engine::{Engine, Fault};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find;
use crate::error::ApiError;
use crate::faults::{MAX_CAUSE, MAX_ERROR};
use crate::rest::wire::{Body, Refusal, RestError, date};

/// Why executions are stopped.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stop {
    /// An error name, at most 256 characters.
    #[schema(max_length = 256)]
    error: Option<String>,
    /// At most 32,768 characters.
    #[schema(max_length = 32768)]
    cause: Option<String>,
}

/// When an execution was stopped.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stopped {
    #[schema(format = DateTime)]
    stop_date: String,
}

impl Stop {
    pub(crate) fn new(error: Option<String>, cause: Option<String>) -> Stop {
        Stop { error, cause }
    }

    pub(crate) fn fault(&self) -> Result<Fault, ApiError> {
        for (name, text, most) in [("error", &self.error, MAX_ERROR), ("cause", &self.cause, MAX_CAUSE)] {
            if text.as_ref().is_some_and(|text| text.chars().count() > most) {
                return Err(ApiError::validation(format!("{name} has more than {most} characters")));
            }
        }
        Ok(Fault { error: self.error.as_deref().map(Arc::from), cause: self.cause.as_deref().map(Arc::from) })
    }
}

/// Stops an execution. One that has ended keeps its end.
#[utoipa::path(
    post, path = "/api/executions/{arn}/stop", tag = "executions", request_body = Stop,
    params(("arn" = String, Path, description = "The execution's ARN, percent-encoded")),
    responses((status = 200, body = Stopped), (status = "4XX", body = Refusal))
)]
pub(crate) async fn stop(
    State(engine): State<Arc<Engine>>,
    Path(arn): Path<String>,
    Body(stop): Body<Stop>,
) -> Result<Json<Stopped>, RestError> {
    let id = find(&engine, &arn).await?;
    let stopped_ms = engine.stop(id, stop.fault()?).await?;
    Ok(Json(Stopped { stop_date: date(stopped_ms) }))
}
