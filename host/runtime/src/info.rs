//! What the console and the API show of a plugin.

use std::path::PathBuf;

use serde::Serialize;

use crate::{Asks, Digest, LimitOverrides};

/// A plugin in the registry directory, one entry a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PluginInfo {
    /// Name: the first folder.
    pub name: String,
    /// Version: the second folder.
    pub version: String,
    /// From the manifest; empty if it says nothing.
    pub description: String,
    /// Digest of the component. None if the file cannot be read.
    pub digest: Option<Digest>,
    /// The component's file.
    pub path: PathBuf,
    /// Resources that the manifest names, besides the plugin's name.
    pub serves: Vec<String>,
    /// Bytes of the component.
    pub component_bytes: u64,
    /// Bytes of its compiled form, once there is one.
    pub compiled_bytes: Option<u64>,
    /// Limits that the manifest lowers.
    pub limits: LimitOverrides,
    /// What the manifest asks for.
    pub asks: Asks,
    /// What the component imports, such as `dirigent:task/host@1.0.0`. Empty until it is compiled.
    pub imports: Vec<String>,
    /// What it exports, such as `dirigent:task/handler@1.0.0`. Empty until it is compiled.
    pub exports: Vec<String>,
    /// Aliases that name this version, with its weight in them.
    pub aliases: Vec<(String, u32)>,
    /// Whether it can be called.
    pub state: PluginState,
}

/// Whether a plugin can be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum PluginState {
    /// Yes.
    Ready,
    /// Soon: it is being compiled, or its file is still being written. A call waits.
    Compiling,
    /// No.
    Broken {
        /// What is wrong, with the file and what to do.
        why: String,
    },
}
