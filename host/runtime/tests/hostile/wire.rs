//! A network of the test's own: it knows some names, notes who is connected to, and answers in memory.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use dirigent_outgoing::{Connect, Resolve, Stream};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

/// An address that belongs to the world at large. Nothing is sent there.
pub(super) const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34));
/// Bytes that a side of a connection may be ahead of the other.
const PIPE: usize = 64 << 10;

/// Resolves and connects, and notes both.
#[derive(Clone, Default)]
pub(super) struct Recorder(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    connected: Vec<SocketAddr>,
    heads: Vec<String>,
    rebound: bool,
}

impl Recorder {
    pub(super) fn connected(&self) -> Vec<SocketAddr> {
        self.0.lock().connected.clone()
    }

    /// The heads of all requests, as they came over the wire.
    pub(super) fn heads(&self) -> Vec<String> {
        self.0.lock().heads.clone()
    }
}

#[async_trait]
impl Resolve for Recorder {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let addresses: &[&str] = match host {
            // As `getaddrinfo` reads them (inet_aton(3)).
            "2130706433" | "0x7f000001" | "017700000001" | "0177.0.0.1" | "127.1" => &["127.0.0.1"],
            "localhost" | "localhost." => &["127.0.0.1", "::1"],
            "private.example" => &["10.0.0.5"],
            "metadata.example" => &["169.254.169.254"],
            "loopback6.example" => &["::1"],
            "mapped.example" => &["::ffff:127.0.0.1"],
            "several.example" => &["10.0.0.5", "192.168.0.7", "fd00::1"],
            "mixed.example" => &["10.0.0.5", "93.184.216.34", "127.0.0.1"],
            "rebinding.example" if std::mem::replace(&mut self.0.lock().rebound, true) => &["127.0.0.1"],
            "missing.example" => return Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
            _ => return Ok(vec![PUBLIC]),
        };
        Ok(addresses.iter().filter_map(|text| text.parse().ok()).collect())
    }
}

#[async_trait]
impl Connect for Recorder {
    async fn connect(&self, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
        self.0.lock().connected.push(to);
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let seen = Arc::clone(&self.0);
        // Ends when the client closes its side, which it does at the latest with its runtime.
        tokio::spawn(async move {
            let _ = serve(ours, &seen).await;
        });
        Ok(Box::new(theirs))
    }
}

/// Answer requests until one is answered with the end of the connection.
async fn serve(mut stream: DuplexStream, seen: &Mutex<Seen>) -> io::Result<()> {
    while let Some(head) = head(&mut stream).await? {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        seen.lock().heads.push(head);
        match path.as_str() {
            "/redirect" => {
                let answer =
                    "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
                stream.write_all(answer.as_bytes()).await?;
            }
            "/close" => {
                let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
                return stream.write_all(answer.as_bytes()).await;
            }
            "/huge" => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await?;
                stream.write_all(&vec![b'x'; 1_000_000]).await?;
            }
            "/endless" => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
                repeat(&mut stream, b"4\r\nabcd\r\n").await?;
            }
            "/endless-headers" => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nX-A: ").await?;
                repeat(&mut stream, b"aaaaaaaaaaaaaaaa").await?;
            }
            "/many-headers" => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                repeat(&mut stream, b"X-A: b\r\n").await?;
            }
            "/no-http" => return stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n\r\n").await,
            "/cut" => return stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc").await,
            "/two-lengths" => {
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\nok";
                return stream.write_all(answer.as_bytes()).await;
            }
            "/silent" => {}
            "/stalled" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc").await?,
            _ => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?,
        }
    }
    Ok(())
}

/// Writes until nobody reads any more.
async fn repeat(stream: &mut DuplexStream, piece: &[u8]) -> io::Result<()> {
    let block = piece.repeat(1000);
    loop {
        stream.write_all(&block).await?;
    }
}

/// The head of the next request, or none at the end. Bodies are read over, since no case has one that looks like a head.
async fn head(stream: &mut DuplexStream) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}
