//! What stands for the work of the state: a result that its state may have, or an error.

use std::sync::Arc;

use dirigent_asl::{Integration, Kind, Map, MapMode, Resource, State};
use dirigent_engine::Payload;
use dirigent_engine::core::Mock;
use serde_json::Value;

use super::models;
use super::request::{Request, Validation};
use crate::error::ApiError;

/// The mock of a request for a state, checked.
pub(super) fn of(request: &Request, state: &State) -> Result<Option<Mock>, ApiError> {
    let Some(input) = &request.mock else { return Ok(None) };
    let result = match &input.result {
        Ok(text) => {
            let result = Payload::parse(text.as_str()).map_err(|error| {
                ApiError::validation(format!("Mocked result must be valid JSON: {error}"))
            })?;
            check(&state.kind, result.value(), input.validation)?;
            Ok(result)
        }
        Err(fault) => Err(fault.clone()),
    };
    let reader_data = request.configuration.reader_data.as_deref().map(Arc::from);
    Ok(Some(Mock { result, failed_iterations: request.configuration.failed_iterations, reader_data }))
}

fn check(kind: &Kind, result: &Value, validation: Validation) -> Result<(), ApiError> {
    match kind {
        Kind::Map(map) if writes_results(map) => Ok(()),
        Kind::Map(_) => array(result).map(|_| ()),
        Kind::Parallel(parallel) => match array(result)?.len() == parallel.branches.len() {
            true => Ok(()),
            false => Err(ApiError::validation(
                "Mocked result must contain the same number of items as number of Parallel branches.",
            )),
        },
        Kind::Task(task) => match &task.resource {
            // What .sync gives is put together by Step Functions, and a token's result is its caller's own.
            Resource::Service { service, action, integration: Integration::RequestResponse } => {
                models::check(service, action, result, validation).map_err(|why| {
                    ApiError::validation(format!("Mock result schema validation error: {why}"))
                })
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn array(result: &Value) -> Result<&Vec<Value>, ApiError> {
    result.as_array().ok_or_else(|| ApiError::validation("Mocked result must be an array."))
}

/// With a `ResultWriter` a Map's result says where its results are.
fn writes_results(map: &Map) -> bool {
    matches!(&map.mode, MapMode::Distributed(distributed)
        if distributed.writer.as_ref().is_some_and(|writer| writer.arguments.is_some()))
}
