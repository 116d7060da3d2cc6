//! What goes after an execution was forgotten, since it is too much for one commit: the children of its Map Runs and
//! their runs, its history, its frames, its journals.

use std::sync::Arc;

use dirigent_store::{Batch, ExecutionChange, ExecutionId, MachineId};

use super::PAGE;
use super::forget::{Forgetting, REMAINS};
use super::pace::{self, gone};
use crate::driver::map_runs::row;
use crate::driver::{Engine, EngineError};
use crate::rows::{StatusRow, execution_key, execution_of};

/// Chunks of a history that a commit deletes.
const CHUNKS: u64 = 256;

/// Deletes what is left of all executions that were forgotten, children of their Map Runs included.
pub(super) async fn delete_all(engine: &Arc<Engine>) -> Result<(), EngineError> {
    loop {
        let mut done = 0;
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = engine.store.scan(REMAINS, after.as_deref(), PAGE).await?;
            for (key, _) in &page {
                if let Some(id) = execution_of(key)
                    && delete(engine, id).await?
                {
                    done += 1;
                }
            }
            let last = page.len() < PAGE;
            after = page.into_iter().next_back().map(|(key, _)| key);
            if last {
                break;
            }
        }
        // Children that were forgotten meanwhile may have left something too.
        if done == 0 {
            return Ok(());
        }
    }
}

/// Deletes what is left of an execution. Returns whether that is all: a child that still runs is left for later, and with it
/// its run and the mark.
async fn delete(engine: &Arc<Engine>, id: ExecutionId) -> Result<bool, EngineError> {
    while let Some(run) = row::of_parent(&*engine.store, id, None, 1).await?.first().copied() {
        if engine.map_runs.is_active(run) || !delete_children(engine, run).await? {
            return Ok(false);
        }
        pace::commit(engine, row::deletion(&*engine.store, id, run).await?).await?;
    }
    while let Some((first, _)) = engine.store.history(id, 0, u64::MAX, 1).await?.first() {
        let drop_history = Some(*first..first.saturating_add(CHUNKS));
        let change = ExecutionChange { drop_history, ..ExecutionChange::new(id) };
        pace::commit(engine, Batch::execution(change)).await?;
    }
    loop {
        let frames = engine.store.frames(id, PAGE).await?;
        let records = engine.journals.keys_of(id, PAGE).await?;
        let last = frames.len() < PAGE && records.len() < PAGE;
        let drop_frames = frames.into_iter().map(|(frame, _)| frame).collect();
        let change = ExecutionChange { drop_frames, ..ExecutionChange::new(id) };
        let mut batch = Batch::execution(change);
        batch.catalog.extend(records.into_iter().map(gone));
        if last {
            batch.catalog.push(gone(execution_key(REMAINS, id)));
        }
        pace::commit(engine, batch).await?;
        if last {
            return Ok(true);
        }
    }
}

/// Forgets the children of a run. Returns whether none is left.
async fn delete_children(engine: &Arc<Engine>, run: MachineId) -> Result<bool, EngineError> {
    let mut forgetting = Forgetting::new(engine);
    let mut all = true;
    let mut after = None;
    loop {
        let page = engine.store.list_oldest(run, after, PAGE).await?;
        for (id, _) in &page {
            all &= forgetting.add(*id, |row| row.status != StatusRow::Running).await?;
        }
        after = page.last().map(|(id, _)| id.sequence);
        if page.len() < PAGE {
            forgetting.commit().await?;
            return Ok(all);
        }
    }
}
