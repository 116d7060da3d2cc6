//! The time. `std::time` panics on this target, so it comes from the host (`wasi:clocks`).

use std::time::Duration;

/// Time since 1970-01-01T00:00:00Z.
pub fn now() -> Duration {
    #[cfg(target_arch = "wasm32")]
    {
        let now = crate::guest::bindings::wasi::clocks::wall_clock::now();
        Duration::new(now.seconds, now.nanoseconds)
    }
    #[cfg(not(target_arch = "wasm32"))]
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}
