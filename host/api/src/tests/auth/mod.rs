//! Who may come in, over the whole router.
//!
//! - `signatures`: access keys; the signatures are those of AWS's own signer
//! - `roles`: tokens, and what their roles may do
//! - `sessions`: browsers, and streams that end

mod roles;
mod sessions;
mod signatures;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;
use zeroize::Zeroizing;

use super::rest::OnePlugin;
use super::{BOUND, OWN, World, pass};
use crate::{Callers, Gate, Host, Role};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const OTHER: &str = "000000000002";

/// Tokens, as `NAME-token-NAME`, of each role.
fn token(role: Role) -> String {
    format!("{role}-token-of-some-length")
}

struct Site {
    world: World,
    gate: Arc<Gate>,
    router: axum::Router,
}

fn callers() -> Callers {
    let mut callers = Callers::default();
    for role in Role::ALL {
        callers.add_token(role.word(), &token(role), role).unwrap();
        let id = format!("KEY{}", role.word());
        callers.add_access_key(&id, Zeroizing::new(SECRET.into()), role, None).unwrap();
    }
    callers
        .add_access_key("ELSEWHERE", Zeroizing::new(SECRET.into()), Role::Admin, Some(OTHER.into()))
        .unwrap();
    callers
}

/// An answer: its status, its headers, and its body.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["__type"].as_str().or(self.body["error"].as_str()).unwrap_or_default()
    }

    fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

impl Site {
    async fn new() -> Site {
        let world = World::new().await;
        let gate = Arc::new(Gate::new(callers()));
        let host = Host::new(world.engine.clone(), Arc::new(OnePlugin)).with_gate(gate.clone());
        Site { world, gate, router: crate::router(host) }
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    /// A request with headers.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// An action with a token.
    async fn act(&self, role: Role, action: &str, params: Value) -> Answer {
        let target = format!("AWSStepFunctions.{action}");
        let bearer = format!("Bearer {}", token(role));
        self.send("POST", "/", &[("x-amz-target", &target), ("authorization", &bearer)], &params.to_string())
            .await
    }

    fn refused(&self, reason: &str) -> u64 {
        self.gate.refusals().find(|(name, _)| *name == reason).unwrap().1
    }
}
