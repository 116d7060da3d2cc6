//! DescribeExecution.

use std::sync::Arc;

use dirigent_engine::rows::StatusRow;
use dirigent_engine::{Engine, names};
use serde_json::{Map, Value};

use super::{MAX_ARN, find_execution, includes_data, machine_of, origin_fields, redrive_execution, status};
use crate::error::ApiError;
use crate::faults;
use crate::params::Params;
use crate::shapes::{payload, time};

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("executionArn", 1, MAX_ARN)?;
    let data = includes_data(&mut params)?;
    params.check()?;
    let id = find_execution(engine, &text).await?;
    let machine = machine_of(engine, &text)?;
    let description = engine.describe(id).await?;
    let row = &description.row;
    let mut body = Map::new();
    body.insert("executionArn".into(), engine.execution_arn(&machine, &row.name).into());
    body.insert("stateMachineArn".into(), engine.state_machine_arn(&machine).into());
    origin_fields(engine, &machine, id, &mut body).await?;
    body.insert("name".into(), names::execution(&row.name).0.into());
    body.insert("status".into(), status(engine, id, row).into());
    body.insert("startDate".into(), time(row.started_ms));
    if let Some(stopped_ms) = row.stopped_ms {
        body.insert("stopDate".into(), time(stopped_ms));
    }
    payload(&mut body, "input", description.input.as_ref(), data);
    payload(&mut body, "output", description.output.as_ref(), data);
    if let StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) = &row.status {
        faults::show(&mut body, fault);
    }
    if let Some(run) = engine.run_of(id)
        && let Some(run) = engine.describe_map_run(run).await?
    {
        body.insert("mapRunArn".into(), run.arn.into());
    }
    redrive_execution::count_and_date(&mut body, row);
    redrive_execution::eligibility(engine, id, row, &mut body).await?;
    Ok(Value::Object(body))
}
