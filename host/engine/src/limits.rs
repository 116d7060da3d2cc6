//! The limits of executions: AWS's quotas, or safe ones of our own.

/// What an execution may use. Every limit has a name; none is infinite.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Greatest size of an input, an output or a task's result, in bytes of UTF-8.
    pub payload_bytes: usize,
    /// Greatest number of events in a history of a Standard execution.
    pub history_events: u64,
    /// How many iterations of an inline Map run at a time when `MaxConcurrency` is 0 or greater than this.
    pub inline_concurrency: u32,
    /// How many children of a Map Run run at a time when `MaxConcurrency` is 0 or greater than this.
    pub map_run_concurrency: u32,
    /// How many items an inline Map takes. AWS names no number: there the size of a payload bounds it.
    pub inline_items: usize,
    /// Longest run of an Express execution, in seconds.
    pub express_seconds: u64,
    /// Greatest size of a definition, in bytes.
    pub definition_bytes: usize,
}

impl Limits {
    /// AWS's quotas. Source: AWS developer guide, "Step Functions service quotas".
    #[must_use]
    pub fn aws() -> Limits {
        Limits {
            payload_bytes: 256 * 1024,
            history_events: 25_000,
            inline_concurrency: 40,
            map_run_concurrency: 10_000,
            inline_items: usize::MAX,
            express_seconds: 5 * 60,
            definition_bytes: 1024 * 1024,
        }
    }

    /// Our own: wide enough for any sensible workflow, narrow enough that one execution cannot take the host down.
    #[must_use]
    pub fn off() -> Limits {
        Limits {
            payload_bytes: 64 * 1024 * 1024,
            history_events: 10_000_000,
            inline_concurrency: 1_000,
            map_run_concurrency: 10_000,
            inline_items: 1_000_000,
            express_seconds: 24 * 60 * 60,
            definition_bytes: 16 * 1024 * 1024,
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::aws()
    }
}
