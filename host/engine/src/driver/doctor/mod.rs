//! Examining a store: whether its rows hold together, as the engine's promises say they do.
//!
//! It reads everything once and changes nothing. Memory grows with what is under way (timers, marks, places in queues) and by
//! eight bytes an execution.
//!
//! - `problem`: what may be wrong, and what to do
//! - `report`: what was found, in numbers
//! - `waiting`: what the store keeps for executions that wait
//! - `execution`: one execution: its record, its history, its frames
//! - `catalog`: state machines, Map Runs, and what else is named
//! - `orphans`: rows whose execution is not there

mod catalog;
mod execution;
mod orphans;
mod problem;
mod report;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_asl::Program;
use dirigent_store::{ExecutionId, MachineId, RawRow, RedbStore, Snapshot, StoreError, Table};

pub use problem::{MAX_PROBLEMS, Problem, ProblemKind};
pub use report::{Executions, Report, TableReport};
use waiting::Waiting;

use crate::driver::EngineError;
use crate::rows::execution_of;

/// Rows that are read at a time, and about how many bytes of them.
const PAGE: usize = 1_000;
const PAGE_BYTES: usize = 4 << 20;

/// Compiled definitions that are kept.
const PROGRAMS: usize = 256;

/// An examination under way.
struct Examination<'a> {
    store: &'a RedbStore,
    snapshot: Snapshot,
    report: Report,
    waiting: Waiting,
    programs: HashMap<(MachineId, u32), Option<Arc<Program>>>,
    /// Of every execution that has a record.
    sequences: Vec<u64>,
    /// Rows that belong to an execution that has a record.
    names: u64,
    frames: u64,
    chunks: u64,
}

/// Examines a store that nobody writes to.
///
/// # Errors
/// When the store cannot be read at all. What cannot be decoded is in the report.
pub async fn examine(store: &RedbStore) -> Result<Report, EngineError> {
    let snapshot = store.snapshot()?;
    let mut report = Report::default();
    let waiting = Waiting::read(&snapshot, &mut report)?;
    let mut examination = Examination {
        store,
        snapshot,
        report,
        waiting,
        programs: HashMap::new(),
        sequences: Vec::new(),
        names: 0,
        frames: 0,
        chunks: 0,
    };
    examination.executions().await?;
    examination.catalog().await?;
    examination.orphans()?;
    examination.sizes()?;
    Ok(examination.report)
}

impl Examination<'_> {
    async fn executions(&mut self) -> Result<(), EngineError> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.snapshot.page(Table::Records, after.as_deref(), PAGE, PAGE_BYTES)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            for (key, record) in &page {
                // A record's key is the machine and the sequence, as in names of rows that belong to executions.
                let Some(id) = execution_of(key) else { continue };
                self.sequences.push(id.sequence);
                self.execution(id, record).await?;
            }
        }
    }

    fn sizes(&mut self) -> Result<(), StoreError> {
        let mut bytes = 0;
        for table in Table::ALL {
            let size = self.snapshot.size(table)?;
            if !matches!(table, Table::Meta | Table::Catalog) {
                bytes += size.bytes;
            }
            self.report.tables.push(TableReport::new(table.name(), size));
        }
        self.report.bytes_per_execution = bytes.checked_div(self.report.executions.total()).unwrap_or(0);
        Ok(())
    }
}

/// Every row of a table.
fn each(snapshot: &Snapshot, table: Table, mut row: impl FnMut(&RawRow)) -> Result<(), StoreError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = snapshot.page(table, after.as_deref(), PAGE, PAGE_BYTES)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        page.iter().for_each(&mut row);
    }
}

/// How an execution is named in a report.
fn place(id: ExecutionId) -> String {
    format!("execution {} of state machine {}", id.sequence, id.machine.0)
}
