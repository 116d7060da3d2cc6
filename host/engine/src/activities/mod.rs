//! Activities: work that workers outside ask for, and the queues in which it waits for them.
//!
//! - `registry`: which activities there are
//! - `queue`: the queue of one, as rows of the store

pub(crate) mod queue;
mod registry;

pub use registry::{Activities, Activity, ActivityError, MAX_ACTIVITIES};

use dirigent_store::CatalogKind;

/// Rows of activities, by name.
pub(crate) const ACTIVITIES: CatalogKind = CatalogKind(10);
/// Rows of tasks that wait for a worker, by activity and time.
pub(crate) const QUEUES: CatalogKind = CatalogKind(11);
