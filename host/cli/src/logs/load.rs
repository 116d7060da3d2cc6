//! How full a queue is, and what there was no room for.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What an event takes in a queue beside its texts, in bytes: at least this much.
pub(super) const EVENT_BYTES: usize = 512;

/// A bound on what waits in a queue, which both of its ends know.
#[derive(Debug)]
pub(super) struct Load {
    most: usize,
    bytes: AtomicUsize,
    refused: AtomicU64,
}

impl Load {
    /// Room for `most` bytes.
    pub(super) fn new(most: usize) -> Load {
        Load { most, bytes: AtomicUsize::new(0), refused: AtomicU64::new(0) }
    }

    /// Whether there is room for events of so many bytes, which takes it. What is larger than all room there is gets in
    /// if nothing else waits. Events that there is no room for are counted.
    pub(super) fn admits(&self, bytes: usize, events: usize) -> bool {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let fits = before == 0 || before + bytes <= self.most;
        if !fits {
            self.release(bytes);
            self.refused.fetch_add(events as u64, Ordering::Relaxed);
        }
        fits
    }

    /// Gives room back.
    pub(super) fn release(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// How many events there was no room for since the last call.
    pub(super) fn take_refused(&self) -> u64 {
        self.refused.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::Load;

    #[test]
    fn room_is_bounded() {
        let load = Load::new(100);
        for (bytes, admitted) in [(60, true), (40, true), (1, false), (0, true), (200, false)] {
            assert_eq!(load.admits(bytes, 3), admitted, "{bytes}");
        }
        assert_eq!((load.take_refused(), load.take_refused()), (6, 0));
        load.release(60);
        assert!(!load.admits(61, 1) && load.admits(60, 1));
        load.release(100);
        // More than there is room for, but alone.
        assert!(load.admits(200, 1) && !load.admits(1, 1));
        assert_eq!(load.take_refused(), 2);
    }
}
