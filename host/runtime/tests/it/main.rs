//! The runtime with real components. `cargo xtask plugins` builds them.
#![allow(clippy::unwrap_used)]

mod cache;
mod connections;
mod jobs;
mod journal;
mod outside;
mod registry;
mod sandbox;
mod server;
mod support;
mod waiting;
mod wasi;
