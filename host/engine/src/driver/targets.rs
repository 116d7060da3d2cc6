//! What an ARN asks to start: a state machine, one of its versions, or what an alias leads to, and perhaps as a test case;
//! and which of the first three an execution was started as.
//!
//! An execution's *origin* is a row of its own, written in the commit that creates it, and only for executions that were
//! started by a version or an alias.

use std::sync::Arc;

use dirigent_store::{CatalogChange, CatalogKey, CatalogKind, ExecutionId, Expect};
use serde::{Deserialize, Serialize};

use super::{Engine, EngineError};
use crate::catalog::{Qualifier, StateMachine};
use crate::core::{Entropy, TestCase};
use crate::rows::{RowError, decode, encode, execution_key};

/// Origins, by execution.
pub(super) const ORIGINS: CatalogKind = CatalogKind(7);

/// What stands between an ARN and the name of a test case. No name has it. Source: AWS developer guide, "Run mocked service
/// integration tests".
pub const CASE_MARK: char = '#';

/// What is to be started.
#[derive(Clone, Debug)]
pub struct Target {
    /// The state machine, with the revision to run.
    pub machine: Arc<StateMachine>,
    /// The version, unless the state machine itself was asked for.
    pub origin: Option<Origin>,
    /// The test case that it is started as, if one is asked for.
    pub case: Option<Arc<TestCase>>,
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
    /// of two versions leads to one of them by chance. `#NAME` behind the ARN asks for the test case of that name, as it
    /// does of Step Functions Local.
    ///
    /// # Errors
    /// [`EngineError::NoSuchTestCase`], or the store's.
    pub async fn target(&self, arn: &str) -> Result<Option<Target>, EngineError> {
        let (arn, case) = match arn.split_once(CASE_MARK) {
            Some((arn, case)) => (arn, Some(case)),
            None => (arn, None),
        };
        let Some((machine, qualifier)) = self.machine_and_qualifier(arn) else { return Ok(None) };
        let case = case.map(|name| self.test_case(&machine, name)).transpose()?;
        let (number, alias) = match qualifier {
            None => return Ok(Some(Target { machine, origin: None, case })),
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
        let origin = Some(Origin { version: number, alias });
        Ok(machine.map(|machine| Target { machine, origin, case }))
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

/// Where the origin of an execution lies.
pub(super) fn key(id: ExecutionId) -> CatalogKey {
    execution_key(ORIGINS, id)
}

/// The row of an origin.
pub(super) fn change(id: ExecutionId, origin: &Origin) -> Result<CatalogChange, RowError> {
    Ok(CatalogChange { key: key(id), value: Some(encode(origin)?), expect: Expect::Anything })
}
