//! Whether there is room for another execution. Work under way is never refused, since it must be able to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Engine, EngineError};

/// Commits that may wait for the disk before new executions are refused.
pub const MAX_QUEUED_COMMITS: usize = 20_000;

/// Bytes of commits that may wait for the disk before new executions are refused.
pub const MAX_QUEUED_BYTES: usize = 128 << 20;

/// Executions in memory before new ones are refused: those that run tasks. Those that only wait are not in memory.
pub const MAX_LIVE_EXECUTIONS: usize = 100_000;

/// Bytes of inputs of executions in memory before new ones are refused.
pub const MAX_LIVE_BYTES: usize = 512 << 20;

/// The bytes of all inputs of executions in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Weights(Arc<AtomicUsize>);

/// The bytes of one input, as long as its execution is in memory.
#[derive(Debug)]
pub(super) struct Weight {
    all: Weights,
    bytes: usize,
}

impl Weights {
    pub(super) fn add(&self, bytes: usize) -> Weight {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Weight { all: self.clone(), bytes }
    }

    fn sum(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Engine {
    /// Whether a commit may come on top of those that wait for the disk.
    ///
    /// # Errors
    /// [`EngineError::Throttled`].
    pub(super) fn admit_commit(&self) -> Result<(), EngineError> {
        let queued = self.store.pressure();
        let full = queued.queued_batches > MAX_QUEUED_COMMITS || queued.queued_bytes > MAX_QUEUED_BYTES;
        if full { Err(EngineError::Throttled) } else { Ok(()) }
    }

    /// Whether there is memory for another execution.
    ///
    /// # Errors
    /// [`EngineError::Throttled`].
    pub(super) fn admit_execution(&self) -> Result<(), EngineError> {
        let full = self.live_executions() > MAX_LIVE_EXECUTIONS || self.weights.sum() > MAX_LIVE_BYTES;
        if full { Err(EngineError::Throttled) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_and_go() {
        let weights = Weights::default();
        let (one, two) = (weights.add(3), weights.add(4));
        assert_eq!(weights.sum(), 7);
        drop(one);
        assert_eq!(weights.sum(), 4);
        drop(two);
        assert_eq!(weights.sum(), 0);
    }
}
