//! What the tasks of an execution used.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use dirigent_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

use super::find;
use super::metering::{Attempts, TaskUsage};
use crate::rest::Usage;
use crate::rest::wire::{Refusal, RestError};

/// The attempts of an execution's tasks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tasks {
    /// In the order in which they ended.
    tasks: Vec<TaskUsage>,
    /// All of them together.
    total: Usage,
    /// Whether the history is so long that only its first 100,000 events were read.
    truncated: bool,
}

/// What each attempt of each task used, and what its plugin logged.
#[utoipa::path(
    get, path = "/api/executions/{arn}/tasks", tag = "executions",
    params(("arn" = String, Path, description = "The execution's ARN, percent-encoded")),
    responses((status = 200, body = Tasks), (status = "4XX", body = Refusal))
)]
pub(crate) async fn tasks(
    State(engine): State<Arc<Engine>>,
    Path(arn): Path<String>,
) -> Result<Json<Tasks>, RestError> {
    let id = find(&engine, &arn).await?;
    let attempts = Attempts::read(&engine, id).await?;
    let total = attempts.total();
    Ok(Json(Tasks { tasks: attempts.tasks, total, truncated: attempts.truncated }))
}
