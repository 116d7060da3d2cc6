//! DescribeMapRun, ListMapRuns and UpdateMapRun.

use std::sync::Arc;

use dirigent_engine::{Counts, Engine, MapRunStatus, MapRunUpdate};
use dirigent_store::MachineId;
use serde_json::{Map, Value, json};

use super::{MAX_ARN, find_execution, page_size};
use crate::arn;
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::{integer, time};
use crate::token;

/// Longest ARN of a Map Run, in characters.
pub(super) const MAX_LONG_ARN: usize = 2_000;

pub(super) async fn describe(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("mapRunArn", 1, MAX_LONG_ARN)?;
    params.check()?;
    let run = find(engine, &text).await?;
    let description = engine.describe_map_run(run).await?.ok_or_else(|| no_run(&text))?;
    let row = &description.row;
    let mut body = Map::new();
    body.insert("mapRunArn".into(), description.arn.into());
    body.insert("executionArn".into(), description.execution_arn.into());
    let status = match row.status {
        MapRunStatus::Running => "RUNNING",
        MapRunStatus::Succeeded => "SUCCEEDED",
        MapRunStatus::Failed => "FAILED",
        MapRunStatus::Aborted => "ABORTED",
    };
    body.insert("status".into(), status.into());
    body.insert("startDate".into(), time(row.started_ms));
    if let Some(stopped_ms) = row.stopped_ms {
        body.insert("stopDate".into(), time(stopped_ms));
    }
    body.insert("maxConcurrency".into(), integer(row.settings.max_concurrency).into());
    let percentage = row.settings.tolerated_percentage.unwrap_or(0.0);
    body.insert("toleratedFailurePercentage".into(), percentage.into());
    body.insert("toleratedFailureCount".into(), row.settings.tolerated_count.unwrap_or(0).into());
    let mut items = counts(&row.items);
    let mut executions = counts(&row.executions);
    if row.redrives.count > 0 {
        for (counts, pending) in [
            (&mut items, description.pending_redrive.items),
            (&mut executions, description.pending_redrive.executions),
        ] {
            counts["pendingRedrive"] = pending.into();
            // Every child is redriven: an Express one starts anew, and one whose history is full fails again at once.
            counts["failuresNotRedrivable"] = 0.into();
        }
        body.insert("redriveCount".into(), row.redrives.count.into());
    }
    if let Some(last_ms) = row.redrives.last_ms {
        body.insert("redriveDate".into(), time(last_ms));
    }
    body.insert("itemCounts".into(), items);
    body.insert("executionCounts".into(), executions);
    Ok(Value::Object(body))
}

fn counts(counts: &Counts) -> Value {
    json!({
        "pending": counts.pending,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "timedOut": counts.timed_out,
        "aborted": counts.aborted,
        "total": counts.total(),
        "resultsWritten": counts.results_written,
    })
}

pub(super) async fn list(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("executionArn", 1, MAX_ARN)?;
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 1_024)?;
    params.check()?;
    let id = find_execution(engine, &text).await?;
    let list = format!("ListMapRuns/{text}");
    let after = match token {
        None => None,
        Some(token) => {
            let place = token::read(engine, &list, &token)?.parse();
            let place = place.map_err(|_| ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'"))?;
            Some(MachineId(place))
        }
    };
    let runs = engine.map_runs_of(id, after, size).await?;
    let items: Vec<Value> = runs
        .iter()
        .map(|(_, run)| {
            let mut item = Map::new();
            item.insert("executionArn".into(), run.execution_arn.as_str().into());
            item.insert("mapRunArn".into(), run.arn.as_str().into());
            let machine_arn = engine.state_machine_arn(&run.machine_and_label);
            item.insert("stateMachineArn".into(), machine_arn.into());
            item.insert("startDate".into(), time(run.row.started_ms));
            if let Some(stopped_ms) = run.row.stopped_ms {
                item.insert("stopDate".into(), time(stopped_ms));
            }
            Value::Object(item)
        })
        .collect();
    let mut body = json!({ "mapRuns": items });
    if let Some((last, _)) = runs.last().filter(|_| runs.len() == size) {
        body["nextToken"] = token::write(engine, &list, &last.0.to_string()).into();
    }
    Ok(body)
}

pub(super) async fn update(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("mapRunArn", 1, MAX_LONG_ARN)?;
    let max_concurrency = params.integer("maxConcurrency", 0, i64::from(i32::MAX))?;
    let tolerated_count = params.integer("toleratedFailureCount", 0, i64::MAX)?;
    let tolerated_percentage = params.number("toleratedFailurePercentage", 0.0, 100.0)?;
    params.check()?;
    let run = find(engine, &text).await?;
    let update = MapRunUpdate {
        max_concurrency: max_concurrency.and_then(|number| u32::try_from(number).ok()),
        tolerated_count: tolerated_count.and_then(|number| u64::try_from(number).ok()),
        tolerated_percentage,
    };
    engine.update_map_run(run, update).await?;
    Ok(json!({}))
}

/// The Map Run that an ARN names.
pub(super) async fn find(engine: &Engine, text: &str) -> Result<MachineId, ApiError> {
    let parsed = arn::map_run(text)?;
    let run = engine.find_map_run(parsed.uuid).await?.ok_or_else(|| no_run(text))?;
    let known = engine.describe_map_run(run).await?.is_some_and(|description| description.arn == text);
    if known { Ok(run) } else { Err(no_run(text)) }
}

fn no_run(arn: &str) -> ApiError {
    ApiError::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
}
