//! What a manifest asks for.

use dirigent_outgoing::HttpRule;
use serde::{Deserialize, Serialize};

use super::Pattern;

/// `[asks]` of a `plugin.toml`. Asking grants nothing by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asks {
    /// Requests, such as `POST https://api.example.com/v1/*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpRule>,
    /// Key-value buckets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keyvalue: Vec<Pattern>,
    /// Connections: hosts with credentials that the host adds on the way out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Pattern>,
    /// Configuration keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<Pattern>,
    /// Directories as the plugin names them, such as `/templates`. They can be read, and not written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<String>,
}

impl Asks {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks for something that leaves a mark outside of the call, so that a journal has to be kept.
    pub(crate) fn has_effects(&self) -> bool {
        !(self.http.is_empty() && self.keyvalue.is_empty())
    }
}
