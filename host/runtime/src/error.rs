//! Why the runtime cannot start.

use std::{io, path::PathBuf};

/// An error of [`crate::Runtime::open`]. A broken plugin is none: it is reported and the others serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// A directory cannot be made or read.
    #[error("cannot use the {what} directory {}: {source}", path.display())]
    Directory {
        /// `registry` or `cache`.
        what: &'static str,
        /// The directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A setting cannot be met.
    #[error("the setting {setting} is {value}: {why}")]
    Setting {
        /// Its name in [`crate::RuntimeConfig`].
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it and what would do.
        why: String,
    },
    /// Wasmtime refuses to start, mostly for want of address space (`ulimit -v`).
    #[error(
        "cannot start the WebAssembly engine: {0}. If address space is limited (ulimit -v), lower max_concurrent_calls"
    )]
    Engine(String),
    /// The thread that drives the epoch cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
}
