//! The commit that forgets executions.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dirigent_store::{Batch, CatalogChange, CatalogKind, ExecutionChange, ExecutionId, Expect};

use super::PAGE;
use super::pace::{self, MAX_EXECUTIONS, MAX_ROWS, gone};
use crate::driver::map_runs::ids::is_child;
use crate::driver::map_runs::{MapRunStatus, row};
use crate::driver::redrive::Alone;
use crate::driver::{Engine, EngineError, targets};
use crate::rows::{ExecutionRow, StatusRow, encode, execution_key};

/// Executions that are forgotten and have rows left, by execution.
pub(in crate::driver) const REMAINS: CatalogKind = CatalogKind(21);

/// Most rows of a kind that an execution has if it goes in one commit.
const FEW_ROWS: usize = 256;

/// Executions that the next commit forgets.
pub(super) struct Forgetting {
    engine: Arc<Engine>,
    batch: Batch,
    executions: usize,
    rows: usize,
    /// Until the commit is durable: a redrive that began meanwhile would write what is no more.
    turns: Vec<Alone>,
}

/// What is left of an execution when its record is gone, beside frames and history.
struct Belongings {
    change: ExecutionChange,
    rows: Vec<CatalogChange>,
    /// Most chunks of its history that go with it.
    chunks: usize,
    /// All of it goes in the same commit.
    all: bool,
}

impl Forgetting {
    pub(super) fn new(engine: &Arc<Engine>) -> Forgetting {
        Forgetting {
            engine: engine.clone(),
            batch: Batch::default(),
            executions: 0,
            rows: 0,
            turns: Vec::new(),
        }
    }

    /// Adds an execution that `may_go`, as its record says when nobody else can redrive it. Commits what there is when
    /// that is enough. Returns whether it goes.
    pub(super) async fn add(
        &mut self,
        id: ExecutionId,
        may_go: impl Fn(&ExecutionRow) -> bool,
    ) -> Result<bool, EngineError> {
        // A child is redriven by its run only, which nobody redrives when its root is gone.
        let turn = if is_child(id) { None } else { Some(self.engine.alone_with(id).await) };
        let Some(row) = self.engine.record(id).await?.filter(may_go) else { return Ok(false) };
        if still_needed(&self.engine, id).await? {
            return Ok(false);
        }
        let belongings = belongings(&self.engine, id, &row).await?;
        self.rows += belongings.rows.len() + belongings.change.drop_frames.len() + belongings.chunks;
        self.batch.executions.push(belongings.change);
        self.batch.catalog.extend(belongings.rows);
        if !belongings.all {
            let mark = CatalogChange {
                key: execution_key(REMAINS, id),
                value: Some(encode(&())?),
                expect: Expect::Anything,
            };
            self.batch.catalog.push(mark);
        }
        self.executions += 1;
        self.turns.extend(turn);
        if self.executions == MAX_EXECUTIONS || self.rows >= MAX_ROWS {
            self.commit().await?;
        }
        Ok(true)
    }

    /// Commits what was added.
    pub(super) async fn commit(&mut self) -> Result<(), EngineError> {
        if self.executions == 0 {
            return Ok(());
        }
        let executions = std::mem::take(&mut self.executions) as u64;
        self.rows = 0;
        let turns = std::mem::take(&mut self.turns);
        pace::commit(&self.engine, std::mem::take(&mut self.batch)).await?;
        drop(turns);
        self.engine.removed.fetch_add(executions, Ordering::Relaxed);
        Ok(())
    }
}

/// Whether somebody waits to be told of its end, or a Map Run of it has not ended.
async fn still_needed(engine: &Engine, id: ExecutionId) -> Result<bool, EngineError> {
    if engine.is_waited_for(id) {
        return Ok(true);
    }
    let mut after = None;
    loop {
        let runs = row::of_parent(&*engine.store, id, after, PAGE).await?;
        for run in &runs {
            let open =
                row::get(&*engine.store, *run).await?.is_some_and(|row| row.status == MapRunStatus::Running);
            if open || engine.map_runs.is_active(*run) {
                return Ok(true);
            }
        }
        after = runs.last().copied();
        if runs.len() < PAGE {
            return Ok(false);
        }
    }
}

async fn belongings(engine: &Engine, id: ExecutionId, row: &ExecutionRow) -> Result<Belongings, EngineError> {
    let store = &*engine.store;
    let mut change = ExecutionChange { forget: Some(row.name.to_string()), ..ExecutionChange::new(id) };
    let mut rows: Vec<CatalogChange> = engine.case_keys(id).into_iter().map(gone).collect();
    let origin = targets::key(id);
    if store.get(&origin).await?.is_some() {
        rows.push(gone(origin));
    }
    // Chunks have an event at least, so there are no more of them than the id of the last one's first event.
    let last = store.history(id, u64::MAX - 1, u64::MAX, 1).await?.first().map_or(0, |(first, _)| *first);
    // One that succeeded has no frames.
    let frames = match row.status {
        StatusRow::Succeeded(_) => Vec::new(),
        _ => store.frames(id, FEW_ROWS + 1).await?,
    };
    let records = engine.journals.keys_of(id, FEW_ROWS + 1).await?;
    let runs = row::of_parent(store, id, None, 1).await?;
    let all =
        last <= FEW_ROWS as u64 && frames.len() <= FEW_ROWS && records.len() <= FEW_ROWS && runs.is_empty();
    let mut chunks = 0;
    if all {
        chunks = usize::try_from(last).unwrap_or(FEW_ROWS);
        change.drop_history = Some(0..u64::MAX);
        change.drop_frames = frames.into_iter().map(|(frame, _)| frame).collect();
        rows.extend(records.into_iter().map(gone));
    }
    Ok(Belongings { change, rows, chunks, all })
}
