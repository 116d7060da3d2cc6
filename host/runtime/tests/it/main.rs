//! The runtime with real components. `cargo xtask plugins` builds them.
#![allow(clippy::unwrap_used)]

mod cache;
mod connections;
mod registry;
mod sandbox;
mod support;
mod wasi;
