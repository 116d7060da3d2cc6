//! StopExecution.

use std::sync::Arc;

use dirigent_engine::Engine;
use serde_json::{Value, json};

use super::{MAX_ARN, find_execution};
use crate::error::ApiError;
use crate::faults;
use crate::params::Params;
use crate::shapes::time;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let arn = params.required("executionArn", 1, MAX_ARN)?;
    let fault = faults::read(&mut params)?;
    params.check()?;
    let id = find_execution(engine, &arn).await?;
    let stopped_ms = engine.stop(id, fault).await?;
    Ok(json!({ "stopDate": time(stopped_ms) }))
}
