//! The headers that a state sets, and those that it may not.

use dirigent_plugin::Failure;
use serde_json::Value;

use crate::{encoding::text_of, wrong};

/// Headers that a definition must not have (Step Functions developer guide, "Call HTTPS APIs", `Headers`).
const FORBIDDEN: [&str; 34] = [
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
    // What only this host has: it names the connection.
    "dirigent-connection",
    // It follows from the body.
    "content-length",
];
/// Beginnings of such names.
const FORBIDDEN_BEGINNINGS: [&str; 3] = ["x-forwarded-", "x-amz-", "x-amzn-"];
/// Headers that are set for each request, whatever the state says.
const SET: [&str; 2] = ["user-agent", "range"];

/// Names and values, in their order.
pub(crate) fn read(headers: Option<&Value>) -> Result<Vec<(String, String)>, Failure> {
    let Some(headers) = headers.filter(|headers| !headers.is_null()) else { return Ok(Vec::new()) };
    let form = || wrong("`Headers` has to be an object of texts, or of lists of texts");
    let headers = headers.as_object().ok_or_else(form)?;
    let forbidden: Vec<String> =
        headers.keys().map(|name| name.to_ascii_lowercase()).filter(|name| is_forbidden(name)).collect();
    if !forbidden.is_empty() {
        return Err(wrong(format!(
            "The 'Headers' field contains unsupported values: [{}]",
            forbidden.join(", ")
        )));
    }
    let mut found = Vec::new();
    for (name, value) in headers.iter().filter(|(name, _)| !SET.contains(&name.to_ascii_lowercase().as_str()))
    {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            found.push((name.clone(), text_of(value).ok_or_else(form)?));
        }
    }
    Ok(found)
}

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.contains(&name) || FORBIDDEN_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}
