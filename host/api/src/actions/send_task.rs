//! SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat: what whoever has a token says of its task.

use std::sync::Arc;

use dirigent_engine::core::TaskToken;
use dirigent_engine::{Engine, Payload};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::faults;
use crate::params::Params;

/// Longest task token of a request, in characters.
const MAX_TOKEN: usize = 2_048;

pub(super) async fn success(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let token = params.required("taskToken", 1, MAX_TOKEN)?;
    let output = params.required("output", 0, engine.config().limits.payload_bytes)?;
    params.check()?;
    // AWS looks at the token before the output.
    let token = parse(&token)?;
    let output = Payload::parse(output)
        .map_err(|error| ApiError::new("InvalidOutput", format!("Invalid Output: '{error}'")))?;
    engine.return_token(token, Ok(output)).await?;
    Ok(json!({}))
}

pub(super) async fn failure(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let token = params.required("taskToken", 1, MAX_TOKEN)?;
    let fault = faults::read(&mut params)?;
    params.check()?;
    engine.return_token(parse(&token)?, Err(fault)).await?;
    Ok(json!({}))
}

pub(super) async fn heartbeat(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let token = params.required("taskToken", 1, MAX_TOKEN)?;
    params.check()?;
    engine.beat_token(parse(&token)?).await?;
    Ok(json!({}))
}

fn parse(text: &str) -> Result<TaskToken, ApiError> {
    TaskToken::parse(text).ok_or_else(|| ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'"))
}
