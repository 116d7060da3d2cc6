//! Why the engine refuses or fails.

use dirigent_store::{CommitError, StoreError};
use thiserror::Error;

use crate::activities::ActivityError;
use crate::catalog::CatalogError;
use crate::history::HistoryError;
use crate::recover::RecoverError;
use crate::rows::RowError;

/// Why the engine refuses or fails.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The execution's name is taken by another one.
    #[error("an execution named {name} exists already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no such execution.
    #[error("there is no such execution")]
    NoSuchExecution,
    /// An execution is to be started as a test case that there is not.
    #[error(
        "the state machine {machine} has no test case {name} in this host's mock configuration. It has: {known}. Add the \
         test case to the configuration, and start the host with it"
    )]
    NoSuchTestCase {
        /// The test case.
        name: String,
        /// The state machine's plain name.
        machine: String,
        /// The test cases that it has.
        known: String,
    },
    /// The state machine is Express, whose executions nobody can wait for.
    #[error("this operation is not supported by Express state machines")]
    Express,
    /// Too much is under way.
    #[error("too many executions are under way; try again in a moment")]
    Throttled,
    /// The definition was accepted by another version and does not compile now.
    #[error(
        "the state machine's definition does not compile with this version of Dirigent; update the state machine"
    )]
    Uncompilable,
    /// The system gives no random bits.
    #[error("the system gives no random bits: {0}")]
    NoEntropy(String),
    /// The catalog's.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The activities'.
    #[error(transparent)]
    Activity(#[from] ActivityError),
    /// A history's.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The store's, when reading.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store's, when writing.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// An execution cannot be read back.
    #[error(transparent)]
    Recover(#[from] RecoverError),
}
