//! A task that waits for a caller from outside, as a part of its frame: in memory and at rest.

use serde::{Deserialize, Serialize};

use crate::payload::{Payload, PayloadRef};

/// A task that is done when somebody outside says so, with its token: `.waitForTaskToken`, or an activity.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    /// The secret part of its token.
    pub(crate) nonce: u128,
    /// Its `TimeoutSeconds`, or AWS's default.
    pub(crate) timeout_seconds: u64,
    /// Its `HeartbeatSeconds`.
    pub(crate) heartbeat_seconds: Option<u64>,
    /// When the time is over, in Unix milliseconds, while its timer is set.
    pub(crate) timeout_due_ms: Option<i64>,
    /// When the next heartbeat is overdue, while its timer is set.
    pub(crate) heartbeat_due_ms: Option<i64>,
    pub(crate) stage: Stage,
}

/// How far a [`Callback`] is.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// The plugin runs that shall hand the token on.
    Submitting { parameters: Payload, started: bool },
    /// It did. Whoever has the token now is awaited.
    Submitted,
    /// In its activity's queue, since that time.
    Queued { input: Payload, since_ms: i64 },
    /// A worker has taken it.
    Taken,
}

/// [`Callback`] at rest.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CallbackRow {
    nonce: u128,
    timeout_seconds: u64,
    heartbeat_seconds: Option<u64>,
    timeout_due_ms: Option<i64>,
    heartbeat_due_ms: Option<i64>,
    stage: StageRow,
}

#[derive(Debug, Deserialize, Serialize)]
enum StageRow {
    Submitting { parameters: PayloadRef, started: bool },
    Submitted,
    Queued { input: PayloadRef, since_ms: i64 },
    Taken,
}

impl CallbackRow {
    pub(crate) fn of(callback: &Callback, refer: &mut dyn FnMut(&Payload) -> PayloadRef) -> CallbackRow {
        CallbackRow {
            nonce: callback.nonce,
            timeout_seconds: callback.timeout_seconds,
            heartbeat_seconds: callback.heartbeat_seconds,
            timeout_due_ms: callback.timeout_due_ms,
            heartbeat_due_ms: callback.heartbeat_due_ms,
            stage: match &callback.stage {
                Stage::Submitting { parameters, started } => {
                    StageRow::Submitting { parameters: refer(parameters), started: *started }
                }
                Stage::Submitted => StageRow::Submitted,
                Stage::Queued { input, since_ms } => {
                    StageRow::Queued { input: refer(input), since_ms: *since_ms }
                }
                Stage::Taken => StageRow::Taken,
            },
        }
    }

    pub(crate) fn payload(&self) -> Option<PayloadRef> {
        match &self.stage {
            StageRow::Submitting { parameters: at, .. } | StageRow::Queued { input: at, .. } => Some(*at),
            StageRow::Submitted | StageRow::Taken => None,
        }
    }

    pub(crate) fn restore(self, payload: &dyn Fn(PayloadRef) -> Option<Payload>) -> Option<Callback> {
        Some(Callback {
            nonce: self.nonce,
            timeout_seconds: self.timeout_seconds,
            heartbeat_seconds: self.heartbeat_seconds,
            timeout_due_ms: self.timeout_due_ms,
            heartbeat_due_ms: self.heartbeat_due_ms,
            stage: match self.stage {
                StageRow::Submitting { parameters, started } => {
                    Stage::Submitting { parameters: payload(parameters)?, started }
                }
                StageRow::Submitted => Stage::Submitted,
                StageRow::Queued { input, since_ms } => Stage::Queued { input: payload(input)?, since_ms },
                StageRow::Taken => Stage::Taken,
            },
        })
    }
}
