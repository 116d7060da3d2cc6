//! Long jobs, for resources that end in `.sync`: start work elsewhere, ask how it stands, stop it.
//!
//! ```
//! use std::time::Duration;
//!
//! use dirigent_plugin::{Context, Failure, http, job, job::{Job, Poll}};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize)]
//! struct Build {
//!     branch: String,
//! }
//!
//! /// What is needed to find the build again.
//! #[derive(Serialize, Deserialize)]
//! struct Handle {
//!     id: u64,
//! }
//!
//! struct Builds;
//!
//! impl Job for Builds {
//!     type Input = Build;
//!     type Handle = Handle;
//!     type Output = String;
//!
//!     fn start(ctx: &Context, build: Build) -> Result<Handle, Failure> {
//!         let response = http::Request::post("https://ci.example.com/builds")
//!             .header("Idempotency-Key", &ctx.idempotency_key)
//!             .body(build.branch)
//!             .send()?;
//!         Ok(Handle { id: response.json()? })
//!     }
//!
//!     fn poll(_: &Context, build: Handle) -> Result<Poll<String>, Failure> {
//!         let response = http::Request::get(format!("https://ci.example.com/builds/{}", build.id)).send();
//!         // A question without an answer says nothing of the build.
//!         let Ok(response) = response else { return Ok(Poll::Running(None)) };
//!         match response.text().as_ref() {
//!             "running" => Ok(Poll::Running(Some(Duration::from_secs(30)))),
//!             "failed" => Err(Failure::new("Build.Failed", format!("see build {}", build.id))),
//!             artifact => Ok(Poll::Succeeded(artifact.to_owned())),
//!         }
//!     }
//!
//!     fn cancel(_: &Context, build: Handle) -> Result<(), Failure> {
//!         http::Request::delete(format!("https://ci.example.com/builds/{}", build.id)).send()?;
//!         Ok(())
//!     }
//! }
//!
//! job!(Builds);
//! # fn main() {}
//! ```
//!
//! No instance lives between these calls. The host waits in a way that survives its own restart, and keeps the handle.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Context, Failure,
    guest::{self, INVALID_OUTPUT},
};

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll<O> {
    /// At work. How long until the next question makes sense, or none to leave that to the host, which keeps it between one
    /// second and one hour.
    Running(Option<Duration>),
    /// Done, with the task's result.
    Succeeded(O),
}

/// A long job. Export it with [`crate::job!`].
pub trait Job {
    /// The task's input. One that does not fit is the failure `Plugin.InvalidInput`.
    type Input: DeserializeOwned;
    /// What finds the job again: at most 16 KiB as JSON. It is shown with the execution, so it must hold no secret.
    type Handle: Serialize + DeserializeOwned;
    /// The task's result.
    type Output: Serialize;

    /// Start the job. The host may call this again with the same `idempotency_key`, if it stopped before it had the
    /// handle: answer with the job that is there.
    fn start(context: &Context, input: Self::Input) -> Result<Self::Handle, Failure>;

    /// Ask how the job stands. A failure says that the job failed, and ends the task; if only the question failed, answer
    /// [`Poll::Running`].
    fn poll(context: &Context, handle: Self::Handle) -> Result<Poll<Self::Output>, Failure>;

    /// Stop the job, as nobody waits for it any more. The host calls this at least once and does not wait for the job's
    /// end. A job that has ended is no failure.
    fn cancel(context: &Context, handle: Self::Handle) -> Result<(), Failure>;
}

/// Export a type as this component's job: `job!(Builds)`. With [`crate::plugin!`] beside it, the component serves both,
/// as one does that offers a resource with and without `.sync`.
///
/// On any other target than wasm the macro only checks the type.
#[macro_export]
macro_rules! job {
    ($job:ty) => {
        const _: () = {
            // Natively nothing calls it, and it is there for its type alone.
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
            struct Exported;

            impl $crate::guest::LongJob for Exported {
                type Job = $job;
            }

            #[cfg(target_arch = "wasm32")]
    $crate::guest::job_bindings::export!(Exported with_types_in $crate::guest::job_bindings);
        };
    };
}

/// Read the input, start, write the handle.
pub(crate) fn start<J: Job>(context: &Context, input: &str) -> Result<String, Failure> {
    guest::run(context, input, J::start)
}

/// Read the handle, poll, write the result.
pub(crate) fn poll<J: Job>(context: &Context, handle: &str) -> Result<Poll<String>, Failure> {
    Ok(match J::poll(context, read_handle(handle)?)? {
        Poll::Running(next) => Poll::Running(next),
        Poll::Succeeded(output) => Poll::Succeeded(guest::write(&output)?),
    })
}

/// Read the handle, cancel.
pub(crate) fn cancel<J: Job>(context: &Context, handle: &str) -> Result<(), Failure> {
    J::cancel(context, read_handle(handle)?)
}

/// A handle that does not fit is another version's: the plugin was changed while the job was under way.
fn read_handle<H: DeserializeOwned>(handle: &str) -> Result<H, Failure> {
    serde_json::from_str(handle).map_err(|error| {
        Failure::new(
            INVALID_OUTPUT,
            format!("this version of the plugin cannot read the job's handle: {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Counts down in its bucket, once a poll.
    struct Countdown;

    impl Job for Countdown {
        type Input = u64;
        type Handle = String;
        type Output = &'static str;

        fn start(context: &Context, from: u64) -> Result<String, Failure> {
            crate::keyvalue::open("jobs")?.set_json(&context.idempotency_key, &from)?;
            Ok(context.idempotency_key.clone())
        }

        fn poll(_: &Context, key: String) -> Result<Poll<&'static str>, Failure> {
            let bucket = crate::keyvalue::open("jobs")?;
            match bucket.get_json::<u64>(&key)? {
                None => Err(Failure::new("Countdown.Gone", key)),
                Some(0) => Ok(Poll::Succeeded("lift-off")),
                Some(n) => {
                    bucket.set_json(&key, &(n - 1))?;
                    Ok(Poll::Running(Some(Duration::from_secs(n))))
                }
            }
        }

        fn cancel(_: &Context, key: String) -> Result<(), Failure> {
            Ok(crate::keyvalue::open("jobs")?.delete(&key)?)
        }
    }

    job!(Countdown);

    #[test]
    fn a_job_from_its_start_to_its_end() {
        let context = Context::for_test("Launch");
        let handle = start::<Countdown>(&context, "2").unwrap();
        assert_eq!(handle, "\"test-execution:Launch\"");
        for wait in [2, 1] {
            let running = poll::<Countdown>(&context, &handle);
            assert_eq!(running, Ok(Poll::Running(Some(Duration::from_secs(wait)))));
        }
        assert_eq!(poll::<Countdown>(&context, &handle), Ok(Poll::Succeeded("\"lift-off\"".to_owned())));
        assert_eq!(cancel::<Countdown>(&context, &handle), Ok(()));
        assert_eq!(poll::<Countdown>(&context, &handle).unwrap_err().error, "Countdown.Gone");
    }

    #[test]
    fn what_does_not_fit_has_a_name() {
        let context = Context::for_test("Launch");
        assert_eq!(start::<Countdown>(&context, "\"two\"").unwrap_err().error, "Plugin.InvalidInput");
        let failure = poll::<Countdown>(&context, "17").unwrap_err();
        assert!(failure.cause.contains("cannot read the job's handle"), "{failure}");
    }
}
