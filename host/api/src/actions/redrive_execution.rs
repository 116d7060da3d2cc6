//! RedriveExecution.

use std::sync::Arc;

use dirigent_engine::rows::ExecutionRow;
use dirigent_engine::{Engine, NotRedrivable, RedriveRequest};
use dirigent_store::ExecutionId;
use serde_json::{Map, Value, json};

use super::{MAX_ARN, find_execution};
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::time;

/// Longest client token, in characters.
const MAX_CLIENT_TOKEN: usize = 64;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("executionArn", 1, MAX_ARN)?;
    let client_token = params.string("clientToken", 1, MAX_CLIENT_TOKEN)?;
    if let Some(token) = &client_token
        && !token.bytes().all(|byte| byte.is_ascii_graphic())
    {
        params.mismatch("clientToken", token, "[!-~]+");
    }
    params.check()?;
    let id = find_execution(engine, &text).await?;
    let redriven_ms =
        engine.redrive(id, RedriveRequest { client_token, ..RedriveRequest::default() }).await?;
    Ok(json!({ "redriveDate": time(redriven_ms) }))
}

/// How often an execution was redriven, and when.
pub(super) fn count_and_date(body: &mut Map<String, Value>, row: &ExecutionRow) {
    body.insert("redriveCount".into(), row.redrives.count.into());
    if let Some(last_ms) = row.redrives.last_ms {
        body.insert("redriveDate".into(), time(last_ms));
    }
}

/// Whether an execution can be redriven, and why not.
/// Source: AWS API Reference, "DescribeExecution", `redriveStatus` and `redriveStatusReason`.
pub(super) async fn eligibility(
    engine: &Engine,
    id: ExecutionId,
    row: &ExecutionRow,
    body: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    let status = match engine.redrivable(id, row).await? {
        Ok(()) => "REDRIVABLE",
        Err(NotRedrivable::ByMapRun) => "REDRIVABLE_BY_MAP_RUN",
        Err(reason) => {
            body.insert("redriveStatusReason".into(), reason.to_string().into());
            "NOT_REDRIVABLE"
        }
    };
    body.insert("redriveStatus".into(), status.into());
    Ok(())
}
