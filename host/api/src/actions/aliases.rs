//! CreateStateMachineAlias, UpdateStateMachineAlias, DeleteStateMachineAlias, DescribeStateMachineAlias,
//! ListStateMachineAliases.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::{Alias, Qualifier, StateMachine};
use serde_json::{Map, Value, json};

use super::create_state_machine::{now_ms, with_arn};
use super::versions::MAX_DESCRIPTION;
use super::{MAX_ARN, page_size, routes};
use crate::arn;
use crate::error::ApiError;
use crate::names::MAX_NAME;
use crate::params::Params;
use crate::shapes::time;
use crate::token;

/// What an alias's name must match. Source: the service model, `CharacterRestrictedName`.
const NAME_PATTERN: &str = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";

pub(super) async fn create(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let name = params.required("name", 1, MAX_NAME)?;
    if !is_name(&name) && !name.is_empty() {
        params.mismatch("name", &name, NAME_PATTERN);
    }
    let description = params.string("description", 0, MAX_DESCRIPTION)?;
    let wanted = routes::read(&mut params)?;
    if wanted.is_none() {
        params.missing("routingConfiguration");
    }
    params.check()?;
    let Some(wanted) = wanted else { return Err(ApiError::validation("routingConfiguration is missing")) };
    let (machine, routes) = wanted.resolve(engine)?;
    let now_ms = now_ms();
    let alias = Alias { name: name.into(), description, routes, created_ms: now_ms, updated_ms: now_ms };
    let created = engine.catalog().create_alias(&machine.name, alias).await;
    let alias = created.map_err(|error| with_arn(engine, error))?;
    Ok(json!({
        "stateMachineAliasArn": alias_arn(engine, &machine.name, &alias.name),
        "creationDate": time(alias.created_ms),
    }))
}

pub(super) async fn update(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineAliasArn", 1, MAX_ARN)?;
    let description = params.string("description", 0, MAX_DESCRIPTION)?;
    let wanted = routes::read(&mut params)?;
    params.check()?;
    let (machine, alias) = find(engine, &text)?;
    if description.is_none() && wanted.is_none() {
        return Err(ApiError::validation(
            "Either the description or the routingConfiguration must be specified",
        ));
    }
    let routes = match wanted {
        None => None,
        Some(wanted) => {
            let (other, routes) = wanted.resolve(engine)?;
            if other.id != machine.id {
                let message = "Routing configuration must contain versions of the alias's own state machine";
                return Err(ApiError::validation(message));
            }
            Some(routes)
        }
    };
    let updated =
        engine.catalog().update_alias(&machine.name, &alias.name, description, routes, now_ms()).await;
    let alias = updated.map_err(|error| with_arn(engine, error))?;
    Ok(json!({ "updateDate": time(alias.updated_ms) }))
}

/// Deleting what is not there is no error, as on AWS.
pub(super) async fn delete(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineAliasArn", 1, MAX_ARN)?;
    params.check()?;
    name_in(&text)?;
    if let Some((machine, Some(Qualifier::Alias(name)))) = engine.machine_and_qualifier(&text) {
        engine.catalog().delete_alias(&machine.name, &name).await?;
    }
    Ok(json!({}))
}

pub(super) fn describe(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineAliasArn", 1, MAX_ARN)?;
    params.check()?;
    let (machine, alias) = find(engine, &text)?;
    let mut body = Map::new();
    body.insert("stateMachineAliasArn".into(), alias_arn(engine, &machine.name, &alias.name).into());
    body.insert("name".into(), (&*alias.name).into());
    if let Some(description) = &alias.description {
        body.insert("description".into(), description.as_str().into());
    }
    body.insert("routingConfiguration".into(), routes::shape(engine, &machine.name, &alias.routes));
    body.insert("creationDate".into(), time(alias.created_ms));
    body.insert("updateDate".into(), time(alias.updated_ms));
    Ok(Value::Object(body))
}

/// By name; for a version's ARN those that lead to it.
pub(super) fn list(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    use std::ops::Bound::{Excluded, Unbounded};
    let text = params.required("stateMachineArn", 1, MAX_ARN)?;
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 1_024)?;
    params.check()?;
    arn::machine(&text)?;
    let found = engine.machine_and_qualifier(&text);
    let (machine, qualifier) = found.ok_or_else(|| ApiError::no_machine(&text))?;
    let version = match qualifier {
        None => None,
        Some(Qualifier::Version(number)) if machine.published.versions.contains_key(&number) => Some(number),
        Some(_) => return Err(missing(&text)),
    };
    let list = format!("ListStateMachineAliases/{text}");
    let after = token.map(|token| token::read(engine, &list, &token)).transpose()?;
    let from = after.as_deref().map_or(Unbounded, Excluded);
    let leads = |alias: &Alias| {
        version.is_none_or(|version| alias.routes.iter().any(|route| route.version == version))
    };
    let aliases = machine.published.aliases.range::<str, _>((from, Unbounded)).map(|(_, alias)| alias);
    let mut aliases = aliases.filter(|alias| leads(alias));
    let page: Vec<_> = aliases.by_ref().take(size).collect();
    let shown = page.iter().map(|alias| {
        json!({
            "stateMachineAliasArn": alias_arn(engine, &machine.name, &alias.name),
            "creationDate": time(alias.created_ms),
        })
    });
    let mut body = json!({ "stateMachineAliases": shown.collect::<Vec<_>>() });
    if let (Some(_), Some(last)) = (aliases.next(), page.last()) {
        body["nextToken"] = token::write(engine, &list, &last.name).into();
    }
    Ok(body)
}

/// `…:stateMachine:NAME:ALIAS`
pub(super) fn alias_arn(engine: &Engine, machine: &str, alias: &str) -> String {
    format!("{}:{alias}", engine.state_machine_arn(machine))
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    name.bytes().all(allowed) && !name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name in an alias's ARN.
fn name_in(text: &str) -> Result<Arc<str>, ApiError> {
    match arn::machine(text)?.qualifier.and_then(Qualifier::parse) {
        Some(Qualifier::Alias(name)) => Ok(name),
        Some(Qualifier::Version(_)) | None => {
            let message = format!("The ARN of a state machine alias is expected. Received: {text}");
            Err(ApiError::validation(message))
        }
    }
}

fn find(engine: &Engine, text: &str) -> Result<(Arc<StateMachine>, Alias), ApiError> {
    let name = name_in(text)?;
    let (machine, _) = engine.machine_and_qualifier(text).ok_or_else(|| missing(text))?;
    let alias = machine.published.aliases.get(&name).ok_or_else(|| missing(text))?.clone();
    Ok((machine, alias))
}

fn missing(arn: &str) -> ApiError {
    ApiError::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
}
