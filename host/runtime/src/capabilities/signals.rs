//! Heartbeats and progress on their way to the engine, no more often than it can use them.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::log::cut;
use crate::{ByteSize, Progress};

/// Signals closer together than this are joined, so that a guest in a loop cannot fill the engine's queue. ASL counts
/// `HeartbeatSeconds` in whole seconds.
const JOIN_WITHIN: Duration = Duration::from_millis(100);

/// Where signals go, and when the last ones went.
pub(crate) struct Signals {
    heartbeat: Option<UnboundedSender<()>>,
    progress: Option<UnboundedSender<Progress>>,
    message_limit: ByteSize,
    last_heartbeat: Option<Instant>,
    last_progress: Option<Instant>,
}

impl Signals {
    pub(crate) fn new(
        heartbeat: Option<UnboundedSender<()>>,
        progress: Option<UnboundedSender<Progress>>,
        message_limit: ByteSize,
    ) -> Self {
        Self { heartbeat, progress, message_limit, last_heartbeat: None, last_progress: None }
    }

    pub(crate) fn heartbeat(&mut self) {
        if let Some(sender) = &self.heartbeat
            && due(&mut self.last_heartbeat)
        {
            // The engine may have stopped to listen; the call goes on.
            let _ = sender.send(());
        }
    }

    pub(crate) fn progress(&mut self, mut progress: Progress) {
        self.heartbeat();
        if let Some(sender) = &self.progress
            && due(&mut self.last_progress)
        {
            cut(&mut progress.message, self.message_limit.as_usize());
            let _ = sender.send(progress);
        }
    }
}

fn due(last: &mut Option<Instant>) -> bool {
    let now = Instant::now();
    let due = last.is_none_or(|last| now.duration_since(last) >= JOIN_WITHIN);
    if due {
        *last = Some(now);
    }
    due
}
