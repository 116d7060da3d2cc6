//! Routes.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, middleware};
use dirigent_engine::Engine;

use crate::{Host, auth, aws, bounds, console, metrics, rest};

/// Everything that the host answers.
pub fn router(host: Host) -> Router {
    let request_bytes = host.engine.config().limits.request_bytes;
    let (api, _) = rest::router();
    let routes = api
        .route("/", post(aws::handle).get(console::serve))
        .route("/healthz", get(healthy))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::metrics))
        .fallback(console::serve)
        .layer(DefaultBodyLimit::max(request_bytes));
    // Around all of them, so that no route can be forgotten. An open host does without, and pays nothing.
    let routes = match &host.gate {
        Some(gate) => routes.layer(middleware::from_fn_with_state((host.clone(), gate.clone()), auth::check)),
        None => routes,
    };
    routes.layer(middleware::from_fn_with_state(host.clone(), bounds::admit)).with_state(host)
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
