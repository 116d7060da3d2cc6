//! CreateStateMachine.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use dirigent_engine::Engine;
use dirigent_engine::catalog::{CatalogError, MachineType, RevisionContent};
use serde_json::{Value, json};

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
    params.check()?;
    names::check(&name)?;
    arn::check_role(&role_arn)?;
    let machine_type =
        if machine_type.as_deref() == Some("EXPRESS") { MachineType::Express } else { MachineType::Standard };
    let content = RevisionContent {
        revision_id: None,
        definition: definition.into(),
        role_arn: role_arn.into(),
        logging: logging(&params)?,
        tracing: configuration(&params, "tracingConfiguration")?,
        encryption: configuration(&params, "encryptionConfiguration")?,
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

/// A configuration as JSON text; one without content is as good as none.
pub(super) fn configuration(params: &Params, name: &str) -> Result<Option<String>, ApiError> {
    Ok(params
        .object(name)?
        .filter(|object| !object.is_empty())
        .map(|object| Value::Object(object.clone()).to_string()))
}

/// `loggingConfiguration`. Source: AWS API Reference, "LoggingConfiguration".
pub(super) fn logging(params: &Params) -> Result<Option<String>, ApiError> {
    let Some(logging) = params.object("loggingConfiguration")? else { return Ok(None) };
    let level = logging.get("level").and_then(Value::as_str).unwrap_or("OFF");
    if !["ALL", "ERROR", "FATAL", "OFF"].contains(&level) {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value '{level}' at 'loggingConfiguration.level' failed to satisfy \
             constraint: Member must satisfy enum value set: [ALL, ERROR, FATAL, OFF]"
        )));
    }
    let destinations = logging.get("destinations").and_then(Value::as_array).map_or(0, Vec::len);
    if level != "OFF" && destinations != 1 {
        let message = "Invalid Logging Configuration: Must specify exactly one Log Destination.";
        return Err(ApiError::new("InvalidLoggingConfiguration", message));
    }
    configuration(params, "loggingConfiguration")
}

/// The time, in Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
