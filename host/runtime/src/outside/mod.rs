//! The world outside of one call: what it may reach, how it gets there, and what is written down of it.

mod buckets;
mod connections;
mod exchange;
mod fatal;
mod services;

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use tokio::sync::Semaphore;

pub use buckets::KeyValueStore;
pub(crate) use buckets::{Buckets, Problem};
pub(crate) use exchange::{Exchange, Patience, digest};
pub(crate) use fatal::Fatal;
pub use services::Services;

use crate::{
    Failure, Limits, TaskContext,
    components::Identity,
    error_names,
    grants::{Denied, Grant},
    journal::{JournalError, Tape, TapeError},
};

/// Requests of one call that are under way at the same time; further ones wait.
const REQUESTS_AT_ONCE: usize = 16;

/// What one call has of the world outside. Clones share it, so that a request can be under way on its own.
#[derive(Clone)]
pub(crate) struct Outside(Arc<Shared>);

struct Shared {
    context: TaskContext,
    /// Whose call it is, too.
    grant: Grant,
    services: Arc<Services>,
    /// None where nothing is written down: the plugin asks for nothing with an effect, or the execution is not durable.
    tape: Option<Tape>,
    fatal: Fatal,
    limits: Limits,
    places: Semaphore,
    requests: AtomicU32,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Outside {
    pub(crate) fn new(
        context: TaskContext,
        grant: Grant,
        services: &Arc<Services>,
        tape: Option<Tape>,
        limits: &Limits,
    ) -> Self {
        Self(Arc::new(Shared {
            context,
            grant,
            services: Arc::clone(services),
            tape,
            fatal: Fatal::default(),
            limits: *limits,
            places: Semaphore::new(REQUESTS_AT_ONCE),
            requests: AtomicU32::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        }))
    }

    /// Whose call it is.
    pub(crate) fn who(&self) -> &Identity {
        self.0.grant.who()
    }

    pub(crate) fn context(&self) -> &TaskContext {
        &self.0.context
    }

    pub(crate) fn grant(&self) -> &Grant {
        &self.0.grant
    }

    pub(crate) fn services(&self) -> &Services {
        &self.0.services
    }

    pub(crate) fn tape(&self) -> Option<&Tape> {
        self.0.tape.as_ref()
    }

    pub(crate) fn fatal(&self) -> &Fatal {
        &self.0.fatal
    }

    /// Bytes of bodies that were sent and received.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        (self.0.sent.load(Ordering::Relaxed), self.0.received.load(Ordering::Relaxed))
    }

    /// The failure of a call that asked for what it may not have.
    pub(crate) fn denied(&self, denied: &Denied) -> Failure {
        self.0.grant.failure(denied)
    }

    /// The failure of a call that asks for something else than it asked for at this place before.
    pub(crate) fn told_otherwise(&self) -> Failure {
        Failure::new(
            error_names::DIVERGED,
            format!(
                "plugin {} asked for something else after a stop of the host than it had asked for before",
                self.who()
            ),
        )
    }

    /// The failure of a call that cannot go on over its journal.
    pub(crate) fn off_the_tape(&self, error: &TapeError) -> Failure {
        let who = self.who();
        match error {
            TapeError::Diverged { .. } => Failure::new(
                error_names::DIVERGED,
                format!(
                    "plugin {who} went on after a stop of the host and did not do the same again: {error}. What it does has to \
                     follow from its input and from what the host tells it"
                ),
            ),
            TapeError::Journal(JournalError::Full(why)) => Failure::new(
                error_names::JOURNAL_FULL,
                format!("plugin {who} cannot go on: its journal is full: {why}"),
            ),
            TapeError::Journal(error) => {
                Failure::new(error_names::JOURNAL_CLOSED, format!("plugin {who} cannot go on: {error}"))
            }
        }
    }
}
