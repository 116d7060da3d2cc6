//! A request with its whole body.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

/// A request on its way out. The body is whole, so that it can be signed, recorded, and sent again.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its absolute URI: scheme, authority, path and query.
    pub uri: Uri,
    /// Its headers, `Host` not among them: it follows from the URI.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, uri: Uri) -> Self {
        Self { method, uri, headers: HeaderMap::new(), body: Bytes::new() }
    }
}
