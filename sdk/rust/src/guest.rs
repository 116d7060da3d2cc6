//! Between the component's raw export and the plugin's function. Public only for the macro.

use std::fmt::Write as _;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Context, Failure,
    job::{self, Poll},
};
use bindings::dirigent::task::types;
use job_bindings::exports::dirigent::task::job::PollStatus;

/// What `wit-bindgen` makes of the contract.
#[allow(missing_docs, clippy::all, clippy::unwrap_used, unsafe_op_in_unsafe_fn)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "task",
        generate_all,
        pub_export_macro: true,
        runtime_path: "::dirigent_plugin::guest::wit_bindgen::rt",
    });
}

/// The same for a component's export of `dirigent:task/job`. The worlds of a component are put together when it is linked,
/// so one that calls both `export!` macros is a `task-and-job`.
#[allow(missing_docs, clippy::all, clippy::unwrap_used, unsafe_op_in_unsafe_fn)]
pub mod job_bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package dirigent:sdk;
            world job {
                export dirigent:task/job@1.0.0;
            }
        ",
        world: "dirigent:sdk/job",
        with: { "dirigent:task/types@1.0.0": crate::guest::bindings::dirigent::task::types },
        pub_export_macro: true,
        runtime_path: "::dirigent_plugin::guest::wit_bindgen::rt",
    });
}

pub use wit_bindgen;

/// The error name of an input that the plugin's type does not take.
pub const INVALID_INPUT: &str = "Plugin.InvalidInput";
/// The error name of an output that serde cannot write, such as a map with keys that are no strings.
pub const INVALID_OUTPUT: &str = "Plugin.InvalidOutput";

/// What [`crate::plugin!`] implements; every such type is a guest of the generated bindings.
pub trait Task {
    /// The task, on text.
    fn run(context: Context, input: String) -> Result<String, Failure>;
}

impl<T: Task> bindings::exports::dirigent::task::handler::Guest for T {
    fn run(context: types::Context, input: String) -> Result<String, types::Failure> {
        report_panics();
        T::run(context.into(), input).map_err(Into::into)
    }
}

/// What [`crate::job!`] implements; every such type is a guest of the generated bindings.
pub trait LongJob {
    /// The plugin's job.
    type Job: job::Job;
}

impl<T: LongJob> job_bindings::exports::dirigent::task::job::Guest for T {
    fn start(context: types::Context, input: String) -> Result<String, types::Failure> {
        report_panics();
        job::start::<T::Job>(&context.into(), &input).map_err(Into::into)
    }

    fn poll(context: types::Context, handle: String) -> Result<PollStatus, types::Failure> {
        report_panics();
        match job::poll::<T::Job>(&context.into(), &handle)? {
            Poll::Running(next) => {
                let milliseconds = next.map(|next| u64::try_from(next.as_millis()).unwrap_or(u64::MAX));
                Ok(PollStatus::Running(milliseconds))
            }
            Poll::Succeeded(output) => Ok(PollStatus::Succeeded(output)),
        }
    }

    fn cancel(context: types::Context, handle: String) -> Result<(), types::Failure> {
        report_panics();
        job::cancel::<T::Job>(&context.into(), &handle).map_err(Into::into)
    }
}

/// Read the input, run the function, write the output.
pub fn run<I, O, E>(
    context: &Context,
    input: &str,
    task: impl FnOnce(&Context, I) -> Result<O, E>,
) -> Result<String, Failure>
where
    I: DeserializeOwned,
    O: Serialize,
    E: Into<Failure>,
{
    let output = task(context, read(input)?).map_err(Into::into)?;
    write(&output)
}

/// Write an output.
pub(crate) fn write(output: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(output).map_err(|error| {
        Failure::new(INVALID_OUTPUT, format!("the output cannot be written as JSON: {error}"))
    })
}

fn read<I: DeserializeOwned>(input: &str) -> Result<I, Failure> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(input)).map_err(|error| {
        let place = error.path().to_string();
        let mut cause = String::from("the input does not fit");
        if place != "." {
            // A string takes any text without fail.
            let _ = write!(cause, " at `{place}`");
        }
        let _ = write!(cause, ": {}", error.inner());
        Failure::new(INVALID_INPUT, cause)
    })
}

/// A panic has nowhere to go on this target but the host's log.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| crate::log::write(crate::log::Level::Error, &panic.to_string())));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Deserialize)]
    struct Order {
        lines: Vec<Line>,
    }

    #[derive(Deserialize)]
    struct Line {
        price: u64,
    }

    fn total(_: &Context, order: Order) -> Result<Value, Failure> {
        match order.lines.iter().map(|line| line.price).sum() {
            0u64 => Err(Failure::new("Order.Empty", "nothing to pay")),
            total => Ok(json!({ "total": total })),
        }
    }

    #[test]
    fn inputs_and_what_comes_of_them() {
        let cases = [
            (r#"{"lines":[{"price":2},{"price":3}]}"#, Ok(r#"{"total":5}"#)),
            (r#"{"lines":[]}"#, Err(("Order.Empty", "nothing to pay"))),
            (
                r#"{"lines":[{"price":2},{"price":"3"}]}"#,
                Err((
                    "Plugin.InvalidInput",
                    "the input does not fit at `lines[1].price`: invalid type: string \"3\", expected u64 at line 1 column 34",
                )),
            ),
            (
                "{}",
                Err((
                    "Plugin.InvalidInput",
                    "the input does not fit: missing field `lines` at line 1 column 2",
                )),
            ),
        ];
        for (input, expected) in cases {
            let expected = expected.map(str::to_owned).map_err(|(error, cause)| Failure::new(error, cause));
            assert_eq!(run(&Context::for_test("Total"), input, total), expected, "{input}");
        }
    }

    #[test]
    fn an_output_that_is_no_json() {
        let odd = |_: &Context, (): ()| Ok::<_, Failure>(std::collections::BTreeMap::from([(vec![1], 2)]));
        let failure = run(&Context::for_test("Odd"), "null", odd).unwrap_err();
        assert_eq!(failure.error, INVALID_OUTPUT);
    }
}
