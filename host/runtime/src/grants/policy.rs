//! What the operator allows, and what the role of a state machine allows.

use std::{collections::BTreeMap, path::PathBuf};

use dirigent_outgoing::{Addresses, HttpRule};
use serde::Deserialize;

use super::Pattern;

/// One `[[allow]]` of the operator: for these plugins, all of this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Allow {
    /// The plugins that it is about, by name. None: every plugin.
    pub plugins: Option<Vec<Pattern>>,
    /// Requests.
    pub http: Vec<HttpRule>,
    /// Addresses that are not public and that these requests may go to all the same. An address that a rule in `http` has as
    /// its host is named by that.
    pub addresses: Addresses,
    /// Key-value buckets.
    pub keyvalue: Vec<Pattern>,
    /// Connections.
    pub connections: Vec<Pattern>,
    /// Configuration keys.
    pub config: Vec<Pattern>,
    /// Directories: what the plugin names it, and where it is on this machine.
    pub directories: BTreeMap<String, PathBuf>,
}

impl Allow {
    fn is_about(&self, plugin: &str) -> bool {
        self.plugins.as_ref().is_none_or(|plugins| Pattern::any(plugins, plugin))
    }
}

/// All that the operator allows. The default allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct OperatorPolicy(pub Vec<Allow>);

impl OperatorPolicy {
    pub(super) fn about<'a>(&'a self, plugin: &'a str) -> impl Iterator<Item = &'a Allow> {
        self.0.iter().filter(move |allow| allow.is_about(plugin))
    }
}

/// `[role.NAME]`: what the tasks of state machines with this role may do. What a role does not speak of at all, it leaves to
/// the others; an empty list forbids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RolePolicy {
    /// Requests.
    pub http: Option<Vec<HttpRule>>,
    /// Key-value buckets.
    pub keyvalue: Option<Vec<Pattern>>,
    /// Connections.
    pub connections: Option<Vec<Pattern>>,
    /// Configuration keys.
    pub config: Option<Vec<Pattern>>,
    /// Directories, by the names that plugins use.
    pub directories: Option<Vec<String>>,
}
