//! Whose a pin is: what messages call it, its component, and what its manifest sets.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Asks, Digest, LimitOverrides};

/// What a call of a pin needs besides the component. Kept in the cache, as an execution may pin what has left the
/// registry.
///
/// A pin is the digest of a component, or of a component together with the environment and the asks of its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The strictest of all manifests, if the same component is installed under several names or versions.
    pub(crate) limits: LimitOverrides,
    /// The component. None if the pin is its digest, as in the files of older hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) component: Option<Digest>,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) environment: BTreeMap<String, String>,
    /// What the manifest asks for. Not what is granted.
    #[serde(default)]
    pub(crate) asks: Asks,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}
