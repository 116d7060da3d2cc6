//! Why the catalog refuses.

use std::sync::Arc;

use dirigent_asl::Diagnostic;
use dirigent_store::{CommitError, StoreError};
use thiserror::Error;

use super::{MAX_ALIASES, MAX_VERSIONS};
use crate::rows::RowError;

/// Why the catalog refuses.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// Another state machine has the name.
    #[error("a state machine named {0} exists with another definition or configuration")]
    Exists(String),
    /// There is none of that name.
    #[error("there is no state machine named {0}")]
    Missing(String),
    /// The definition does not compile.
    #[error("the definition has problems: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<Diagnostic>),
    /// A row is there and the one that it refers to is not.
    #[error(
        "state machine {0} lacks its revision {1} in the store. Restore the data directory from a backup"
    )]
    Incomplete(String, u32),
    /// The revision that was to be published is not the current one.
    #[error("the current revision is {current} and not {asked}")]
    OtherRevision {
        /// The id of the one to publish.
        asked: String,
        /// The id of the current one; `INITIAL` for the first, which has none.
        current: String,
    },
    /// There is no such version of the state machine.
    #[error("there is no version {0} of the state machine")]
    NoSuchVersion(u32),
    /// Aliases lead to the version.
    #[error("the version is used by the aliases {}", .0.join(", "))]
    VersionInUse(Vec<Arc<str>>),
    /// There is no alias of that name.
    #[error("there is no alias named {0}")]
    NoSuchAlias(String),
    /// There is an alias of that name with another description or other routes.
    #[error("an alias of that name exists with another description or other routes")]
    AliasExists,
    /// The state machine has as many versions as it may.
    #[error("a state machine has at most {MAX_VERSIONS} versions; delete one first")]
    TooManyVersions,
    /// The state machine has as many aliases as it may.
    #[error("a state machine has at most {MAX_ALIASES} aliases; delete one first")]
    TooManyAliases,
    /// Reading failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Writing failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
}
