//! StartSyncExecution: an Express execution, answered when it ends.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::core::Status;
use serde_json::{Map, Value, json};

use super::{includes_data, start_error, start_execution};
use crate::error::ApiError;
use crate::faults;
use crate::params::Params;
use crate::shapes::{payload, time};

/// AWS bills Express executions by steps of 100 ms and 64 MB; clients read the field.
const BILLING_STEP_MS: i64 = 100;
const BILLED_MEMORY_MB: i64 = 64;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let data = includes_data(&mut params)?;
    let request = start_execution::request(engine, params).await?;
    let machine = request.machine.clone();
    let input = request.input.clone();
    if machine.machine_type != MachineType::Express {
        let message = "This operation is not supported by this type of state machine";
        return Err(ApiError::new("StateMachineTypeNotSupported", message));
    }
    let ran = engine.start_sync(request).await;
    let (started, status, stopped_ms) = ran.map_err(|error| start_error(engine, &machine.name, error))?;
    let mut body = Map::new();
    body.insert("executionArn".into(), (&*started.arn).into());
    body.insert("stateMachineArn".into(), engine.state_machine_arn(&machine.name).into());
    body.insert("name".into(), (&*started.name).into());
    body.insert("startDate".into(), time(started.started_ms));
    body.insert("stopDate".into(), time(stopped_ms));
    payload(&mut body, "input", Some(&input), data);
    let word = match &status {
        Status::Succeeded { output } => {
            payload(&mut body, "output", Some(output), data);
            "SUCCEEDED"
        }
        Status::TimedOut(fault) => {
            faults::show(&mut body, fault);
            "TIMED_OUT"
        }
        Status::Failed(fault) | Status::Aborted(fault) => {
            faults::show(&mut body, fault);
            "FAILED"
        }
        Status::Running => {
            return Err(ApiError::unavailable("The host stopped before the execution ended. Start it again"));
        }
    };
    body.insert("status".into(), word.into());
    let took_ms = (stopped_ms - started.started_ms).max(1);
    let billed_ms = (took_ms + BILLING_STEP_MS - 1) / BILLING_STEP_MS * BILLING_STEP_MS;
    body.insert(
        "billingDetails".into(),
        json!({ "billedMemoryUsedInMB": BILLED_MEMORY_MB, "billedDurationInMilliseconds": billed_ms }),
    );
    Ok(Value::Object(body))
}
