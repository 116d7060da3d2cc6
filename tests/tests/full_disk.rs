//! A disk that fills up: the host says so, keeps what it acknowledged, and goes on once there is room.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use dirigent_tests::history::check;
use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

/// Room for some dozens of the inputs below: 512 bytes a block, as `sh` counts.
const BLOCKS: u64 = 16 * 1024;

/// More starts than there is room for.
const STARTS: usize = 1_000;

fn input(n: usize) -> Value {
    json!({ "n": n, "ballast": "x".repeat(100_000) })
}

#[test]
fn nothing_acknowledged_is_lost() {
    let registry = Registry::with(&["echo"]);
    let roomy = Setup::new().registry(registry.path());
    let mut host = roomy.clone().limit_file_blocks(BLOCKS).start();
    let definition = json!({
        "StartAt": "Pause",
        "States": {
            "Pause": { "Type": "Wait", "Seconds": 1, "Next": "Echo" },
            "Echo": { "Type": "Task", "Resource": "plugin:echo", "InputPath": "$.n", "End": true },
        },
    });
    let machine = host.create("ballast", &definition);
    let mut acknowledged = Vec::new();
    let error = (0..STARTS).find_map(|n| {
        let params = json!({
            "stateMachineArn": machine, "name": format!("e-{n}"), "input": input(n).to_string(),
        });
        match host.call("StartExecution", params) {
            Ok(answer) => {
                acknowledged.push(answer["executionArn"].as_str().unwrap().to_owned());
                None
            }
            Err(error) => Some(error),
        }
    });
    let error = error.expect("the disk fills up");
    assert_eq!((error.status, error.code.as_str()), (503, "ServiceUnavailable"), "{error}");
    assert!(error.message.contains("the store has stopped taking writes"), "{error}");
    assert!(acknowledged.len() > 10, "only {} starts were acknowledged", acknowledged.len());

    // It says what is wrong to whoever asks, and still tells what it knows.
    let ready = host.get("/readyz").unwrap();
    assert_eq!(ready.status, 503, "{}", ready.body);
    assert!(ready.body.contains("the store has stopped taking writes"), "{}", ready.body);
    assert_eq!(host.get("/healthz").unwrap().status, 200);
    for execution in &acknowledged {
        host.must("DescribeExecution", json!({ "executionArn": execution }));
    }

    host.kill9();
    host.examined();
    host.restart_as(roomy);
    assert_eq!(host.get("/readyz").unwrap().status, 200);
    for (n, execution) in acknowledged.iter().enumerate() {
        assert_eq!(host.output(execution), json!(n));
        check(&host.history(execution));
    }
    // What was refused may be there or not, but nothing beyond that.
    let listed = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine })).len();
    let expected = acknowledged.len()..=acknowledged.len() + 1;
    assert!(expected.contains(&listed), "{listed} executions, and {} acknowledged", acknowledged.len());
}
