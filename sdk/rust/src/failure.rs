//! How a task fails.

use std::fmt;

use crate::guest::bindings::dirigent::task::types;

/// Why a task failed: the name that a state's `Retry` and `Catch` match, and the cause for people.
///
/// Any error that can be shown turns into one by `?`, under the name `States.TaskFailed`; give it a name of its own
/// with [`Failure::new`] when a workflow's author may want to handle it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error name, such as `Payment.Declined`. The host keeps 256 bytes.
    pub error: String,
    /// What happened, for people. The host keeps 32 KiB.
    pub cause: String,
}

impl Failure {
    /// The name of a failure that nobody gave a name (ASL specification, "Errors").
    pub const TASK_FAILED: &str = "States.TaskFailed";

    /// A failure with this name and cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }

    /// What the host says. Not `From`: the bindings' type is an error that can be shown, and would lose its name.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn from_host(failure: types::Failure) -> Self {
        Self { error: failure.error, cause: failure.cause }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.cause)
    }
}

// `Failure` is deliberately no `std::error::Error`: this impl could not exist then, as it would overlap with `From<Failure>`.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            cause.push_str(": ");
            cause.push_str(&inner.to_string());
            source = inner.source();
        }
        Self::new(Self::TASK_FAILED, cause)
    }
}

impl From<Failure> for types::Failure {
    fn from(failure: Failure) -> Self {
        Self { error: failure.error, cause: failure.cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_name() {
        fn task() -> Result<i64, Failure> {
            Ok("7x".parse::<i64>()?)
        }
        assert_eq!(task(), Err(Failure::new("States.TaskFailed", "invalid digit found in string")));
    }
}
