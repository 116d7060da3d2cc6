//! Events that did not get where they are logged, and telling the host's own log of them.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How often at most the host's log is told of losses of one kind.
pub(super) const TELL_EVERY: Duration = Duration::from_secs(10);

/// Events that were lost on the way to one destination.
#[derive(Debug)]
pub(super) struct Losses {
    /// What is told.
    message: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Events that nobody was told of.
    untold: u64,
    /// Why the last ones were lost.
    reason: String,
    told: Option<Instant>,
}

impl Losses {
    pub(super) fn new(message: &'static str) -> Losses {
        Losses { message, state: Mutex::default() }
    }

    pub(super) fn add(&self, events: u64, reason: impl Into<String>) {
        if events > 0 {
            let mut state = self.state.lock();
            state.untold += events;
            state.reason = reason.into();
        }
    }

    /// Tells of losses, if there were any and the last word on them is old enough, or this one is the last.
    pub(super) fn tell(&self, last: bool) {
        let mut state = self.state.lock();
        let early = state.told.is_some_and(|told| told.elapsed() < TELL_EVERY);
        if state.untold == 0 || (early && !last) {
            return;
        }
        tracing::warn!(events = state.untold, reason = state.reason, "{}", self.message);
        *state = State { told: Some(Instant::now()), ..State::default() };
    }
}
