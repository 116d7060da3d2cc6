//! `Retry` and `Catch`.

use std::sync::Arc;

use dirigent_expr::{JsonataTemplate, Template};

use super::{ResultPlace, StateIndex};

/// `Retry` and `Catch` of a state.
#[derive(Debug, Default)]
pub struct ErrorHandling {
    /// Retriers, tried in order.
    pub retry: Vec<Retrier>,
    /// Catchers, tried in order when no retrier is left.
    pub catch: Vec<Catcher>,
}

/// A name in `ErrorEquals`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ErrorName {
    /// `States.ALL`: any error that may be caught.
    All,
    /// `States.TaskFailed`: any task error but a time-out.
    TaskFailed,
    /// That error.
    Is(Arc<str>),
}

/// A retrier.
#[derive(Debug)]
pub struct Retrier {
    /// Which errors.
    pub errors: Vec<ErrorName>,
    /// Seconds before the first retry.
    pub interval_seconds: u64,
    /// How many retries; 0 means never.
    pub max_attempts: u32,
    /// Factor from one interval to the next, at least 1.
    pub backoff_rate: f64,
    /// Greatest interval in seconds.
    pub max_delay_seconds: Option<u64>,
    /// `JitterStrategy`.
    pub jitter: Jitter,
}

/// `JitterStrategy`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Jitter {
    /// The interval as computed.
    #[default]
    None,
    /// Any time up to the interval.
    Full,
}

/// A catcher.
#[derive(Debug)]
pub struct Catcher {
    /// Which errors.
    pub errors: Vec<ErrorName>,
    /// Where it goes.
    pub next: StateIndex,
    /// What goes on from there.
    pub flow: CatchFlow,
}

/// A catcher's data flow.
#[derive(Debug)]
pub enum CatchFlow {
    /// JSONPath.
    JsonPath {
        /// `ResultPath`: where the error output is put in the state's input.
        result: ResultPlace,
        /// Variables set when it is taken.
        assign: Option<Template>,
    },
    /// JSONata.
    Jsonata {
        /// `Output`; without it the error output.
        output: Option<JsonataTemplate>,
        /// Variables set when it is taken.
        assign: Option<JsonataTemplate>,
    },
}
