//! What one transaction changes.

use std::collections::HashSet;
use std::ops::Range;

use crate::error::CommitError;
use crate::ids::{ExecutionId, FrameId, Timer};

/// The largest batch that is accepted, in bytes as [`Batch::size`] counts them: far above what an
/// execution produces, and far below what the file format can hold, so that no batch stops a store.
pub const MAX_BATCH_BYTES: usize = 256 << 20;

/// What one transaction changes. All of it is durable, or none.
///
/// Conditions (`create_as`, `expect`) are checked against the state before the batch, before
/// anything is changed. Changes then apply in the order of the vectors, executions first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Batch {
    /// Changes to executions, in order.
    pub executions: Vec<ExecutionChange>,
    /// Changes to the catalog, in order. A key may occur once in a batch.
    pub catalog: Vec<CatalogChange>,
}

/// What a batch changes about one execution. Start from [`ExecutionChange::new`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExecutionChange {
    /// Which execution.
    pub id: ExecutionId,
    /// The execution is new and has this name, which must be free in its machine: otherwise the batch
    /// fails with [`CommitError::NameTaken`].
    pub create_as: Option<String>,
    /// The summary row (status, dates, references), which replaces the one before.
    pub record: Option<Vec<u8>>,
    /// The execution is forgotten: its record, its name and its attention mark go. The value is what it was created
    /// as. Frames and history stay unless they are dropped, by this change or later ones, which may be many if there
    /// is much of them. An execution that is not there is no error.
    pub forget: Option<String>,
    /// Chunks of the history to delete: those whose first event is in the range.
    pub drop_history: Option<Range<u64>>,
    /// Frames to write. A frame that is also dropped in the same change ends up written.
    pub put_frames: Vec<(FrameId, Vec<u8>)>,
    /// Frames that have ended. One that does not exist is no error.
    pub drop_frames: Vec<FrameId>,
    /// New history events: the id of the chunk's first event, and the chunk. The id must be greater
    /// than every id in the chunks before.
    pub history: Option<(u64, Vec<u8>)>,
    /// Timers to set. A timer that is also cleared in the same change ends up set. Timers may belong
    /// to other executions than `id`.
    pub set_timers: Vec<Timer>,
    /// Timers that have fired or are not needed any more. One that does not exist is no error.
    pub clear_timers: Vec<Timer>,
    /// Whether a restarted host must load the execution, because it waits for more than timers and
    /// calls from outside. `None` leaves it as it is.
    pub attention: Option<bool>,
}

impl ExecutionChange {
    /// A change of `id` that changes nothing yet.
    pub fn new(id: ExecutionId) -> Self {
        Self { id, ..Self::default() }
    }
}

/// What kind of row a catalog key names. The store gives kinds no meaning; the engine does.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct CatalogKind(pub u8);

/// The key of a row that changes seldom: a state machine, a version, an alias, an activity, a tag.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct CatalogKey {
    /// Rows of one kind can be scanned together.
    pub kind: CatalogKind,
    /// Rows of a kind sort by these bytes.
    pub name: Vec<u8>,
}

impl CatalogKey {
    /// The row `name` of `kind`.
    pub fn new(kind: CatalogKind, name: impl Into<Vec<u8>>) -> Self {
        Self { kind, name: name.into() }
    }
}

/// What a batch does to one catalog row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CatalogChange {
    /// Which row.
    pub key: CatalogKey,
    /// Its new value; `None` deletes the row.
    pub value: Option<Vec<u8>>,
    /// What must hold before, or the batch fails with [`CommitError::CatalogConflict`].
    pub expect: Expect,
}

/// What must be true of a catalog row for a batch to be applied.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Expect {
    /// No condition.
    #[default]
    Anything,
    /// There is no such row.
    Absent,
    /// There is such a row.
    Present,
    /// There is such a row and its value is this.
    Value(Vec<u8>),
}

impl Expect {
    /// Whether a row with this value (`None`: no row) is what was expected.
    pub fn holds(&self, current: Option<&[u8]>) -> bool {
        match self {
            Expect::Anything => true,
            Expect::Absent => current.is_none(),
            Expect::Present => current.is_some(),
            Expect::Value(wanted) => current == Some(wanted.as_slice()),
        }
    }
}

impl Batch {
    /// A batch that changes one execution.
    pub fn execution(change: ExecutionChange) -> Self {
        Self { executions: vec![change], catalog: Vec::new() }
    }

    /// A batch that changes one catalog row.
    pub fn catalog(change: CatalogChange) -> Self {
        Self { executions: Vec::new(), catalog: vec![change] }
    }

