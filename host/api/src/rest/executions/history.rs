//! A range of an execution's history.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use dirigent_engine::Engine;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::find;
use crate::error::ApiError;
use crate::rest::live::shown;
use crate::rest::wire::{Query, Refusal, RestError};

/// Events of an answer, at most, with their inputs and outputs and without.
const MAX_EVENTS: usize = 1_000;
const MAX_EVENTS_WITHOUT_DATA: usize = 10_000;

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// The first event's number; 1 unless said otherwise.
    from: Option<u64>,
    /// Whether inputs and outputs are wanted, which may be much; they are, unless said otherwise.
    data: Option<bool>,
    /// 1 to 1,000, and to 10,000 without data, which is also what holds if it is not said.
    limit: Option<usize>,
}

/// A range of a history.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct History {
    /// Each is one of AWS's HistoryEvent, with a text for its time. Their numbers have no gaps.
    events: Vec<serde_json::Value>,
    /// The number of the last event that there is.
    last_event_id: u64,
}

/// A range of an execution's history. AWS's GetExecutionHistory has pages and no ranges.
#[utoipa::path(
    get, path = "/api/executions/{arn}/history", tag = "executions",
    params(("arn" = String, Path, description = "The execution's ARN, percent-encoded"), HistoryQuery),
    responses((status = 200, body = History), (status = "4XX", body = Refusal))
)]
pub(crate) async fn history(
    State(engine): State<Arc<Engine>>,
    Path(arn): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<History>, RestError> {
    let data = query.data.unwrap_or(true);
    let most = if data { MAX_EVENTS } else { MAX_EVENTS_WITHOUT_DATA };
    let limit = query.limit.unwrap_or(most);
    if !(1..=most).contains(&limit) {
        return Err(ApiError::validation(format!("limit={limit} is not from 1 to {most}")).into());
    }
    let from = query.from.unwrap_or(1);
    if from == 0 {
        return Err(ApiError::validation("from=0 is no event's number. The first event is 1").into());
    }
    let id = find(&engine, &arn).await?;
    let role_arn = engine.revision_of(id).await?.content.role_arn.clone();
    let page = engine.history(id, from, u64::MAX, limit, data).await?;
    let events = shown(&page, &role_arn, &engine.config().region, data);
    Ok(Json(History { events, last_event_id: engine.last_event(id).await? }))
}
