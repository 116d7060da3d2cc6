//! `/api`, held to its own OpenAPI description: every operation is called, and every answer fits its schema.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{OWN, World, column, pass, text};
use crate::rest;
use crate::{
    BackupSource, Host, PluginAsk, PluginDirectory, PluginEntry, PluginLogLine, PluginStatus, PluginUsage,
};

/// Largest answer that is read.
const MOST: usize = 1 << 20;

pub(super) struct OnePlugin;

impl PluginDirectory for OnePlugin {
    fn plugins(&self) -> Vec<PluginEntry> {
        vec![PluginEntry {
            name: "echo".into(),
            version: "1.0.0".into(),
            description: "Gives back what it gets".into(),
            digest: Some("00".repeat(32)),
            serves: vec!["arn:aws:states:::sqs:sendMessage".into()],
            asks: vec![PluginAsk {
                kind: "keyvalue".into(),
                asks: vec!["orders-*".into()],
                operator: vec!["orders-eu".into()],
                roles: BTreeMap::from([("strict".into(), Vec::new())]),
            }],
            imports: Vec::new(),
            component_bytes: 73_000,
            status: PluginStatus::Broken,
            why: Some("on purpose".into()),
            usage: self.usage().remove("echo@1.0.0").unwrap_or_default(),
        }]
    }

    fn logs(&self, plugin: &str, after: u64, since_ms: Option<i64>, limit: usize) -> Vec<PluginLogLine> {
        let line = |number: u64| PluginLogLine {
            number,
            time_ms: since_ms.unwrap_or_default(),
            plugin: plugin.to_owned(),
            execution_arn: "arn:aws:states:us-east-1:000000000000:execution:m:e".into(),
            state: "Echo".into(),
            attempt: 0,
            level: "info".into(),
            message: "a line".into(),
        };
        (after + 1..=4).map(line).take(limit).collect()
    }

    fn name_of(&self, component: [u8; 32]) -> Option<String> {
        (component == [7; 32]).then(|| "echo@1.0.0".into())
    }

    fn usage(&self) -> BTreeMap<String, PluginUsage> {
        let failures = BTreeMap::from([("Plugin.Trapped".into(), 1)]);
        let usage = PluginUsage { calls: 2, failures, ..PluginUsage::default() };
        BTreeMap::from([("echo@1.0.0".into(), usage)])
    }
}

/// A backup of more than a piece.
struct Text;

/// Lines of it.
const LINES: usize = 50_000;

impl BackupSource for Text {
    fn write(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        (0..LINES).try_for_each(|line| writeln!(to, "line {line}"))
    }
}

/// A backup that cannot be made.
struct Nothing;

impl BackupSource for Nothing {
    fn write(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        to.write_all(b"the beginning")?;
        Err(std::io::Error::other("the disk is gone"))
    }
}

/// An answer: its status, its content type, and its body.
struct Answer {
    status: StatusCode,
    content_type: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl World {
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let router =
            crate::router(Host::new(self.engine.clone(), Arc::new(OnePlugin)).with_backups(Arc::new(Text)));
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = async {
            let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
            let status = answer.status();
            let content_type =
                answer.headers().get("content-type").map_or("", |value| value.to_str().unwrap());
            let content_type = content_type.to_owned();
            let bytes = axum::body::to_bytes(answer.into_body(), MOST).await.unwrap();
            Answer { status, content_type, body: String::from_utf8(bytes.into()).unwrap() }
        };
        tokio::time::timeout(super::BOUND, answer).await.unwrap_or_else(|_| panic!("{method} {path} hangs"))
    }

    /// An execution that has ended, of a machine of its own.
    async fn done(&self, name: &str, definition: Value) -> String {
        let machine = self.create_as(OWN, name, definition).await;
        let started = self.must("StartExecution", json!({ "stateMachineArn": machine, "name": name })).await;
        let arn = text(&started["executionArn"]);
        self.ended(&arn).await;
        arn
    }
}

fn fail(error: &str) -> Value {
    json!({ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": error, "Cause": "so" } } })
}

fn wait() -> Value {
    json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 3600, "End": true } } })
}

fn encoded(arn: &str) -> String {
    arn.replace(':', "%3A").replace('/', "%2F")
}

/// The description, as a client reads it.
fn document() -> Value {
    serde_json::to_value(rest::router().1).unwrap()
}

