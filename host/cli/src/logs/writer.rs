//! The thread that writes logs: makes records of events, and tells the host's own log what is lost.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::files::{Files, FilesConfig};
use super::{Load, Message, Waiting};

/// How often at most the host's log is told that events were lost.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// The thread's state.
pub(super) struct Writer {
    files: Files,
    region: String,
    load: Arc<Load>,
    /// What the records in `files` count for in the queue.
    unwritten: usize,
    losses: Losses,
}

/// Events that were not written, and nobody was told of.
#[derive(Debug, Default)]
struct Losses {
    count: u64,
    reason: String,
    told: Option<Instant>,
}

impl Writer {
    pub(super) fn new(files: FilesConfig, region: String, load: Arc<Load>) -> Writer {
        Writer { files: Files::new(files), region, load, unwritten: 0, losses: Losses::default() }
    }

    /// Writes until it is told to end, or nobody can log any more.
    pub(super) fn run(mut self, queue: &Receiver<Message>) {
        loop {
            // Losses that are not told yet are told though nothing more is logged.
            let message = match queue.recv_timeout(self.losses.until_told()) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    self.tell(false);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return self.end(),
            };
            if self.take(message).is_break() {
                return;
            }
            // Under load many steps are one write.
            while let Ok(message) = queue.try_recv() {
                if self.take(message).is_break() {
                    return;
                }
            }
            self.flush();
            self.tell(false);
        }
    }

    fn take(&mut self, message: Message) -> ControlFlow<()> {
        match message {
            Message::Write(waiting) => self.write(&waiting),
            Message::Close(done) => {
                self.end();
                // Whoever waited may have given up.
                let _ = done.send(());
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn write(&mut self, waiting: &Waiting) {
        for record in waiting.logging.records(&waiting.entry, &self.region) {
            self.files.append(&waiting.logging.group, &record);
        }
        self.unwritten += waiting.bytes;
        if self.files.is_full() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Some(failure) = self.files.flush() {
            self.losses.add(failure.records, failure.to_string());
        }
        self.load.bytes.fetch_sub(std::mem::take(&mut self.unwritten), Ordering::Relaxed);
    }

    fn end(&mut self) {
        self.flush();
        self.tell(true);
    }

    fn tell(&mut self, at_once: bool) {
        let refused = self.load.refused.swap(0, Ordering::Relaxed);
        if refused > 0 {
            self.losses.add(refused, "more is logged than can be written".to_owned());
        }
        self.losses.tell(at_once);
    }
}

impl Losses {
    fn add(&mut self, count: u64, reason: String) {
        self.count += count;
        self.reason = reason;
    }

    /// How long until there is something to tell.
    fn until_told(&self) -> Duration {
        match self.told {
            Some(told) if self.count > 0 => TELL_EVERY.saturating_sub(told.elapsed()),
            _ => TELL_EVERY,
        }
    }

    fn tell(&mut self, at_once: bool) {
        let early = self.told.is_some_and(|told| told.elapsed() < TELL_EVERY);
        if self.count == 0 || (early && !at_once) {
            return;
        }
        tracing::warn!(
            events = self.count,
            reason = self.reason,
            "events of executions are missing in their logs"
        );
        *self = Losses { told: Some(Instant::now()), ..Losses::default() };
    }
}
