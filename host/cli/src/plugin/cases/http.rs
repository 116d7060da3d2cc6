//! Outgoing HTTP as a case has it: each of its requests is answered once, and any other is noted.

use std::collections::BTreeMap;

use anyhow::Context;
use bytes::Bytes;
use dirigent_outgoing::{Request, SendError};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use parking_lot::Mutex;
use serde_json::Value;

use super::case::{self, Exchange, NoResponse};
use super::compare::differences;

/// The requests of a case.
pub(super) struct FakeHttp(Mutex<State>);

struct State {
    left: Vec<Exchange>,
    unexpected: Vec<String>,
}

impl FakeHttp {
    /// # Errors
    /// When a response cannot be one.
    pub(super) fn new(exchanges: &[Exchange]) -> anyhow::Result<FakeHttp> {
        for exchange in exchanges {
            response(exchange).with_context(|| format!("the response to {}", shown(&exchange.request)))?;
        }
        Ok(FakeHttp(Mutex::new(State { left: exchanges.to_vec(), unexpected: Vec::new() })))
    }

    /// The response to the first request of the case that is this one and was not made yet.
    pub(super) fn answer(&self, request: &Request) -> Result<Response<Bytes>, SendError> {
        let mut state = self.0.lock();
        let fits = state.left.iter().position(|exchange| mismatch(&exchange.request, request).is_none());
        let Some(place) = fits else {
            let told = unexpected(request, &state.left);
            state.unexpected.push(told);
            return Err(SendError::Exchange("the test case has no such request".into()));
        };
        let exchange = state.left.remove(place);
        if let Some(error) = exchange.response.error {
            return Err(no_response(error, &exchange.request.url));
        }
        response(&exchange).map_err(|error| SendError::Exchange(format!("{error:#}")))
    }

    /// What was asked that is not in the case, and what is in the case and was not asked.
    pub(super) fn problems(&self) -> Vec<String> {
        let state = self.0.lock();
        let missing = state.left.iter().map(|exchange| {
            format!("http: {} was expected, and the plugin did not ask for it", shown(&exchange.request))
        });
        state.unexpected.iter().cloned().chain(missing).collect()
    }
}

fn shown(request: &case::Request) -> String {
    format!("{} {}", request.method, request.url)
}

/// Why a request is not the one of a case.
fn mismatch(expected: &case::Request, got: &Request) -> Option<String> {
    if !is_for(expected, got) {
        return Some(format!("expected {}", shown(expected)));
    }
    for (name, value) in &expected.headers {
        let there = got.headers.get_all(name.as_str()).iter().filter_map(|value| value.to_str().ok());
        let there: Vec<&str> = there.collect();
        if !there.contains(&value.as_str()) {
            let there = if there.is_empty() { "nothing".into() } else { there.join(", ") };
            return Some(format!("header {name}: expected {value}, got {there}"));
        }
    }
    match &expected.body {
        None => None,
        Some(Value::String(text)) if got.body == text.as_bytes() => None,
        Some(expected) => {
            let text = || Value::from(String::from_utf8_lossy(&got.body));
            let body = if expected.is_string() {
                text()
            } else {
                serde_json::from_slice(&got.body).unwrap_or_else(|_| text())
            };
            let found = differences("body", expected, &body);
            (!found.is_empty()).then(|| found.join("; "))
        }
    }
}

fn is_for(expected: &case::Request, got: &Request) -> bool {
    // As URIs, so that a root path may be left out.
    let same = expected.url.parse::<http::Uri>().is_ok_and(|uri| {
        (uri.scheme(), uri.authority(), uri.path_and_query().map(|path| path.as_str()).unwrap_or("/"))
            == (
                got.uri.scheme(),
                got.uri.authority(),
                got.uri.path_and_query().map(|path| path.as_str()).unwrap_or("/"),
            )
    });
    same && expected.method.eq_ignore_ascii_case(got.method.as_str())
}

fn unexpected(request: &Request, left: &[Exchange]) -> String {
    let asked = format!("http: the plugin asked for {} {}", request.method, request.uri);
    let near = left.iter().filter(|exchange| is_for(&exchange.request, request));
    match near.filter_map(|exchange| mismatch(&exchange.request, request)).next() {
        Some(why) => format!("{asked}, which is not as in the case: {why}"),
        None => {
            let body = String::from_utf8_lossy(&request.body);
            let body = if body.is_empty() { String::new() } else { format!(" with the body {body}") };
            format!("{asked}{body}, which the case does not have (or not so often)")
        }
    }
}

