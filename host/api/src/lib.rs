//! The HTTP door: the AWS Step Functions API, and the host's own `/api`.
//!
//! Only this crate knows AWS's wire shapes. A request goes `server → aws (target, parameters) → actions/… → engine`
//! and comes back as JSON 1.0. Sources: AWS Step Functions API Reference; the service model `stepfunctions`
//! 2016-11-23, for field names, bounds and error names.
//!
//! - `server`: routes, health
//! - `door`, `bounds`: how many connections and requests there are at a time
//! - `auth`: who asks, and what they may do
//! - `aws`: the wire: `X-Amz-Target`, JSON 1.0, errors
//! - `params`: reading parameters with AWS's validation messages
//! - `actions`: a file an action
//! - `arn`, `names`, `token`: what strings must look like
//! - `events`: history events in AWS's form
//! - `faults`: errors and causes, as they come in and as they are shown
//! - [`mock_config`]: the file that Step Functions Local's users have their test cases in
//! - [`logging`]: which of them are logged, and their records
//! - `rest`: `/api`, described by OpenAPI; `metrics`: what Prometheus reads
//! - `console`: the files of the console
//! - `sdk`: the same actions for tasks of workflows

mod actions;
mod arn;
mod auth;
mod aws;
mod bounds;
mod console;
mod door;
mod error;
mod events;
mod faults;
pub mod logging;
mod metrics;
pub mod mock_config;
mod names;
mod params;
mod rest;
mod sdk;
mod server;
mod shapes;
#[cfg(test)]
mod tests;
mod token;

pub use auth::{
    CallerError, Callers, Gate, MAX_CALLERS, MAX_SESSIONS, MIN_SECRET_BYTES, Role, SESSION_LIFE, new_secret,
};
pub use bounds::{Bounds, MAX_BODY_BYTES, MAX_REQUESTS, MAX_WAITING_REQUESTS};
pub use console::Console;
pub use door::{Door, MAX_CONNECTIONS};
pub use rest::{
    BackupSource, Host, PluginAsk, PluginDirectory, PluginEntry, PluginLogLine, PluginStatus, PluginUsage,
    Usage,
};
pub use sdk::call as call_own_action;
pub use server::router;

/// Longest wait of `POST /api/executions?wait=…`, in seconds.
pub const MAX_WAIT_SECONDS: u64 = 15 * 60;
