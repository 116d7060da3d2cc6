//! A disk that fails under the real host. A sync that fails ends the process, since nobody knows what of the file is on the
//! disk then; after a write that fails, or is torn, the host takes no more writes and tells what it knows. Nothing is tried again,
//! and nothing that was acknowledged is lost.

use dirigent_tests::client::{ApiError, Client, text};
use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

/// More starts than any fault below is away.
const STARTS: usize = 200;

fn definition() -> Value {
    json!({ "StartAt": "Echo", "States": { "Echo": { "Type": "Task", "Resource": "plugin:echo", "End": true } } })
}

/// Starts executions until that fails. Returns those that were acknowledged, and the error.
fn start_until_failure(client: &Client, machine: &str) -> (Vec<String>, ApiError) {
    let mut started = Vec::new();
    for n in 0..STARTS {
        let params = json!({ "stateMachineArn": machine, "name": format!("e{n}"), "input": n.to_string() });
        match client.call("StartExecution", params) {
            Ok(answer) => started.push(text(&answer["executionArn"])),
            Err(error) => return (started, error),
        }
    }
    panic!("the disk did not fail");
}

#[test]
fn nothing_is_tried_again_and_nothing_is_lost() {
    let registry = Registry::with(&["echo"]);
    let plain = Setup::new().registry(registry.path());
    // (what fails, whether the process ends by itself)
    for (fault, ends) in [
        ("fail-sync=12", true),
        ("fail-sync=25", true),
        ("fail-sync=40", true),
        ("fail-write=60", false),
        ("fail-write=101", false),
        ("tear-write=60", false),
        ("tear-write=77", false),
        ("tear-write=150", false),
    ] {
        let mut host = plain.clone().start();
        let machine = host.create("m", &definition());
        host.kill9();
        host.restart_as(plain.clone().argument(&format!("--disk-fault={fault}")));
        let (started, error) = start_until_failure(&host, &machine);
        if ends {
            let status = eventually("the process ends", || host.ended_by_itself());
            assert_eq!(status.code(), Some(2), "{fault}: {}", host.log());
            assert!(host.log().contains("the disk failed to sync"), "{fault}: {}", host.log());
            let told = (error.status, error.code.as_str());
            assert!(
                told == (503, "ServiceUnavailable") || error.code == ApiError::NO_ANSWER,
                "{fault}: {error}"
            );
        } else {
            assert_eq!((error.status, error.code.as_str()), (503, "ServiceUnavailable"), "{fault}: {error}");
            assert!(error.message.contains("the store has stopped taking writes"), "{fault}: {error}");
            assert_eq!(host.get("/readyz").unwrap().status, 503, "{fault}");
            for execution in &started {
                host.must("DescribeExecution", json!({ "executionArn": execution }));
            }
            // However often it is asked: nothing is tried again.
            let again = host.call("StartExecution", json!({ "stateMachineArn": machine })).unwrap_err();
            assert_eq!(again.status, 503, "{fault}: {again}");
            host.kill9();
        }
        host.examined();
        host.restart_as(plain.clone());
        for (n, execution) in started.iter().enumerate() {
            assert_eq!(host.output(execution), json!(n), "{fault}");
        }
        let listed = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine })).len();
        assert!(
            (started.len()..=started.len() + 1).contains(&listed),
            "{fault}: {listed}, {}",
            started.len()
        );
    }
}
