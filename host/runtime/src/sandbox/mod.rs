//! Wasmtime: the engine and its pool, the limits, and one call from a fresh instance to its outcome.

pub(crate) mod bindings;
pub(crate) mod engine;
mod engines;
mod entry;
mod explain;
mod lanes;
mod memory;
mod run;
mod state;
mod ticker;

pub(crate) use engines::{Abi, Engines, Workshop};
pub(crate) use entry::{Entry, Exports};
pub(crate) use lanes::Lanes;
pub(crate) use run::run;
pub(crate) use state::CallState;
pub(crate) use ticker::Ticker;
