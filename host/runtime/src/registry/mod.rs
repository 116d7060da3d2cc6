//! The registry directory: `<name>/<version>/{plugin.wasm, plugin.toml}`.

mod aliases;
mod manifest;
mod resource;
mod scan;
mod table;
mod watch;

pub use aliases::check_aliases;
pub use manifest::check_manifest;
pub(crate) use resource::function_name;
pub(crate) use table::Table;
pub(crate) use watch::Registry;

/// The component's file.
const COMPONENT: &str = "plugin.wasm";
/// The file of a plugin's aliases, beside its versions.
const ALIASES: &str = "aliases.toml";
/// The manifest's file.
const MANIFEST: &str = "plugin.toml";
