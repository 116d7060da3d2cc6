//! Routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use dirigent_engine::Engine;

use crate::{aws, rest};

/// Everything that the host answers.
pub fn router(engine: Arc<Engine>) -> Router {
    let request_bytes = engine.config().limits.request_bytes;
    Router::new()
        .route("/", post(aws::handle))
        .route("/healthz", get(healthy))
        .route("/readyz", get(ready))
        .route("/api/executions", post(rest::start_execution))
        .layer(DefaultBodyLimit::max(request_bytes))
        .with_state(engine)
}

/// The process answers.
async fn healthy() -> &'static str {
    "ok\n"
}

/// The host can take work: its store writes.
async fn ready(State(engine): State<Arc<Engine>>) -> (StatusCode, String) {
    match engine.health() {
        Ok(()) => (StatusCode::OK, "ready\n".into()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}
