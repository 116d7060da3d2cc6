//! What a guest may call. One file an interface, each with what it links, what it keeps for a call, and its limits.

mod host;
mod log;
mod signals;
mod wasi;

use wasmtime::{Engine, component::Linker};

use crate::sandbox::CallState;

pub(crate) use log::{TaskLog, cut};
pub(crate) use signals::Signals;
pub(crate) use wasi::Wasi;

/// A linker with everything that this host offers. What a component does not import costs it nothing.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    host::link(&mut linker)?;
    wasi::link(&mut linker)?;
    Ok(linker)
}
