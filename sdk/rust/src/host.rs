//! Signs of life for the host.

/// Say that the task is alive, for a state with `HeartbeatSeconds`. Off wasm this does nothing.
pub fn heartbeat() {
    #[cfg(target_arch = "wasm32")]
    crate::guest::bindings::dirigent::task::host::heartbeat();
}

/// Say how far the task is: `done` of `total` in any unit. Only the latest is shown. Counts as a heartbeat.
/// Off wasm this does nothing.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables))]
pub fn progress(done: u64, total: Option<u64>, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::guest::bindings::dirigent::task::host::progress(done, total, message);
}