/// Holds an answer against what the description says of an operation's.
fn fits(document: &Value, path: &str, method: &str, answer: &Answer) {
    let responses = &document["paths"][path][method]["responses"];
    let class = format!("{}XX", answer.status.as_u16() / 100);
    let response = [answer.status.as_str(), &class].into_iter().find_map(|status| responses.get(status));
    let what = format!("{method} {path}: {} {}", answer.status, answer.body);
    let response = response.unwrap_or_else(|| panic!("{what}: the status is not described"));
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_empty(), "{what}: no body is described");
        return;
    };
    let (content_type, described) = content.iter().next().unwrap();
    assert!(answer.content_type.starts_with(content_type), "{what}: {}", answer.content_type);
    if content_type != "application/json" {
        return;
    }
    let schema = json!({ "allOf": [described["schema"]], "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&answer.json()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what}: {errors:?}");
}

/// A call of each operation that succeeds, and some that are refused: path in the description, method, path of the
/// call, body, and status.
async fn calls(world: &World) -> Vec<(&'static str, &'static str, String, Option<Value>, u16)> {
    let logs = "/api/plugins/{name}/logs";
    let good = world.done("good", pass(json!({ "n": 1 }))).await;
    let bad = world.done("bad", fail("Made.Up")).await;
    let machine = world.create_as(OWN, "sleeper", wait()).await;
    let machines = encoded(&machine);
    let sleeper = world.must("StartExecution", json!({ "stateMachineArn": machine })).await;
    let sleeper = text(&sleeper["executionArn"]);
    let quick = world.create_as(OWN, "quick", pass(json!(1))).await;
    let of = |arn: &str, rest: &str| format!("/api/executions/{}{rest}", encoded(arn));
    let (all, one) = ("/api/executions", "/api/executions/{arn}");
    let (good, none) = (&good, &format!("{good}x"));
    vec![
        (all, "get", all.into(), None, 200),
        (all, "get", format!("{all}?status=FAILED&status=TIMED_OUT&limit=1&error=Made.Up"), None, 200),
        (
            all,
            "get",
            format!("{all}?stateMachineArn={machines}&startedAfter=2020-01-01T00:00:00Z"),
            None,
            200,
        ),
        (all, "get", format!("{all}?status=failed"), None, 400),
        (all, "get", format!("{all}?stauts=FAILED"), None, 400),
        (all, "get", format!("{all}?limit=0"), None, 400),
        (all, "get", format!("{all}?error="), None, 400),
        (all, "get", format!("{all}?error"), None, 400),
        (all, "get", format!("{all}?limit=many"), None, 400),
        (all, "get", format!("{all}?startedAfter=yesterday"), None, 400),
        (all, "get", format!("{all}?nextToken=forged"), None, 400),
        (all, "get", format!("{all}?stateMachineArn={machines}x"), None, 400),
        (
            all,
            "post",
            format!("{all}?wait=20s"),
            Some(json!({ "stateMachineArn": quick, "input": [1] })),
            200,
        ),
        (all, "post", all.into(), Some(json!({ "stateMachineArn": machine, "name": "stay" })), 202),
        (all, "post", all.into(), Some(json!({ "stateMachineArn": machine, "nam": "x" })), 400),
        (all, "post", all.into(), Some(json!({})), 400),
        (all, "post", all.into(), None, 400),
        (one, "get", of(good, ""), None, 200),
        (one, "get", of(&bad, ""), None, 200),
        (one, "get", of(none, ""), None, 400),
        (one, "get", of("x", ""), None, 400),
        ("/api/executions/{arn}/history", "get", of(good, "/history?from=2&limit=1&data=false"), None, 200),
        ("/api/executions/{arn}/history", "get", of(good, "/history?from=0"), None, 400),
        ("/api/executions/{arn}/history", "get", of(good, "/history?limit=1001"), None, 400),
        ("/api/executions/{arn}/history", "get", of(none, "/history"), None, 400),
        ("/api/executions/{arn}/tasks", "get", of(good, "/tasks"), None, 200),
        ("/api/executions/{arn}/tasks", "get", of(none, "/tasks"), None, 400),
        ("/api/executions/{arn}/events", "get", of(good, "/events"), None, 200),
        ("/api/executions/{arn}/events", "get", of(none, "/events"), None, 400),
        ("/api/executions/{arn}/redrive", "post", of(&bad, "/redrive"), Some(json!({})), 200),
        ("/api/executions/{arn}/redrive", "post", of(good, "/redrive"), Some(json!({})), 400),
        ("/api/executions/{arn}/redrive", "post", of(&bad, "/redrive"), Some(json!({ "onto": "new" })), 400),
        ("/api/executions/{arn}/redrive", "post", of(&bad, "/redrive"), Some(json!({ "state": "F" })), 400),
        ("/api/executions/{arn}/stop", "post", of(&sleeper, "/stop"), Some(json!({ "error": "E" })), 200),
        (
            "/api/executions/{arn}/stop",
            "post",
            of(good, "/stop"),
            Some(json!({ "error": "E".repeat(257) })),
            400,
        ),
        (
            "/api/executions/stop",
            "post",
            "/api/executions/stop".into(),
            Some(json!({ "filter": { "stateMachineArn": machine }, "cause": "enough" })),
            200,
        ),
        ("/api/executions/stop", "post", "/api/executions/stop".into(), Some(json!({ "filter": {} })), 400),
        ("/api/executions/stop", "post", "/api/executions/stop".into(), Some(json!({})), 400),
        (
            "/api/executions/redrive",
            "post",
            "/api/executions/redrive".into(),
            Some(json!({ "executionArns": [good, bad, "x"], "onto": "latest" })),
            200,
        ),
        (
            "/api/executions/redrive",
            "post",
            "/api/executions/redrive".into(),
            Some(json!({ "executionArns": vec!["x"; 1_001] })),
            400,
        ),
        ("/api/backup", "post", "/api/backup".into(), None, 200),
        ("/api/plugins", "get", "/api/plugins".into(), None, 200),
        ("/api/plugins/{name}/users", "get", "/api/plugins/echo/users".into(), None, 200),
        (logs, "get", "/api/plugins/echo/logs?after=1&limit=2".into(), None, 200),
        (logs, "get", "/api/plugins/echo/logs?limit=1001".into(), None, 400),
        (logs, "get", "/api/plugins/echo/logs?since=yesterday".into(), None, 400),
        // A host that asks nobody who they are; another test has one that does.
        ("/session", "get", "/session".into(), None, 200),
        ("/session", "post", "/session".into(), Some(json!({ "token": "any" })), 400),
        ("/session", "delete", "/session".into(), None, 204),
        ("/api/events", "get", format!("/api/events?stateMachineArn={machines}x"), None, 400),
    ]
}

