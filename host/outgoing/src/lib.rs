//! Requests that leave the host on behalf of plugins: where they may go, how they get there, and what is added to them on
//! the way out.
//!
//! This crate knows no WebAssembly and no workflows. `dirigent-runtime` hands it whole requests.

mod request;

pub use request::Request;
