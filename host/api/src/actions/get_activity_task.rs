//! GetActivityTask: a long poll. The answer is empty when no task came within a minute.

use std::sync::Arc;

use dirigent_engine::{Engine, PollError};
use serde_json::{Value, json};

use super::{MAX_ARN, find_activity};
use crate::error::ApiError;
use crate::names::MAX_NAME;
use crate::params::Params;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let arn = params.required("activityArn", 1, MAX_ARN)?;
    let worker = params.string("workerName", 1, MAX_NAME)?;
    params.check()?;
    let activity = find_activity(engine, &arn)?;
    let task = engine.activity_task(&activity.name, worker.map(Into::into)).await;
    match task {
        Ok(Some(task)) => Ok(json!({ "taskToken": task.token, "input": task.input.text() })),
        Ok(None) => Ok(json!({})),
        Err(PollError::NoSuchActivity(_)) => Err(ApiError::no_activity(&arn)),
        Err(PollError::TooManyPollers) => Err(ApiError::new(
            "ActivityWorkerLimitExceeded",
            format!("The maximum number of workers polls the activity already: '{arn}'"),
        )),
        Err(PollError::Engine(error)) => Err(error.into()),
    }
}
