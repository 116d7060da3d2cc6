//! The door: connections up to a bound. One beyond it is told so and closed, so that it costs the host next to nothing.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections that are open at a time, unless another number is asked for. One that is idle takes about 20 KiB.
pub const MAX_CONNECTIONS: usize = 10_240;

/// Connections that are being told that there is no room; more are closed without a word.
const MAX_REFUSING: usize = 128;

/// Longest time that telling takes.
const REFUSING: Duration = Duration::from_secs(1);

/// What they are told, whatever they asked.
const NO_ROOM: &str = r#"{"__type":"ServiceUnavailable","error":"ServiceUnavailable","message":"the host has as many connections as it takes at a time; try again in a moment"}"#;

/// A listener with a bound on what it lets in.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    refusing: Arc<Semaphore>,
}

impl Door {
    /// At most `connections` at a time.
    #[must_use]
    pub fn new(listener: TcpListener, connections: usize) -> Door {
        let places = Arc::new(Semaphore::new(connections));
        Door { listener, places, refusing: Arc::new(Semaphore::new(MAX_REFUSING)) }
    }

    fn refuse(&self, stream: TcpStream) {
        let Ok(permit) = self.refusing.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            // Who goes away meanwhile has nothing to be told.
            let _ = tokio::time::timeout(REFUSING, tell(stream)).await;
            drop(permit);
        });
    }
}

async fn tell(mut stream: TcpStream) -> io::Result<()> {
    let length = NO_ROOM.len();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{NO_ROOM}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing on what was not read would take the answer away from who has not read it yet.
    let mut rest = [0; 4_096];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

impl Listener for Door {
    type Io = Visitor;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Visitor, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match self.places.clone().try_acquire_owned() {
                Ok(place) => return (Visitor { stream, _place: place }, address),
                Err(_) => self.refuse(stream),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that was let in; its place is free again when it goes.
#[derive(Debug)]
pub struct Visitor {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Visitor {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Visitor {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
