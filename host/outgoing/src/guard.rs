//! Connections to addresses that a request may go to, and to no others.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};

use crate::{Addresses, Network, SendError, address::special_purpose, network::Stream, rule::port_of};

/// Connects for one set of named addresses. The address is checked after the name was resolved, and it is the one that was
/// checked that is connected to: a name that has another address the next time gains nothing.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) network: Network,
    pub(crate) named: Addresses,
}

impl Guard {
    async fn connect(&self, uri: Uri) -> Result<Wire, SendError> {
        let host = uri.host().unwrap_or_default();
        let port = port_of(&uri).unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = match bare.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self
                .network
                .resolver
                .resolve(host)
                .await
                .map_err(|error| SendError::Name { host: host.to_owned(), why: error.to_string() })?,
        };
        let mut last = SendError::Name { host: host.to_owned(), why: "it has no address".into() };
        for address in found {
            if !self.named.allow(address) {
                let purpose = special_purpose(address).unwrap_or("special");
                last = last.or(SendError::Refused { host: host.to_owned(), address, purpose });
                continue;
            }
            match self.network.connector.connect(SocketAddr::new(address, port)).await {
                Ok(stream) => return Ok(Wire(TokioIo::new(stream))),
                Err(error) => last = SendError::Connect { host: host.to_owned(), why: error.to_string() },
            }
        }
        Err(last)
    }
}

impl tower_service::Service<Uri> for Guard {
    type Response = Wire;
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<Wire, SendError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let guard = self.clone();
        Box::pin(async move { guard.connect(uri).await })
    }
}

/// A connection that was let through.
pub(crate) struct Wire(TokioIo<Box<dyn Stream>>);

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
