//! HTTP Tasks and their connections in the whole program: what they send and answer, and that no secret is anywhere else.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use dirigent_tests::history::{check, kinds};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::wait::PATIENCE;
use dirigent_tests::{leaks, places};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "pa55word/of+the?host";
const TOKEN: &str = "t0ken-of-the-server";

/// All that there is to log, but what compiling plugins says: that is a gigabyte, and none of it is about requests.
const LOG: &str = "--log=trace,cranelift=off,regalloc2=off,wasmtime=off";

/// The secrets in all forms in which they could be somewhere: as they are, percent-encoded, in base64, and in base64 behind
/// `me:`.
const FORMS: [&str; 7] = [
    SECRET,
    TOKEN,
    "pa55word%2Fof%2Bthe%3Fhost",
    "cGE1NXdvcmQvb2YrdGhlP2hvc3",
    "bWU6cGE1NXdvcmQvb2YrdGhlP2hvc3",
    "dDBrZW4tb2YtdGhlLXNlcnZlc",
    "t0ken%2Dof%2Dthe%2Dserver",
];

/// A server that shows what it got, with the status that the path ends in, and hands out tokens.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let kept = seen.clone();
        // It ends with the test's process.
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let request = read(&mut stream);
                kept.lock().unwrap().push(request.clone());
                let path = request.split(' ').nth(1).unwrap().split('?').next().unwrap();
                let status = path.rsplit('/').next().unwrap();
                let body = match path {
                    "/token" => json!({ "access_token": TOKEN, "expires_in": 3600 }),
                    _ => json!({ "got": request }),
                };
                let status = if path == "/token" { "200" } else { status };
                let body = body.to_string();
                let head = "connection: close\r\ncontent-type: application/json";
                let text =
                    format!("HTTP/1.1 {status} x\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(text.as_bytes()).unwrap();
            }
        });
        Server { url, seen }
    }
}

fn read(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut text, mut piece) = (String::new(), [0; 4096]);
    loop {
        let len = stream.read(&mut piece).unwrap();
        assert!(len > 0, "the request ends early: {text}");
        text.push_str(std::str::from_utf8(&piece[..len]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.is_none_or(|length| body.len() == length.parse::<usize>().unwrap()) {
            return text;
        }
    }
}

/// A host with connections of several kinds to the server; it logs all that there is to log.
fn host(server: &Server) -> (Host, TempDir) {
    let home = places::scratch();
    let secret = home.path().join("secret");
    fs::write(&secret, SECRET).unwrap();
    let url = &server.url;
    let config = format!(
        r#"
            [[allow]]
            http = ["{url}"]
            connections = ["basic", "oauth", "query", "none", "broken", "sigv4"]
            [connection.basic]
            hosts = ["{url}"]
            basic = {{ username = "me", password = {{ file = {secret:?} }} }}
            [connection.oauth]
            hosts = ["{url}"]
            oauth2 = {{ token_url = "{url}/token", client_id = "me", client_secret = {{ file = {secret:?} }}, client_auth = "body" }}
            [connection.query]
            hosts = ["{url}"]
            query = {{ key = {{ command = ["cat", {secret:?}] }} }}
            body = {{ key = {{ file = {secret:?} }} }}
            [connection.sigv4]
            hosts = ["{url}"]
            sigv4 = {{ service = "sqs", region = "r", access_key_id = {{ file = {secret:?} }}, secret_access_key = {{ file = {secret:?} }} }}
            [connection.broken]
            hosts = ["{url}"]
            basic = {{ username = "me", password = {{ command = ["sh", "-c", "echo {SECRET}; exit 1"] }} }}
            [connection.closed]
            hosts = ["{url}"]
            basic = {{ username = "me", password = {{ file = {secret:?} }} }}
        "#
    );
    let file = home.path().join("config.toml");
    fs::write(&file, config).unwrap();
    let host = Setup::new().argument("--config").argument(&file.display().to_string()).argument(LOG).start();
    (host, home)
}

/// A machine that calls as its input says, and catches nothing.
fn machine() -> Value {
    json!({ "StartAt": "Call", "States": { "Call": {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint.$": "$.url",
            "Method": "POST",
            "InvocationConfig": { "ConnectionArn.$": "States.Format('arn:aws:events:us-east-1:000000000000:connection/{}/1', $.connection)" },
            "QueryParameters": { "q": "a b" },
            "RequestBody": { "order.$": "$.order" }
        },
        "End": true
    } } })
}

