//! StartExecution.

use std::sync::Arc;

use dirigent_engine::catalog::StateMachine;
use dirigent_engine::{Engine, Payload, StartRequest};
use serde_json::{Value, json};

use super::{MAX_ARN, find_machine, input_too_large, start_error};
use crate::error::ApiError;
use crate::names::{self, MAX_NAME};
use crate::params::Params;
use crate::shapes::time;

pub(super) async fn run(engine: &Arc<Engine>, params: Params) -> Result<Value, ApiError> {
    let request = request(engine, params)?;
    let machine = request.machine.clone();
    let started = engine.start(request).await.map_err(|error| start_error(engine, &machine.name, error))?;
    Ok(json!({ "executionArn": &*started.arn, "startDate": time(started.started_ms) }))
}

/// What StartExecution and StartSyncExecution have in common.
pub(super) fn request(engine: &Engine, mut params: Params) -> Result<StartRequest, ApiError> {
    let arn = params.required("stateMachineArn", 1, MAX_ARN)?;
    let name = params.string("name", 1, MAX_NAME)?;
    let input = params.string("input", 0, usize::MAX)?;
    params.string("traceHeader", 0, 256)?;
    params.check()?;
    let machine: Arc<StateMachine> = find_machine(engine, &arn)?;
    if let Some(name) = &name {
        names::check(name)?;
    }
    let input = match input {
        None => Payload::empty_object(),
        Some(text) if text.len() > engine.config().limits.payload_bytes => {
            return Err(input_too_large(engine));
        }
        Some(text) => parse_input(&text)?,
    };
    Ok(StartRequest { machine, name, input })
}

fn parse_input(text: &str) -> Result<Payload, ApiError> {
    let invalid = |why: &str| {
        ApiError::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{why}'"))
    };
    if text.trim().is_empty() {
        return Err(invalid("Invalid execution input."));
    }
    Payload::parse(text).map_err(|error| invalid(&error.to_string()))
}
