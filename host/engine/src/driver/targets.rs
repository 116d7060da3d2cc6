//! What an ARN asks to start: a state machine, one of its versions, or what an alias leads to; and which of these an
//! execution was started as.
//!
//! An execution's *origin* is a row of its own, written in the commit that creates it, and only for executions that were
//! started by a version or an alias.

use std::sync::Arc;

use dirigent_store::{CatalogChange, CatalogKey, CatalogKind, ExecutionId, Expect};
use serde::{Deserialize, Serialize};

use super::{Engine, EngineError};
use crate::catalog::{Qualifier, StateMachine};
use crate::core::Entropy;
use crate::rows::{RowError, decode, encode};

/// Origins, by execution.
const ORIGINS: CatalogKind = CatalogKind(7);

/// What is to be started.
#[derive(Clone, Debug)]
pub struct Target {
    /// The state machine, with the revision to run.
    pub machine: Arc<StateMachine>,
    /// The version, unless the state machine itself was asked for.
    pub origin: Option<Origin>,
}

/// As what an execution was started.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Origin {
    /// The version that it runs.
    pub version: u32,
    /// The alias that led there.
    pub alias: Option<Arc<str>>,
}

impl Origin {
    /// Whether a list of a version's or an alias's executions has it.
    #[must_use]
    pub fn is_of(&self, qualifier: &Qualifier) -> bool {
        match qualifier {
            Qualifier::Version(number) => self.version == *number,
            Qualifier::Alias(name) => self.alias.as_ref() == Some(name),
        }
    }
}

impl Engine {
    /// What an ARN of a state machine, a version or an alias leads to now; `None` when there is no such thing. An alias
    /// of two versions leads to one of them by chance.
    ///
    /// # Errors
    /// The store's.
    pub async fn target(&self, arn: &str) -> Result<Option<Target>, EngineError> {
        let Some((machine, qualifier)) = self.machine_and_qualifier(arn) else { return Ok(None) };
        let (number, alias) = match qualifier {
            None => return Ok(Some(Target { machine, origin: None })),
            Some(Qualifier::Version(number)) => (number, None),
            Some(Qualifier::Alias(name)) => match machine.published.aliases.get(&name) {
                Some(alias) => {
                    let random = Entropy::new(self.moment().entropy).next();
                    (alias.routes.choose(random), Some(name))
                }
                None => return Ok(None),
            },
        };
        let machine = self.catalog.at_version(&machine, number).await?;
        Ok(machine.map(|machine| Target { machine, origin: Some(Origin { version: number, alias }) }))
    }

    /// The state machine that an ARN begins with, and which version or alias of it is meant. `None` when there is no
    /// such machine; of the version or alias that is not asked.
    #[must_use]
    pub fn machine_and_qualifier(&self, arn: &str) -> Option<(Arc<StateMachine>, Option<Qualifier>)> {
        let (unqualified, qualifier) = match arn.match_indices(':').nth(6) {
            Some((end, _)) => (&arn[..end], Some(Qualifier::parse(&arn[end + 1..])?)),
            None => (arn, None),
        };
        let name = self.name_of_arn(unqualified);
        let machine = self.catalog.get(&name).filter(|_| unqualified == self.state_machine_arn(&name))?;
        Some((machine, qualifier))
    }

    /// As what an execution was started; `None` for one that its state machine itself started.
    ///
    /// # Errors
    /// The store's.
    pub async fn origin(&self, id: ExecutionId) -> Result<Option<Origin>, EngineError> {
        match self.store.get(&key(id)).await? {
            Some(bytes) => Ok(Some(decode(&bytes)?)),
            None => Ok(None),
        }
    }
}

/// The row of an origin.
pub(super) fn change(id: ExecutionId, origin: &Origin) -> Result<CatalogChange, RowError> {
    Ok(CatalogChange { key: key(id), value: Some(encode(origin)?), expect: Expect::Anything })
}

fn key(id: ExecutionId) -> CatalogKey {
    CatalogKey::new(ORIGINS, [&id.machine.0.to_be_bytes()[..], &id.sequence.to_be_bytes()].concat())
}
