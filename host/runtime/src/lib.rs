//! Runs plugins: WebAssembly components that do the work of `Task` states, each call in a sandbox of its own.
//!
//! - [`Runtime::open`] reads a registry directory, watches it, and compiles what is in it;
//! - [`Runtime::resolve`] finds the plugin that serves a `Resource`, as the [`Digest`] of its component, which an
//!   execution can pin;
//! - [`Runtime::call`] runs one call in a fresh instance and tells what it cost ([`Metering`]).
//!
//! The contract with plugins is the WIT package `dirigent:task` in the repository's `wit/`. This crate knows nothing
//! of the Amazon States Language, of AWS's wire format or of the store.
//!
//! ```text
//! registry/   the directory: manifests, versions, the table of resources, the watcher
//! components/ bytes by digest: the compile cache on disk, the compile queue, what is ready to run
//! sandbox/    wasmtime: engine and pool, limits, one call from instance to outcome, errors in ASL's words
//! capabilities/ what a guest may call: one file an interface
//! grants/     what a plugin may reach: manifest, operator, role
//! outside/    one call's way to the world outside
//! journal/    what an attempt did and was told, played back after a crash
//! ```

mod call;
mod capabilities;
mod components;
mod config;
mod digest;
mod error;
mod grants;
mod info;
mod journal;
mod limits;
mod outside;
mod registry;
mod runtime;
mod sandbox;

pub use call::{
    Call, Failure, JobAnswer, JobEntry, LogLevel, LogLine, Metering, Outcome, Progress, TaskContext,
    error_names,
};
pub use config::RuntimeConfig;
pub use digest::{Digest, ParseDigestError};
pub use error::RuntimeError;
pub use grants::{Allow, Asks, OperatorPolicy, Pattern, Reach, RolePolicy};
pub use info::{PluginInfo, PluginState};
pub use journal::{Journal, JournalError, JournalScope, KeyValueChange};
pub use limits::{ByteSize, Fuel, LimitOverrides, Limits, LogLimits};
pub use outside::{KeyValueStore, Services};
pub use registry::{check_aliases, check_manifest};
pub use runtime::Runtime;
