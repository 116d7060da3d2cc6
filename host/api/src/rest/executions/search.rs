//! Searching executions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dirigent_engine::Engine;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::filter::Filter;
use super::summary::{Status, Summary};
use crate::error::ApiError;
use crate::rest::wire::{Query, Refusal, RestError};
use crate::token;

/// Executions of a page, unless more or fewer are asked for, and at most.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// What tokens of this list are written for.
const LIST: &str = "search";

/// The query of a search.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// One of these; may come several times.
    #[serde(default)]
    status: Vec<Status>,
    /// Only those of this state machine.
    state_machine_arn: Option<String>,
    #[param(format = DateTime)]
    started_after: Option<String>,
    #[param(format = DateTime)]
    started_before: Option<String>,
    /// The error's name, whole.
    error: Option<String>,
    name_prefix: Option<String>,
    /// 1 to 1,000; 100 unless said otherwise.
    limit: Option<usize>,
    next_token: Option<String>,
}

/// A page of executions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    /// Newest first.
    executions: Vec<Summary>,
    /// There may be more: a page may be short, or empty, and have one all the same, when much was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Searches the executions of all state machines, newest first: Standard ones, and Express ones that are kept.
#[utoipa::path(
    get, path = "/api/executions", tag = "executions", params(SearchQuery),
    responses((status = 200, body = Page), (status = "4XX", body = Refusal))
)]
pub(crate) async fn search(
    State(engine): State<Arc<Engine>>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Page>, RestError> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::validation(format!("limit={limit} is not from 1 to {MAX_LIMIT}")).into());
    }
    let before = match &query.next_token {
        Some(text) => Some(token::read(&engine, LIST, text)?.parse().map_err(|_| token::invalid())?),
        None => None,
    };
    let filter = Filter {
        status: query.status,
        state_machine_arn: query.state_machine_arn,
        started_after: query.started_after,
        started_before: query.started_before,
        error: query.error,
        name_prefix: query.name_prefix,
    };
    let found = filter.read(&engine).await?.find(&engine, before, limit).await?;
    Ok(Json(Page {
        executions: found.executions.into_iter().map(|(_, summary)| summary).collect(),
        next_token: found.next.map(|before| token::write(&engine, LIST, &before.to_string())),
    }))
}
