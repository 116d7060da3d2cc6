//! PublishStateMachineVersion, DeleteStateMachineVersion, ListStateMachineVersions; and `publish` of CreateStateMachine
//! and UpdateStateMachine.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::{Publish, Qualifier};
use serde_json::{Value, json};

use super::create_state_machine::{now_ms, with_arn};
use super::{MAX_ARN, find_machine, page_size};
use crate::arn;
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::time;
use crate::token;

/// Longest description of a version or an alias, in characters.
pub(super) const MAX_DESCRIPTION: usize = 256;

pub(super) async fn publish(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineArn", 1, MAX_ARN)?;
    let revision_id = params.string("revisionId", 0, usize::MAX)?;
    let description = params.string("description", 0, MAX_DESCRIPTION)?;
    params.check()?;
    let machine = find_machine(engine, &text)?;
    let publish = Publish { description, now_ms: now_ms() };
    let version = engine.catalog().publish(&machine.name, revision_id.as_deref(), publish).await;
    let version = version.map_err(|error| with_arn(engine, error))?;
    Ok(json!({
        "creationDate": time(version.created_ms),
        "stateMachineVersionArn": version_arn(engine, &machine.name, version.number),
    }))
}

/// Deleting what is not there is no error, as with aliases.
pub(super) async fn delete(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineVersionArn", 1, MAX_ARN)?;
    params.check()?;
    let Some(number) = version_in(&text)? else {
        let message = format!("The ARN of a state machine version is expected. Received: {text}");
        return Err(ApiError::validation(message));
    };
    if let Some((machine, _)) = engine.machine_and_qualifier(&text) {
        engine.catalog().delete_version(&machine.name, number).await?;
    }
    Ok(json!({}))
}

/// Newest first. Of a state machine that is not there ValidationException is told: the service model has no other error
/// of this action for it.
pub(super) fn list(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineArn", 1, MAX_ARN)?;
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 1_024)?;
    params.check()?;
    arn::machine(&text)?;
    let Some((machine, None)) = engine.machine_and_qualifier(&text) else {
        return Err(ApiError::validation(ApiError::no_machine(&text).message()));
    };
    let list = format!("ListStateMachineVersions/{text}");
    let before: u32 = match token {
        None => u32::MAX,
        Some(token) => token::read(engine, &list, &token)?.parse().map_err(|_| token::invalid())?,
    };
    let mut versions = machine.published.versions.range(..before).rev().map(|(_, version)| version);
    let page: Vec<_> = versions.by_ref().take(size).collect();
    let shown = page.iter().map(|version| {
        json!({
            "creationDate": time(version.created_ms),
            "stateMachineVersionArn": version_arn(engine, &machine.name, version.number),
        })
    });
    let mut body = json!({ "stateMachineVersions": shown.collect::<Vec<_>>() });
    if let (Some(_), Some(last)) = (versions.next(), page.last()) {
        body["nextToken"] = token::write(engine, &list, &last.number.to_string()).into();
    }
    Ok(body)
}

/// `publish` and `versionDescription`.
pub(super) fn wish(params: &mut Params) -> Result<Option<Publish>, ApiError> {
    let publish = params.boolean("publish")?.unwrap_or(false);
    let description = params.string("versionDescription", 0, MAX_DESCRIPTION)?;
    if description.is_some() && !publish {
        return Err(ApiError::validation("Version description can only be set when publish is true"));
    }
    Ok(publish.then(|| Publish { description, now_ms: now_ms() }))
}

/// `…:stateMachine:NAME:NUMBER`
pub(super) fn version_arn(engine: &Engine, machine: &str, number: u32) -> String {
    format!("{}:{number}", engine.state_machine_arn(machine))
}

/// The number in a version's ARN; `None` for the ARN of a state machine or of an alias.
pub(crate) fn version_in(text: &str) -> Result<Option<u32>, ApiError> {
    Ok(match arn::machine(text)?.qualifier.and_then(Qualifier::parse) {
        Some(Qualifier::Version(number)) => Some(number),
        Some(Qualifier::Alias(_)) | None => None,
    })
}
