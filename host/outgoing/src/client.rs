//! Sends a request and takes the whole response in, within limits.

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use parking_lot::Mutex;
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::{Addresses, Network, Request, guard::Guard};

/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(30);
/// Idle connections to one host.
const IDLE_A_HOST: usize = 16;
/// Sets of named addresses whose connections are kept. One for each kind of grant in use; beyond it the kept ones are closed.
const POOLS: usize = 64;
/// Bytes of all headers of a response together.
const HEADER_BYTES: usize = 256 << 10;
/// Headers of a response.
const HEADERS: usize = 200;

/// How long parts of an exchange may take, and how much may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From the beginning until the response's head is there: finding the address, connecting and sending are in it.
    pub head: Duration,
    /// Between two pieces of the response's body.
    pub between: Duration,
    /// Bytes of the response's body.
    pub body: usize,
}

/// Why there is no response.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Every address of the host is one that nobody named.
    #[error("{host} is at {address}, which is not a public address ({purpose}) and is not named as allowed")]
    Refused {
        /// The host.
        host: String,
        /// Its first address that was refused.
        address: IpAddr,
        /// What such addresses are for.
        purpose: &'static str,
    },
    /// The host has no address, or it cannot be found out.
    #[error("the address of {host} cannot be found: {why}")]
    Name {
        /// The host.
        host: String,
        /// The resolver's error.
        why: String,
    },
    /// No connection.
    #[error("cannot connect to {host}: {why}")]
    Connect {
        /// The host.
        host: String,
        /// The system's or TLS's error.
        why: String,
    },
    /// It took too long.
    #[error("no {what} within {limit:?}")]
    Time {
        /// What did not come.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The body is larger than it may be.
    #[error("the response has more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("the exchange failed: {0}")]
    Exchange(String),
}

impl SendError {
    /// The first refusal stays: it says more than that nothing else was left.
    pub(crate) fn or(self, other: Self) -> Self {
        if matches!(self, Self::Refused { .. } | Self::Connect { .. }) { self } else { other }
    }

    /// Whether the request cannot have reached anybody.
    pub fn before_sending(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Name { .. } | Self::Connect { .. })
    }
}

type Pool = legacy::Client<HttpsConnector<Guard>, Full<Bytes>>;

/// Answers a request in place of a server.
type Answers = Box<dyn Fn(Request) -> Result<Response<Bytes>, SendError> + Send + Sync>;

/// Sends requests. Follows no redirect: whoever asked sees it, and asks again under the same rules.
pub struct Client {
    network: Network,
    /// What answers, if nothing is to leave.
    answers: Option<Answers>,
    tls: OnceLock<Result<Arc<rustls::ClientConfig>, String>>,
    /// Connections are kept apart by the addresses that were named for them, so that nobody is handed one to where they may not go.
    pools: Mutex<HashMap<Addresses, Pool>>,
}

impl Client {
    /// A client on this network.
    pub fn new(network: Network) -> Self {
        Self { network, answers: None, tls: OnceLock::new(), pools: Mutex::default() }
    }

    /// A client that sends nothing: `answers` has the response to each request, as those who test a plugin wrote it down.
    pub fn answering(
        answers: impl Fn(Request) -> Result<Response<Bytes>, SendError> + Send + Sync + 'static,
    ) -> Self {
        Self { answers: Some(Box::new(answers)), ..Self::new(Network::system()) }
    }

    /// Send a request to a public address, or to one that `named` names.
    ///
    /// # Errors
    /// When there is no whole response. The texts have no header and no body in them.
    pub async fn send(
        &self,
        request: Request,
        named: &Addresses,
        bounds: &Bounds,
    ) -> Result<Response<Bytes>, SendError> {
        if let Some(answers) = &self.answers {
            let response = answers(request)?;
            let fits = response.body().len() <= bounds.body;
            return if fits { Ok(response) } else { Err(SendError::TooLarge { limit: bounds.body }) };
        }
        let pool = self.pool(named)?;
        let wire = on_the_wire(request)?;
        let late = |_| SendError::Time { what: "answer", limit: bounds.head };
        let response = tokio::time::timeout(bounds.head, pool.request(wire)).await.map_err(late)?;
        let (head, mut body) = response.map_err(explain)?.into_parts();
        let mut whole = BytesMut::new();
        loop {
            let late = |_| SendError::Time { what: "more of the answer", limit: bounds.between };
            let frame = tokio::time::timeout(bounds.between, body.frame()).await.map_err(late)?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|error| SendError::Exchange(text_of(&error)))?;
            if let Some(piece) = frame.data_ref() {
                if whole.len().saturating_add(piece.len()) > bounds.body {
                    return Err(SendError::TooLarge { limit: bounds.body });
                }
                whole.extend_from_slice(piece);
            }
        }
        Ok(Response::from_parts(head, whole.freeze()))
    }

    fn pool(&self, named: &Addresses) -> Result<Pool, SendError> {
        if let Some(pool) = self.pools.lock().get(named) {
            return Ok(pool.clone());
        }
        let tls = self.tls.get_or_init(tls).clone().map_err(SendError::Exchange)?;
        let guard = Guard { network: self.network.clone(), named: named.clone() };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config((*tls).clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(guard);
        let pool = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_A_HOST)
            // It would send a request again on a connection that broke, and the request may have had its effect.
            .retry_canceled_requests(false)
            .http1_max_buf_size(HEADER_BYTES)
            .http1_max_headers(HEADERS)
            .build(connector);
        let mut pools = self.pools.lock();
        if pools.len() >= POOLS {
            pools.clear();
        }
        Ok(pools.entry(named.clone()).or_insert(pool).clone())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("sends", &self.answers.is_none()).finish_non_exhaustive()
    }
}

/// Trust is the system's, as with other programs on this machine.
fn tls() -> Result<Arc<rustls::ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| format!("TLS cannot be used: {error}"))?;
    Ok(Arc::new(config.with_no_client_auth()))
}

fn on_the_wire(request: Request) -> Result<http::Request<Full<Bytes>>, SendError> {
    let Request { method, uri, mut headers, body } = request;
    // Both follow from what is sent, and a second truth is how requests are smuggled.
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONNECTION);
    headers.remove(header::UPGRADE);
    let mut wire = http::Request::builder()
        .method(method)
        .uri(uri)
        .body(Full::new(body))
        .map_err(|error| SendError::Exchange(error.to_string()))?;
    *wire.headers_mut() = headers;
    Ok(wire)
}

/// The guard's own error is somewhere below hyper's and rustls'.
fn explain(error: legacy::Error) -> SendError {
    let connecting = error.is_connect();
    let mut source: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(inner) = source {
        if let Some(ours) = inner.downcast_ref::<SendError>() {
            return ours.clone();
        }
        source = inner.source();
    }
    let why = text_of(&error);
    if connecting { SendError::Connect { host: "the host".into(), why } } else { SendError::Exchange(why) }
}

fn text_of(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_client_that_answers_by_itself_keeps_to_the_bounds() {
        let client = Client::answering(|request| Ok(Response::new(request.body)));
        let bounds = |body| Bounds { head: Duration::ZERO, between: Duration::ZERO, body };
        let send = async |body| {
            let mut request = Request::new(http::Method::POST, "https://no.example/".parse().unwrap());
            request.body = Bytes::from_static(b"four");
            client.send(request, &Addresses::default(), &bounds(body)).await
        };
        assert_eq!(send(4).await.unwrap().body(), "four");
        assert!(matches!(send(3).await, Err(SendError::TooLarge { limit: 3 })));
    }
}
