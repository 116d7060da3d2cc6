//! DescribeStateMachine and DescribeStateMachineForExecution.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::{RevisionContent, StateMachine, Version};
use dirigent_engine::names::plain;
use serde_json::{Map, Value, json};

use super::versions::version_in;
use super::{MAX_ARN, find_execution, find_machine, find_target, includes_data, machine_of};
use crate::error::ApiError;
use crate::params::Params;
use crate::shapes::{configuration, machine_type, time};

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("stateMachineArn", 1, MAX_ARN)?;
    let data = includes_data(&mut params)?;
    params.check()?;
    let (machine, version) = find(engine, &text).await?;
    let content = &machine.revision.content;
    let mut body = Map::new();
    body.insert("stateMachineArn".into(), text.into());
    body.insert("name".into(), plain(&machine.name).into());
    body.insert("status".into(), "ACTIVE".into());
    body.insert("definition".into(), shown(content, data));
    body.insert("roleArn".into(), (&*content.role_arn).into());
    body.insert("type".into(), machine_type(machine.machine_type).into());
    let created_ms = version.as_ref().map_or(machine.created_ms, |version| version.created_ms);
    body.insert("creationDate".into(), time(created_ms));
    if let Some(description) = version.and_then(|version| version.description) {
        body.insert("description".into(), description.into());
    }
    configuration(&mut body, content);
    variable_references(&mut body, machine.revision.program().as_deref());
    Ok(Value::Object(body))
}

/// The state machine of an ARN, or a version of it. An alias may lead to two definitions, so it has none to describe.
async fn find(engine: &Engine, text: &str) -> Result<(Arc<StateMachine>, Option<Version>), ApiError> {
    let Some(number) = version_in(text)? else { return Ok((find_machine(engine, text)?, None)) };
    let machine = find_target(engine, text).await?.machine;
    let version = machine.published.versions.get(&number).cloned();
    Ok((machine, version))
}

pub(super) async fn for_execution(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("executionArn", 1, MAX_ARN)?;
    let data = includes_data(&mut params)?;
    params.check()?;
    let id = find_execution(engine, &text).await?;
    let name = machine_of(engine, &text)?;
    let revision = engine.revision_of(id).await?;
    let content = &revision.content;
    let mut body = Map::new();
    if let Some(run) = engine.run_of(id)
        && let Some(run) = engine.describe_map_run(run).await?
    {
        body.insert("mapRunArn".into(), run.arn.into());
        body.insert("label".into(), (&*run.row.label).into());
    }
    body.insert("stateMachineArn".into(), engine.state_machine_arn(&name).into());
    body.insert("name".into(), plain(&name).into());
    body.insert("definition".into(), shown(content, data));
    body.insert("roleArn".into(), (&*content.role_arn).into());
    body.insert("updateDate".into(), time(content.updated_ms));
    configuration(&mut body, content);
    variable_references(&mut body, revision.program().as_deref());
    Ok(Value::Object(body))
}

/// The definition. What stands for one that was not asked for is AWS's: DescribeStateMachine in the API Reference.
fn shown(content: &RevisionContent, data: bool) -> Value {
    if data { (&*content.definition).into() } else { "{}".into() }
}

/// `variableReferences`: which variables each state reads, for states that read any.
fn variable_references(body: &mut Map<String, Value>, program: Option<&dirigent_asl::Program>) {
    let Some(program) = program else { return };
    let mut references = Map::new();
    for state in program.states() {
        let names = state.variables();
        if !names.is_empty() {
            references.insert(state.name.to_string(), json!(names));
        }
    }
    if !references.is_empty() {
        body.insert("variableReferences".into(), Value::Object(references));
    }
}
