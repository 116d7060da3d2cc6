//! Which executions go: those that ended at or before a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dirigent_store::MachineId;

use super::forget::Forgetting;
use super::{PAGE, rest};
use crate::driver::{Engine, EngineError, now_ms};
use crate::rows::{ExecutionRow, StatusRow};

/// Deletes the executions of all state machines, deleted ones too, that ended at or before `until_ms`, and what earlier
/// sweeps left. Returns how many executions went, children of Map Runs included.
pub(super) async fn sweep(engine: &Arc<Engine>, until_ms: i64) -> Result<u64, EngineError> {
    let before = engine.removed.load(Ordering::Relaxed);
    for machine in engine.catalog.numbers().await? {
        sweep_machine(engine, machine, until_ms).await?;
    }
    rest::delete_all(engine).await?;
    Ok(engine.removed.load(Ordering::Relaxed) - before)
}

async fn sweep_machine(engine: &Arc<Engine>, machine: MachineId, until_ms: i64) -> Result<(), EngineError> {
    let mut forgetting = Forgetting::new(engine);
    let mut after = None;
    loop {
        let page = engine.store.list_oldest(machine, after, PAGE).await?;
        for (id, bytes) in &page {
            let row = match ExecutionRow::decode(bytes) {
                Ok(row) => row,
                Err(error) => {
                    tracing::warn!(%error, machine = machine.0, sequence = id.sequence, "an execution's record is skipped");
                    continue;
                }
            };
            // One that says it began later than now was written when the clock was wrong: it says nothing about the next.
            if row.started_ms > until_ms && row.started_ms <= now_ms() {
                return forgetting.commit().await;
            }
            if has_ended_by(&row, until_ms) {
                forgetting.add(*id, |row| has_ended_by(row, until_ms)).await?;
            }
        }
        after = page.last().map(|(id, _)| id.sequence);
        if page.len() < PAGE {
            return forgetting.commit().await;
        }
    }
}

fn has_ended_by(row: &ExecutionRow, until_ms: i64) -> bool {
    row.status != StatusRow::Running && row.stopped_ms.is_some_and(|stopped_ms| stopped_ms <= until_ms)
}
