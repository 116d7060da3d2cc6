//! What is logged for an OpenTelemetry collector: the collector here is a listener on loopback.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use dirigent_tests::client::{ROLE, text};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::wait::{PATIENCE, eventually};
use serde_json::{Value, json};

/// A request: its first line and its body.
type Request = (String, Value);

/// Answers requests with these status lines, the last one again and again, and keeps what was asked.
struct Collector {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Collector {
    fn start(answers: &'static [&'static str]) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let kept = requests.clone();
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = kept.clone();
                thread::spawn(move || while answer(&stream, answers, &kept).is_some() {});
            }
        });
        Collector { url, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// All log records, with what they were sent in.
    fn records(&self) -> Vec<Value> {
        let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        let mut records = Vec::new();
        for (_, body) in self.requests() {
            for resource in list(&body, "resourceLogs") {
                for scope in list(&resource, "scopeLogs") {
                    for mut record in list(&scope, "logRecords") {
                        record["resource"] = resource["resource"].clone();
                        records.push(record);
                    }
                }
            }
        }
        records
    }
}

/// One request of a connection; `None` at its end.
fn answer(stream: &TcpStream, answers: &[&str], kept: &Mutex<Vec<Request>>) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let first = lines.next()?;
    let headers: Vec<String> = lines.map(|line| line.to_lowercase()).collect();
    let length = headers.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(headers.contains(&"content-type: application/json".to_owned()), "{headers:?}");
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let status = {
        let mut kept = kept.lock().unwrap();
        kept.push((first, serde_json::from_slice(&body).unwrap()));
        answers[(kept.len() - 1).min(answers.len() - 1)]
    };
    let mut stream = stream;
    let head = "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    stream.write_all(format!("HTTP/1.1 {status}\r\n{head}").as_bytes()).ok()
}

/// A host that logs to the collector, and a machine of it that fails and is logged with its data.
fn host(url: &str) -> (Host, String) {
    let host = Setup::new().argument(&format!("--otlp={url}")).start();
    let definition = json!({
        "StartAt": "Pass",
        "States": {
            "Pass": { "Type": "Pass", "Next": "Stop" },
            "Stop": { "Type": "Fail", "Error": "E", "Cause": "why" },
        },
    });
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:g:*";
    let logging = json!({
        "level": "ALL", "includeExecutionData": true,
        "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }],
    });
    let params = json!({
        "name": "m", "definition": definition.to_string(), "roleArn": ROLE, "type": "EXPRESS",
        "loggingConfiguration": logging,
    });
    let machine = text(&host.must("CreateStateMachine", params)["stateMachineArn"]);
    (host, machine)
}

fn lines(host: &Host) -> Vec<String> {
    let file = host.data().join("logs/g/000000000000.us-east-1.jsonl");
    fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn records_reach_the_collector() {
    // The first request is refused for the moment, so it is sent again.
    let collector = Collector::start(&["503 Service Unavailable", "200 OK"]);
    let (host, machine) = host(&collector.url);
    let execution = host.start(&machine, &json!({ "a": 1 }));
    let severities = ["INFO", "INFO", "INFO", "ERROR", "FATAL"];
    let records = eventually("all records come", || {
        let mut records = collector.records();
        // Those of the first request are there twice.
        records.sort_by_key(|record| record["body"].to_string());
        records.dedup();
        (records.len() == severities.len()).then_some(records)
    });
    let retried = eventually("the request is sent again", || {
        let requests = collector.requests();
        (requests.len() > 1).then_some(requests)
    });
    assert_eq!(retried[0], retried[1]);
    assert_eq!(retried[0].0, "POST /v1/logs HTTP/1.1");
    let lines = lines(&host);
    assert_eq!(lines.len(), severities.len());
    for ((record, line), severity) in records.iter().zip(&lines).zip(severities) {
        let logged: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["body"]["stringValue"], json!(line));
        assert_eq!(record["severityText"], severity, "{line}");
        let nanos = format!("{}000000", text(&logged["event_timestamp"]));
        assert_eq!(record["timeUnixNano"], json!(nanos));
        let attributes = json!([
            { "key": "aws.log.group.names", "value": { "arrayValue": { "values": [{ "stringValue": "g" }] } } },
            { "key": "execution_arn", "value": { "stringValue": execution } },
        ]);
        assert_eq!(record["attributes"], attributes);
        let service = json!({ "key": "service.name", "value": { "stringValue": "dirigent" } });
        assert!(record["resource"]["attributes"].as_array().unwrap().contains(&service), "{record}");
    }
}

#[test]
fn a_host_that_stops_sends_what_it_has_logged() {
    let collector = Collector::start(&["200 OK"]);
    let (mut host, machine) = host(&collector.url);
    for n in 0..300 {
        host.start(&machine, &json!(n));
    }
    assert!(host.terminate().success());
    let mut sent: Vec<String> =
        collector.records().iter().map(|record| text(&record["body"]["stringValue"])).collect();
    let mut lines = lines(&host);
    sent.sort();
    lines.sort();
    assert!(sent == lines, "{} sent, {} logged", sent.len(), lines.len());
    assert_eq!(sent.len(), 5 * 300);
}

#[test]
fn executions_go_on_without_a_collector() {
    // A port that nobody listens on, and a collector that takes nothing.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = Collector::start(&["400 Bad Request"]);
    for url in [format!("http://{free}"), refusing.url.clone()] {
        let (host, machine) = host(&url);
        host.start(&machine, &json!({}));
        eventually("the host tells of it", || {
            let log = host.log();
            let told = log.lines().filter(|line| line.contains("did not reach the collector"));
            let counts = told
                .filter_map(|line| line.split("events=").nth(1)?.split(' ').next()?.parse::<usize>().ok());
            (counts.sum::<usize>() == 5).then_some(())
        });
        assert_eq!(lines(&host).len(), 5, "{url}");
    }
    // What is refused for good is not sent again.
    assert_eq!(refusing.records().len(), 5);
}
