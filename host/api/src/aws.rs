//! The AWS wire: JSON 1.0 over `POST /`, the action in `X-Amz-Target`.
//!
//! Source: AWS JSON protocol 1.0 (smithy.io), as the model's metadata names it.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use dirigent_engine::{Engine, names};
use serde_json::{Map, Value};

use crate::actions;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::params::Params;

/// What stands before the action's name in `X-Amz-Target`.
const TARGET_PREFIX: &str = "AWSStepFunctions.";

const JSON_1_0: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Answers one call.
pub(crate) async fn handle(
    State(engine): State<Arc<Engine>>,
    caller: Option<Extension<Arc<Caller>>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let Some(action) = action(&headers) else { return respond(Err(no_target())) };
    let account = match &caller {
        Some(Extension(caller)) => caller.account.as_deref(),
        None => account(&headers),
    };
    let account = account.unwrap_or(&engine.config().account);
    let object = body.map_err(|rejection| unread(&engine, &rejection)).and_then(|body| parse(&body));
    let result = match object {
        Ok(object) => actions::dispatch(&engine, action, Params::new(account, object)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &result {
        tracing::debug!(action, code = error.code(), body = %error.body(), "refused");
    }
    respond(result)
}

/// The action that a request names.
pub(crate) fn action(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()?.strip_prefix(TARGET_PREFIX)
}

/// The error of a request that names none.
pub(crate) fn no_target() -> ApiError {
    ApiError::new(
        "UnknownOperationException",
        "The header X-Amz-Target must name an action as AWSStepFunctions.ACTION",
    )
}

/// The account that a caller of an open host acts in: the access key id, where that is twelve digits. Nobody checked the
/// signature then, so the number is a name and no protection. Source: Signature Version 4, `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn account(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
    let mut parameters = parameters.split(',').map(str::trim);
    let credential = parameters.find_map(|parameter| parameter.strip_prefix("Credential="))?;
    credential.split('/').next().filter(|key| names::is_account(key))
}

/// Why a body did not arrive. Source of the names: AWS API references, "Common Errors".
fn unread(engine: &Engine, rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::too_large(engine.config().limits.request_bytes)
    } else {
        ApiError::unread(&rejection.to_string())
    }
}

fn parse(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    // A client may send nothing for an action without parameters.
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|error| {
        ApiError::new("SerializationException", format!("The body is not a JSON object: {error}"))
    })
}

pub(crate) fn respond(result: Result<Value, ApiError>) -> Response<Body> {
    let (status, body) = match &result {
        Ok(value) => (StatusCode::OK, value.to_string()),
        Err(error) => (error.status(), error.body().to_string()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON_1_0);
    let request_id = uuid::Uuid::new_v4().to_string();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn accounts() {
        for (authorization, expected) in [
            (
                "AWS4-HMAC-SHA256 Credential=000000000002/20250101/us-east-1/states/aws4_request, Signature=0",
                Some("000000000002"),
            ),
            ("AWS4-HMAC-SHA256 SignedHeaders=host,Credential=000000000002/20250101", Some("000000000002")),
            ("AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/states/aws4_request", None),
            ("AWS4-HMAC-SHA256 Credential=00000000002/20250101", None),
            ("Basic 000000000002", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
            assert_eq!(account(&headers), expected, "{authorization}");
        }
        assert_eq!(account(&HeaderMap::new()), None);
    }
}
