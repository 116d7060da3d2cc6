//! What stands for the work of the state: a result that its state may have, or an error.

use dirigent_asl::{InputType, Integration, Kind, Map, MapMode, Resource, State};
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
    let read_items = match (&request.configuration.reader_data, &state.kind) {
        (Some(data), Kind::Map(map)) => read_items(map, data)?,
        _ => None,
    };
    Ok(Some(Mock { result, failed_iterations: request.configuration.failed_iterations, read_items }))
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

/// The items of `mapItemReaderData`, where it is an array in JSON or JSON Lines. Of other data the test says nothing
/// about items; no recording of AWS shows what it does.
fn read_items(map: &Map, data: &str) -> Result<Option<Payload>, ApiError> {
    let reader = match &map.mode {
        MapMode::Distributed(distributed) => distributed.reader.as_ref(),
        MapMode::Inline => None,
    };
    let Some(reader) = reader else {
        return Err(ApiError::validation(
            "MapItemReaderData can only be specified for a Map with an ItemReader.",
        ));
    };
    let wrong = |why: &dyn std::fmt::Display| {
        ApiError::validation(format!("MapItemReaderData is not what the ItemReader's InputType says: {why}"))
    };
    let items = match reader.config.input_type {
        Some(InputType::Json) => {
            let value: Value = serde_json::from_str(data).map_err(|error| wrong(&error))?;
            match &reader.config.items_pointer {
                Some(pointer) => value
                    .pointer(pointer)
                    .cloned()
                    .ok_or_else(|| wrong(&format!("there is nothing at its ItemsPointer {pointer}")))?,
                None => value,
            }
        }
        Some(InputType::Jsonl) => {
            let lines = data.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str);
            Value::Array(lines.collect::<Result<_, _>>().map_err(|error| wrong(&error))?)
        }
        _ => return Ok(None),
    };
    Ok(items.is_array().then(|| Payload::from_value(items)))
}
