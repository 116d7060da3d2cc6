//! More connections than most hosts ever see: memory stays bounded, what is over the bound is told so at once, and every start
//! that was acknowledged is there. `DIRIGENT_CONNECTIONS=10000` is the whole of it.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

/// Connections in CI; a process may have 1,024 files on many machines, and this test has as many as it opens.
const CONNECTIONS: usize = 400;

/// Connections that are refused.
const BEYOND: usize = 50;

/// Memory that a connection may take with a request of 20 KB under way, beside what the host takes anyway.
const BYTES_A_CONNECTION: u64 = 160 << 10;
const BYTES_OF_A_HOST: u64 = 96 << 20;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// An answer's status and body.
fn answer(stream: &mut TcpStream) -> (u16, Value) {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        read.push(byte[0]);
    }
    let head = String::from_utf8(read).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().trim().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

fn start(machine: &str, n: usize) -> String {
    let input = json!({ "n": n, "ballast": "x".repeat(20_000) }).to_string();
    let body = json!({ "stateMachineArn": machine, "name": format!("e{n}"), "input": input }).to_string();
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AWSStepFunctions.StartExecution\r\n\
         content-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn all_ask_at_once_and_some_are_too_many() {
    let wanted = std::env::var("DIRIGENT_CONNECTIONS").ok().and_then(|number| number.parse().ok());
    let connections: usize = wanted.unwrap_or(CONNECTIONS);
    let registry = Registry::empty();
    // One is the client's own, which creates and looks.
    let bound = format!("--connections={}", connections + 1);
    let mut host = Setup::new().registry(registry.path()).argument(&bound).start();
    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 3600, "End": true } } });
    let machine = host.create("wait", &wait);

    let mut streams: Vec<TcpStream> = (0..connections).map(|_| connect(host.url())).collect();
    // Those beyond are told at once, though nobody asked anything yet.
    for n in 0..BEYOND {
        let (status, body) = answer(&mut connect(host.url()));
        assert_eq!((status, &body["__type"]), (503, &json!("ServiceUnavailable")), "{n}: {body}");
    }
    let requests: Vec<String> = (0..connections).map(|n| start(&machine, n)).collect();
    // All have sent nearly everything before the first one is answered.
    for (stream, request) in streams.iter_mut().zip(&requests) {
        stream.write_all(&request.as_bytes()[..request.len() - 1]).unwrap();
    }
    for (stream, request) in streams.iter_mut().zip(&requests) {
        stream.write_all(&request.as_bytes()[request.len() - 1..]).unwrap();
    }
    let mut started = Vec::new();
    let mut refused = 0;
    for stream in &mut streams {
        match answer(stream) {
            (200, body) => started.push(body["executionArn"].as_str().unwrap().to_owned()),
            (400, body) if body["__type"] == "ThrottlingException" => refused += 1,
            (503, body) if body["__type"] == "ServiceUnavailable" => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    let memory = host.peak_memory();
    say(format!(
        "connections: {connections} at a time, {} starts acknowledged, {refused} refused, at most {} MiB",
        started.len(),
        memory >> 20
    ));
    assert!(started.len() >= connections.min(1_000), "{} of {connections}", started.len());
    let bound = BYTES_OF_A_HOST + connections as u64 * BYTES_A_CONNECTION;
    assert!(memory < bound, "{memory} bytes of at most {bound}");

    // Whoever goes leaves room.
    drop(streams);
    eventually("there is room again", || {
        let mut stream = connect(host.url());
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).ok()?;
        (&head == b"HTTP/1.1 200").then_some(())
    });
    host.kill9();
    let report = host.examined();
    assert_eq!(report["executions"]["running"], started.len(), "acknowledged is what is there");
}
