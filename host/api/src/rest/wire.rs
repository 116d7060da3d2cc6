//! Bodies, queries and errors of `/api`.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::error::ApiError;

/// Why a request was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// A word for it: an error name of AWS's where it has one.
    #[schema(example = "ExecutionDoesNotExist")]
    #[allow(dead_code, reason = "it describes what ApiError writes")]
    error: String,
    /// What is wrong and what to do.
    #[allow(dead_code, reason = "as above")]
    message: String,
}

/// An error of `/api`.
pub(crate) struct RestError(ApiError);

impl<E: Into<ApiError>> From<E> for RestError {
    fn from(error: E) -> RestError {
        RestError(error.into())
    }
}

impl RestError {
    pub(crate) fn api(&self) -> &ApiError {
        &self.0
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        (self.0.status(), axum::Json(self.0.rest_body())).into_response()
    }
}

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = RestError;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, RestError> {
        check_content_type(request.headers())?;
        let bytes = axum::body::Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| ApiError::validation(error.to_string()))?;
        let body = serde_json::from_slice(&bytes);
        Ok(Body(body.map_err(|error| ApiError::validation(format!("The body does not fit: {error}")))?))
    }
}

/// A page of another site may send a form or plain text here without asking; it may not send JSON.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if sent.starts_with("application/json") {
        return Ok(());
    }
    Err(ApiError::validation("Send the body with Content-Type: application/json"))
}

/// A query, in which a name may come several times.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, RestError> {
        let query = parts.uri.query().unwrap_or_default();
        // Reading would take a name without a value for one that was not given.
        let names = query.split('&').filter(|pair| !pair.is_empty());
        if let Some(name) =
            names.map(|pair| pair.strip_suffix('=').unwrap_or(pair)).find(|pair| !pair.contains('='))
        {
            return Err(ApiError::validation(format!(
                "The query's {name} has no value. Give it one, or leave it out"
            ))
            .into());
        }
        let query = serde_html_form::from_str(query);
        Ok(Query(query.map_err(|error| ApiError::validation(format!("The query does not fit: {error}")))?))
    }
}

/// A time as this API writes it.
pub(crate) fn date(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).map(|time| format!("{time:.3}")).unwrap_or_default()
}

/// A time that a caller wrote, in Unix milliseconds.
pub(crate) fn read_date(name: &str, text: &str) -> Result<i64, ApiError> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    time.map(|time| time.as_millisecond()).map_err(|_| {
        ApiError::validation(format!(
            "{name}={text} is no time; write it like 2026-01-31T08:00:00Z (in a query, + is %2B)"
        ))
    })
}
