//! Why somebody is turned away, in AWS's words on its wire, and with statuses 401 and 403 elsewhere.
//!
//! Source: AWS API references, "Common Errors" (of the JSON protocol, where all of these have status 400); RFC 6750 for
//! `WWW-Authenticate`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Role;
use crate::aws;
use crate::error::ApiError;

/// Why somebody is turned away. None of these has any of a secret.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It does not say who it is.
    Missing,
    /// It says so in a way that is none, or that this route does not take.
    Scheme(&'static str),
    /// Parts of the signature are not there.
    Incomplete(String),
    /// There is no such access key.
    UnknownKey,
    /// It has a session token, which is AWS's alone to give.
    SessionToken,
    /// There is no such bearer token.
    UnknownToken,
    /// The browser's session is over, or never was.
    SessionOver,
    /// The signature is another one, or of another time or place.
    Signature { caller: String, why: String },
    /// A page of another site uses the browser's session.
    OtherSite,
    /// It is known, and may not do that.
    Denied { caller: String, message: String },
}

/// The reasons, as the metric names them.
pub(super) const REASONS: [&str; 9] = [
    "missing",
    "malformed",
    "unknown_access_key",
    "session_token",
    "unknown_token",
    "session_over",
    "signature",
    "other_site",
    "role",
];

impl Refusal {
    /// The caller's role is too little for an action of AWS's API. Source of the sentence: AWS IAM User Guide,
    /// "Troubleshoot access denied error messages".
    pub(super) fn of_action(
        user: &str,
        resource: &str,
        action: &str,
        role: Role,
        needed: Option<Role>,
    ) -> Refusal {
        let caller = user.rsplit('/').next().unwrap_or_default().to_owned();
        let why = because(role, needed);
        let message = format!(
            "User: {user} is not authorized to perform: states:{action} on resource: {resource} because {why}"
        );
        Refusal::Denied { caller, message }
    }

    /// The caller's role is too little for a route of the host's own.
    pub(super) fn of_route(
        caller: &str,
        method: &str,
        path: &str,
        role: Role,
        needed: Option<Role>,
    ) -> Refusal {
        let why = because(role, needed);
        let message = format!("`{caller}` is not authorized to perform: {method} {path} because {why}");
        Refusal::Denied { caller: caller.to_owned(), message }
    }

    /// Its place in [`REASONS`].
    pub(super) fn reason(&self) -> usize {
        match self {
            Refusal::Missing => 0,
            Refusal::Scheme(_) | Refusal::Incomplete(_) => 1,
            Refusal::UnknownKey => 2,
            Refusal::SessionToken => 3,
            Refusal::UnknownToken => 4,
            Refusal::SessionOver => 5,
            Refusal::Signature { .. } => 6,
            Refusal::OtherSite => 7,
            Refusal::Denied { .. } => 8,
        }
    }

    /// The access key or token that is known here, if it is.
    pub(super) fn caller(&self) -> Option<&str> {
        match self {
            Refusal::Signature { caller, .. } | Refusal::Denied { caller, .. } => Some(caller),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Refusal::Missing => "MissingAuthenticationTokenException",
            Refusal::Scheme(_) | Refusal::Incomplete(_) => "IncompleteSignatureException",
            Refusal::UnknownKey | Refusal::SessionToken | Refusal::UnknownToken | Refusal::SessionOver => {
                "UnrecognizedClientException"
            }
            Refusal::Signature { .. } => "InvalidSignatureException",
            Refusal::OtherSite | Refusal::Denied { .. } => "AccessDeniedException",
        }
    }

    fn message(&self) -> String {
        match self {
            Refusal::Missing => {
                "Missing Authentication Token: sign the request with an access key of this host, or \
                send Authorization: Bearer TOKEN"
                    .into()
            }
            Refusal::Scheme(why) => (*why).into(),
            Refusal::Incomplete(why) => why.clone(),
            Refusal::UnknownKey => "The security token included in the request is invalid.".into(),
            Refusal::SessionToken => {
                "The security token included in the request is invalid: this host issues no \
                temporary credentials. Use an access key of its configuration, without AWS_SESSION_TOKEN"
                    .into()
            }
            Refusal::UnknownToken => "The token is none of this host's".into(),
            Refusal::SessionOver => "The session is over: sign in again".into(),
            Refusal::Signature { why, .. } => why.clone(),
            Refusal::OtherSite => {
                "A session counts for the console's own page only, and this request comes from \
                another one. Send Authorization: Bearer TOKEN instead"
                    .into()
            }
            Refusal::Denied { message, .. } => message.clone(),
        }
    }

    /// The answer on AWS's wire.
    pub(crate) fn on_aws_wire(&self) -> Response {
        aws::respond(Err(ApiError::new(self.code(), self.message())))
    }

    /// The error of `/api`, with its status.
    pub(crate) fn of_rest(&self) -> ApiError {
        let denied = matches!(self, Refusal::OtherSite | Refusal::Denied { .. });
        let status = if denied { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED };
        ApiError::refused(status, self.code(), self.message())
    }

    /// The answer of `/api` and what else is not AWS's.
    pub(crate) fn on_rest(&self) -> Response {
        let error = self.of_rest();
        let mut response = (error.status(), Json(error.rest_body())).into_response();
        if error.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn because(role: Role, needed: Option<Role>) -> String {
    match needed {
        Some(needed) => format!("its role is {role}, and this takes the role {needed}"),
        None => "no role allows it".into(),
    }
}
