//! The actions, a file each (pairs that mirror each other share one).

mod activities;
mod aliases;
mod configurations;
mod create_state_machine;
mod delete_state_machine;
mod describe_execution;
mod describe_state_machine;
mod get_activity_task;
mod get_execution_history;
mod list_executions;
mod list_state_machines;
mod map_runs;
mod redrive_execution;
mod routes;
mod send_task;
mod start_execution;
mod start_sync_execution;
mod stop_execution;
mod tags;
mod test_state;
mod update_state_machine;
mod validate_definition;
mod versions;

use std::sync::Arc;

use dirigent_engine::activities::Activity;
use dirigent_engine::catalog::StateMachine;
use dirigent_engine::rows::ExecutionRow;
use dirigent_engine::{CASE_MARK, Engine, EngineError, Target, names};
use dirigent_store::ExecutionId;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::params::Params;
use crate::{arn, shapes};

pub(crate) use versions::version_in;

/// Longest ARN of a parameter, in characters.
const MAX_ARN: usize = 256;

/// Answers the action of that name.
pub(crate) async fn dispatch(engine: &Arc<Engine>, action: &str, params: Params) -> Result<Value, ApiError> {
    match action {
        "CreateActivity" => activities::create(engine, params).await,
        "CreateStateMachine" => create_state_machine::run(engine, params).await,
        "CreateStateMachineAlias" => aliases::create(engine, params).await,
        "DeleteActivity" => activities::delete(engine, params).await,
        "DeleteStateMachine" => delete_state_machine::run(engine, params).await,
        "DeleteStateMachineAlias" => aliases::delete(engine, params).await,
        "DeleteStateMachineVersion" => versions::delete(engine, params).await,
        "DescribeActivity" => activities::describe(engine, params),
        "DescribeExecution" => describe_execution::run(engine, params).await,
        "DescribeMapRun" => map_runs::describe(engine, params).await,
        "DescribeStateMachine" => describe_state_machine::run(engine, params).await,
        "DescribeStateMachineAlias" => aliases::describe(engine, params),
        "DescribeStateMachineForExecution" => describe_state_machine::for_execution(engine, params).await,
        "GetActivityTask" => get_activity_task::run(engine, params).await,
        "GetExecutionHistory" => get_execution_history::run(engine, params).await,
        "ListActivities" => activities::list(engine, params),
        "ListExecutions" => list_executions::run(engine, params).await,
        "ListMapRuns" => map_runs::list(engine, params).await,
        "ListStateMachineAliases" => aliases::list(engine, params),
        "ListStateMachineVersions" => versions::list(engine, params),
        "ListStateMachines" => list_state_machines::run(engine, params),
        "ListTagsForResource" => tags::list(engine, params),
        "PublishStateMachineVersion" => versions::publish(engine, params).await,
        "RedriveExecution" => redrive_execution::run(engine, params).await,
        "SendTaskFailure" => send_task::failure(engine, params).await,
        "SendTaskHeartbeat" => send_task::heartbeat(engine, params).await,
        "SendTaskSuccess" => send_task::success(engine, params).await,
        "StartExecution" => start_execution::run(engine, params).await,
        "StartSyncExecution" => start_sync_execution::run(engine, params).await,
        "StopExecution" => stop_execution::run(engine, params).await,
        "TagResource" => tags::tag(engine, params).await,
        "TestState" => test_state::run(engine, params).await,
        "UntagResource" => tags::untag(engine, params).await,
        "UpdateMapRun" => map_runs::update(engine, params).await,
        "UpdateStateMachine" => update_state_machine::run(engine, params).await,
        "UpdateStateMachineAlias" => aliases::update(engine, params).await,
        "ValidateStateMachineDefinition" => validate_definition::run(engine, params),
        other => Err(ApiError::unknown_action(other)),
    }
}

/// The state machine that an unqualified ARN names: a version or an alias is none.
pub(crate) fn find_machine(engine: &Engine, text: &str) -> Result<Arc<StateMachine>, ApiError> {
    arn::machine(text)?;
    match engine.machine_and_qualifier(text) {
        Some((machine, None)) => Ok(machine),
        _ => Err(ApiError::no_machine(text)),
    }
}

