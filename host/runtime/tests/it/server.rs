//! A server on the loopback that counts what it was asked, and a network that goes there whatever a name says.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use dirigent_outgoing::{Connect, Network, Resolve, Stream};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Bytes of a request that are read at most.
const REQUEST_LIMIT: usize = 1 << 20;

/// Counts requests by method and path, and answers each with its count so far.
#[derive(Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<String, u32>>>);

impl Counts {
    pub(crate) fn all(&self) -> BTreeMap<String, u32> {
        self.0.lock().clone()
    }
}

/// Start one. It ends with the test's runtime.
pub(crate) async fn counting() -> (SocketAddr, Counts) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let counts = Counts::default();
    let theirs = counts.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let counts = theirs.clone();
            tokio::spawn(async move {
                let _ = serve(stream, &counts).await;
            });
        }
    });
    (address, counts)
}

async fn serve(mut stream: TcpStream, counts: &Counts) -> io::Result<()> {
    let mut read = Vec::new();
    loop {
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
            if read.len() > REQUEST_LIMIT || stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let whole = end + 4 + length.map_or(0, |length| length.trim().parse().unwrap_or(0));
        while read.len() < whole {
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        }
        let line = String::from_utf8_lossy(&read[..end]).lines().next().unwrap_or_default().to_owned();
        let name = line.trim_end_matches(" HTTP/1.1").to_owned();
        let count = {
            let mut counts = counts.0.lock();
            let count = counts.entry(name).or_default();
            *count += 1;
            count.to_string()
        };
        read.drain(..whole);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{count}", count.len());
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// What was looked up and what was connected to.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// Names that have these addresses, and connections that all go to one server on the loopback: no packet leaves it.
pub(crate) struct Recording {
    pub(crate) trace: Trace,
    pub(crate) names: BTreeMap<&'static str, Vec<IpAddr>>,
    pub(crate) server: Option<SocketAddr>,
}

impl Recording {
    pub(crate) fn network(self) -> Network {
        let shared = Arc::new(self);
        Network::new(Shared(Arc::clone(&shared)), Shared(shared))
    }
}

struct Shared(Arc<Recording>);

#[async_trait]
impl Resolve for Shared {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.0.trace.0.lock().push(format!("resolve {host}"));
        let found = self.0.names.get(host).cloned();
        found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such name"))
    }
}

#[async_trait]
impl Connect for Shared {
    async fn connect(&self, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
        self.0.trace.0.lock().push(format!("connect {to}"));
        let server = self.0.server.ok_or_else(|| io::Error::other("there is no server"))?;
        Ok(Box::new(TcpStream::connect(server).await?))
    }
}
