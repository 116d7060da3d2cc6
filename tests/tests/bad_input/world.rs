//! What the calls are made to, and how an answer is judged.

use dirigent_tests::client::{Client, ROLE, text};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

/// AWS's quota for payloads, in bytes. Source: AWS developer guide, "Step Functions service quotas".
pub(crate) const PAYLOAD: usize = 256 * 1024;

/// AWS's quota for definitions, in characters. Source: AWS API Reference, "CreateStateMachine".
pub(crate) const DEFINITION: usize = 1024 * 1024;

/// Most results on a page. Source: AWS API Reference, "ListExecutions".
pub(crate) const PAGE: u32 = 1_000;

/// A host with a Standard machine, an Express one, and an execution.
pub(crate) struct World {
    pub(crate) host: Host,
    _registry: Registry,
    pub(crate) standard: String,
    pub(crate) express: String,
    pub(crate) execution: String,
}

pub(crate) fn pass() -> String {
    json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }).to_string()
}

/// JSON of this many levels.
pub(crate) fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

impl World {
    pub(crate) fn new() -> World {
        let registry = Registry::empty();
        let host = Setup::new().registry(registry.path()).start();
        let create = |name: &str, kind: &str| {
            let params = json!({ "name": name, "definition": pass(), "roleArn": ROLE, "type": kind });
            text(&host.must("CreateStateMachine", params)["stateMachineArn"])
        };
        let (standard, express) = (create("standard", "STANDARD"), create("express", "EXPRESS"));
        let params = json!({ "stateMachineArn": standard, "name": "taken", "input": "{\"n\":1}" });
        let execution = text(&host.must("StartExecution", params)["executionArn"]);
        host.output(&execution);
        World { host, _registry: registry, standard, express, execution }
    }
}

/// An action, its parameters, the error's name, and what its message contains.
pub(crate) type Row = (&'static str, Value, &'static str, String);

#[track_caller]
pub(crate) fn refused(client: &Client, rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (action, params, code, message) in rows {
        let shown = format!("{action} {:.200}", params.to_string());
        match client.call(action, params) {
            Ok(answer) => wrong.push(format!("{shown}: {code} expected, and it succeeded: {answer:.300}")),
            Err(error) => {
                let right = error.status == 400 && error.code == code && error.message.contains(&message);
                if !right {
                    wrong.push(format!(
                        "{shown}\n  expected: 400 {code}: {message}\n  answered: {error:.400}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `params` with these members set.
pub(crate) fn with(mut params: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        params[name] = value.clone();
    }
    params
}
