//! Logs of executions, as their state machines' `loggingConfiguration` asks for: from the engine, through a queue with a
//! bound, to one thread that writes them.
//!
//! - this file: the engine's log host, and the queue
//! - `writer`: the thread
//! - `files`: files of a log group, and their rotation
//! - `otlp`: the same records for a collector
//! - `load`, `losses`: the bound of a queue, and what was lost

mod files;
mod load;
mod losses;
mod otlp;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use anyhow::Context;
use dirigent_api::logging::Logging;
use dirigent_engine::{EventKind, ExecutionLog, LogEntry, LogHost};
use tokio::sync::oneshot;

use load::{EVENT_BYTES, Load};
use otlp::Otlp;

pub(crate) use files::{DEFAULT_FILE_BYTES, DEFAULT_FILES, FilesConfig};

/// Bytes of events that wait to be written. Beyond it events are not logged: executions do not wait for their logs. (What
/// one step logs is let in whatever its size, if nothing else waits.)
const MAX_QUEUED_BYTES: usize = 64 << 20;

/// How long a host that stops waits for its logs to be written.
const CLOSE_WAIT: Duration = Duration::from_secs(5);

/// Opens logs in files, one for each log group.
pub(crate) struct EventLogs(Arc<Queue>);

struct Queue {
    sender: Sender<Message>,
    load: Arc<Load>,
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
    /// What they count for in the queue's [`Load`].
    bytes: usize,
}

impl EventLogs {
    /// Starts the thread that writes. Nothing is created before something is logged.
    ///
    /// `otlp` is the URL of a collector that gets all records too; `region` is the host's own.
    pub(crate) fn open(files: FilesConfig, otlp: Option<&str>, region: &str) -> anyhow::Result<EventLogs> {
        let (sender, receiver) = mpsc::channel();
        let load = Arc::new(Load::new(MAX_QUEUED_BYTES));
        let otlp = otlp.map(Otlp::open).transpose()?;
        let writer = writer::Writer::new(files, otlp, region.to_owned(), load.clone());
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
        if load.admits(bytes, events) {
            // The writer is gone when the host stops, and what is logged then is lost.
            let _ = sender.send(Message::Write(Waiting { logging: self.logging.clone(), entry, bytes }));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use dirigent_engine::history::HistoryPage;
    use dirigent_engine::{Event, PayloadRef};
    use serde_json::json;

    use super::*;

    fn entry(events: u64, text: &str) -> LogEntry {
        let input = PayloadRef { chunk: 1, index: 0 };
        let kind = EventKind::ExecutionStarted { input };
        let event = |id| Event { id, previous: 0, at_ms: 0, kind: kind.clone() };
        let page = HistoryPage::of_chunk(1, (1..=events).map(event).collect(), &[text.into()]);
        LogEntry { execution_arn: "arn".into(), role_arn: "role".into(), redrive_count: 0, page }
    }

    #[test]
    fn what_there_is_no_room_for_is_lost_and_counted() {
        let arn = "arn:aws:logs:us-east-1:000000000000:log-group:g:*";
        let destinations = json!([{ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }]);
        let configuration = json!({ "level": "ALL", "destinations": destinations }).to_string();
        let (sender, receiver) = mpsc::channel();
        let load = Arc::new(Load::new(3 * EVENT_BYTES));
        let logs = EventLogs(Arc::new(Queue { sender, load: load.clone() }));
        let log = LogHost::open(&logs, &configuration).unwrap();
        let text = "x".repeat(EVENT_BYTES);
        // Each takes room for its events and its text.
        for (events, lost) in [(1, 0), (1, 1), (5, 5), (1, 1)] {
            log.write(entry(events, &text));
            assert_eq!(load.take_refused(), lost);
        }
        let waiting = |message| match message {
            Message::Write(waiting) => waiting,
            Message::Close(_) => panic!("nobody closes it"),
        };
        let first = waiting(receiver.try_recv().unwrap());
        assert!(receiver.try_recv().is_err());
        assert_eq!(first.bytes, 2 * EVENT_BYTES);
        load.release(first.bytes);
        log.write(entry(2, &text));
        assert_eq!(waiting(receiver.try_recv().unwrap()).entry.page.events.len(), 2);
        // The thread that writes is gone: the host stops.
        drop(receiver);
        load.release(3 * EVENT_BYTES);
        log.write(entry(1, &text));
    }
}
