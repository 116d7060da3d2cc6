//! How much the host takes on at a time. What is over it is refused at once, in AWS's words, and what was accepted goes on:
//! a host that queues without a bound answers nobody in the end.
//!
//! Source: AWS API references, "Common Errors": `ThrottlingException` (status 400) and `ServiceUnavailable` (503), which SDKs try
//! again by themselves.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;
use crate::{Host, aws};

/// Requests under way that want an answer at once.
pub const MAX_REQUESTS: usize = 4_096;

/// Requests under way that wait for something to happen: polls of workers, synchronous executions, starts that wait for the
/// end, streams of events.
pub const MAX_WAITING_REQUESTS: usize = 16_384;

/// Bytes of bodies of all requests under way.
pub const MAX_BODY_BYTES: usize = 256 << 20;

/// Bodies are counted in units of so many bytes.
const UNIT: usize = 1 << 10;

/// Bodies up to here come with their head, nearly always; longer ones have to come in time, since each keeps others out.
const SMALL_BODY: usize = 8 << 10;

/// Longest wait for a body that is not small.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Paths that answer however busy the host is.
const ALWAYS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// How much the host takes on at a time.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Requests that want an answer at once.
    pub requests: usize,
    /// Requests that wait for something to happen.
    pub waiting: usize,
    /// Bytes of bodies.
    pub body_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { requests: MAX_REQUESTS, waiting: MAX_WAITING_REQUESTS, body_bytes: MAX_BODY_BYTES }
    }
}

/// Room that is left.
#[derive(Debug)]
pub(crate) struct Room {
    requests: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

impl Room {
    pub(crate) fn new(bounds: Bounds) -> Room {
        Room {
            requests: Arc::new(Semaphore::new(bounds.requests)),
            waiting: Arc::new(Semaphore::new(bounds.waiting)),
            bodies: Arc::new(Semaphore::new(bounds.body_bytes / UNIT)),
        }
    }

    /// Takes room for a request and for its body.
    fn take(&self, request: &Request, longest_body: usize) -> Result<Taken, ApiError> {
        let waits = waits(request.method(), request.uri().path(), request.uri().query(), request.headers());
        let requests = if waits { &self.waiting } else { &self.requests };
        let place = requests.clone().try_acquire_owned();
        let place = place.map_err(|_| ApiError::throttled())?;
        let units = body_bytes(request, longest_body).div_ceil(UNIT);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let body = self.bodies.clone().try_acquire_many_owned(units).map_err(|_| {
            ApiError::unavailable("the bodies of requests under way are as many bytes as the host takes at a time; try again in a moment")
        })?;
        Ok(Taken { _place: place, _body: body })
    }
}

/// Room of a request; given back when it is over.
struct Taken {
    _place: OwnedSemaphorePermit,
    _body: OwnedSemaphorePermit,
}

/// Lets a request in if there is room for it.
pub(crate) async fn admit(State(host): State<Host>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if ALWAYS.contains(&path) {
        return next.run(request).await;
    }
    let on_aws_wire = path == "/";
    let longest = host.engine.config().limits.request_bytes;
    let admitted = async {
        let taken = host.room.take(&request, longest)?;
        // A gate first looks who asks: nobody unknown makes the host wait for a body.
        let request = if host.gate.is_some() { request } else { arrived(request, longest).await? };
        Ok((taken, request))
    };
    match admitted.await {
        Ok((taken, request)) => {
            let response = next.run(request).await;
            drop(taken);
            response
        }
        Err(error) => refused(on_aws_wire, error),
    }
}

/// An error's answer, on AWS's wire or elsewhere.
pub(crate) fn refused(on_aws_wire: bool, error: ApiError) -> Response {
    if on_aws_wire {
        return aws::respond(Err(error));
    }
    (error.status(), axum::Json(error.rest_body())).into_response()
}

/// The request with its body, if that is one that has to come in time. One that is too long is left to be refused.
pub(crate) async fn arrived(request: Request, longest: usize) -> Result<Request, ApiError> {
    let length = body_bytes(&request, longest);
    if length <= SMALL_BODY || declared(request.headers()).is_some_and(|length| length > longest) {
        return Ok(request);
    }
    let (head, body) = request.into_parts();
    Ok(Request::from_parts(head, Body::from(whole(body, longest).await?)))
}

/// All of a body, if it comes in time.
pub(crate) async fn whole(body: Body, longest: usize) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(BODY_PATIENCE, to_bytes(body, longest)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => Err(ApiError::too_large(longest)),
        Ok(Err(error)) => Err(ApiError::unread(&error.to_string())),
        Err(_) => Err(ApiError::unread("it did not come in time")),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|source| source.to_string().contains("length limit exceeded"))
}

/// Whether a request waits for something to happen, and not only for the host.
fn waits(method: &Method, path: &str, query: Option<&str>, headers: &HeaderMap) -> bool {
    if path == "/" {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        return target.ends_with(".GetActivityTask") || target.ends_with(".StartSyncExecution");
    }
    let query = query.unwrap_or_default();
    let waits_for_end = method == Method::POST && query.split('&').any(|pair| pair.starts_with("wait="));
    waits_for_end || path.ends_with("/events")
}

/// Bytes that a body may have: those that its head says, and otherwise as many as one may have at all.
fn body_bytes(request: &Request, longest: usize) -> usize {
    match declared(request.headers()) {
        Some(length) => length.min(longest),
        None if request.headers().contains_key(header::TRANSFER_ENCODING) => longest,
        None => 0,
    }
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits() {
        for (method, path, query, target, waiting) in [
            ("POST", "/", None, "AWSStepFunctions.GetActivityTask", true),
            ("POST", "/", None, "AWSStepFunctions.StartSyncExecution", true),
            ("POST", "/", None, "AWSStepFunctions.StartExecution", false),
            ("POST", "/", None, "", false),
            ("POST", "/api/executions", Some("wait=30s"), "", true),
            ("POST", "/api/executions", Some("x=1&wait=30s"), "", true),
            ("POST", "/api/executions", None, "", false),
            ("GET", "/api/executions", Some("wait=30s"), "", false),
            ("GET", "/api/events", None, "", true),
            ("GET", "/api/executions/arn/events", None, "", true),
            ("GET", "/api/plugins", None, "", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-amz-target", target.parse().expect("a header"));
            let method = method.parse().expect("a method");
            assert_eq!(waits(&method, path, query, &headers), waiting, "{method} {path} {query:?} {target}");
        }
    }
}
