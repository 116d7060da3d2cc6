//! ListExecutions.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::MachineType;
use serde_json::{Map, Value, json};

use super::{MAX_ARN, find_machine, page_size};
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::{status, time};
use crate::token;

/// In the order in which AWS's message lists them.
const STATUSES: &[&str] = &["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let arn = params.string("stateMachineArn", 1, MAX_ARN)?;
    let filter = params.word("statusFilter", STATUSES)?;
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 3_096)?;
    let redriven = params.word("redriveFilter", &["REDRIVEN", "NOT_REDRIVEN"])?;
    params.check()?;
    let Some(arn) = arn else {
        return Err(ApiError::validation("Must provide a state machine ARN or map run ARN"));
    };
    let machine = find_machine(engine, &arn)?;
    if machine.machine_type == MachineType::Express {
        let message = "This operation is not supported by this type of state machine";
        return Err(ApiError::new("StateMachineTypeNotSupported", message));
    }
    let list = format!("ListExecutions/{}/{}", machine.id.0, filter.as_deref().unwrap_or("*"));
    let before = match token {
        None => None,
        Some(token) => {
            let place = token::read(&list, &token)?.parse();
            Some(place.map_err(|_| ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'"))?)
        }
    };
    // Nothing has been redriven yet.
    let none = redriven.as_deref() == Some("REDRIVEN");
    let wanted = |row: &dirigent_engine::rows::StatusRow| {
        !none && filter.as_deref().is_none_or(|word| word == status(row))
    };
    let listing = engine.list(machine.id, before, size, &wanted).await?;
    let machine_arn = engine.state_machine_arn(&machine.name);
    let executions: Vec<Value> = listing
        .executions
        .iter()
        .map(|(_, row)| {
            let mut item = Map::new();
            item.insert("executionArn".into(), engine.execution_arn(&machine.name, &row.name).into());
            item.insert("stateMachineArn".into(), machine_arn.as_str().into());
            item.insert("name".into(), (&*row.name).into());
            item.insert("status".into(), status(&row.status).into());
            item.insert("startDate".into(), time(row.started_ms));
            if let Some(stopped_ms) = row.stopped_ms {
                item.insert("stopDate".into(), time(stopped_ms));
            }
            item.insert("redriveCount".into(), 0.into());
            Value::Object(item)
        })
        .collect();
    let mut body = json!({ "executions": executions });
    if let Some(next) = listing.next {
        body["nextToken"] = token::write(&list, &next.to_string()).into();
    }
    Ok(body)
}
