//! Whose component a digest is: what messages call it, and the limits its manifest sets.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Asks, LimitOverrides};

/// A digest's name and limits. Kept beside the component in the cache, as an execution may pin a component that has left
/// the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The strictest of all manifests, if the same component is installed under several names or versions.
    pub(crate) limits: LimitOverrides,
    /// What it asks for.
    #[serde(default)]
    pub(crate) asks: Asks,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}
