//! CreateActivity, DeleteActivity, DescribeActivity, ListActivities.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::activities::ActivityError;
use dirigent_engine::names::plain;
use serde_json::{Map, Value, json};

use super::configurations::Encryption;
use super::create_state_machine::now_ms;
use super::{MAX_ARN, find_activity, page_size, tags};
use crate::arn;
use crate::error::ApiError;
use crate::names::{self, MAX_NAME};
use crate::params::Params;
use crate::shapes::time;
use crate::token;

const LIST: &str = "ListActivities";

pub(super) async fn create(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let name = params.required("name", 1, MAX_NAME)?;
    let tags = tags::pairs(engine, &mut params)?;
    let encryption = Encryption::read(&mut params)?;
    params.check()?;
    names::check(&name)?;
    let encryption = encryption.map(Encryption::checked).transpose()?;
    let name = engine.name_in(params.account(), &name);
    let created = engine.activities().create(&name, now_ms(), encryption, tags.unwrap_or_default()).await;
    let activity = created.map_err(|error| with_arn(engine, error))?;
    Ok(
        json!({ "activityArn": engine.activity_arn(&activity.name), "creationDate": time(activity.created_ms) }),
    )
}

/// AWS names activities by their ARNs in errors.
pub(super) fn with_arn(engine: &Engine, error: ActivityError) -> ApiError {
    match error {
        ActivityError::Exists(name) => ActivityError::Exists(engine.activity_arn(&name)).into(),
        ActivityError::Missing(name) => ActivityError::Missing(engine.activity_arn(&name)).into(),
        other => other.into(),
    }
}

/// Deleting what is not there is no error, as on AWS.
pub(super) async fn delete(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("activityArn", 1, MAX_ARN)?;
    params.check()?;
    let parsed = arn::activity(&text)?;
    let name = engine.name_in(parsed.account, parsed.name);
    if text == engine.activity_arn(&name) {
        engine.activities().delete(&name).await?;
    }
    Ok(json!({}))
}

pub(super) fn describe(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("activityArn", 1, MAX_ARN)?;
    params.check()?;
    let activity = find_activity(engine, &text)?;
    let encryption: Option<Map<String, Value>> =
        activity.encryption.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Ok(json!({
        "activityArn": text,
        "name": plain(&activity.name),
        "creationDate": time(activity.created_ms),
        "encryptionConfiguration": encryption.map_or_else(|| json!({ "type": "AWS_OWNED_KEY" }), Value::Object),
    }))
}

pub(super) fn list(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 1_024)?;
    params.check()?;
    let after = token.map(|token| token::read(engine, LIST, &token)).transpose()?;
    let account = engine.foreign(params.account());
    let mut activities = engine.activities().list(account, after.as_deref(), size + 1);
    let more = activities.len() > size;
    activities.truncate(size);
    let list: Vec<Value> = activities
        .iter()
        .map(|activity| {
            json!({
                "activityArn": engine.activity_arn(&activity.name),
                "name": plain(&activity.name),
                "creationDate": time(activity.created_ms),
            })
        })
        .collect();
    let mut body = json!({ "activities": list });
    if let (true, Some(last)) = (more, activities.last()) {
        body["nextToken"] = token::write(engine, LIST, &last.name).into();
    }
    Ok(body)
}