    /// The memory the batch's contents take up while it is queued, in bytes; about right, not exact.
    pub fn size(&self) -> usize {
        let executions: usize = self.executions.iter().map(ExecutionChange::size).sum();
        let catalog = self.catalog.iter().map(|change| {
            size_of::<CatalogChange>() + change.key.name.len() + change.value.as_ref().map_or(0, Vec::len)
        });
        size_of::<Self>() + executions + catalog.sum::<usize>()
    }

    /// Refuses a batch that is too large, or whose conditions would depend on the order of its own
    /// changes.
    ///
    /// Conditions are checked against the state before the batch. Two changes that create the same
    /// name, or write the same catalog row, could both pass and then overwrite one another.
    pub(crate) fn check(&self) -> Result<(), CommitError> {
        let bytes = self.size();
        if bytes > MAX_BATCH_BYTES {
            return Err(CommitError::Malformed {
                why: format!("has {bytes} bytes, and {MAX_BATCH_BYTES} is the most"),
            });
        }
        // The usual batch changes one execution: nothing to compare, and nothing allocated.
        if self.executions.len() > 1 {
            let mut names = HashSet::new();
            for change in &self.executions {
                if let Some(name) = &change.create_as
                    && !names.insert((change.id.machine, name))
                {
                    return Err(CommitError::Malformed {
                        why: format!("creates the execution name {name:?} twice in {:?}", change.id.machine),
                    });
                }
            }
        }
        if self.catalog.len() > 1 {
            let mut keys = HashSet::new();
            for change in &self.catalog {
                if !keys.insert(&change.key) {
                    return Err(CommitError::Malformed {
                        why: format!("changes the catalog row {:?} twice", change.key),
                    });
                }
            }
        }
        Ok(())
    }
}

impl ExecutionChange {
    fn size(&self) -> usize {
        size_of::<Self>()
            + self.create_as.as_ref().map_or(0, String::len)
            + self.record.as_ref().map_or(0, Vec::len)
            + self.forget.as_ref().map_or(0, String::len)
            + self
                .put_frames
                .iter()
                .map(|(_, frame)| frame.len() + size_of::<(FrameId, Vec<u8>)>())
                .sum::<usize>()
            + self.drop_frames.len() * size_of::<FrameId>()
            + self.history.as_ref().map_or(0, |(_, chunk)| chunk.len())
            + (self.set_timers.len() + self.clear_timers.len()) * size_of::<Timer>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MachineId;

    #[test]
    fn expectations() {
        let cases: [(Expect, Option<&[u8]>, bool); 9] = [
            (Expect::Anything, None, true),
            (Expect::Anything, Some(b"a"), true),
            (Expect::Absent, None, true),
            (Expect::Absent, Some(b"a"), false),
            (Expect::Present, None, false),
            (Expect::Present, Some(b""), true),
            (Expect::Value(b"a".to_vec()), None, false),
            (Expect::Value(b"a".to_vec()), Some(b"b"), false),
            (Expect::Value(b"a".to_vec()), Some(b"a"), true),
        ];
        for (expect, current, holds) in cases {
            assert_eq!(expect.holds(current), holds, "{expect:?} of {current:?}");
        }
    }

    #[test]
    fn a_batch_has_a_largest_size() {
        let of = |length| {
            let change = ExecutionChange { record: Some(vec![0; length]), ..ExecutionChange::default() };
            Batch::execution(change)
        };
        assert!(of(MAX_BATCH_BYTES - 10_000).check().is_ok());
        assert!(matches!(of(MAX_BATCH_BYTES).check(), Err(CommitError::Malformed { .. })));
    }

    #[test]
    fn a_batch_may_not_meet_itself() {
        let create = |machine, sequence, name: &str| ExecutionChange {
            create_as: Some(name.to_owned()),
            ..ExecutionChange::new(ExecutionId::new(MachineId(machine), sequence))
        };
        let put = |name: &str| CatalogChange {
            key: CatalogKey::new(CatalogKind(1), name),
            value: Some(Vec::new()),
            expect: Expect::Anything,
        };
        let batch = |executions, catalog| Batch { executions, catalog };
        assert!(batch(vec![create(1, 1, "a"), create(1, 2, "b"), create(2, 3, "a")], vec![]).check().is_ok());
        assert!(batch(vec![], vec![put("a"), put("b")]).check().is_ok());
        assert!(batch(vec![create(1, 1, "a"), create(1, 2, "a")], vec![]).check().is_err());
        assert!(batch(vec![], vec![put("a"), put("a")]).check().is_err());
    }
}
