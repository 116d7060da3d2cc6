//! Rows whose execution is not there, and numbers that would come again.

use std::collections::BTreeSet;

use dirigent_store::{StoreError, Table};

use super::{Examination, ProblemKind, each};

/// The row of `meta` that says which sequence is next.
const NEXT_SEQUENCE: &[u8] = b"next_sequence";

impl Examination<'_> {
    pub(super) fn orphans(&mut self) -> Result<(), StoreError> {
        self.waiting.report_rest(&mut self.report);
        self.next_sequence()?;
        self.sequences.sort_unstable();
        for (table, seen) in
            [(Table::Names, self.names), (Table::Frames, self.frames), (Table::History, self.chunks)]
        {
            // Nearly always all rows belong to executions, and counting them says so.
            if self.snapshot.size(table)?.rows != seen {
                self.orphans_of(table)?;
            }
        }
        Ok(())
    }

    fn orphans_of(&mut self, table: Table) -> Result<(), StoreError> {
        let mut lost: BTreeSet<u64> = BTreeSet::new();
        let mut rows = 0_u64;
        let remains: BTreeSet<u64> = self.waiting.remains.iter().map(|id| id.sequence).collect();
        each(&self.snapshot, table, |row| {
            if let Some(sequence) = table.sequence(row)
                && self.sequences.binary_search(&sequence).is_err()
                && !remains.contains(&sequence)
            {
                lost.insert(sequence);
                rows += 1;
            }
        })?;
        for sequence in lost {
            let what = format!("it has rows in `{}`, and no record", table.name());
            self.report.problem(ProblemKind::Leftover, format!("execution {sequence}"), what);
        }
        Ok(())
    }

    fn next_sequence(&mut self) -> Result<(), StoreError> {
        let mut next = 1;
        each(&self.snapshot, Table::Meta, |(key, value)| {
            if key == NEXT_SEQUENCE {
                next = value.as_slice().try_into().map_or(next, u64::from_be_bytes);
            }
        })?;
        let last = self.sequences.iter().copied().filter(|sequence| Self::is_given_out(*sequence)).max();
        if let Some(last) = last.filter(|last| *last >= next) {
            let what = format!("{next} is the next number of an execution, and there is one with {last}");
            self.report.problem(ProblemKind::NumbersReused, "the counter of executions", what);
        }
        Ok(())
    }
}
