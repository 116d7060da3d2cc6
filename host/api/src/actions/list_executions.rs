//! ListExecutions.

use std::sync::Arc;

use dirigent_engine::catalog::{MachineType, Qualifier};
use dirigent_engine::rows::{ExecutionRow, RowHead};
use dirigent_engine::{Engine, names};
use dirigent_store::{ExecutionId, MachineId};
use serde_json::{Map, Value, json};

use super::map_runs::{self, MAX_LONG_ARN};
use super::{MAX_ARN, PENDING_REDRIVE, origin_fields, page_size, redrive_execution, status};
use crate::arn;
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::{self, time};
use crate::token;

/// In the order in which AWS's message lists them.
const STATUSES: &[&str] = &["SUCCEEDED", "TIMED_OUT", PENDING_REDRIVE, "ABORTED", "FAILED", "RUNNING"];

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let arn = params.string("stateMachineArn", 1, MAX_ARN)?;
    let map_run_arn = params.string("mapRunArn", 1, MAX_LONG_ARN)?;
    let filter = params.word("statusFilter", STATUSES)?;
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 3_096)?;
    let redriven = params.word("redriveFilter", &["REDRIVEN", "NOT_REDRIVEN"])?;
    params.check()?;
    let of = Of::find(engine, arn.as_deref(), map_run_arn.as_deref()).await?;
    let filter_word = format!("{}/{}", filter.as_deref().unwrap_or("*"), redriven.as_deref().unwrap_or("*"));
    let list = match &of.qualifier {
        None => format!("ListExecutions/{}/{filter_word}", of.machine.0),
        Some(Qualifier::Version(number)) => format!("ListExecutions/{}:{number}/{filter_word}", of.machine.0),
        Some(Qualifier::Alias(name)) => format!("ListExecutions/{}:{name}/{filter_word}", of.machine.0),
    };
    let before = match token {
        None => None,
        Some(token) => Some(token::read(engine, &list, &token)?.parse().map_err(|_| token::invalid())?),
    };
    let may = |head: &RowHead<'_>| {
        filter.as_deref().is_none_or(|word| word == PENDING_REDRIVE || word == shapes::status(&head.status))
    };
    let wanted = |id: ExecutionId, row: &ExecutionRow| {
        filter.as_deref().is_none_or(|word| word == status(engine, id, row))
            && redriven.as_deref().is_none_or(|word| (word == "REDRIVEN") == (row.redrives.count > 0))
    };
    let listing = engine.list(of.machine, of.qualifier.as_ref(), before, size, &may, &wanted).await?;
    let machine_arn = engine.state_machine_arn(&of.name);
    let mut executions: Vec<Value> = Vec::with_capacity(listing.executions.len());
    for (id, row) in &listing.executions {
        let mut item = Map::new();
        item.insert("executionArn".into(), engine.execution_arn(&of.name, &row.name).into());
        item.insert("stateMachineArn".into(), machine_arn.as_str().into());
        item.insert("name".into(), names::execution(&row.name).0.into());
        item.insert("status".into(), status(engine, *id, row).into());
        item.insert("startDate".into(), time(row.started_ms));
        if let Some(stopped_ms) = row.stopped_ms {
            item.insert("stopDate".into(), time(stopped_ms));
        }
        if let Some(arn) = &of.map_run_arn {
            item.insert("mapRunArn".into(), arn.as_str().into());
        }
        if of.has_versions {
            origin_fields(engine, &of.name, *id, &mut item).await?;
        }
        redrive_execution::count_and_date(&mut item, row);
        executions.push(Value::Object(item));
    }
    let mut body = json!({ "executions": executions });
    if let Some(next) = listing.next {
        body["nextToken"] = token::write(engine, &list, &next.to_string()).into();
    }
    Ok(body)
}

/// Whose executions are listed: a state machine's, or a Map Run's children.
struct Of {
    machine: MachineId,
    /// The state machine's name, with the label for a Map Run.
    name: String,
    map_run_arn: Option<String>,
    /// The version or alias that must have started them.
    qualifier: Option<Qualifier>,
    /// Whether one may have started any of them.
    has_versions: bool,
}

impl Of {
    async fn find(engine: &Engine, machine: Option<&str>, run: Option<&str>) -> Result<Of, ApiError> {
        match (machine, run) {
            (Some(arn), None) => {
                arn::machine(arn)?;
                let found = engine.machine_and_qualifier(arn);
                let (machine, qualifier) = found.ok_or_else(|| ApiError::no_machine(arn))?;
                let published = &machine.published;
                let known = match &qualifier {
                    None => true,
                    Some(Qualifier::Version(number)) => published.versions.contains_key(number),
                    Some(Qualifier::Alias(name)) => published.aliases.contains_key(name),
                };
                if !known {
                    return Err(ApiError::new("ResourceNotFound", format!("Resource not found: '{arn}'")));
                }
                if machine.machine_type == MachineType::Express && !machine.keeps_express() {
                    let message = "This operation is not supported by this type of state machine";
                    return Err(ApiError::new("StateMachineTypeNotSupported", message));
                }
                Ok(Of {
                    machine: machine.id,
                    name: machine.name.to_string(),
                    map_run_arn: None,
                    qualifier,
                    has_versions: published.last_number > 0,
                })
            }
            (None, Some(arn)) => {
                let machine = map_runs::find(engine, arn).await?;
                let run = engine.describe_map_run(machine).await?;
                let name = run.map(|run| run.machine_and_label).unwrap_or_default();
                let map_run_arn = Some(arn.to_owned());
                Ok(Of { machine, name, map_run_arn, qualifier: None, has_versions: false })
            }
            (None, None) => Err(ApiError::validation("Must provide a state machine ARN or map run ARN")),
            (Some(_), Some(_)) => {
                Err(ApiError::validation("Must provide a state machine ARN or map run ARN, not both"))
            }
        }
    }
}
