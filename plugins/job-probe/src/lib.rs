//! A job whose calls do what its input lists, for the tests of jobs; do not install it. As a task without `.sync` it does
//! what `start` lists and answers with what that gave.
//!
//! ```json
//! { "start":  [{"do": "http", "method": "POST", "url": "http://127.0.0.1:8080/jobs", "key": ""}],
//!   "poll":   [{"do": "http", "url": "http://127.0.0.1:8080/jobs/1"}],
//!   "cancel": [{"do": "http", "method": "DELETE", "url": "http://127.0.0.1:8080/jobs/1"}],
//!   "waitMs": 1000 }
//! ```
//!
//! The last operation of `poll` says how the job stands: a number (of `kv-increment`) below `times`, or a request that is
//! answered with 202 or not at all, means that it runs; another success is its end, with the answers as its result; and a
//! request that is answered with 400 or more is the failure `Job.Failed`. `fail` as an operation fails at once, in any of
//! the three.

use std::time::Duration;

use dirigent_plugin::{
    Context, Failure, job,
    job::{Job, Poll},
    plugin,
};
use operations::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The input, and with the answers of `start` also the handle.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plan {
    #[serde(default)]
    start: Vec<Operation>,
    #[serde(default)]
    poll: Vec<Operation>,
    #[serde(default)]
    cancel: Vec<Operation>,
    /// How long to wait before the next poll; none leaves it to the host.
    #[serde(default)]
    wait_ms: Option<u64>,
    /// Which number of the last operation of `poll` is the end.
    #[serde(default)]
    times: u64,
    /// A handle of at least this many bytes.
    #[serde(default)]
    handle_bytes: usize,
}

#[derive(Deserialize, Serialize)]
struct Handle {
    plan: Plan,
    started: Vec<Value>,
    padding: String,
}

struct Probe;

impl Job for Probe {
    type Input = Plan;
    type Handle = Handle;
    type Output = Value;

    fn start(context: &Context, plan: Plan) -> Result<Handle, Failure> {
        let started = operations::run(context, &plan.start)?;
        let padding = "p".repeat(plan.handle_bytes);
        Ok(Handle { plan, started, padding })
    }

    fn poll(context: &Context, Handle { plan, started, .. }: Handle) -> Result<Poll<Value>, Failure> {
        let polled = operations::run(context, &plan.poll)?;
        let running = Ok(Poll::Running(plan.wait_ms.map(Duration::from_millis)));
        let last = polled.last().unwrap_or(&Value::Null);
        if last.as_u64().is_some_and(|count| count < plan.times) || last["error"].is_string() {
            return running;
        }
        match last["status"].as_u64() {
            Some(202) => running,
            Some(status @ 400..) => Err(Failure::new("Job.Failed", format!("the service answered {status}"))),
            _ => Ok(Poll::Succeeded(json!({ "started": started, "polled": polled }))),
        }
    }

    fn cancel(context: &Context, handle: Handle) -> Result<(), Failure> {
        operations::run(context, &handle.plan.cancel).map(|_| ())
    }
}

fn run(context: &Context, plan: Plan) -> Result<Vec<Value>, Failure> {
    operations::run(context, &plan.start)
}

job!(Probe);
plugin!(run);
