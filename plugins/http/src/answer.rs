//! A response as the task's result, or as its failure.

use std::collections::BTreeMap;

use dirigent_plugin::{Failure, http::Response};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::wrong;

/// The result of an HTTP Task.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    headers: BTreeMap<String, Vec<String>>,
    /// JSON as the service wrote it, or text.
    response_body: Box<RawValue>,
    status_code: u16,
    status_text: &'static str,
}

/// The result of a response. Statuses other than 200 to 299 are failures by that name, with the body as their cause.
pub(crate) fn read(response: &Response) -> Result<Answer, Failure> {
    let kind = response.headers.get("Content-Type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let status_text = status_text(response.status);
    if !response.is_success() {
        let text = String::from_utf8_lossy(&response.body);
        let cause = if text.is_empty() { status_text.to_owned() } else { text.into_owned() };
        return Err(Failure::new(format!("States.Http.StatusCode.{}", response.status), cause));
    }
    let binary = ["image/", "video/", "audio/"].iter().any(|beginning| kind.starts_with(beginning));
    if binary || kind == "application/octet-stream" {
        return Err(wrong(format!(
            "a response with the content type {kind} cannot be the result of an HTTP Task"
        )));
    }
    let text = std::str::from_utf8(&response.body)
        .map_err(|_| wrong("a response that is not text in UTF-8 cannot be the result of an HTTP Task"))?;
    let mut headers = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in response.headers.iter() {
        headers.entry(name.to_ascii_lowercase()).or_default().push(value.to_owned());
    }
    let json = kind == "application/json" || kind.ends_with("+json");
    let parsed = if json { serde_json::from_str::<Box<RawValue>>(text).ok() } else { None };
    let response_body = match parsed {
        Some(json) => json,
        None => to_raw_value(text)?,
    };
    Ok(Answer { headers, response_body, status_code: response.status, status_text })
}

/// The reason phrase of a status (RFC 9110, section 15). The one that the server sent does not reach a plugin.
fn status_text(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
