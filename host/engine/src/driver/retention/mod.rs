//! Retention: executions that ended long ago are deleted with all that belongs to them, in the background.
//!
//! There is no index by end. Sequences grow with the time of the start, and who ended long ago began longer ago; so a
//! sweep reads each state machine's executions from the oldest on, and ends at the first that began too late. That costs
//! those who start and end executions nothing, and finds what earlier versions left. What it costs is that executions
//! which began long ago and still run are looked at in every sweep.
//!
//! An execution is *forgotten* in one commit: its record, its name, and what belongs to it alone. From then on it is one
//! that never existed. If it has little more, that goes in the same commit; otherwise the commit leaves a mark, and its
//! Map Runs, their children, its frames and its history go in later ones, after a restart too.
//!
//! - `sweep`: which executions go
//! - `forget`: the commit that forgets one
//! - `rest`: what goes later
//! - `pace`: how fast

pub(super) mod forget;
mod pace;
mod rest;
mod sweep;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Engine, EngineError, now_ms};

/// Shortest and longest time between two sweeps. In between, a sixteenth of the retention.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
const LONGEST_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// Executions, children or rows that are read at a time.
const PAGE: usize = 256;

/// Starts the task that sweeps, if executions are not kept for ever. It ends with the engine.
pub(super) fn start(engine: &Arc<Engine>) {
    let Some(retention) = engine.config.retention else { return };
    let interval = (retention / 16).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
    let retention_ms = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    let engine = Arc::downgrade(engine);
    tokio::spawn(async move {
        while let Some(engine) = engine.upgrade() {
            if engine.health().is_err() {
                return;
            }
            match engine.delete_ended_by(now_ms().saturating_sub(retention_ms)).await {
                Ok(0) => {}
                Ok(executions) => tracing::info!(executions, "deleted executions that ended long ago"),
                Err(error) => {
                    tracing::error!(%error, "cannot delete executions that ended long ago; trying again");
                }
            }
            // The wait must not keep the engine.
            drop(engine);
            tokio::time::sleep(interval).await;
        }
    });
}

impl Engine {
    /// Deletes the executions that ended at or before `until_ms` (Unix milliseconds), with their Map Runs. One that another
    /// execution waits for stays until that has been told. Returns how many went, children of Map Runs included.
    ///
    /// # Errors
    /// The store's. What went before it is gone; what is left of it goes with the next call.
    pub async fn delete_ended_by(self: &Arc<Self>, until_ms: i64) -> Result<u64, EngineError> {
        sweep::sweep(self, until_ms).await
    }

    /// How many executions retention has deleted since the start.
    #[must_use]
    pub fn removed_executions(&self) -> u64 {
        self.removed.load(Ordering::Relaxed)
    }
}
