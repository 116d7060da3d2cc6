//! The runtime with real components. `cargo xtask plugins` builds them.
#![allow(clippy::unwrap_used)]

mod cache;
mod jobs;
mod registry;
mod sandbox;
mod support;
mod wasi;
