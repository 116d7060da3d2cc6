//! Waiting for something to happen.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::client::Client;

/// Longer than anything takes on a busy machine. A wait that gets here fails the test.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How long components of interpreters may take to compile, on a busy machine and by a compiler that is not optimized.
const COMPILED: Duration = Duration::from_secs(600);

/// How often a test looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until `look` finds something.
///
/// # Panics
/// When that takes longer than [`PATIENCE`].
#[track_caller]
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// Waits until the host has compiled all plugins of its registry.
///
/// # Panics
/// When there are none, one of them is broken, or it takes longer than ten minutes.
#[track_caller]
pub fn plugins_ready(host: &Client) {
    within(COMPILED, "the plugins are compiled", || {
        let plugins = host.get("/api/plugins").ok()?.json()["plugins"].as_array()?.clone();
        assert!(!plugins.is_empty(), "there are no plugins");
        let broken = plugins.iter().find(|plugin| plugin["status"] == "BROKEN");
        assert!(broken.is_none(), "{broken:?}");
        plugins.iter().all(|plugin| plugin["status"] == "READY").then_some(())
    });
}

#[track_caller]
fn within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < limit, "did not happen within {} s: {what}", limit.as_secs());
        sleep(PAUSE);
    }
}
