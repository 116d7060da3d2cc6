//! What the bench of the host runs.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::host::Host;
use super::load::Request;

/// Bytes of the largest payload that AWS takes (Step Functions developer guide, "Quotas": 256 KiB).
const LARGEST_PAYLOAD: usize = 256 << 10;

/// How executions are run.
#[derive(Clone, Copy)]
enum Way {
    /// Started, and waited for.
    ToItsEnd,
    /// Started, and not waited for.
    Start,
    /// Express ones, which answer with their output.
    Sync,
}

pub(super) struct Scenario {
    pub(super) name: &'static str,
    way: Way,
    definition: Value,
    input: Value,
    pub(super) connections: &'static [usize],
}

const ALL: &[usize] = &[1, 32, 256];

pub(super) fn all() -> Vec<Scenario> {
    let small = json!({ "n": 1 });
    let items: Vec<u32> = (0..100).collect();
    let scenario = |name, way, definition, input| Scenario { name, way, definition, input, connections: ALL };
    vec![
        scenario("one task", Way::ToItsEnd, chain(1, task), small.clone()),
        scenario("ten passes", Way::ToItsEnd, chain(10, pass), small.clone()),
        scenario("ten tasks", Way::ToItsEnd, chain(10, task), small.clone()),
        scenario("map over 100", Way::ToItsEnd, map(), json!({ "items": items })),
        scenario("parallel of 10", Way::ToItsEnd, parallel(10), small.clone()),
        Scenario {
            // Each writes 1 MiB, so more connections would mostly fill the disk.
            connections: &[1, 32],
            ..scenario(
                "256 KiB payload",
                Way::ToItsEnd,
                chain(1, task),
                // With the name and the quotes around it.
                json!({ "text": "x".repeat(LARGEST_PAYLOAD - 16) }),
            )
        },
        scenario("express sync", Way::Sync, chain(1, task), small.clone()),
        scenario("start only", Way::Start, chain(1, task), small),
    ]
}

impl Scenario {
    /// Creates its state machine, and returns the request that runs it.
    pub(super) fn prepare(&self, host: &Host) -> Result<Request> {
        let machine_type = if matches!(self.way, Way::Sync) { "EXPRESS" } else { "STANDARD" };
        let arn = host.create_as(self.name, machine_type, &self.definition)?;
        let text = self.input.to_string();
        Ok(match self.way {
            Way::ToItsEnd => {
                Request::to_its_end(&json!({ "stateMachineArn": arn, "input": self.input }).to_string())
            }
            Way::Start => Request::start(&json!({ "stateMachineArn": arn, "input": text }).to_string()),
            Way::Sync => Request::sync(&json!({ "stateMachineArn": arn, "input": text }).to_string()),
        })
    }
}

fn task() -> Value {
    json!({ "Type": "Task", "Resource": "plugin:echo" })
}

fn pass() -> Value {
    json!({ "Type": "Pass" })
}

/// So many states, one after the other.
fn chain(count: usize, state: fn() -> Value) -> Value {
    let states: Map<String, Value> = (0..count)
        .map(|n| {
            let mut state = state();
            if n + 1 < count {
                state["Next"] = format!("S{}", n + 1).into();
            } else {
                state["End"] = true.into();
            }
            (format!("S{n}"), state)
        })
        .collect();
    json!({ "StartAt": "S0", "States": states })
}

fn map() -> Value {
    json!({ "StartAt": "Each", "States": { "Each": {
        "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": chain(1, task), "End": true,
    }}})
}

fn parallel(count: usize) -> Value {
    let branch = |n: usize| {
        let (name, mut state) = (format!("B{n}"), task());
        state["End"] = true.into();
        json!({ "StartAt": name, "States": { name: state } })
    };
    let branches: Vec<_> = (0..count).map(branch).collect();
    json!({ "StartAt": "All", "States": { "All": { "Type": "Parallel", "Branches": branches, "End": true } } })
}
