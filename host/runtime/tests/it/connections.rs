//! Requests of plugins through connections: who may, what the server gets, and what the plugin sees of it.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use dirigent_outgoing::Connections;
use dirigent_runtime::{OperatorPolicy, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{House, PATIENCE, call, output};

const SECRET: &str = "s3cret-of-the-host";

/// A server that answers every request with what it got, and keeps it.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&seen);
        // Ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let text = read(&mut stream);
                let status = if text.contains("/missing") { "404 Not Found" } else { "200 OK" };
                kept.lock().unwrap().push(text.clone());
                let head = "connection: close\r\ncontent-type: text/plain";
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {}\r\n\r\n{text}",
                    text.len()
                );
            }
        });
        Self { url, seen }
    }

    fn last(&self) -> String {
        self.seen.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

/// A request with its body.
fn read(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let len = stream.read(&mut piece).unwrap();
        assert!(len > 0, "the request ends early");
        bytes.extend_from_slice(&piece[..len]);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.is_none_or(|length| body.len() == length.parse::<usize>().unwrap()) {
            return text;
        }
    }
}

/// A house with a guest that asks for everything, an operator's policy, and the connection `one` to the server.
fn house(guest: &str, server: &Server, allow: &str) -> House {
    #[derive(Deserialize)]
    struct Operator {
        #[serde(default)]
        allow: OperatorPolicy,
    }
    let mut house = House::with(&[guest]);
    let asks = "[asks]\nhttp = [\"http://*:*\"]\nconnections = [\"one\", \"none\"]\n";
    let serves = if guest == "http" { "serves = [\"arn:aws:states:::http:invoke\"]\n" } else { "" };
    house.manifest(guest, "1.0.0", &format!("name = \"{guest}\"\nversion = \"1.0.0\"\n{serves}{asks}"));
    let file = house.folder.path().join("secret");
    std::fs::write(&file, SECRET).unwrap();
    let config = format!(
        "[one]\nhosts = [\"{}/v1/*\"]\nbasic = {{ username = \"me\", password = {{ file = {file:?} }} }}",
        server.url
    );
    let config = format!(
        "{config}\n[broken]\nhosts = [\"http://127.0.0.1:*\"]\nheader = {{ name = \"x\", value = {{ env = \"DIRIGENT_NOT_SET\" }} }}"
    );
    house.config.services.connections = Arc::new(Connections::read(&config.parse().unwrap()).unwrap());
    let operator: Operator = toml::from_str(allow).unwrap();
    house.config.services.policy = Arc::new(operator.allow);
    house
}

fn allow(server: &Server, connections: &str) -> String {
    format!("[[allow]]\nhttp = [\"{}\"]\nconnections = {connections}", server.url)
}

/// The secret in all forms that could come back: the credentials are `me:` and the secret in base64.
fn assert_no_secret(outcome: &Outcome) {
    let text = format!("{outcome:?}");
    for form in [SECRET, "bWU6czNjcmV0LW9mLXRoZS1ob3N0", "czNjcmV0LW9mLXRoZS1ob3N0"] {
        assert!(!text.contains(form), "{text}");
    }
}

#[tokio::test]
async fn a_request_goes_through_the_connection_that_is_granted() {
    let server = Server::new();
    for (granted, path, header, expected) in [
        ("[\"one\"]", "/v1/x", Some("one"), true),
        ("[\"one\"]", "/v1/x", None, true),
        ("[\"one\"]", "/v2/x", None, false),
        ("[]", "/v1/x", None, false),
    ] {
        let house = house("caller", &server, &allow(&server, granted));
        let runtime = house.open().await;
        let headers: Vec<_> = header.iter().map(|name| ["Dirigent-Connection", name]).collect();
        let operation = json!({ "do": "http", "url": format!("{}{path}", server.url), "headers": headers });
        let outcome = call(&runtime, "plugin:caller", json!({ "operations": [operation] })).await;
        let answers = output(&outcome);
        assert_eq!(answers["answers"][0]["status"], 200, "{answers}");
        let seen = server.last().to_ascii_lowercase();
        assert_eq!(seen.contains("authorization: basic bwu6cznjcmv0lw9mlxrozs1ob3n0"), expected, "{seen}");
        assert!(!seen.contains("dirigent-connection"), "{seen}");
        assert_no_secret(&outcome);
        assert_eq!(
            answers["answers"][0]["body"].as_str().unwrap().contains("Basic bWU6***"),
            expected,
            "{answers}"
        );
    }
}

