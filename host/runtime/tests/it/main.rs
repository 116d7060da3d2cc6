//! The runtime with real components. `cargo xtask plugins` builds them.
#![allow(clippy::unwrap_used)]

mod cache;
mod hostile;
mod registry;
mod sandbox;
mod support;
mod wasi;
