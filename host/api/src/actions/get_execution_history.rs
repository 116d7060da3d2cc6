//! GetExecutionHistory.

use std::sync::Arc;

use dirigent_engine::Engine;
use serde_json::{Value, json};

use super::{MAX_ARN, find_execution, page_size};
use crate::error::ApiError;
use crate::events::Context;
use crate::params::Params;
use crate::token;

pub(super) async fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let arn = params.required("executionArn", 1, MAX_ARN)?;
    let size = page_size(&mut params, 100, 1_000)?;
    let token = params.string("nextToken", 1, 1_024)?;
    let reverse = params.boolean("reverseOrder")?.unwrap_or(false);
    let data = params.boolean("includeExecutionData")?.unwrap_or(true);
    params.check()?;
    let id = find_execution(engine, &arn).await?;
    let list = format!("GetExecutionHistory/{}/{reverse}", id.sequence);
    let from = match token {
        None => None,
        Some(token) => {
            let place = token::read(engine, &list, &token)?.parse::<u64>();
            Some(place.map_err(|_| ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'"))?)
        }
    };
    let count = size as u64;
    // Event ids have no gaps, so a page is a range of them.
    let (from, to) = if reverse {
        let last = match from {
            Some(last) => last,
            None => engine.last_event(id).await?,
        };
        (last.saturating_sub(count) + 1, last + 1)
    } else {
        let first = from.unwrap_or(1);
        (first, first.saturating_add(count))
    };
    let mut page = engine.history(id, from, to, size, data).await?;
    let next = if reverse {
        page.events.reverse();
        (from > 1).then(|| from - 1)
    } else {
        let full = page.events.len() == size;
        (full && engine.last_event(id).await? >= to).then_some(to)
    };
    let revision = engine.revision_of(id).await?;
    let context = Context {
        page: &page,
        role_arn: &revision.content.role_arn,
        region: &engine.config().region,
        data,
        payload_bytes: usize::MAX,
    };
    let events: Vec<Value> = page.events.iter().map(|event| context.event(event)).collect();
    let mut body = json!({ "events": events });
    if let Some(next) = next {
        body["nextToken"] = token::write(engine, &list, &next.to_string()).into();
    }
    Ok(body)
}
