//! The plugins of the registry directory.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::host::Host;
use super::plugin_logs::PluginLogLine;
use super::usage::PluginUsage;

/// Who knows the plugins. The runtime does; this crate does not know the runtime.
pub trait PluginDirectory: Send + Sync + 'static {
    /// All of them, an entry a version.
    fn plugins(&self) -> Vec<PluginEntry>;

    /// Lines that a plugin (`NAME`, or `NAME@VERSION`) logged lately, in order: behind the one of a number, from a time on (Unix
    /// milliseconds), the first `limit`.
    fn logs(&self, plugin: &str, after: u64, since_ms: Option<i64>, limit: usize) -> Vec<PluginLogLine>;

    /// `name@version` of what a task is bound to.
    fn name_of(&self, component: [u8; 32]) -> Option<String>;

    /// What the calls of each used since the host started, by `name@version`; of those too that have gone since.
    fn usage(&self) -> BTreeMap<String, PluginUsage>;
}

/// A version of a plugin.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginEntry {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its manifest says of it.
    pub description: String,
    /// The component's SHA-256; none where the file cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Resources that it serves besides `plugin:NAME`.
    pub serves: Vec<String>,
    /// What it asks for, by kind, and who allows what of it.
    pub asks: Vec<PluginAsk>,
    /// What the component imports. Empty until it is compiled.
    pub imports: Vec<String>,
    /// The component's size in bytes.
    pub component_bytes: u64,
    /// Whether it can be called.
    pub status: PluginStatus,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What its calls used since the host started.
    pub usage: PluginUsage,
}

/// What a plugin asks for of one kind, and who allows what of it. A request is granted if it fits a rule of each: the manifest's,
/// the operator's, and those of the state machine's role, if that speaks of the kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PluginAsk {
    /// `http`, `keyvalue`, `connections`, `config` or `directories`.
    pub kind: String,
    /// What its manifest asks for.
    pub asks: Vec<String>,
    /// What the operator allows this plugin; if nothing, nothing is granted.
    pub operator: Vec<String>,
    /// What roles of state machines allow, of those that speak of it.
    pub roles: BTreeMap<String, Vec<String>>,
}

/// Whether a plugin can be called.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PluginStatus {
    /// Yes.
    Ready,
    /// Soon; a call waits.
    Compiling,
    /// No.
    Broken,
}

/// The plugins of the registry directory.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plugins {
    plugins: Vec<PluginEntry>,
}

/// Lists the plugins, an entry a version.
#[utoipa::path(get, path = "/api/plugins", tag = "plugins", responses((status = 200, body = Plugins)))]
pub(crate) async fn plugins(State(host): State<Host>) -> Json<Plugins> {
    Json(Plugins { plugins: host.plugins.plugins() })
}
