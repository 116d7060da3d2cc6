//! ListStateMachines.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::names::plain;
use serde_json::{Value, json};

use super::page_size;
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::{machine_type, time};
use crate::token;

const LIST: &str = "ListStateMachines";

pub(super) fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 1_024)?;
    params.check()?;
    let after = token.map(|token| token::read(engine, LIST, &token)).transpose()?;
    let account = engine.foreign(params.account());
    let mut machines = engine.catalog().list(account, after.as_deref(), size + 1);
    let more = machines.len() > size;
    machines.truncate(size);
    let list: Vec<Value> = machines
        .iter()
        .map(|machine| {
            json!({
                "stateMachineArn": engine.state_machine_arn(&machine.name),
                "name": plain(&machine.name),
                "type": machine_type(machine.machine_type),
                "creationDate": time(machine.created_ms),
            })
        })
        .collect();
    let mut body = json!({ "stateMachines": list });
    if let (true, Some(last)) = (more, machines.last()) {
        body["nextToken"] = token::write(engine, LIST, &last.name).into();
    }
    Ok(body)
}