#[tokio::test]
async fn who_says_no_to_a_connection() {
    let server = Server::new();
    let seen = || server.seen.lock().unwrap().len();
    for (granted, name, path, error, part) in [
        ("[\"*\"]", "other", "/v1/x", "Plugin.CapabilityDenied", "plugin.toml does not ask for that"),
        ("[]", "one", "/v1/x", "Plugin.CapabilityDenied", "the operator does not allow that"),
        ("[\"one\"]", "one", "/v2/x", "Plugin.CapabilityDenied", "`one` is not for 127.0.0.1"),
        ("[\"*\"]", "none", "/v1/x", "Events.ConnectionResource.ResourceNotFound", "[connection.none]"),
    ] {
        let house = house("caller", &server, &allow(&server, granted));
        let runtime = house.open().await;
        let operation = json!({
            "do": "http",
            "url": format!("{}{path}", server.url),
            "headers": [["Dirigent-Connection", name]],
        });
        let failure =
            call(&runtime, "plugin:caller", json!({ "operations": [operation] })).await.result.unwrap_err();
        assert!(failure.error == error && failure.cause.contains(part), "{failure}");
        assert_eq!(seen(), 0);
    }
}

#[tokio::test]
async fn a_connection_without_its_secret_fails_the_task() {
    let server = Server::new();
    let house = house("caller", &server, &allow(&server, "[\"*\"]"));
    let asks = "[asks]\nhttp = [\"http://*:*\"]\nconnections = [\"broken\"]\n";
    house.manifest("caller", "1.0.0", &format!("name = \"caller\"\nversion = \"1.0.0\"\n{asks}"));
    let runtime = house.open().await;
    let operation = json!({ "do": "http", "url": server.url });
    let failure =
        call(&runtime, "plugin:caller", json!({ "operations": [operation] })).await.result.unwrap_err();
    assert_eq!(failure.error, "Events.ConnectionResource.InvalidConnectionState");
    assert!(failure.cause.contains("the environment variable DIRIGENT_NOT_SET is not set"), "{failure}");
}

#[tokio::test]
async fn an_http_task_calls_through_its_connection() {
    let server = Server::new();
    let house = house("http", &server, &allow(&server, "[\"one\"]"));
    let runtime = house.open().await;
    let invoke = |path: &str, more: Value| {
        let mut arguments = json!({
            "ApiEndpoint": format!("{}{path}", server.url),
            "Method": "POST",
            "InvocationConfig": { "ConnectionArn": "arn:aws:events:us-east-1:000000000000:connection/one/0001" },
            "RequestBody": { "a": [1, 2] },
        });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(&runtime, "arn:aws:states:::http:invoke", arguments)
    };
    let outcome = invoke("/v1/x", json!({ "QueryParameters": { "q": "a b" } })).await;
    let result = output(&outcome);
    assert_eq!((&result["StatusCode"], &result["StatusText"]), (&json!(200), &json!("OK")));
    assert_no_secret(&outcome);
    let seen = server.last();
    assert!(seen.starts_with("POST /v1/x?q=a%20b HTTP/1.1\r\n") && seen.ends_with("{\"a\":[1,2]}"), "{seen}");
    assert!(seen.contains("Basic bWU6czNjcmV0LW9mLXRoZS1ob3N0"), "{seen}");

    let failure = invoke("/v1/missing", json!({})).await.result.unwrap_err();
    assert_eq!(failure.error, "States.Http.StatusCode.404");
    assert!(
        failure.cause.starts_with("POST /v1/missing") && !failure.cause.contains("bWU6czNj"),
        "{failure}"
    );
    // Nobody listens there, and nobody allows it either: that is the first to be asked.
    let elsewhere = json!({ "ApiEndpoint": "http://127.0.0.1:1/v1/x" });
    let failure = invoke("", elsewhere).await.result.unwrap_err();
    assert_eq!(failure.error, "Plugin.CapabilityDenied");
}

#[tokio::test]
async fn an_http_task_that_nobody_answers() {
    let server = Server::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = Server { url: format!("http://{}", closed.local_addr().unwrap()), seen: Arc::default() };
    drop(closed);
    let house = house("http", &gone, &allow(&gone, "[\"one\"]"));
    let runtime = house.open().await;
    let arguments = json!({
        "ApiEndpoint": format!("{}/v1/x", gone.url),
        "Method": "GET",
        "Authentication": { "ConnectionArn": "one" },
    });
    let failure = call(&runtime, "arn:aws:states:::http:invoke", arguments).await.result.unwrap_err();
    assert_eq!(failure.error, "States.Http.Socket", "{failure}");
    assert_eq!(server.last(), "");
}