#[test]
fn http_tasks_and_no_secret_in_what_is_left_of_them() {
    let server = Server::start();
    let (mut host, _home) = host(&server);
    let machine = host.create("call", &machine());
    let mut texts = Vec::new();
    for (connection, path, expected, shown) in [
        ("basic", "/200", Ok(200), "authorization: Basic bWU6***"),
        ("basic", "/201", Ok(201), "authorization: Basic bWU6***"),
        ("oauth", "/200", Ok(200), "authorization: Bearer ***"),
        ("query", "/200", Ok(200), r#"{"order":7,"key":"***"}"#),
        ("sigv4", "/200", Ok(200), "authorization: AWS4-HMAC-SHA256 Credential=***/"),
        ("basic", "/404", Err("States.Http.StatusCode.404"), "authorization: Basic bWU6***"),
        ("oauth", "/401", Err("States.Http.StatusCode.401"), "authorization: Bearer ***"),
        ("none", "/200", Err("Events.ConnectionResource.ResourceNotFound"), "[connection.none]"),
        ("closed", "/200", Err("Plugin.CapabilityDenied"), "the operator does not allow that"),
        (
            "broken",
            "/200",
            Err("Events.ConnectionResource.InvalidConnectionState"),
            "the command sh ended with",
        ),
    ] {
        let input = json!({ "connection": connection, "url": format!("{}{path}", server.url), "order": 7 });
        let execution = host.start(&machine, &input);
        let ended = host.ended(&execution);
        let history = host.history(&execution);
        check(&history);
        match expected {
            Ok(status) => {
                let output = host.output(&execution);
                assert_eq!(output["StatusCode"], status, "{ended}");
                assert!(output["ResponseBody"]["got"].as_str().unwrap().contains(shown), "{output}");
                assert!(kinds(&history).contains(&"TaskSucceeded"), "{history:?}");
            }
            Err(error) => {
                assert_eq!(ended["error"], error, "{ended}");
                assert!(ended["cause"].as_str().unwrap().contains(shown), "{ended}");
            }
        }
        texts.push(format!("{ended} {history:?}"));
    }
    assert_requests(&server.seen.lock().unwrap());
    texts.push(host.get("/api/executions").unwrap().body);
    host.terminate();
    texts.push(host.log());
    assert!(host.log().contains("TRACE"), "the host did not log at that level");
    for text in &texts {
        leaks::assert_clean("a text", text.as_bytes(), &FORMS);
    }
    assert!(leaks::search(host.data(), &FORMS) > 0, "nothing was searched");
}

/// That the server got what it had to: without that, nothing could have come out.
fn assert_requests(seen: &[String]) {
    for part in [
        "POST /200?q=a%20b HTTP/1.1\r\n",
        "authorization: Basic bWU6cGE1NXdvcmQvb2YrdGhlP2hvc3Q=",
        "client_secret=pa55word%2Fof%2Bthe%3Fhost",
        "authorization: Bearer t0ken-of-the-server",
        "POST /200?q=a%20b&key=pa55word%2Fof%2Bthe%3Fhost HTTP/1.1\r\n",
        "{\"order\":7,\"key\":\"pa55word/of+the?host\"}",
        "Credential=pa55word/of+the?host/",
        "user-agent: Amazon|StepFunctions|HttpInvoke|us-east-1",
    ] {
        assert!(seen.iter().any(|request| request.contains(part)), "no request has `{part}`: {seen:#?}");
    }
    let tokens = seen.iter().filter(|request| request.starts_with("POST /token")).count();
    assert_eq!(tokens, 2, "one token, and one more after the 401");
    assert!(!seen.iter().any(|request| request.to_ascii_lowercase().contains("dirigent-connection")));
}
