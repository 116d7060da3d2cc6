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
    let parsed = arn::machine(&text)?;
    let name = engine.name_in(parsed.account, parsed.name);
    if text == engine.state_machine_arn(&name) {
        engine.catalog().delete(&name).await?;
    }
    Ok(json!({}))
}
