//! Clients that hang up: what was begun for them goes on, and what waited for them waits no more.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use dirigent_tests::client::{parse, text};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

/// Enough that some hang up just while their commit is on its way to the disk.
const CALLS: u64 = 200;

/// Sends a call, and leaves the connection to whoever wants to hang up.
fn send(host: &Host, action: &str, params: &Value) -> TcpStream {
    let address = host.url().strip_prefix("http://").unwrap();
    let body = params.to_string();
    let mut connection = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         X-Amz-Target: AWSStepFunctions.{action}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(format!("{head}{body}").as_bytes()).unwrap();
    connection
}

#[test]
fn an_execution_goes_on_without_who_started_it() {
    let registry = Registry::with(&["echo"]);
    let host = Setup::new().registry(registry.path()).start();
    let state = json!({ "Type": "Task", "Resource": "plugin:echo", "End": true });
    let machine = host.create("m", &json!({ "StartAt": "T", "States": { "T": state } }));
    for n in 0..CALLS {
        let params = json!({ "stateMachineArn": machine, "name": format!("n{n}") });
        let connection = send(&host, "StartExecution", &params);
        sleep(Duration::from_micros(n % 20 * 50));
        drop(connection);
    }
    // One that is answered, behind all those that were not.
    host.output(&host.start(&machine, &json!({})));
    let listed = |status: &str| {
        let params = json!({ "stateMachineArn": machine, "statusFilter": status, "maxResults": 1_000 });
        host.pages("ListExecutions", "executions", params).len()
    };
    eventually("every execution ends", || (listed("RUNNING") == 0).then_some(()));
    assert!(listed("SUCCEEDED") > 1, "no call was taken in before its client hung up");
}

#[test]
fn a_worker_that_hung_up_gets_no_task() {
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).start();
    let activity = text(&host.must("CreateActivity", json!({ "name": "a" }))["activityArn"]);
    let state = json!({ "Type": "Task", "Resource": activity, "End": true });
    let machine = host.create("m", &json!({ "StartAt": "T", "States": { "T": state } }));
    let polls: Vec<TcpStream> =
        (0..20).map(|_| send(&host, "GetActivityTask", &json!({ "activityArn": activity }))).collect();
    sleep(Duration::from_millis(200));
    drop(polls);
    // That a connection is closed reaches the host a moment later than the test.
    sleep(Duration::from_millis(200));
    for n in 0..10 {
        host.start(&machine, &json!({ "n": n }));
        let task = host.must("GetActivityTask", json!({ "activityArn": activity, "workerName": "here" }));
        assert_eq!(parse(&task["input"]), json!({ "n": n }));
    }
}
