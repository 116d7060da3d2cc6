//! A response, whole.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::{Error, Headers};

/// What a service answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// Its status, such as 200.
    pub status: u16,
    /// Its headers.
    pub headers: Headers,
    /// Its body; empty for none.
    pub body: Vec<u8>,
}

impl Response {
    /// A response of this status without headers and body, for tests.
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The same with a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.add(name, value);
        self
    }

    /// The same with this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text. Bytes that are not UTF-8 are U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON, whatever its `Content-Type` says.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|source| Error::Json { what: "response", source })
    }
}
