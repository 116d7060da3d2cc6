//! The names by which a store finds things again.

use serde::{Deserialize, Serialize};

/// A state machine. Numbers are given out by the engine's catalog and never used twice.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Serialize, Deserialize)]
pub struct MachineId(pub u32);

/// An execution of a state machine.
///
/// `sequence` comes from [`Store::reserve_sequences`](crate::Store::reserve_sequences): it is unique
/// over all machines and grows with time, so the newest rows of a store lie side by side at its end.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Serialize, Deserialize)]
pub struct ExecutionId {
    /// The state machine it runs.
    pub machine: MachineId,
    /// Its number, unique over all machines.
    pub sequence: u64,
}

impl ExecutionId {
    /// The execution `sequence` of `machine`.
    pub const fn new(machine: MachineId, sequence: u64) -> Self {
        Self { machine, sequence }
    }
}

/// One frame of an execution's tree: the top level, a parallel branch, or a map iteration. Unique
/// within its execution.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Serialize, Deserialize)]
pub struct FrameId(pub u32);

/// Something an execution waits for that the clock decides.
///
/// Timers sort by due time first, which is the order in which [`Store::timers`](crate::Store::timers)
/// gives them out.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Serialize, Deserialize)]
pub struct Timer {
    /// When it is due, in milliseconds since the Unix epoch.
    pub due_ms: i64,
    /// The execution that waits.
    pub execution: ExecutionId,
    /// What the execution knows the timer by; with the execution and the due time it is unique.
    pub key: u64,
}
