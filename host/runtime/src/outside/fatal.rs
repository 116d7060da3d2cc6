//! The end of a call that a guest can neither see nor handle.

use std::sync::OnceLock;

use tokio::sync::Notify;

use crate::Failure;

/// Why the host ends a call, once it has decided to. The first reason stays.
#[derive(Default)]
pub(crate) struct Fatal {
    failure: OnceLock<Failure>,
    set: Notify,
}

impl Fatal {
    /// End the call with this failure.
    pub(crate) fn set(&self, failure: Failure) {
        let _ = self.failure.set(failure);
        self.set.notify_one();
    }

    /// The failure, if the call is to end.
    pub(crate) fn get(&self) -> Option<&Failure> {
        self.failure.get()
    }

    /// Resolves when the call is to end. For one waiter.
    pub(crate) async fn wait(&self) {
        while self.failure.get().is_none() {
            self.set.notified().await;
        }
    }
}
