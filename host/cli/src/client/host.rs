//! The host that is asked: AWS's wire and `/api`, with bounds on every wait and every answer.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body, Error, RequestBuilder};

use super::Token;
use super::stream::Stream;
use crate::look::plain;

/// Longest wait for a connection.
const CONNECTING: Duration = Duration::from_secs(5);

/// Longest wait for a whole answer, but for those that wait for an execution by themselves.
const ANSWERING: Duration = Duration::from_secs(60);

/// Longest silence of a stream. The host says that it is there more often.
const SILENCE: Duration = Duration::from_secs(60);

/// Largest answer, in bytes: a page of events with the largest payloads that a host takes by default.
const MAX_ANSWER_BYTES: u64 = 512 << 20;

/// Why the host did not do what was asked.
#[derive(Debug)]
pub(super) enum HostError {
    /// It said no.
    Refused { code: String, message: String },
    /// There was no answer, or not all of it.
    Lost { url: String, why: Error },
    /// Something answered, and it was no host of ours.
    Strange { url: String, what: String },
}

impl std::error::Error for HostError {}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::Refused { code, message } => {
                write!(f, "{code}: {}", plain(message))?;
                hint(code, message).map_or(Ok(()), |hint| write!(f, ". {hint}"))
            }
            HostError::Lost { url, why } if is_nobody(why) => write!(
                f,
                "no host answers at {url} ({}). Start one with `dirigent serve`, or say where it is with --endpoint \
                 or DIRIGENT_ENDPOINT",
                reason(why)
            ),
            HostError::Lost { url, why } => {
                write!(
                    f,
                    "the host at {url} did not answer: {}. What was asked may have been done",
                    reason(why)
                )
            }
            HostError::Strange { url, what } => {
                write!(f, "what answers at {url} is no Dirigent host, or one of another version: {what}")
            }
        }
    }
}

/// The system's words alone, where there are any.
fn reason(why: &Error) -> String {
    match why {
        Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Whether there was no connection, so that nothing was asked.
fn is_nobody(why: &Error) -> bool {
    match why {
        Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        Error::HostNotFound | Error::ConnectionFailed => true,
        Error::Timeout(phase) => matches!(phase, ureq::Timeout::Connect | ureq::Timeout::Resolve),
        _ => false,
    }
}

/// What to do about an error, where that can be said.
fn hint(code: &str, message: &str) -> Option<&'static str> {
    match code {
        // Some actions have no error of their own for it.
        _ if message.starts_with("State Machine Does Not Exist") => {
            Some("`dirigent machine list` shows those there are")
        }
        "StateMachineAlreadyExists" => Some("`dirigent machine update` gives it another definition"),
        "ExecutionDoesNotExist" => Some("`dirigent execution list` shows those there are"),
        "ExecutionAlreadyExists" => Some("Choose another --name"),
        "MissingAuthenticationTokenException" => {
            Some("Give a token of the host's configuration with --token or DIRIGENT_TOKEN")
        }
        "UnrecognizedClientException" => Some(
            "Look at --token or DIRIGENT_TOKEN: it has to be the secret of a [token.NAME] in the host's dirigent.toml",
        ),
        "AccessDeniedException" => {
            Some("Ask with a token of another role, or let the host's operator give this one another")
        }
        _ => None,
    }
}

/// A host's URL, without a slash at its end.
pub(super) fn endpoint(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let uri = url.parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(|host| !host.is_empty()));
    match uri.as_ref().and_then(Uri::scheme_str) {
        Some("http") => Ok(url.to_owned()),
        Some("https") => {
            Err("a host speaks http, with no encryption: write it like http://127.0.0.1:8083".into())
        }
        _ => Err("write it like http://127.0.0.1:8083".into()),
    }
}

/// A host.
pub(super) struct Host {
    agent: Agent,
    url: String,
    /// The header Authorization, where there is a token.
    authorization: Option<String>,
}

