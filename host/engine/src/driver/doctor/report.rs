//! What an examination found, in numbers.

use dirigent_store::TableSize;
use serde::Serialize;

use super::problem::{MAX_PROBLEMS, Problem, ProblemKind};

/// What is in a store, and what is wrong with it.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Executions by status.
    pub executions: Executions,
    /// Events of all histories.
    pub events: u64,
    /// Executions that were deleted and have rows left, which the host deletes as it goes on.
    pub being_deleted: u64,
    /// Map Runs whose executions have ended while they had not; the host closes them when it starts.
    pub open_map_runs: u64,
    /// The tables.
    pub tables: Vec<TableReport>,
    /// Bytes of keys and values that belong to executions, divided by the number of these; 0 without any.
    pub bytes_per_execution: u64,
    /// What is wrong, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many problems there are.
    pub problem_count: u64,
}

/// Executions by status, children of Map Runs included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Executions {
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
}

impl Executions {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.running + self.succeeded + self.failed + self.timed_out + self.aborted
    }
}

/// A table of the store.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableReport {
    /// Its name.
    pub name: &'static str,
    /// Its rows.
    pub rows: u64,
    /// Bytes of its keys and values.
    pub bytes: u64,
    /// Bytes of the pages that it takes up.
    pub page_bytes: u64,
}

impl TableReport {
    pub(super) fn new(name: &'static str, size: TableSize) -> TableReport {
        TableReport { name, rows: size.rows, bytes: size.bytes, page_bytes: size.page_bytes }
    }
}

impl Report {
    /// Notes that something is wrong.
    pub(super) fn problem(
        &mut self,
        kind: ProblemKind,
        place: impl std::fmt::Display,
        what: impl std::fmt::Display,
    ) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            let (place, what) = (place.to_string(), what.to_string());
            self.problems.push(Problem { kind, place, what, advice: kind.advice() });
        }
    }
}
