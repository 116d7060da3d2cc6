//! How much an evaluation may take.

use std::time::Duration;

/// Bounds of one evaluation. Beyond any of them it fails with one of JSONata's codes `D1011`, `D1012`, `D2014`, `U1001`
/// or `U1006`.
#[derive(Debug, Clone)]
pub(super) struct Caps {
    /// Longest evaluation.
    pub(super) time: Duration,
    /// Most nodes evaluated and functions called.
    pub(super) steps: u64,
    /// Deepest nesting of calls.
    pub(super) depth: usize,
    /// Longest string that is built, in bytes.
    pub(super) string_bytes: usize,
    /// Longest array that is built, a range's included.
    pub(super) array_items: usize,
    /// Largest result as JSON text, in bytes, and all arguments of a function of the host's together.
    pub(super) result_bytes: usize,
}

impl Caps {
    /// Those of every execution. The time is AWS's: developer guide, "Transforming data with JSONata in Step
    /// Functions". The sizes are four times what a state may pass on, so that there is room for what lies between.
    pub(super) const EXECUTION: Caps = Caps {
        time: Duration::from_secs(1),
        steps: 2_000_000,
        depth: 1_000,
        string_bytes: 1 << 20,
        array_items: 100_000,
        result_bytes: 1 << 20,
    };

    /// Those of a tame expression beside other executions in one process: a tenth of the work. What needs more goes to a
    /// process of its own after all.
    pub(super) const BESIDE_OTHERS: Caps = Caps { steps: 200_000, ..Caps::EXECUTION };
}
