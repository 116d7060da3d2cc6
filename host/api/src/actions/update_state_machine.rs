//! UpdateStateMachine.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::RevisionContent;
use serde_json::{Value, json};

use super::configurations::{self, Configurations};
use super::create_state_machine::{now_ms, with_arn};
use super::{MAX_ARN, find_machine, versions};
use crate::arn::check_role;
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::time;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let arn = params.required("stateMachineArn", 1, MAX_ARN)?;
    let definition = params.string("definition", 1, engine.config().limits.definition_bytes)?;
    let role_arn = params.string("roleArn", 1, MAX_ARN)?;
    let publish = versions::wish(&mut params)?;
    let configurations = configurations::Wanted::read(&mut params)?;
    params.check()?;
    let Configurations { logging, tracing, encryption } = configurations.checked()?;
    if let Some(role_arn) = &role_arn {
        check_role(role_arn)?;
    }
    let machine = find_machine(engine, &arn)?;
    let published = publish.is_some();
    let nothing = definition.is_none() && role_arn.is_none() && logging.is_none() && tracing.is_none();
    if nothing && encryption.is_none() {
        let message = "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or \
                       the TracingConfiguration must be specified";
        return Err(ApiError::new("MissingRequiredParameter", message));
    }
    let before = &machine.revision.content;
    let content = RevisionContent {
        revision_id: Some(uuid::Uuid::new_v4().to_string()),
        definition: definition.map_or_else(|| before.definition.clone(), Into::into),
        role_arn: role_arn.map_or_else(|| before.role_arn.clone(), Into::into),
        logging: logging.or_else(|| before.logging.clone()),
        tracing: tracing.or_else(|| before.tracing.clone()),
        encryption: encryption.or_else(|| before.encryption.clone()),
        updated_ms: now_ms(),
    };
    let updated = engine.catalog().update(&machine.name, content, publish).await;
    let machine = updated.map_err(|error| with_arn(engine, error))?;
    let content = &machine.revision.content;
    let mut body = json!({ "updateDate": time(content.updated_ms) });
    if let Some(revision_id) = &content.revision_id {
        body["revisionId"] = revision_id.as_str().into();
    }
    if let Some(version) = machine.version().filter(|_| published) {
        let arn = versions::version_arn(engine, &machine.name, version.number);
        body["stateMachineVersionArn"] = arn.into();
    }
    Ok(body)
}
