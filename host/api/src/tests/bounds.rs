//! What is over the host's bounds is refused at once, in AWS's words, and what was let in goes on.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tower::ServiceExt;

use super::{BOUND, World};
use crate::{Bounds, Host, PluginDirectory, PluginEntry, PluginLogLine, PluginUsage};

struct NoPlugins;

impl PluginDirectory for NoPlugins {
    fn plugins(&self) -> Vec<PluginEntry> {
        Vec::new()
    }

    fn logs(&self, _: &str, _: u64, _: Option<i64>, _: usize) -> Vec<PluginLogLine> {
        Vec::new()
    }

    fn name_of(&self, _: [u8; 32]) -> Option<String> {
        None
    }

    fn usage(&self) -> std::collections::BTreeMap<String, PluginUsage> {
        std::collections::BTreeMap::new()
    }
}

fn host(world: &World, bounds: Bounds) -> Host {
    Host::new(world.engine.clone(), Arc::new(NoPlugins)).with_bounds(bounds)
}

/// A call of an action whose body is `body`, of that many bytes as its head says.
fn request(action: &str, length: usize, body: Body) -> Request<Body> {
    let target = format!("AWSStepFunctions.{action}");
    let request = Request::post("/").header("x-amz-target", target).header("content-length", length);
    request.body(body).unwrap()
}

fn call(action: &str, params: &Value) -> Request<Body> {
    let text = params.to_string();
    request(action, text.len(), Body::from(text))
}

/// A body that comes when it is told to, and until then does not.
fn late() -> (mpsc::UnboundedSender<&'static str>, Body) {
    let (sender, receiver) = mpsc::unbounded_channel::<&'static str>();
    let pieces = stream::unfold(receiver, |mut receiver| async {
        let piece = receiver.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes())), receiver))
    });
    (sender, Body::from_stream(pieces))
}

/// Begins a call, which goes on by itself.
fn begin(host: &Host, request: Request<Body>) -> tokio::task::JoinHandle<Response> {
    let router = crate::router(host.clone());
    tokio::spawn(async move { router.oneshot(request).await.unwrap() })
}

async fn answer(host: &Host, request: Request<Body>) -> (StatusCode, Value) {
    let response =
        tokio::time::timeout(BOUND, begin(host, request)).await.expect("is answered at once").unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// Lets calls that have begun get as far as they get.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn requests_that_want_an_answer() {
    let world = World::new().await;
    let host = host(&world, Bounds { requests: 2, ..Bounds::default() });
    let (first, body) = late();
    let one = begin(&host, request("ListStateMachines", 2, body));
    let (second, body) = late();
    let two = begin(&host, request("ListStateMachines", 2, body));
    settle().await;
    let (status, body) = answer(&host, call("ListStateMachines", &json!({}))).await;
    assert_eq!((status, &body["__type"]), (StatusCode::BAD_REQUEST, &json!("ThrottlingException")), "{body}");
    assert_eq!(body["message"], "Rate exceeded");
    let (status, body) = answer(&host, Request::get("/api/plugins").body(Body::empty()).unwrap()).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("ThrottlingException")), "{body}");
    // Health is told however busy it is, and what waits has room of its own.
    for path in ["/healthz", "/readyz", "/metrics"] {
        let (status, _) = answer(&host, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
    let (_, body) = answer(&host, call("GetActivityTask", &json!({ "activityArn": "x" }))).await;
    assert_eq!(body["__type"], "InvalidArn", "{body}");
    // Those that were let in are answered, and then there is room again.
    for (sender, begun) in [(first, one), (second, two)] {
        sender.send("{}").unwrap();
        drop(sender);
        assert_eq!(begun.await.unwrap().status(), StatusCode::OK);
    }
    let (status, _) = answer(&host, call("ListStateMachines", &json!({}))).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn requests_that_wait() {
    let world = World::new().await;
    let host = host(&world, Bounds { waiting: 1, ..Bounds::default() });
    let created = world.must("CreateActivity", json!({ "name": "a" })).await;
    let poll = json!({ "activityArn": created["activityArn"] });
    let polling = begin(&host, call("GetActivityTask", &poll));
    settle().await;
    let (status, body) = answer(&host, call("GetActivityTask", &poll)).await;
    assert_eq!((status, &body["__type"]), (StatusCode::BAD_REQUEST, &json!("ThrottlingException")), "{body}");
    let (status, _) = answer(&host, call("ListStateMachines", &json!({}))).await;
    assert_eq!(status, StatusCode::OK, "what wants an answer has room of its own");
    polling.abort();
    let _ = polling.await;
    world.engine.end_polls();
    let (status, _) = answer(&host, call("GetActivityTask", &poll)).await;
    assert_eq!(status, StatusCode::OK, "a poll that went away leaves room");
}

#[tokio::test]
async fn bytes_of_bodies() {
    let world = World::new().await;
    let host = host(&world, Bounds { body_bytes: 3 << 20, ..Bounds::default() });
    let long = 2 << 20;
    let (sender, body) = late();
    let begun = begin(&host, request("ListStateMachines", long, body));
    settle().await;
    for (length, wanted) in [(long, StatusCode::SERVICE_UNAVAILABLE), (2, StatusCode::OK)] {
        let padded = format!("{{}}{}", " ".repeat(length - 2));
        let (status, body) = answer(&host, request("ListStateMachines", length, Body::from(padded))).await;
        assert_eq!(status, wanted, "{length}: {body}");
        if status != StatusCode::OK {
            assert_eq!(body["__type"], "ServiceUnavailable", "{body}");
        }
    }
    // One that does not say how long it is takes as much room as one may have.
    let (_, unsaid) = late();
    let chunked = Request::post("/").header("x-amz-target", "AWSStepFunctions.ListStateMachines");
    let chunked = chunked.header("transfer-encoding", "chunked").body(unsaid).unwrap();
    assert_eq!(answer(&host, chunked).await.0, StatusCode::SERVICE_UNAVAILABLE);
    sender.send("{}").unwrap();
    drop(sender);
    assert_eq!(begun.await.unwrap().status(), StatusCode::OK);
    let (status, body) =
        answer(&host, request("ListStateMachines", 3 << 20, Body::from(" ".repeat(3 << 20)))).await;
    assert_eq!(
        (status, &body["__type"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("RequestEntityTooLargeException"))
    );
}
