//! A task's memory across a crash of the host: steps that are done are not done again.
//!
//! ```
//! use dirigent_plugin::{Failure, journal};
//!
//! fn order() -> Result<(String, String), Failure> {
//!     let charge = journal::step("charge", || Ok::<_, Failure>("charge-1".to_owned()))?;
//!     let parcel = journal::step("ship", || Ok::<_, Failure>(format!("parcel for {charge}")))?;
//!     Ok((charge, parcel))
//! }
//! # assert_eq!(order().unwrap().1, "parcel for charge-1");
//! ```
//!
//! The host notes durably that a step begins, and then what came of it. A task that runs again, after a crash or by the
//! state's `Retry`, gets the results of the steps that are done. A step that began and has no result is *in doubt*: whether
//! its effect happened, only the plugin can find out. So a closure that fails leaves its step in doubt, too.
//!
//! Off wasm the journal is in memory, and each test (each thread) has its own; `testing::begin_step` makes a step one in
//! doubt.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::Failure;

/// The error name of a step that may have happened or not.
pub const IN_DOUBT: &str = "Plugin.InDoubt";

/// What is known of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recollection {
    /// Never begun before. That it begins now is durable.
    Fresh,
    /// Done, with this result, which is JSON.
    Done(String),
    /// Begun by an earlier call that ended before it recorded a result.
    InDoubt,
}

/// Do a step once: run `work` and record its result, or return the result that is recorded.
///
/// `step` names it: at most 128 bytes, once in a call of the task. One in doubt is the failure [`IN_DOUBT`];
/// [`step_or_else`] takes it up instead.
pub fn step<T, E>(step: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, Failure>
where
    T: Serialize + DeserializeOwned,
    E: Into<Failure>,
{
    step_or_else(step, work, || {
        Err(Failure::new(
            IN_DOUBT,
            format!(
                "the step `{step}` began in an earlier attempt, and whether it had its effect is not known. Look whether \
                 it did; the plugin can do that by itself with `journal::step_or_else`"
            ),
        ))
    })
}

/// The same, with `in_doubt` for a step in doubt: it finds out what happened (asks the service, or does the step again if
/// that does no harm) and returns the step's result, which is recorded then.
pub fn step_or_else<T, E, D>(
    step: &str,
    work: impl FnOnce() -> Result<T, E>,
    in_doubt: impl FnOnce() -> Result<T, D>,
) -> Result<T, Failure>
where
    T: Serialize + DeserializeOwned,
    E: Into<Failure>,
    D: Into<Failure>,
{
    let value = match recall(step)? {
        Recollection::Done(value) => {
            return serde_json::from_str(&value).map_err(|error| {
                Failure::new(
                    crate::guest::INVALID_OUTPUT,
                    format!("the recorded result of the step `{step}` does not fit: {error}"),
                )
            });
        }
        Recollection::Fresh => work().map_err(Into::into)?,
        Recollection::InDoubt => in_doubt().map_err(Into::into)?,
    };
    let text = serde_json::value::to_raw_value(&value).map_err(|error| {
        Failure::new(
            crate::guest::INVALID_OUTPUT,
            format!("the result of the step `{step}` cannot be written as JSON: {error}"),
        )
    })?;
    record(step, &text)?;
    Ok(value)
}

/// Ask what is known of a step, and begin it if it is fresh. Fails when the journal is full or cannot be written.
pub fn recall(step: &str) -> Result<Recollection, Failure> {
    #[cfg(target_arch = "wasm32")]
    {
        use crate::guest::bindings::dirigent::task::journal;
        match journal::recall(step) {
            Ok(journal::Recollection::Fresh) => Ok(Recollection::Fresh),
            Ok(journal::Recollection::Done(value)) => Ok(Recollection::Done(value)),
            Ok(journal::Recollection::InDoubt) => Ok(Recollection::InDoubt),
            Err(failure) => Err(Failure::from_host(failure)),
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    Ok(crate::testing::recall(step))
}

/// Write a step's result down; it is durable when this returns. Only for a step that this call has recalled, and once.
pub fn record(step: &str, value: &RawValue) -> Result<(), Failure> {
    #[cfg(target_arch = "wasm32")]
    {
        crate::guest::bindings::dirigent::task::journal::record(step, value.get()).map_err(Failure::from_host)
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        crate::testing::record(step, value.get());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_step_that_is_done_is_not_done_again() {
        let once = || step("one", || Ok::<_, Failure>(7));
        assert_eq!(once(), Ok(7));
        assert_eq!(step("one", || -> Result<i32, Failure> { unreachable!("done before") }), Ok(7));
        // Recorded as one type and read as another.
        assert_eq!(
            step("one", || Ok::<String, Failure>(String::new())).unwrap_err().error,
            "Plugin.InvalidOutput"
        );
    }

    #[test]
    fn a_step_without_a_result_is_in_doubt() {
        let refused = || Failure::new("Payment.Declined", "no funds");
        assert_eq!(step("pay", || Err::<(), _>(refused())), Err(refused()));
        let failure = step("pay", || Ok::<_, Failure>(())).unwrap_err();
        assert_eq!(failure.error, IN_DOUBT);
        assert!(failure.cause.contains("`pay`"), "{failure}");
        let found = step_or_else("pay", || Err(refused()), || Ok::<_, Failure>("found".to_owned()));
        assert_eq!(found, Ok("found".to_owned()));
        assert_eq!(step("pay", || Ok::<_, Failure>("again".to_owned())), Ok("found".to_owned()));
    }
}
