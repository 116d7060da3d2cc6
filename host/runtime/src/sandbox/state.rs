//! What the host keeps of one call while it runs: the data of its wasmtime store.

use std::sync::Arc;

use super::memory::MemoryMeter;
use crate::{
    Call, Failure, Journal, KeyValueStore, Limits,
    capabilities::{Http, Signals, Steps, TaskLog, Wasi},
    outside::Outside,
};

/// Why the host ended a guest in the middle of a host call.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error("more than {0} calls of host functions")]
    HostCalls(u32),
    /// The failure is in [`Outside::fatal`].
    #[error("the host ended the call")]
    Fatal,
}

/// One call's state.
pub(crate) struct CallState {
    pub(crate) memory: MemoryMeter,
    pub(crate) log: TaskLog,
    pub(crate) signals: Signals,
    /// Made when the guest first calls WASI: most never do.
    pub(crate) wasi: Option<Box<Wasi>>,
    /// Made when the guest first calls `wasi:http`.
    pub(crate) http: Option<Box<Http>>,
    pub(crate) outside: Outside,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) keyvalue: Option<Arc<dyn KeyValueStore>>,
    pub(crate) steps: Steps,
    /// Bytes of a request's body.
    pub(crate) body_limit: usize,
    pub(crate) host_calls: u32,
    host_calls_limit: u32,
}

impl CallState {
    pub(crate) fn new(limits: &Limits, call: &mut Call, outside: Outside) -> Self {
        Self {
            memory: MemoryMeter::new(limits.memory),
            log: TaskLog::new(outside.clone(), limits.log),
            signals: Signals::new(call.heartbeat.take(), call.progress.take(), limits.log.line),
            wasi: None,
            http: None,
            outside,
            journal: call.journal.take(),
            keyvalue: call.keyvalue.take(),
            steps: Steps::default(),
            body_limit: limits.output.as_usize(),
            host_calls: 0,
            host_calls_limit: limits.host_calls,
        }
    }

    /// End the call with this failure, from within a host function.
    pub(crate) fn end_with(&self, failure: Failure) -> Stop {
        self.outside.fatal().set(failure);
        Stop::Fatal
    }

    /// Count a call of one of our own host functions.
    pub(crate) fn count_host_call(&mut self) -> Result<(), Stop> {
        self.host_calls = self.host_calls.saturating_add(1);
        if self.host_calls > self.host_calls_limit {
            Err(Stop::HostCalls(self.host_calls_limit))
        } else {
            Ok(())
        }
    }
}
