//! The future that resolves when a batch is durable.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::error::CommitError;

/// Resolves when a batch is durable, or refused.
///
/// The batch was queued by the call that made this; dropping it or not polling it changes nothing
/// about the batch.
#[derive(Debug)]
#[must_use = "a batch may be refused, and is not durable before this resolves"]
pub struct Commit(State);

#[derive(Debug)]
enum State {
    Decided(Result<(), CommitError>),
    Queued(oneshot::Receiver<Result<(), CommitError>>),
}

/// The other end of a [`Commit`]: decides it.
#[derive(Debug)]
pub(crate) struct Decision(oneshot::Sender<Result<(), CommitError>>);

impl Commit {
    /// A commit whose outcome is known. For stores that need not wait.
    pub fn decided(outcome: Result<(), CommitError>) -> Self {
        Self(State::Decided(outcome))
    }

    /// A commit whose outcome arrives on `outcome`. For stores that must wait. If the sender is
    /// dropped, the commit resolves to [`CommitError::Stopped`].
    pub fn queued(outcome: oneshot::Receiver<Result<(), CommitError>>) -> Self {
        Self(State::Queued(outcome))
    }

    pub(crate) fn pair() -> (Decision, Self) {
        let (sender, receiver) = oneshot::channel();
        (Decision(sender), Self::queued(receiver))
    }

    /// Waits for the outcome on a thread that is not part of an async runtime.
    ///
    /// # Panics
    /// When called from within an async runtime, where it would block other tasks.
    pub fn wait(self) -> Result<(), CommitError> {
        match self.0 {
            State::Decided(outcome) => outcome,
            State::Queued(receiver) => receiver.blocking_recv().unwrap_or_else(|_| Err(abandoned())),
        }
    }
}

impl Decision {
    pub(crate) fn decide(self, outcome: Result<(), CommitError>) {
        // Nobody may be waiting any more: that is their right.
        let _ = self.0.send(outcome);
    }
}

fn abandoned() -> CommitError {
    CommitError::Stopped { why: "it was closed before the batch was written".into() }
}

impl Future for Commit {
    type Output = Result<(), CommitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Decided(outcome) => Poll::Ready(outcome.clone()),
            State::Queued(receiver) => {
                Pin::new(receiver).poll(context).map(|received| received.unwrap_or_else(|_| Err(abandoned())))
            }
        }
    }
}
