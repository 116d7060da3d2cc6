//! Names to addresses, and addresses to connections: the two steps that a test replaces so that no packet leaves.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// Addresses of a name that are looked at.
const ADDRESSES_OF_A_NAME: usize = 64;

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of `host`, which is no address itself, in the order to try them.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Connects to an address.
#[async_trait]
pub trait Connect: Send + Sync + 'static {
    /// A stream of bytes to this address.
    async fn connect(&self, to: SocketAddr) -> io::Result<Box<dyn Stream>>;
}

/// What a connection is made of.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// The way to the network: the system's, or a test's.
#[derive(Clone)]
pub struct Network {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) connector: Arc<dyn Connect>,
}

impl Network {
    /// The system's resolver and TCP.
    pub fn system() -> Self {
        Self::new(System, System)
    }

    /// These two instead.
    pub fn new(resolver: impl Resolve, connector: impl Connect) -> Self {
        Self { resolver: Arc::new(resolver), connector: Arc::new(connector) }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

struct System;

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).take(ADDRESSES_OF_A_NAME).collect())
    }
}

#[async_trait]
impl Connect for System {
    async fn connect(&self, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}