#[tokio::test]
async fn every_operation_answers_as_it_is_described() {
    let world = World::new().await;
    let document = document();
    let mut called = BTreeSet::new();
    for (path, method, call, body, status) in calls(&world).await {
        let answer = world.ask(&method.to_uppercase(), &call, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {call}: {}", answer.body);
        fits(&document, path, method, &answer);
        called.insert((path.to_owned(), method.to_owned()));
    }
    // The stream of all events has no end; what it streams is another test's.
    let described = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone()))
    });
    assert_eq!(called, described.collect(), "every operation that is described is called");
    let served = world.ask("GET", "/api/openapi.json", None).await;
    assert_eq!(served.json(), document);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_comes_whole_or_breaks_off_and_one_at_a_time() {
    let world = World::new().await;
    let whole = world.ask("POST", "/api/backup", None).await;
    assert_eq!((whole.status, &*whole.content_type), (StatusCode::OK, "application/octet-stream"));
    assert!(
        whole.body.lines().eq((0..LINES).map(|line| format!("line {line}"))),
        "not all of it, or not in order"
    );

    let host = Host::new(world.engine.clone(), Arc::new(OnePlugin));
    let ask = |host: &Host, content_type: &str| {
        let request = Request::post("/api/backup").header("content-type", content_type).body(Body::empty());
        crate::router(host.clone()).oneshot(request.unwrap())
    };
    assert_eq!(
        ask(&host, "application/json").await.unwrap().status(),
        StatusCode::BAD_REQUEST,
        "nothing is kept"
    );
    let host = host.with_backups(Arc::new(Text));
    assert_eq!(
        ask(&host, "text/plain").await.unwrap().status(),
        StatusCode::BAD_REQUEST,
        "another site's form"
    );
    let first = ask(&host, "application/json").await.unwrap();
    assert_eq!(ask(&host, "application/json").await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    axum::body::to_bytes(first.into_body(), MOST).await.unwrap();
    // One whose reader goes away gives its place back too.
    for _ in 0..2 {
        drop(granted(|| ask(&host, "application/json")).await);
    }
    let host = host.with_backups(Arc::new(Nothing));
    let broken = granted(|| ask(&host, "application/json")).await;
    let read = axum::body::to_bytes(broken.into_body(), MOST).await;
    assert!(read.is_err(), "what is no backup must not end as one");
}

/// Asks until the answer is that of a host that has room.
async fn granted<E: std::fmt::Debug, F: Future<Output = Result<Response, E>>>(
    ask: impl Fn() -> F,
) -> Response {
    let asking = async {
        loop {
            let answer = ask().await.unwrap();
            if answer.status() == StatusCode::OK {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(super::BOUND, asking).await.expect("there is room again")
}

#[tokio::test]
async fn metrics_are_told_to_prometheus() {
    let answer = World::new().await.ask("GET", "/metrics", None).await;
    assert_eq!(
        (answer.status, &*answer.content_type),
        (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8")
    );
    let failed = r#"dirigent_plugin_calls_total{plugin="echo",version="1.0.0",outcome="Plugin.Trapped"} 1"#;
    assert!(answer.body.lines().any(|line| line == failed), "{}", answer.body);
}

#[tokio::test]
async fn ranges_of_a_history() {
    let world = World::new().await;
    let arn = world.done("order", pass(json!({ "n": 1 }))).await;
    let all = "ExecutionStarted PassStateEntered PassStateExited ExecutionSucceeded";
    for (query, types, output) in [
        ("", all, Some(r#"{"n":1}"#)),
        ("?data=false", all, None),
        ("?from=2&limit=2", "PassStateEntered PassStateExited", Some(r#"{"n":1}"#)),
        ("?from=3&limit=10000&data=false", "PassStateExited ExecutionSucceeded", None),
        ("?from=5", "", None),
    ] {
        let answer =
            world.ask("GET", &format!("/api/executions/{}/history{query}", encoded(&arn)), None).await;
        let body = answer.json();
        assert_eq!(column(&body["events"], "type").join(" "), types, "{query}");
        assert_eq!(body["lastEventId"], 4, "{query}");
        let events = body["events"].as_array().unwrap();
        let exited = events.iter().find_map(|event| event.get("stateExitedEventDetails"));
        assert_eq!(exited.and_then(|details| details["output"].as_str()), output, "{query}");
    }
    let stream = format!("/api/executions/{}/events", encoded(&arn));
    for (query, told) in [("", true), ("?data=true", true), ("?data=false", false)] {
        let answer = world.ask("GET", &format!("{stream}{query}"), None).await;
        assert_eq!(answer.body.contains(r#"\"n\":1"#), told, "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn who_uses_a_plugin() {
    let world = World::new().await;
    let task = |resource: &str| json!({ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": resource, "End": true } } });
    // The world's host binds `plugin:echo` to the component that the directory calls echo@1.0.0, and nothing else.
    let user = world.create_as(OWN, "user", task("plugin:echo")).await;
    world.create_as(OWN, "other", task("plugin:other")).await;
    world.create_as(OWN, "none", pass(json!(1))).await;
    for (name, users) in
        [("echo", vec![&user]), ("echo%401.0.0", vec![&user]), ("echo%402.0.0", vec![]), ("ech", vec![])]
    {
        let answer = world.ask("GET", &format!("/api/plugins/{name}/users"), None).await.json();
        assert_eq!(answer, json!({ "stateMachineArns": users, "more": false }), "{name}");
    }
}

#[tokio::test]
async fn what_a_search_finds() {
    let world = World::new().await;
    let good = world.done("order-1", pass(json!(1))).await;
    let bad = world.done("order-2", fail("Made.Up")).await;
    let other = world.done("other", fail("Else")).await;
    let machine = bad.replace(":execution:", ":stateMachine:").rsplit_once(':').unwrap().0.to_owned();
    for (query, wanted) in [
        ("", vec![&other, &bad, &good]),
        ("?status=SUCCEEDED", vec![&good]),
        ("?status=FAILED&status=SUCCEEDED", vec![&other, &bad, &good]),
        ("?error=Made.Up", vec![&bad]),
        ("?error=Made", vec![]),
        ("?namePrefix=order-", vec![&bad, &good]),
        ("?status=FAILED&namePrefix=order-", vec![&bad]),
        (&format!("?stateMachineArn={}", encoded(&machine)), vec![&bad]),
        ("?startedAfter=2100-01-01T00:00:00Z", vec![]),
        ("?startedBefore=2100-01-01T00:00:00%2B01:00", vec![&other, &bad, &good]),
    ] {
        let found = world.ask("GET", &format!("/api/executions{query}"), None).await.json();
        let arns = super::column(&found["executions"], "executionArn");
        assert_eq!(arns.iter().collect::<Vec<_>>(), wanted, "{query}");
    }
    // In pages, each execution once.
    let (mut arns, mut query) = (Vec::new(), String::new());
    loop {
        let page = world.ask("GET", &format!("/api/executions?limit=2{query}"), None).await.json();
        arns.extend(super::column(&page["executions"], "executionArn"));
        let Some(next) = page["nextToken"].as_str() else { break };
        query = format!("&nextToken={next}");
    }
    assert_eq!(arns, [other, bad, good]);
}

#[tokio::test]
async fn an_executions_events_are_streamed_to_its_end() {
    let world = World::new().await;
    let machine = world.create_as(OWN, "m", wait()).await;
    let arn =
        text(&world.must("StartExecution", json!({ "stateMachineArn": machine })).await["executionArn"]);
    let path = format!("/api/executions/{}/events", encoded(&arn));
    let stop = async {
        // The stream is open and has read what there was by then, or has not: both must come out the same.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        world.must("StopExecution", json!({ "executionArn": arn, "error": "Enough" })).await
    };
    let (answer, _) = tokio::join!(world.ask("GET", &path, None), stop);
    let types: Vec<String> = answer
        .body
        .split("\n\n")
        .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")))
        .map(|data| serde_json::from_str::<Value>(data).unwrap())
        .map(|data| data["type"].as_str().or(data["status"].as_str()).unwrap().to_owned())
        .collect();
    assert_eq!(types, ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted", "ABORTED"]);
    assert!(
        answer.body.contains("event: history\nid: 1\n") || answer.body.contains("id: 1\n"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_revision_is_named_by_number_id_version_or_as_the_latest() {
    let world = World::new().await;
    let arn = world.done("m", fail("Made.Up")).await;
    let machine = arn.replace(":execution:", ":stateMachine:").rsplit_once(':').unwrap().0.to_owned();
    let mended = json!({ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "Else" } } });
    let id = text(&world.update(&machine, mended).await["revisionId"]);
    let version = world.publish(&machine).await;
    for onto in [json!(2), json!("latest"), json!(id), json!(version)] {
        let path = format!("/api/executions/{}", encoded(&arn));
        // Each time back to the first one, which has no id.
        for (onto, error) in [(&json!(1), "Made.Up"), (&onto, "Else")] {
            let answer = world.ask("POST", &format!("{path}/redrive"), Some(json!({ "onto": onto }))).await;
            assert_eq!(answer.status, StatusCode::OK, "{onto}: {}", answer.body);
            assert_eq!(world.ended(&arn).await["error"], error, "{onto}");
        }
    }
    for wrong in [json!("newest"), json!(9), json!(format!("{version}9")), json!(arn)] {
        let path = format!("/api/executions/{}/redrive", encoded(&arn));
        let answer = world.ask("POST", &path, Some(json!({ "onto": wrong }))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}: {}", answer.body);
    }
}

#[tokio::test]
async fn lines_that_plugins_logged_come_in_pages() {
    let world = World::new().await;
    let since = "2026-01-31T08:00:00.000Z";
    for (query, lines, after) in
        [("", 4, 4), ("?after=1&limit=2", 2, 3), ("?after=4", 0, 4), ("?since=2026-01-31T08:00:00Z", 4, 4)]
    {
        let answer = world.ask("GET", &format!("/api/plugins/echo%401.0.0/logs{query}"), None).await.json();
        assert_eq!(answer["lines"].as_array().unwrap().len(), lines, "{query}");
        assert_eq!(answer["after"], after, "{query}");
        if lines > 0 {
            assert_eq!(answer["lines"][0]["plugin"], "echo@1.0.0");
            assert_eq!(answer["lines"][0]["time"] == since, query.contains("since"), "{query}");
        }
    }
}

/// The console's types are made of the description as it is committed. After a change of the API, `DIRIGENT_BLESS=1` writes
/// that anew, and `npm run api-types` the types.
#[test]
fn the_console_has_the_description() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../console/openapi.json");
    let (_, document) = rest::router();
    let description = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    if std::env::var_os("DIRIGENT_BLESS").is_some() {
        std::fs::write(path, &description).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == description, "openapi.json is stale: run this test with DIRIGENT_BLESS=1");
}
