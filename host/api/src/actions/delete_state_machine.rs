//! DeleteStateMachine. Deleting what is not there is no error, as on AWS.

use std::sync::Arc;

use dirigent_engine::Engine;
use serde_json::{Value, json};

use super::MAX_ARN;
use crate::arn;
use crate::error::ApiError;
use crate::params::Params;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineArn", 1, MAX_ARN)?;
    params.check()?;
    if arn::machine(&text)?.qualifier.is_some() {
        let message = "Versions and aliases are deleted by DeleteStateMachineVersion and DeleteStateMachineAlias. \
                       The ARN of a state machine is expected. Received: ";
        return Err(ApiError::validation(format!("{message}{text}")));
    }
    if let Some((machine, _)) = engine.machine_and_qualifier(&text) {
        engine.catalog().delete(&machine.name).await?;
    }
    Ok(json!({}))
}
