//! TagResource, UntagResource, ListTagsForResource; and `tags` of CreateStateMachine and CreateActivity.

use std::sync::Arc;

use dirigent_engine::{EXECUTION_FUEL_TAG, Engine, TASK_FUEL_TAG, is_good_budget_tag};
use serde_json::{Value, json};

use super::{MAX_ARN, activities, create_state_machine::with_arn};
use crate::arn;
use crate::error::ApiError;
use crate::params::Params;

/// Longest key and value of a tag, in characters. Source: AWS developer guide, "Tagging in Step Functions".
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

/// `tags`, where given.
pub(super) fn pairs(engine: &Engine, params: &mut Params) -> Result<Option<Vec<(String, String)>>, ApiError> {
    let Some(list) = params.items("tags")? else { return Ok(None) };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for mut tag in list {
        let key = tag.required("key", 1, MAX_KEY)?;
        let value = tag.string("value", 0, MAX_VALUE)?;
        params.absorb(tag);
        set(&mut pairs, key, value.unwrap_or_default());
    }
    check_number(engine, &pairs)?;
    check_budgets(&pairs)?;
    Ok(Some(pairs))
}

fn set(pairs: &mut Vec<(String, String)>, key: String, value: String) {
    match pairs.iter_mut().find(|(known, _)| *known == key) {
        Some((_, slot)) => *slot = value,
        None => pairs.push((key, value)),
    }
}

fn check_number(engine: &Engine, tags: &[(String, String)]) -> Result<(), ApiError> {
    let most = engine.config().limits.tags;
    if tags.len() > most {
        return Err(ApiError::new("TooManyTags", format!("A resource has at most {most} tags")));
    }
    Ok(())
}

/// AWS takes any value, but the names are this host's own, and a budget that is not kept is worse than one that is refused.
fn check_budgets(tags: &[(String, String)]) -> Result<(), ApiError> {
    match tags.iter().find(|(name, value)| !is_good_budget_tag(name, value)) {
        None => Ok(()),
        Some((name, value)) => Err(ApiError::validation(format!(
            "The tag {name} cannot be '{value}'. A budget is a whole number of units of fuel, and its name {TASK_FUEL_TAG} or \
             {EXECUTION_FUEL_TAG}"
        ))),
    }
}

fn missing(arn: &str) -> ApiError {
    ApiError::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
}

/// What has tags.
enum Tagged {
    Machine(String),
    Activity(String),
}

impl Tagged {
    fn of(engine: &Engine, arn: &str) -> Result<Tagged, ApiError> {
        Ok(match arn.split(':').nth(5) {
            Some("activity") => {
                let parsed = arn::activity(arn)?;
                Tagged::Activity(engine.name_in(parsed.account, parsed.name))
            }
            _ => {
                let parsed = arn::machine(arn)?;
                Tagged::Machine(engine.name_in(parsed.account, parsed.name))
            }
        })
    }

    fn tags(&self, engine: &Engine) -> Option<Vec<(String, String)>> {
        match self {
            Tagged::Machine(name) => engine.catalog().get(name).map(|machine| machine.tags.clone()),
            Tagged::Activity(name) => engine.activities().get(name).map(|activity| activity.tags.clone()),
        }
    }

    async fn change(
        &self,
        engine: &Engine,
        change: impl FnOnce(&mut Vec<(String, String)>) + Send,
    ) -> Result<(), ApiError> {
        match self {
            Tagged::Machine(name) => {
                engine.catalog().tag(name, change).await.map_err(|error| with_arn(engine, error))?;
            }
            Tagged::Activity(name) => {
                let tagged = engine.activities().tag(name, change).await;
                tagged.map_err(|error| activities::with_arn(engine, error))?;
            }
        }
        Ok(())
    }
}

pub(super) async fn tag(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("resourceArn", 1, MAX_ARN)?;
    let pairs = pairs(engine, &mut params)?;
    if pairs.is_none() {
        params.missing("tags");
    }
    params.check()?;
    let tagged = Tagged::of(engine, &text)?;
    let mut tags = tagged.tags(engine).ok_or_else(|| missing(&text))?;
    for (key, value) in pairs.unwrap_or_default() {
        set(&mut tags, key, value);
    }
    check_number(engine, &tags)?;
    tagged.change(engine, |slot| *slot = tags).await?;
    Ok(json!({}))
}

pub(super) async fn untag(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("resourceArn", 1, MAX_ARN)?;
    let keys = params.strings("tagKeys", 1, MAX_KEY)?;
    if keys.is_none() {
        params.missing("tagKeys");
    }
    params.check()?;
    let tagged = Tagged::of(engine, &text)?;
    tagged.tags(engine).ok_or_else(|| missing(&text))?;
    let keys = keys.unwrap_or_default();
    let remove = |tags: &mut Vec<(String, String)>| {
        tags.retain(|(key, _)| !keys.contains(key));
    };
    tagged.change(engine, remove).await?;
    Ok(json!({}))
}

pub(super) fn list(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let text = params.required("resourceArn", 1, MAX_ARN)?;
    params.check()?;
    let tags = Tagged::of(engine, &text)?.tags(engine).ok_or_else(|| missing(&text))?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(json!({ "tags": tags }))
}
