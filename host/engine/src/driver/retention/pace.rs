//! How fast executions are deleted: a batch at a time, and no more than half of the writer's time.

use std::time::{Duration, Instant};

use dirigent_store::{Batch, CatalogChange, CatalogKey, Expect};

use crate::driver::{Engine, EngineError};

/// Most executions that are forgotten in a commit.
pub(super) const MAX_EXECUTIONS: usize = 64;

/// Most rows that a commit deletes, the last execution's aside, which has no more than as many itself. Values need no
/// bound: deleting one only notes that its pages are free.
pub(super) const MAX_ROWS: usize = 1_024;

/// Commits of others that may wait for the disk before a batch lets them go first.
const YIELD_ABOVE: usize = 32;
/// How long it lets them go first at a time, and how often: it must get its turn under a load that never ends.
const YIELD: Duration = Duration::from_millis(5);
const MOST_YIELDS: usize = 20;

/// Shortest pause after a commit.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// Commits a batch when there is room for it, and then pauses for as long as that took.
pub(super) async fn commit(engine: &Engine, batch: Batch) -> Result<(), EngineError> {
    for _ in 0..MOST_YIELDS {
        if engine.store.pressure().queued_batches <= YIELD_ABOVE {
            break;
        }
        tokio::time::sleep(YIELD).await;
    }
    let begun = Instant::now();
    engine.store.commit(batch).await?;
    tokio::time::sleep(begun.elapsed().max(SHORTEST_PAUSE)).await;
    Ok(())
}

/// Deletes a row of the catalog.
pub(super) fn gone(key: CatalogKey) -> CatalogChange {
    CatalogChange { key, value: None, expect: Expect::Anything }
}
