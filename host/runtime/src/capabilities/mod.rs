//! What a guest may call. One file an interface, each with what it links, what it keeps for a call, and its limits.

mod clocks;
mod config;
mod host;
mod http;
mod keyvalue;
mod log;
mod signals;
mod steps;
mod wasi;

use wasmtime::{Engine, component::Linker};

use crate::sandbox::{Abi, CallState};

pub(crate) use http::Http;
#[allow(unreachable_pub)]
pub use keyvalue::Bucket;
pub(crate) use log::{TaskLog, cut};
pub(crate) use signals::Signals;
pub(crate) use steps::Steps;
pub(crate) use wasi::Wasi;

/// A linker with everything that this host offers. What a component does not import costs it nothing.
pub(crate) fn linker(engine: &Engine, abi: Abi) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    host::link(&mut linker)?;
    steps::link(&mut linker)?;
    config::link(&mut linker)?;
    keyvalue::link(&mut linker)?;
    wasi::link(&mut linker, abi)?;
    http::link(&mut linker, abi)?;
    Ok(linker)
}
