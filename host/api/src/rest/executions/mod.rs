//! Executions: a file a route, and what several of them share.

pub(crate) mod bulk;
pub(crate) mod describe;
mod filter;
pub(crate) mod history;
mod metering;
pub(crate) mod redrive;
pub(crate) mod search;
pub(crate) mod start;
pub(crate) mod stop;
mod summary;
pub(crate) mod tasks;

use dirigent_engine::Engine;
use dirigent_store::ExecutionId;

use crate::actions;
use crate::error::ApiError;

/// The execution of an ARN in a path.
pub(super) async fn find(engine: &Engine, arn: &str) -> Result<ExecutionId, ApiError> {
    actions::find_execution(engine, arn).await
}
