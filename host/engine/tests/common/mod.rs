//! What the suites of the driver have in common.

#![allow(dead_code, reason = "each suite is a program of its own, and no suite needs all of this")]

use std::sync::Arc;
use std::time::Duration;

use dirigent_engine::catalog::RevisionContent;
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{Engine, EventKind, Fault};
use dirigent_store::ExecutionId;
use serde_json::Value;

/// Longest wait of a test for anything.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

/// What a future gives, if it does so in time.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, future).await.unwrap_or_else(|_| panic!("waited too long until {what}"))
}

/// A revision with a definition.
pub(crate) fn content(definition: &Value) -> RevisionContent {
    RevisionContent {
        revision_id: None,
        definition: definition.to_string().into(),
        role_arn: "arn:aws:iam::000000000000:role/r".into(),
        logging: None,
        tracing: None,
        encryption: None,
        updated_ms: 0,
    }
}

/// The output of an execution, or its error's name and cause, once it has ended.
pub(crate) async fn end(engine: &Arc<Engine>, id: ExecutionId) -> Result<Value, Fault> {
    within("it ends", engine.ended(id)).await.expect("reads");
    let description = engine.describe(id).await.expect("reads");
    match description.row.status {
        StatusRow::Succeeded(_) => Ok(description.output.expect("has an output").value().clone()),
        StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) => Err(fault),
        StatusRow::Running => panic!("it has ended"),
    }
}

/// The kinds of an execution's events, in order.
pub(crate) async fn kinds(engine: &Arc<Engine>, id: ExecutionId) -> Vec<String> {
    let page = engine.history(id, 1, u64::MAX, 100, false).await.expect("reads");
    let name = |kind: &EventKind| format!("{kind:?}").split([' ', '(', '{']).next().map(str::to_owned);
    page.events.iter().filter_map(|event| name(&event.kind)).collect()
}
