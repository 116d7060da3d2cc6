//! A request over `wasi:http/outgoing-handler`.

use std::time::Duration;

use super::{Error, Headers, Request, Response, url::Url};
use crate::guest::bindings::wasi::{
    http::{
        outgoing_handler,
        types::{
            ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions,
            Scheme,
        },
    },
    io::streams::StreamError,
};

/// Bytes that `blocking-write-and-flush` takes at most (WASI 0.2, `wasi:io/streams`).
const WRITE: usize = 4096;
/// Bytes that are asked for in one read.
const READ: u64 = 64 << 10;
/// Bytes of a header or method that an error shows.
const SHOWN: usize = 64;

/// Send a request and take the whole response.
pub(super) fn send(request: &Request, url: &Url<'_>) -> Result<Response, Error> {
    let failed = |code: ErrorCode| Error::Failed { code: name(&code), request: request.name() };
    let outgoing = prepare(request, url)?;
    let body = outgoing.body().map_err(|()| refused("body", ""))?;
    let options = options(request.timeout)?;
    let future = outgoing_handler::handle(outgoing, options).map_err(failed)?;
    // Behind `handle`, since a body that nobody takes yet fills its buffer and waits for ever.
    write(body, &request.body);
    future.subscribe().block();
    let response = match future.get() {
        Some(Ok(answer)) => answer.map_err(failed)?,
        // The first cannot be, as it was ready; nor the second, as it was not taken before.
        None | Some(Err(())) => return Err(failed(ErrorCode::InternalError(None))),
    };
    let headers = response
        .headers()
        .entries()
        .into_iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect::<Headers>();
    let status = response.status();
    let body = read(&response, request)?;
    Ok(Response { status, headers, body })
}

fn prepare(request: &Request, url: &Url<'_>) -> Result<OutgoingRequest, Error> {
    let headers = Fields::new();
    for (name, value) in request.headers.iter() {
        headers.append(name, value.as_bytes()).map_err(|_| refused("the header", name))?;
    }
    let outgoing = OutgoingRequest::new(headers);
    outgoing.set_method(&method(&request.method)).map_err(|()| refused("the method", &request.method))?;
    let scheme = if url.secure { Scheme::Https } else { Scheme::Http };
    outgoing.set_scheme(Some(&scheme)).map_err(|()| refused("the scheme", ""))?;
    outgoing.set_authority(Some(url.authority)).map_err(|()| refused("the authority", url.authority))?;
    outgoing.set_path_with_query(Some(&url.path)).map_err(|()| refused("the path", &url.path))?;
    Ok(outgoing)
}

fn options(timeout: Option<Duration>) -> Result<Option<RequestOptions>, Error> {
    let Some(timeout) = timeout else { return Ok(None) };
    let nanoseconds = Some(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
    let options = RequestOptions::new();
    options
        .set_connect_timeout(nanoseconds)
        .and_then(|()| options.set_first_byte_timeout(nanoseconds))
        .and_then(|()| options.set_between_bytes_timeout(nanoseconds))
        .map_err(|()| refused("the timeout", ""))?;
    Ok(Some(options))
}

/// A body that cannot be written to its end is no error here: the service may have answered without waiting for it, and if
/// not, the response says why.
fn write(body: OutgoingBody, bytes: &[u8]) {
    if !bytes.is_empty()
        && let Ok(stream) = body.write()
    {
        for piece in bytes.chunks(WRITE) {
            if stream.blocking_write_and_flush(piece).is_err() {
                return;
            }
        }
    }
    let _ = OutgoingBody::finish(body, None);
}

fn read(response: &IncomingResponse, request: &Request) -> Result<Vec<u8>, Error> {
    let broken = |code: String| Error::Failed { code, request: request.name() };
    let twice = |()| broken("the body was taken twice".to_owned());
    let body = response.consume().map_err(twice)?;
    let stream = body.stream().map_err(twice)?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ) {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => return Err(broken(error.to_debug_string())),
        }
        if bytes.len() > request.max_response {
            return Err(Error::TooLarge { limit: request.max_response });
        }
    }
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}

fn refused(what: &str, value: &str) -> Error {
    let value: String = value.chars().take(SHOWN).collect();
    Error::Refused { what: format!("{what} `{}`", value.escape_debug()) }
}

/// WASI's own words for a code, with what it says besides.
fn name(code: &ErrorCode) -> String {
    match code {
        ErrorCode::InternalError(Some(what)) => format!("internal-error: {what}"),
        ErrorCode::DnsError(payload) => match &payload.rcode {
            Some(rcode) => format!("DNS-error: {rcode}"),
            None => "DNS-error".to_owned(),
        },
        ErrorCode::DnsTimeout => "DNS-timeout".to_owned(),
        ErrorCode::DestinationIpProhibited => "destination-IP-prohibited".to_owned(),
        ErrorCode::ConnectionRefused => "connection-refused".to_owned(),
        ErrorCode::ConnectionTerminated => "connection-terminated".to_owned(),
        ErrorCode::ConnectionTimeout => "connection-timeout".to_owned(),
        ErrorCode::ConnectionReadTimeout => "connection-read-timeout".to_owned(),
        ErrorCode::HttpRequestDenied => "HTTP-request-denied".to_owned(),
        ErrorCode::HttpRequestUriInvalid => "HTTP-request-URI-invalid".to_owned(),
        ErrorCode::HttpResponseIncomplete => "HTTP-response-incomplete".to_owned(),
        ErrorCode::HttpResponseTimeout => "HTTP-response-timeout".to_owned(),
        // The rest is rare; Rust's form of the name says it as well.
        other => format!("{other:?}"),
    }
}
