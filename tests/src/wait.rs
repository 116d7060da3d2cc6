//! Waiting for something to happen.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine. A wait that gets here fails the test.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How often a test looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until `look` finds something.
///
/// # Panics
/// When that takes longer than [`PATIENCE`].
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "did not happen within {} s: {what}", PATIENCE.as_secs());
        sleep(PAUSE);
    }
}