impl Host {
    pub(super) fn new(url: String, token: Option<Token>) -> Host {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECTING))
            .timeout_global(Some(ANSWERING));
        // A proxy has no business with loopback.
        let config = if is_loopback(&url) { config.proxy(None) } else { config };
        Host { agent: config.build().into(), url, authorization: token.and_then(|token| token.header()) }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// An action of AWS's API.
    pub(super) fn aws(&self, action: &str, params: &Value) -> Result<Value, HostError> {
        self.aws_within(action, params, ANSWERING)
    }

    /// An action that may take its time.
    pub(super) fn aws_within(
        &self,
        action: &str,
        params: &Value,
        limit: Duration,
    ) -> Result<Value, HostError> {
        let request = self.known(self.agent.post(&self.url)).config().timeout_global(Some(limit)).build();
        let request = request
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", format!("AWSStepFunctions.{action}"));
        self.parsed(&self.answer(request.send(params.to_string()))?)
    }

    /// A GET of `/api`, as text: payloads in it are as they were given.
    pub(super) fn get_text(&self, path: &str, query: &[(&str, String)]) -> Result<String, HostError> {
        let request = self.known(self.agent.get(format!("{}{path}", self.url)));
        self.answer(request.query_pairs(query.iter().map(|(name, value)| (*name, value.as_str()))).call())
    }

    /// A GET of `/api`.
    pub(super) fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, HostError> {
        self.parsed(&self.get_text(path, query)?)
    }

    /// A POST of JSON to `/api`.
    pub(super) fn post(&self, path: &str, body: &str) -> Result<Value, HostError> {
        let request = self.known(self.agent.post(format!("{}{path}", self.url)));
        let answer = request.header("Content-Type", "application/json").send(body);
        self.parsed(&self.answer(answer)?)
    }

    /// A POST to `/api` that is answered with bytes, however many. It breaks off when none come for too long.
    pub(super) fn download(&self, path: &str) -> Result<impl std::io::Read + use<>, HostError> {
        let request = self.known(self.agent.post(format!("{}{path}", self.url)));
        let request = request.header("Content-Type", "application/json");
        let request = request.config().timeout_global(None).timeout_per_read(Some(SILENCE)).build();
        let mut response = request.send_empty().map_err(|why| self.lost(why))?;
        if !response.status().is_success() {
            return Err(self.refused(&mut response));
        }
        Ok(response.into_body().into_reader())
    }

    /// Server-sent events of `/api`, from the one after `last` on. The stream breaks when it is silent for too long, and
    /// after `limit`.
    pub(super) fn stream(
        &self,
        path: &str,
        query: &[(&str, String)],
        last: Option<&str>,
        limit: Option<Duration>,
    ) -> Result<Stream, HostError> {
        let request = self.known(self.agent.get(format!("{}{path}", self.url)));
        let request = request.query_pairs(query.iter().map(|(name, value)| (*name, value.as_str())));
        let request = request.config().timeout_global(limit).timeout_per_read(Some(SILENCE)).build();
        let mut request = request.header("Accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let mut response = request.call().map_err(|why| self.lost(why))?;
        if !response.status().is_success() {
            return Err(self.refused(&mut response));
        }
        Ok(Stream::new(response.into_body().into_reader()))
    }

    /// With the token, where there is one.
    fn known<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        }
    }

    fn answer(&self, answer: Result<Response<Body>, Error>) -> Result<String, HostError> {
        let mut response = answer.map_err(|why| self.lost(why))?;
        if !response.status().is_success() {
            return Err(self.refused(&mut response));
        }
        self.body(&mut response)
    }

    fn body(&self, response: &mut Response<Body>) -> Result<String, HostError> {
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string();
        body.map_err(|why| self.lost(why))
    }

    fn parsed(&self, body: &str) -> Result<Value, HostError> {
        serde_json::from_str(body).map_err(|error| self.strange(format!("its answer is not JSON: {error}")))
    }

    /// What an answer that is no success says: `__type` on AWS's wire, `error` under `/api`.
    fn refused(&self, response: &mut Response<Body>) -> HostError {
        let status = response.status();
        let body = match self.body(response) {
            Ok(body) => serde_json::from_str(&body).unwrap_or(Value::Null),
            Err(lost) => return lost,
        };
        match (body["__type"].as_str().or(body["error"].as_str()), body["message"].as_str()) {
            (Some(code), Some(message)) => {
                HostError::Refused { code: code.to_owned(), message: message.to_owned() }
            }
            _ => self.strange(format!("it answers with status {status}")),
        }
    }

    fn lost(&self, why: Error) -> HostError {
        HostError::Lost { url: self.url.clone(), why }
    }

    fn strange(&self, what: String) -> HostError {
        HostError::Strange { url: self.url.clone(), what }
    }
}

fn is_loopback(url: &str) -> bool {
    let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        for (text, read) in [
            ("http://127.0.0.1:8083", Some("http://127.0.0.1:8083")),
            ("http://host:1/", Some("http://host:1")),
            ("http://host/under/", Some("http://host/under")),
            ("https://host", None),
            ("127.0.0.1:8083", None),
            ("localhost", None),
            ("ftp://host", None),
            ("http://", None),
            ("", None),
        ] {
            assert_eq!(endpoint(text).ok().as_deref(), read, "{text}");
        }
    }

    #[test]
    fn loopback_is_asked_without_a_proxy() {
        for (url, loopback) in [
            ("http://127.0.0.1:8083", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:80", true),
            ("http://localhost:1", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(is_loopback(url), loopback, "{url}");
        }
    }
}
