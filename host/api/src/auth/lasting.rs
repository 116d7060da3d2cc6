//! How long a stream of events goes on: no longer than whoever asked for it may. Other answers end by themselves.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use futures_util::StreamExt as _;

use super::callers::{Caller, Digest};
use super::gate::Gate;

/// Somebody who is known by a token, and how.
pub(crate) struct Known {
    pub(crate) caller: Arc<Caller>,
    pub(super) token: Digest,
    /// The cookie of the session, if it is by one, and how long that lasts.
    pub(super) session: Option<(String, Duration)>,
}

impl Known {
    /// How long the session lasts, if there is one.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.session.as_ref().map(|(_, left)| *left)
    }

    /// Resolves when the session is over, or the token is no longer known in this role.
    async fn over(self, gate: Arc<Gate>) {
        let mut changes = gate.changes();
        let timed = async {
            match self.left() {
                Some(left) => tokio::time::sleep(left).await,
                None => std::future::pending().await,
            }
        };
        let changed = async {
            while gate.still_knows(&self) {
                // The gate holds the sender, so this waits for a change.
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = timed => {}
            () = changed => {}
        }
    }
}

/// An answer that ends when its time is over, if it is one that would go on.
pub(super) fn bounded(response: Response, known: Known, gate: Arc<Gate>) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    if !kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) {
        return response;
    }
    let (head, body) = response.into_parts();
    Response::from_parts(head, Body::from_stream(body.into_data_stream().take_until(known.over(gate))))
}
