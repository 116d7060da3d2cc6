//! CreateStateMachine.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use dirigent_engine::Engine;
use dirigent_engine::catalog::{CatalogError, MachineType, RevisionContent};
use serde_json::{Value, json};

use super::configurations::{self, Configurations};
use super::{MAX_ARN, tags, versions};
use crate::arn;
use crate::error::ApiError;
use crate::names::{self, MAX_NAME};
use crate::params::Params;
use crate::shapes::time;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let name = params.required("name", 1, MAX_NAME)?;
    let definition = params.required("definition", 1, engine.config().limits.definition_bytes)?;
    let role_arn = params.required("roleArn", 1, MAX_ARN)?;
    let machine_type = params.word("type", &["STANDARD", "EXPRESS"])?;
    let tags = tags::pairs(engine, &mut params)?;
    let publish = versions::wish(&mut params)?;
    let configurations = configurations::Wanted::read(&mut params)?;
    params.check()?;
    names::check(&name)?;
    arn::check_role(&role_arn)?;
    let Configurations { logging, tracing, encryption } = configurations.checked()?;
    let machine_type =
        if machine_type.as_deref() == Some("EXPRESS") { MachineType::Express } else { MachineType::Standard };
    let content = RevisionContent {
        revision_id: None,
        definition: definition.into(),
        role_arn: role_arn.into(),
        logging,
        tracing,
        encryption,
        updated_ms: now_ms(),
    };
    let name = engine.name_in(params.account(), &name);
    let published = publish.is_some();
    let created =
        engine.catalog().create(&name, machine_type, content, tags.unwrap_or_default(), publish).await;
    let machine = created.map_err(|error| with_arn(engine, error))?;
    let mut body = json!({
        "stateMachineArn": engine.state_machine_arn(&machine.name),
        "creationDate": time(machine.created_ms),
    });
    if let Some(version) = machine.version().filter(|_| published) {
        let arn = versions::version_arn(engine, &machine.name, version.number);
        body["stateMachineVersionArn"] = arn.into();
    }
    Ok(body)
}

/// AWS names state machines by their ARNs in errors.
pub(super) fn with_arn(engine: &Engine, error: CatalogError) -> ApiError {
    match error {
        CatalogError::Exists(name) => CatalogError::Exists(engine.state_machine_arn(&name)).into(),
        CatalogError::Missing(name) => CatalogError::Missing(engine.state_machine_arn(&name)).into(),
        other => other.into(),
    }
}

/// The time, in Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
