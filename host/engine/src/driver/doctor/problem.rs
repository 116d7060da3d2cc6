//! What may be wrong with a store, and what to do about it.

use serde::Serialize;

use crate::rows::RowError;

/// Problems that a report shows; more are counted.
pub const MAX_PROBLEMS: usize = 1_000;

/// What is wrong.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    /// A row cannot be decoded.
    RowDamaged,
    /// A row is of a kind or a form that this version does not know.
    RowUnknown,
    /// A history has a gap, or events out of order.
    HistoryBroken,
    /// An event, a frame or a record refers to a payload that is not there.
    PayloadMissing,
    /// An execution's record does not say what its history says.
    StatusDisagrees,
    /// An execution is not found by its name.
    NameMissing,
    /// An execution runs, and a part of where it stands is missing.
    FrameMissing,
    /// An execution stands where its definition has no state.
    FrameDoesNotFit,
    /// A timer that an execution waits for is not set.
    TimerMissing,
    /// An execution has to be loaded by a restarted host, and is not marked.
    MarkMissing,
    /// A task waits for a worker, and is in no queue.
    QueuePlaceMissing,
    /// A revision that something runs or names is not there.
    RevisionMissing,
    /// A Map Run is not found where it should be.
    MapRunBroken,
    /// The next execution would get a number that was given out.
    NumbersReused,
    /// A row belongs to what has ended, or to what is not there.
    Leftover,
}

impl From<&RowError> for ProblemKind {
    fn from(error: &RowError) -> ProblemKind {
        match error {
            RowError::Newer(_) => ProblemKind::RowUnknown,
            RowError::Damaged(_) | RowError::Empty => ProblemKind::RowDamaged,
        }
    }
}

impl ProblemKind {
    /// What to do.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            ProblemKind::RowDamaged
            | ProblemKind::HistoryBroken
            | ProblemKind::PayloadMissing
            | ProblemKind::StatusDisagrees
            | ProblemKind::NameMissing
            | ProblemKind::RevisionMissing
            | ProblemKind::NumbersReused => {
                "Restore the data directory from a backup, and report this: no crash leaves it so"
            }
            ProblemKind::RowUnknown => "Use the version of Dirigent that wrote it, or a newer one",
            ProblemKind::FrameMissing
            | ProblemKind::TimerMissing
            | ProblemKind::MarkMissing
            | ProblemKind::QueuePlaceMissing
            | ProblemKind::MapRunBroken => {
                "The execution will not go on by itself: stop it and redrive it, or restore a backup"
            }
            ProblemKind::FrameDoesNotFit => {
                "Stop the execution, and redrive it onto a definition that has the state"
            }
            ProblemKind::Leftover => "It takes up space and does no other harm; report it",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// Where: an execution, a state machine, or a row.
    pub place: String,
    /// What exactly.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}
