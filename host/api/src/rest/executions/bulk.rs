//! Stopping and redriving many executions with one call.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dirigent_engine::{Engine, Fault, RedriveRequest};
use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filter::Filter;
use super::find;
use super::redrive::{self, Onto};
use super::stop::Stop;
use super::summary::Status;
use crate::error::ApiError;
use crate::rest::wire::{Body, Refusal, RestError};

/// Executions of one call.
const MAX_BULK: usize = 1_000;

/// Of them at the same time, so that their commits share the disk's syncs.
const AT_A_TIME: usize = 64;

/// Which executions to stop, and why. Running ones are meant, unless a status is given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BulkStop {
    filter: Option<Filter>,
    /// At most 1,000.
    #[schema(max_items = 1000)]
    execution_arns: Option<Vec<String>>,
    error: Option<String>,
    cause: Option<String>,
}

/// Which executions to redrive. Those that failed, timed out or were aborted are meant, unless a status is given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BulkRedrive {
    filter: Option<Filter>,
    /// At most 1,000.
    #[schema(max_items = 1000)]
    execution_arns: Option<Vec<String>>,
    /// Another definition to go on with: `latest`, the ARN of a version, or the number or id of a revision.
    onto: Option<Onto>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Bulk {
    /// ARNs of those with which it went well.
    done: Vec<String>,
    failed: Vec<BulkFailure>,
    /// The filter may fit more: call again.
    more: bool,
}

/// An execution with which it did not go well.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BulkFailure {
    execution_arn: String,
    error: String,
    message: String,
}

/// Stops the executions that are named, or that a filter fits: at most 1,000 with one call.
#[utoipa::path(
    post, path = "/api/executions/stop", tag = "executions", request_body = BulkStop,
    responses((status = 200, body = Bulk), (status = "4XX", body = Refusal))
)]
pub(crate) async fn stop_many(
    State(engine): State<Arc<Engine>>,
    Body(body): Body<BulkStop>,
) -> Result<Json<Bulk>, RestError> {
    let fault = Stop::new(body.error, body.cause).fault()?;
    let (arns, more) =
        chosen(&engine, body.filter, body.execution_arns, |status| status == Status::Running).await?;
    Ok(Json(each(arns, more, |arn| stop_one(&engine, arn, fault.clone())).await))
}

async fn stop_one(engine: &Arc<Engine>, arn: String, fault: Fault) -> Result<(), RestError> {
    let id = find(engine, &arn).await?;
    engine.stop(id, fault).await?;
    Ok(())
}

/// Redrives the executions that are named, or that a filter fits: at most 1,000 with one call.
#[utoipa::path(
    post, path = "/api/executions/redrive", tag = "executions", request_body = BulkRedrive,
    responses((status = 200, body = Bulk), (status = "4XX", body = Refusal))
)]
pub(crate) async fn redrive_many(
    State(engine): State<Arc<Engine>>,
    Body(body): Body<BulkRedrive>,
) -> Result<Json<Bulk>, RestError> {
    let (arns, more) = chosen(&engine, body.filter, body.execution_arns, Status::is_unsuccessful).await?;
    let onto = body.onto.as_ref();
    Ok(Json(each(arns, more, |arn| redrive_one(&engine, arn, onto)).await))
}

async fn redrive_one(engine: &Arc<Engine>, arn: String, onto: Option<&Onto>) -> Result<(), RestError> {
    let id = find(engine, &arn).await?;
    let revision = match onto {
        Some(onto) => Some(redrive::revision(engine, id, onto).await?),
        None => None,
    };
    engine.redrive(id, RedriveRequest { revision, ..RedriveRequest::default() }).await?;
    Ok(())
}

/// The ARNs that are meant, and whether there may be more. `usual` are the statuses where the filter names none.
async fn chosen(
    engine: &Engine,
    filter: Option<Filter>,
    arns: Option<Vec<String>>,
    usual: impl Fn(Status) -> bool,
) -> Result<(Vec<String>, bool), ApiError> {
    match (filter, arns) {
        (None, Some(arns)) if arns.len() <= MAX_BULK => Ok((arns, false)),
        (None, Some(arns)) => Err(ApiError::validation(format!(
            "executionArns has {} members; at most {MAX_BULK} fit into one call",
            arns.len()
        ))),
        (Some(filter), None) if filter.is_empty() => Err(ApiError::validation(
            "The filter fits every execution. Name at least a status, a state machine, a time, an error or a prefix",
        )),
        (Some(mut filter), None) => {
            if filter.status.is_empty() {
                let all = [Status::Running, Status::Failed, Status::TimedOut, Status::Aborted];
                filter.status = all.into_iter().filter(|status| usual(*status)).collect();
            }
            let found = filter.read(engine).await?.find(engine, None, MAX_BULK).await?;
            let arns = found.executions.into_iter().map(|(_, summary)| summary.execution_arn).collect();
            Ok((arns, found.next.is_some()))
        }
        _ => Err(ApiError::validation("Name executions by `filter` or by `executionArns`, one of both")),
    }
}

async fn each<W, F>(arns: Vec<String>, more: bool, work: W) -> Bulk
where
    W: Fn(String) -> F,
    F: Future<Output = Result<(), RestError>>,
{
    let all = stream::iter(arns).map(|arn| {
        let work = work(arn.clone());
        async move { (arn, work.await) }
    });
    let mut bulk = Bulk { done: Vec::new(), failed: Vec::new(), more };
    for (arn, result) in all.buffered(AT_A_TIME).collect::<Vec<_>>().await {
        match result {
            Ok(()) => bulk.done.push(arn),
            Err(error) => bulk.failed.push(BulkFailure {
                execution_arn: arn,
                error: error.api().code().to_owned(),
                message: error.api().message().to_owned(),
            }),
        }
    }
    bulk
}
