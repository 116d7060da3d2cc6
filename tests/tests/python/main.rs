//! Plugins in Python, and AWS Lambda handlers in Python: built by `dirigent plugin`, run by a real host.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod handlers;
mod mirror;
mod sdk;

use dirigent_tests::client::{self, Client};
use serde_json::json;

/// What becomes of an execution with this input: its output, or error and cause. Input and output are the texts
/// themselves, with numbers that a `Value` could not hold.
fn ended(host: &Client, machine: &str, input: &str) -> Result<String, (String, String)> {
    let started = host.must("StartExecution", json!({ "stateMachineArn": machine, "input": input }));
    let ended = host.ended(&client::text(&started["executionArn"]));
    let text = |name: &str| ended[name].as_str().unwrap_or_default().to_owned();
    match ended["status"].as_str() {
        Some("SUCCEEDED") => Ok(text("output")),
        _ => Err((text("error"), text("cause"))),
    }
}
