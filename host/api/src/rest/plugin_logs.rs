//! What plugins logged lately, over all executions.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::host::Host;
use super::wire::{Query, Refusal, RestError, date, read_date};
use crate::error::ApiError;

/// Lines of an answer, unless fewer are asked for.
const MAX_LINES: usize = 1_000;

/// A line that a plugin logged.
#[derive(Clone, Debug)]
pub struct PluginLogLine {
    /// Counts the lines of this host since its start, from 1.
    pub number: u64,
    /// When the attempt ended that it is of, in Unix milliseconds.
    pub time_ms: i64,
    /// The plugin, as `name@version`.
    pub plugin: String,
    /// The execution's ARN.
    pub execution_arn: String,
    /// The state's name.
    pub state: String,
    /// Retries of the state before the attempt.
    pub attempt: u32,
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// The text.
    pub message: String,
}

/// Which lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogsQuery {
    /// Only lines behind the one of this number.
    after: Option<u64>,
    /// Only lines from this time on.
    #[param(format = DateTime)]
    since: Option<String>,
    /// 1 to 1,000, which is also what holds if it is not said.
    limit: Option<usize>,
}

/// Lines of a plugin's log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Logs {
    /// In the order in which the host got them.
    lines: Vec<Line>,
    /// What to give as `after` for those that follow.
    after: u64,
}

/// A line of a plugin's log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    /// When the attempt ended that it is of.
    time: String,
    /// The plugin, as `name@version`.
    plugin: String,
    execution_arn: String,
    state: String,
    /// Retries of the state before the attempt.
    attempt: u32,
    level: String,
    message: String,
}

/// What a plugin logged lately: of the last lines of all plugins, which the host keeps in memory, those of this one.
///
/// The lines of an attempt come when it has ended. Those of an execution are in its history, see its `tasks`.
#[utoipa::path(
    get, path = "/api/plugins/{name}/logs", tag = "plugins",
    params(("name" = String, Path, description = "NAME, or NAME@VERSION"), LogsQuery),
    responses((status = 200, body = Logs), (status = "4XX", body = Refusal))
)]
pub(crate) async fn logs(
    State(host): State<Host>,
    Path(name): Path<String>,
    Query(query): Query<LogsQuery>,
) -> Result<Json<Logs>, RestError> {
    let limit = query.limit.unwrap_or(MAX_LINES);
    if !(1..=MAX_LINES).contains(&limit) {
        return Err(ApiError::validation(format!("limit={limit} is not from 1 to {MAX_LINES}")).into());
    }
    let since = query.since.map(|text| read_date("since", &text)).transpose()?;
    let after = query.after.unwrap_or(0);
    let found = host.plugins.logs(&name, after, since, limit);
    let after = found.last().map_or(after, |line| line.number);
    Ok(Json(Logs { lines: found.into_iter().map(line).collect(), after }))
}

fn line(line: PluginLogLine) -> Line {
    let PluginLogLine { number: _, time_ms, plugin, execution_arn, state, attempt, level, message } = line;
    Line { time: date(time_ms), plugin, execution_arn, state, attempt, level, message }
}
