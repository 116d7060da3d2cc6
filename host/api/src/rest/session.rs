//! Signing in and out, for browsers: a token is changed for a cookie, which the stream of events and downloads send too.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::host::Host;
use super::wire::{Body, Refusal, RestError, date};
use crate::Role;
use crate::auth::{Caller, cleared_cookie, session_cookie};
use crate::error::ApiError;

/// What a browser signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// A bearer token of the host's configuration.
    token: String,
}

/// Who asks, and what they may do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Whether the host asks who somebody is. Where it does not, everybody may do everything.
    authentication: bool,
    /// The token's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What they may do: each role may do what those before it may.
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// When the session ends; none, if a token came with the request itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// The roles.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "it describes the words of Role")]
enum RoleName {
    Read,
    Run,
    Admin,
}

impl Session {
    fn of(caller: &Caller, left: Option<std::time::Duration>) -> Session {
        let until = left.map(|left| {
            let left = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
            date(jiff::Timestamp::now().as_millisecond().saturating_add(left))
        });
        Session { authentication: true, name: Some(caller.name.clone()), role: caller.role.word(), until }
    }

    /// Of a host that asks nobody.
    fn open() -> Session {
        Session { authentication: false, name: None, role: Role::Admin.word(), until: None }
    }
}

/// Changes a token for a cookie, which lasts twelve hours or until the host is started again.
///
/// The cookie is `HttpOnly` and `SameSite=Strict`, and counts for pages of the host's own origin only.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 200, body = Session), (status = "4XX", body = Refusal), (status = "5XX", body = Refusal))
)]
pub(crate) async fn sign_in(
    State(host): State<Host>,
    headers: HeaderMap,
    Body(wanted): Body<SignIn>,
) -> Result<Response, RestError> {
    let Some(gate) = &host.gate else {
        return Err(ApiError::validation(
            "This host asks nobody who they are, so there is nothing to sign in to",
        )
        .into());
    };
    let (cookie, life, caller) = gate.sign_in(&headers, &wanted.token)?;
    let body = Json(Session::of(&caller, Some(life)));
    Ok(with_cookie(body.into_response(), session_cookie(&cookie, life, &headers)))
}

/// Who asks, and what they may do.
#[utoipa::path(
    get, path = "/session", tag = "session",
    responses((status = 200, body = Session), (status = "4XX", body = Refusal))
)]
pub(crate) async fn whoami(State(host): State<Host>, headers: HeaderMap) -> Response {
    let Some(gate) = &host.gate else { return Json(Session::open()).into_response() };
    match gate.who(&Method::GET, &headers) {
        Ok(known) => Json(Session::of(&known.caller, known.left())).into_response(),
        Err(refusal) => gate.refuse(refusal).on_rest(),
    }
}

/// Ends the session of the request, if it has one.
#[utoipa::path(
    delete, path = "/session", tag = "session", security(()),
    responses((status = 204, description = "There is none any more"), (status = "4XX", body = Refusal))
)]
pub(crate) async fn sign_out(State(host): State<Host>, headers: HeaderMap) -> Result<Response, RestError> {
    if let Some(gate) = &host.gate {
        gate.sign_out(&headers)?;
    }
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), cleared_cookie(&headers)))
}

/// An answer that sets a cookie, and that no cache keeps.
fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
