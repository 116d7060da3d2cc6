//! Logs of executions, as their state machines' `loggingConfiguration` asks for: from the engine, through a queue with a
//! bound, to one thread that writes them.
//!
//! - this file: the engine's log host, and the queue
//! - `writer`: the thread
//! - `files`: files of a log group, and their rotation

mod files;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use anyhow::Context;
use dirigent_api::logging::Logging;
use dirigent_engine::{EventKind, ExecutionLog, LogEntry, LogHost};
use tokio::sync::oneshot;

pub(crate) use files::{DEFAULT_FILE_BYTES, DEFAULT_FILES, FilesConfig};

/// Bytes of events that wait to be written. Beyond it events are not logged: executions do not wait for their logs. (What
/// one step logs is let in whatever its size, if nothing else waits.)
const MAX_QUEUED_BYTES: usize = 64 << 20;

/// What an event takes in the queue beside its payloads, in bytes: at least this much.
const EVENT_BYTES: usize = 512;

/// How long a host that stops waits for its logs to be written.
const CLOSE_WAIT: Duration = Duration::from_secs(5);

/// Opens logs in files, one for each log group.
pub(crate) struct EventLogs(Arc<Queue>);

struct Queue {
    sender: Sender<Message>,
    load: Arc<Load>,
}

/// What both ends of the queue know of it.
#[derive(Debug, Default)]
struct Load {
    /// Bytes that wait.
    bytes: AtomicUsize,
    /// Events that there was no room for, and nobody was told of.
    refused: AtomicU64,
}

/// What the writer is told.
enum Message {
    Write(Waiting),
    /// Write what there is, say so, and end.
    Close(oneshot::Sender<()>),
}

/// A step's events that wait to be written.
struct Waiting {
    logging: Arc<Logging>,
    entry: LogEntry,
    /// What they count for in [`Load::bytes`].
    bytes: usize,
}

impl EventLogs {
    /// Starts the thread that writes. Nothing is created before something is logged.
    ///
    /// `region` is the host's own.
    pub(crate) fn open(files: FilesConfig, region: &str) -> anyhow::Result<EventLogs> {
        let (sender, receiver) = mpsc::channel();
        let load = Arc::new(Load::default());
        let writer = writer::Writer::new(files, region.to_owned(), load.clone());
        let thread = std::thread::Builder::new().name("event-logs".to_owned());
        thread.spawn(move || writer.run(&receiver)).context("cannot start the thread that writes logs")?;
        Ok(EventLogs(Arc::new(Queue { sender, load })))
    }

    /// Has everything written that was logged so far. What takes longer than [`CLOSE_WAIT`] is lost.
    pub(crate) async fn close(&self) {
        let (done, written) = oneshot::channel();
        let _ = self.0.sender.send(Message::Close(done));
        if tokio::time::timeout(CLOSE_WAIT, written).await.is_err() {
            tracing::warn!("stopped before all events of executions were written to their logs");
        }
    }
}

impl LogHost for EventLogs {
    fn open(&self, configuration: &str) -> Option<Arc<dyn ExecutionLog>> {
        let logging = Arc::new(Logging::parse(configuration)?);
        Some(Arc::new(EventLog { logging, queue: self.0.clone() }))
    }
}

/// The log of one state machine's executions.
struct EventLog {
    logging: Arc<Logging>,
    queue: Arc<Queue>,
}

impl ExecutionLog for EventLog {
    fn takes(&self, kind: &EventKind) -> bool {
        self.logging.level.takes(kind)
    }

    fn wants_data(&self) -> bool {
        self.logging.include_execution_data
    }

    fn write(&self, entry: LogEntry) {
        let Queue { sender, load } = &*self.queue;
        let events = entry.page.events.len();
        let bytes = events * EVENT_BYTES + entry.page.payload_bytes();
        let before = load.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before > 0 && before + bytes > MAX_QUEUED_BYTES {
            load.bytes.fetch_sub(bytes, Ordering::Relaxed);
            load.refused.fetch_add(events as u64, Ordering::Relaxed);
            return;
        }
        // The writer is gone when the host stops, and what is logged then is lost.
        let _ = sender.send(Message::Write(Waiting { logging: self.logging.clone(), entry, bytes }));
    }
}