fn no_response(error: NoResponse, url: &str) -> SendError {
    let host = url.to_owned();
    let why = "the test case says so".to_owned();
    match error {
        NoResponse::Name => SendError::Name { host, why },
        NoResponse::Connect => SendError::Connect { host, why },
        NoResponse::Timeout => SendError::Time { what: "answer", limit: super::CASE_LIMIT },
        NoResponse::Broken => SendError::Exchange(why),
    }
}

fn response(exchange: &Exchange) -> anyhow::Result<Response<Bytes>> {
    let written = &exchange.response;
    let body = written.body.as_ref().map(case::bytes).unwrap_or_default();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(written.status).context("`status` is none")?;
    if written.body.as_ref().is_some_and(|body| !body.is_string()) {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers(&written.headers, response.headers_mut())?;
    Ok(response)
}

fn headers(written: &BTreeMap<String, String>, to: &mut http::HeaderMap) -> anyhow::Result<()> {
    for (name, value) in written {
        let header: HeaderName = name.parse().with_context(|| format!("`{name}` is no header's name"))?;
        to.insert(header, value.parse().with_context(|| format!("`{value}` is no header's value"))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn request(method: &str, url: &str, body: &'static str) -> Request {
        let mut request = Request::new(method.parse().unwrap(), url.parse().unwrap());
        request.headers.insert("x-kind", HeaderValue::from_static("card"));
        request.body = Bytes::from_static(body.as_bytes());
        request
    }

    #[test]
    fn requests_are_answered_once_and_others_are_told() {
        let url = "https://api.example.com/v1";
        let exchanges = json!([
            {"request": {"method": "POST", "url": url, "body": {"a": 1}, "headers": {"X-Kind": "card"}},
             "response": {"status": 201, "body": {"id": 7}}},
            {"request": {"url": "http://localhost"}, "response": {"error": "connect"}},
            {"request": {"url": "http://never.example"}, "response": {"body": "text"}}
        ]);
        let exchanges: Vec<Exchange> = serde_json::from_value(exchanges).unwrap();
        let http = FakeHttp::new(&exchanges).unwrap();
        let first = http.answer(&request("POST", url, r#"{ "a": 1 }"#)).unwrap();
        assert_eq!((first.status().as_u16(), first.body().as_ref()), (201, br#"{"id":7}"#.as_slice()));
        assert_eq!(first.headers()[header::CONTENT_TYPE], "application/json");
        assert!(matches!(
            http.answer(&request("GET", "http://localhost/", "")),
            Err(SendError::Connect { .. })
        ));
        assert!(http.answer(&request("POST", url, r#"{"a":1}"#)).is_err());
        assert_eq!(
            http.problems(),
            [
                "http: the plugin asked for POST https://api.example.com/v1 with the body {\"a\":1}, which the case does not have (or not so often)",
                "http: GET http://never.example was expected, and the plugin did not ask for it",
            ]
        );
    }

    #[test]
    fn what_is_nearly_right_is_compared() {
        for (expected, why) in [
            (json!({"url": "http://h/"}), "expected GET http://h/"),
            (
                json!({"method": "POST", "url": "http://h/", "headers": {"x-kind": "cash"}}),
                "header x-kind: expected cash, got card",
            ),
            (
                json!({"method": "POST", "url": "http://h/", "headers": {"x-none": "1"}}),
                "header x-none: expected 1, got nothing",
            ),
            (json!({"method": "POST", "url": "http://h/", "body": {"a": 2}}), "body/a: expected 2, got 1"),
            (
                json!({"method": "POST", "url": "http://h/", "body": "b"}),
                "body: expected \"b\", got \"{\\\"a\\\":1}\"",
            ),
        ] {
            let expected: case::Request = serde_json::from_value(expected).unwrap();
            let found = mismatch(&expected, &request("POST", "http://h", r#"{"a":1}"#));
            assert_eq!(found.as_deref(), Some(why));
        }
    }
}
