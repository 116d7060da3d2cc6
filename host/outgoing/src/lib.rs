//! Requests that leave the host on behalf of plugins: where they may go, how they get there, and what is added to them on
//! the way out.
//!
//! - [`HttpRule`] says which requests something is about, [`Addresses`] which addresses that are not public may be reached;
//! - [`Client`] sends a whole [`Request`] and takes in the whole response, through a [`Network`] that tests replace.
//!
//! This crate knows no WebAssembly and no workflows. `dirigent-runtime` hands it whole requests.

mod address;
mod client;
mod connections;
mod guard;
mod network;
mod request;
mod rule;

pub use address::{Addresses, special_purpose};
pub use client::{Bounds, Client, SendError};
pub use connections::{
    CONNECTION_HEADER, ChoiceError, ConfigError, Connection, ConnectionError, Connections, SECRET_MAX_BYTES,
    SECRET_MIN_BYTES, SecretError, SecretSource, TokenError,
};
pub use network::{Connect, Network, Resolve, Stream};
pub use request::Request;
pub use rule::HttpRule;
