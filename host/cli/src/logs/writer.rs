//! The thread that writes logs: makes records of events, and gives them to files and to a collector.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::files::{Files, FilesConfig};
use super::load::Load;
use super::losses::{Losses, TELL_EVERY};
use super::otlp::Otlp;
use super::{Message, Waiting};

/// The thread's state.
pub(super) struct Writer {
    files: Files,
    otlp: Option<Otlp>,
    region: String,
    load: Arc<Load>,
    /// What the records in `files` count for in the queue.
    unwritten: usize,
    losses: Losses,
}

impl Writer {
    pub(super) fn new(files: FilesConfig, otlp: Option<Otlp>, region: String, load: Arc<Load>) -> Writer {
        let losses = Losses::new("events of executions are missing in their logs");
        Writer { files: Files::new(files), otlp, region, load, unwritten: 0, losses }
    }

    /// Writes until it is told to end, or nobody can log any more.
    pub(super) fn run(mut self, queue: &Receiver<Message>) {
        loop {
            // Losses are told though nothing more is logged.
            let message = match queue.recv_timeout(TELL_EVERY) {
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
        let Waiting { logging, entry, bytes } = waiting;
        for (event, record) in entry.page.events.iter().zip(logging.records(entry, &self.region)) {
            let record = record.to_string();
            if let Some(otlp) = &self.otlp {
                otlp.send(&logging.group, event, &entry.execution_arn, &record);
            }
            self.files.append(&logging.group, record);
        }
        self.unwritten += bytes;
        if self.files.is_full() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Some(failure) = self.files.flush() {
            self.losses.add(failure.records, failure.to_string());
        }
        self.load.release(std::mem::take(&mut self.unwritten));
    }

    fn end(&mut self) {
        self.flush();
        if let Some(otlp) = &self.otlp {
            otlp.close();
        }
        self.tell(true);
    }

    fn tell(&self, last: bool) {
        self.losses.add(self.load.take_refused(), "more is logged than can be written");
        self.losses.tell(last);
        if let Some(otlp) = &self.otlp {
            otlp.tell(last);
        }
    }
}
