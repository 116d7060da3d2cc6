//! A backup of all that the host keeps, while it runs.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::host::Host;
use super::wire::{Refusal, RestError, check_content_type};
use crate::error::ApiError;

/// Backups that are made at a time: each keeps pages of the store from being used again.
pub(super) const MAX_BACKUPS: usize = 1;

/// Bytes of a piece, and pieces that wait for the reader: a bound on the memory of a backup.
const PIECE: usize = 256 << 10;
const PIECES: usize = 4;

/// Longest wait for a reader who takes nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// What makes backups.
pub trait BackupSource: Send + Sync {
    /// Writes a backup of this moment to a stream. Blocks.
    ///
    /// # Errors
    /// The stream's, or what kept it from being made. What was written by then is no backup.
    fn write(&self, to: &mut dyn io::Write) -> io::Result<()>;
}

/// A backup of this moment, as `dirigent restore` reads it: the store, and the components that executions are bound to.
///
/// It ends with a checksum; one that was cut off is none. One is made at a time.
#[utoipa::path(
    post, path = "/api/backup", tag = "host",
    responses(
        (status = 200, body = String, content_type = "application/octet-stream"),
        (status = "4XX", body = Refusal), (status = "5XX", body = Refusal)
    )
)]
pub(crate) async fn backup(State(host): State<Host>, headers: HeaderMap) -> Result<Response, RestError> {
    // A page of another site may not make the host work.
    check_content_type(&headers)?;
    let Some(source) = host.backups else {
        return Err(ApiError::validation(
            "This host keeps nothing that outlives it, so there is nothing to back up",
        )
        .into());
    };
    let permit = host
        .backing_up
        .try_acquire_owned()
        .map_err(|_| ApiError::unavailable("A backup is being made; ask again when it is done"))?;
    let (sender, receiver) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut pieces = Pieces { sender, piece: Vec::with_capacity(PIECE), runtime: Handle::current() };
        let made = source.write(&mut pieces).and_then(|()| pieces.send());
        if let Err(error) = made {
            tracing::warn!(%error, "a backup was not made");
            // The answer breaks off, so that nobody takes what came for a backup.
            let _ = pieces.runtime.block_on(pieces.sender.send(Err(error)));
        }
        drop(permit);
    });
    let body = stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    let mut response = Response::new(Body::from_stream(body));
    let octets = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, octets);
    Ok(response)
}

/// What a backup is written to: pieces of an answer.
struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    runtime: Handle,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let sent = self
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, self.sender.send(Ok(piece.into()))).await });
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it any more")),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "its reader takes nothing")),
        }
    }
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (PIECE - self.piece.len()).min(bytes.len());
        self.piece.extend_from_slice(&bytes[..room]);
        if self.piece.len() == PIECE {
            self.send()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