/// What an ARN asks to start: a state machine, a version, or what an alias leads to; and the test case that it names.
pub(crate) async fn find_target(engine: &Engine, text: &str) -> Result<Target, ApiError> {
    arn::machine(text.split(CASE_MARK).next().unwrap_or(text))?;
    engine.target(text).await?.ok_or_else(|| ApiError::no_machine(text))
}

/// `stateMachineVersionArn` and `stateMachineAliasArn` of an execution that a version or an alias started.
async fn origin_fields(
    engine: &Engine,
    machine: &str,
    id: ExecutionId,
    body: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    if let Some(origin) = engine.origin(id).await? {
        let version = versions::version_arn(engine, machine, origin.version);
        body.insert("stateMachineVersionArn".into(), version.into());
        if let Some(alias) = &origin.alias {
            body.insert("stateMachineAliasArn".into(), aliases::alias_arn(engine, machine, alias).into());
        }
    }
    Ok(())
}

/// The status of an execution. A child of a Map Run that is being redriven shows whether its turn is still to come.
fn status(engine: &Engine, id: ExecutionId, row: &ExecutionRow) -> &'static str {
    if engine.awaits_redrive(id, row) { "PENDING_REDRIVE" } else { shapes::status(&row.status) }
}

/// The activity that an ARN names.
fn find_activity(engine: &Engine, text: &str) -> Result<Arc<Activity>, ApiError> {
    let parsed = arn::activity(text)?;
    let name = engine.name_in(parsed.account, parsed.name);
    // Nothing of another region exists here.
    let known = text == engine.activity_arn(&name);
    engine.activities().get(&name).filter(|_| known).ok_or_else(|| ApiError::no_activity(text))
}

/// The execution that an ARN names.
pub(crate) async fn find_execution(engine: &Engine, text: &str) -> Result<ExecutionId, ApiError> {
    let machine = machine_of(engine, text)?;
    let name = arn::execution(text)?.name;
    if text != engine.execution_arn(&machine, name) {
        return Err(ApiError::no_execution(text));
    }
    match (engine.find(&machine, name).await?, names::execution(name)) {
        (Some(id), _) => Ok(id),
        // An Express execution that is not kept: as on AWS, nothing can be asked of it.
        (None, (_, Some(_))) => Err(arn::out_of_context("express")),
        (None, _) => Err(ApiError::no_execution(text)),
    }
}

/// The name of the state machine, as the engine has it, in an execution's ARN.
fn machine_of(engine: &Engine, execution: &str) -> Result<String, ApiError> {
    let parsed = arn::execution(execution)?;
    Ok(engine.name_in(parsed.account, parsed.machine))
}

/// A failed start, with the ARN that AWS names in it.
pub(crate) fn start_error(engine: &Engine, machine: &str, error: EngineError) -> ApiError {
    match error {
        EngineError::NameTaken { name } => {
            let arn = engine.execution_arn(machine, &name);
            ApiError::new("ExecutionAlreadyExists", format!("Execution Already Exists: '{arn}'"))
        }
        other => other.into(),
    }
}

pub(crate) fn input_too_large(engine: &Engine) -> ApiError {
    let most = engine.config().limits.payload_bytes;
    ApiError::validation(format!(
        "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to {most}"
    ))
}

/// `maxResults`: 0, like nothing, is the default. Source: AWS API Reference, "ListExecutions".
fn page_size(params: &mut Params, default: usize, most: i64) -> Result<usize, ApiError> {
    let wanted = params.integer("maxResults", 0, most)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    Ok(if wanted == 0 { default } else { wanted })
}

/// `includedData`: whether inputs, outputs and definitions are part of the answer.
fn includes_data(params: &mut Params) -> Result<bool, ApiError> {
    Ok(params.word("includedData", &["ALL_DATA", "METADATA_ONLY"])?.as_deref() != Some("METADATA_ONLY"))
}
