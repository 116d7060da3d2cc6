//! Who uses a plugin.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use dirigent_engine::Engine;
use dirigent_engine::catalog::StateMachine;
use serde::Serialize;
use utoipa::ToSchema;

use super::host::Host;

/// State machines that are named, at most.
const MAX_USERS: usize = 1_000;

/// Who uses a plugin.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Users {
    /// The state machines whose next execution will call it, by name.
    state_machine_arns: Vec<String>,
    /// Whether there are more than the 1,000 that are named.
    more: bool,
}

/// The state machines whose next execution will call a plugin: `NAME`, or `NAME@VERSION`. Those that call it as a Lambda function
/// whose name is in a task's input are not known before it runs.
#[utoipa::path(
    get, path = "/api/plugins/{name}/users", tag = "plugins",
    params(("name" = String, Path, description = "NAME, or NAME@VERSION")),
    responses((status = 200, body = Users))
)]
pub(crate) async fn users(State(host): State<Host>, Path(name): Path<String>) -> Json<Users> {
    let engine = &host.engine;
    let mut arns: Vec<String> = (engine.catalog().all().iter())
        .filter(|machine| uses(&host, engine, machine, &name))
        .map(|machine| engine.state_machine_arn(&machine.name))
        .take(MAX_USERS + 1)
        .collect();
    let more = arns.len() > MAX_USERS;
    arns.truncate(MAX_USERS);
    arns.sort();
    Json(Users { state_machine_arns: arns, more })
}

fn uses(host: &Host, engine: &Arc<Engine>, machine: &StateMachine, name: &str) -> bool {
    let Some(program) = machine.revision.program() else { return false };
    engine.bound_by(&program).into_iter().any(|(_, component)| {
        let called = host.plugins.name_of(component);
        called.is_some_and(|called| called == name || called.split('@').next() == Some(name))
    })
}
