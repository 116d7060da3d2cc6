//! How often somebody was turned away, and what is logged of it: never more than so many lines a minute, since anybody can make
//! them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::refusal::{REASONS, Refusal};

/// Lines that are logged in a [`WINDOW`].
const MAX_LINES: u32 = 10;

/// The time that [`MAX_LINES`] is about.
const WINDOW: Duration = Duration::from_secs(60);

/// Counts since the start, by reason.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: [AtomicU64; REASONS.len()],
    lines: Mutex<Lines>,
}

/// The lines of a window.
#[derive(Debug, Default)]
struct Lines {
    since: Option<Instant>,
    logged: u32,
    unlogged: u64,
}

impl Tally {
    /// Counts a refusal, and logs it if there is a line left. Whoever says nothing of who they are is not logged: every
    /// browser does so once.
    pub(super) fn note(&self, refusal: &Refusal) {
        let reason = refusal.reason();
        self.counts[reason].fetch_add(1, Relaxed);
        if matches!(refusal, Refusal::Missing) {
            return;
        }
        if let Some(unlogged) = self.lines.lock().take(Instant::now()) {
            let caller = refusal.caller().unwrap_or("unknown");
            tracing::warn!(reason = REASONS[reason], caller, unlogged, "a request was turned away");
        }
    }

    /// Each reason with its count.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REASONS.into_iter().zip(self.counts.iter().map(|count| count.load(Relaxed)))
    }
}

impl Lines {
    /// Takes a line, with the number of those that were not logged before it. `None` when there is none left.
    fn take(&mut self, now: Instant) -> Option<u64> {
        if self.since.is_none_or(|since| now.duration_since(since) >= WINDOW) {
            self.since = Some(now);
            self.logged = 0;
        }
        if self.logged >= MAX_LINES {
            self.unlogged += 1;
            return None;
        }
        self.logged += 1;
        Some(std::mem::take(&mut self.unlogged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_window() {
        let (start, mut lines) = (Instant::now(), Lines::default());
        for _ in 0..MAX_LINES {
            assert_eq!(lines.take(start), Some(0));
        }
        for _ in 0..5 {
            assert_eq!(lines.take(start + WINDOW / 2), None);
        }
        assert_eq!(
            lines.take(start + WINDOW),
            Some(5),
            "a new window tells of the lines that the last one lacks"
        );
        assert_eq!(lines.take(start + WINDOW), Some(0));
    }

    #[test]
    fn counts_are_kept_apart() {
        let tally = Tally::default();
        for refusal in [Refusal::Missing, Refusal::UnknownKey, Refusal::UnknownKey] {
            tally.note(&refusal);
        }
        let counts: Vec<_> = tally.counts().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counts, [("missing", 1), ("unknown_access_key", 2)]);
    }
}
