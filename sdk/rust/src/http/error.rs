//! Why there is no response.

use std::fmt;

/// Why a request got no response. A response with status 404 or 500 is a response, and no error.
///
/// By `?` it becomes the failure `States.TaskFailed`; name it with `map_err` if a workflow's author may want to retry it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The URL is none that a request can go to.
    Url {
        /// The URL as it was given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The host refuses a part of the request: a header's name or value, the method, or the authority.
    Refused {
        /// The part, with its value if that is not long.
        what: String,
    },
    /// The request was sent, or should have been, and no whole response came back.
    Failed {
        /// WASI's code for it, such as `DNS-timeout` or `connection-refused`.
        code: String,
        /// The request's method and URL, without its query.
        request: String,
    },
    /// The response's body has more bytes than may be taken.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A body cannot be written or read as JSON.
    Json {
        /// `request` or `response`.
        what: &'static str,
        /// What serde says of it.
        source: serde_json::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, why } => write!(f, "`{url}` cannot be requested: {why}"),
            Self::Refused { what } => {
                write!(f, "the host refuses {what}; see RFC 9110 for what is allowed there")
            }
            Self::Failed { code, request } => write!(f, "{request} got no response: {code}"),
            Self::TooLarge { limit } => write!(
                f,
                "the response has more than {limit} bytes; ask for less, or raise the limit with `max_response`"
            ),
            // The source follows by itself when this becomes a failure.
            Self::Json { what, .. } => write!(f, "the {what}'s body does not fit as JSON"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json { source, .. } => Some(source),
            _ => None,
        }
    }
}
