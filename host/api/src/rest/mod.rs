//! `/api`: what the AWS API lacks. Described by OpenAPI, at `/api/openapi.json`.
//!
//! - `host`: what requests are answered with
//! - `wire`: bodies, queries and errors
//! - `backup`: a copy of all there is, while the host runs
//! - `executions`: start and wait, search, describe, ranges of histories, metering, stop, redrive, one by one and many at a time
//! - `live`: events as they happen, by server-sent events
//! - `security`: how callers say who they are; `session`: signing in and out, for browsers
//! - `plugins`: what is in the registry directory; `plugin_logs`: what they logged lately; `plugin_users`: whose tasks call them; `usage`: what they used

mod backup;
mod executions;
mod host;
mod live;
mod plugin_logs;
mod plugin_users;
mod plugins;
mod security;
mod session;
mod usage;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use security::Schemes;

pub use backup::BackupSource;
pub use host::Host;
pub use plugin_logs::PluginLogLine;
pub use plugins::{PluginAsk, PluginDirectory, PluginEntry, PluginStatus};
pub use usage::{PluginUsage, Usage};

/// What the description says of the whole.
const ABOUT: &str = "The host's own API, beside that of AWS. ARNs in paths are percent-encoded. Times are RFC 3339, in UTC. \
    Errors have a status from 400 on and a body with `error`, a word, and `message`, a sentence. Lists come in pages: \
    `nextToken` of one is the parameter of the next. Where the host has access keys or tokens, a request says who it is: \
    with a token, or with the cookie of a session.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Dirigent", description = ABOUT),
    modifiers(&Schemes),
    security(("token" = []), ("session" = []), ())
)]
struct About;

/// The routes, and their description.
pub(crate) fn router() -> (Router<Host>, Document) {
    let (router, document) = OpenApiRouter::with_openapi(About::openapi())
        .routes(routes!(executions::search::search, executions::start::start_execution))
        .routes(routes!(executions::bulk::stop_many))
        .routes(routes!(executions::bulk::redrive_many))
        .routes(routes!(executions::describe::describe))
        .routes(routes!(executions::history::history))
        .routes(routes!(executions::tasks::tasks))
        .routes(routes!(executions::stop::stop))
        .routes(routes!(executions::redrive::redrive))
        .routes(routes!(live::execution_events))
        .routes(routes!(live::all_events))
        .routes(routes!(backup::backup))
        .routes(routes!(plugins::plugins))
        .routes(routes!(plugin_logs::logs))
        .routes(routes!(plugin_users::users))
        .routes(routes!(session::sign_in, session::whoami, session::sign_out))
        .split_for_parts();
    // Shared, since axum clones handlers with what they hold for each connection.
    let served = Arc::new(document.clone());
    let answer = move || {
        let served = served.clone();
        async move { axum::Json(served) }
    };
    (router.route("/api/openapi.json", get(answer)), document)
}
