//! A request, put together and sent.

use std::time::Duration;

use serde::Serialize;

use super::{Error, Headers, MAX_RESPONSE, Response, url};

/// A request to send once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// `GET`, `POST`, … as it goes over the wire.
    pub method: String,
    /// An absolute URL of `http` or `https`.
    pub url: String,
    /// Its headers. The host adds `Host` and `Content-Length`, and whatever a connection says.
    pub headers: Headers,
    /// Its body; empty for none.
    pub body: Vec<u8>,
    /// See [`Self::timeout`].
    pub timeout: Option<Duration>,
    /// See [`Self::max_response`].
    pub max_response: usize,
}

impl Request {
    /// A request of any method. The URL is looked at when the request is sent.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Headers::default(),
            body: Vec::new(),
            timeout: None,
            max_response: MAX_RESPONSE,
        }
    }

    /// A `GET` request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A `POST` request.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// A `PUT` request.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new("PUT", url)
    }

    /// A `PATCH` request.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new("PATCH", url)
    }

    /// A `DELETE` request.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new("DELETE", url)
    }

    /// Add a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.add(name, value);
        self
    }

    /// The body, as bytes or text.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The body as JSON, with its `Content-Type` unless there is one.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        self.body = serde_json::to_vec(body).map_err(|source| Error::Json { what: "request", source })?;
        if self.headers.get("Content-Type").is_none() {
            self.headers.add("Content-Type", "application/json");
        }
        Ok(self)
    }

    /// Wait at most this long for each of three things: the connection, the first byte of the response, and every
    /// further piece of it. The host has its own limits, which this can only lower.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Take at most this many bytes of the response's body; one that has more is [`Error::TooLarge`].
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// Send it and wait for the whole response. A response of any status is `Ok`.
    pub fn send(self) -> Result<Response, Error> {
        let url = url::parse(&self.url)?;
        #[cfg(target_arch = "wasm32")]
        {
            super::wire::send(&self, &url)
        }
        #[cfg(not(target_arch = "wasm32"))]
        {
            let _ = url;
            let response = crate::testing::http_answer(&self)?;
            if response.body.len() > self.max_response {
                return Err(Error::TooLarge { limit: self.max_response });
            }
            Ok(response)
        }
    }

    /// What an error names it by. Queries hold what should not be in a log more often than paths do.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn name(&self) -> String {
        let end = self.url.find(['?', '#']).unwrap_or(self.url.len());
        format!("{} {}", self.method, &self.url[..end])
    }
}
