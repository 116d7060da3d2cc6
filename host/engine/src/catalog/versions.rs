//! Versions: revisions that were published under a number, which is never given again.
//!
//! Source: AWS developer guide, "State machine versions in Step Functions workflows".

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dirigent_store::{CatalogChange, CatalogKey, CatalogKind, Expect, MachineId, Store};
use serde::{Deserialize, Serialize};

use super::aliases::{self, Alias};
use super::{Catalog, CatalogError, StateMachine, scan_all};
use crate::rows::{decode, encode};

/// Rows of versions, by machine and number.
const VERSIONS: CatalogKind = CatalogKind(4);
/// The last number that a machine has given to a version, by machine: those of deleted versions stay taken.
const LAST_NUMBERS: CatalogKind = CatalogKind(6);

/// Most versions of a state machine. Source: AWS developer guide, "Step Functions service quotas".
pub const MAX_VERSIONS: usize = 1_000;

/// The revision id that means the first revision, which has none.
const FIRST_REVISION: &str = "INITIAL";

/// A published version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Version {
    /// 1, 2, 3, …
    pub number: u32,
    /// The revision that it names.
    pub revision: u32,
    /// What its publisher says of it.
    pub description: Option<String>,
    /// When it was published, in Unix milliseconds.
    pub created_ms: i64,
}

#[derive(Debug, Deserialize, Serialize)]
struct VersionRow {
    revision: u32,
    description: Option<String>,
    created_ms: i64,
}

/// The wish to publish a revision.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Publish {
    /// What to say of the version.
    pub description: Option<String>,
    /// Now, in Unix milliseconds.
    pub now_ms: i64,
}

/// What stands behind a state machine's name in an ARN.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Qualifier {
    /// A version's number.
    Version(u32),
    /// An alias's name.
    Alias(Arc<str>),
}

impl Qualifier {
    /// Only digits are a version: an alias's name has something else in it. `None` for a number that no version has.
    #[must_use]
    pub fn parse(text: &str) -> Option<Qualifier> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Qualifier::Alias(text.into()));
        }
        let number = text.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == text)?;
        Some(Qualifier::Version(number))
    }
}

/// The versions and aliases of a state machine.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The last number that was given to a version; 0 when there has been none.
    pub last_number: u32,
    /// Versions by number.
    pub versions: BTreeMap<u32, Version>,
    /// Aliases by name.
    pub aliases: BTreeMap<Arc<str>, Alias>,
}

impl Published {
    /// Adds a version of a revision, and the rows that it is made durable with. A revision has one version: one that
    /// is published already is left as it is. Source: AWS API Reference, "PublishStateMachineVersion".
    pub(super) fn add(
        &mut self,
        id: MachineId,
        revision: u32,
        publish: Publish,
    ) -> Result<Vec<CatalogChange>, CatalogError> {
        if self.version_of(revision).is_some() {
            return Ok(Vec::new());
        }
        if self.versions.len() >= MAX_VERSIONS {
            return Err(CatalogError::TooManyVersions);
        }
        let number = self.last_number + 1;
        let Publish { description, now_ms } = publish;
        let row = VersionRow { revision, description: description.clone(), created_ms: now_ms };
        let changes = vec![
            written(CatalogKey::new(VERSIONS, version_key(id, number)), encode(&row)?),
            written(CatalogKey::new(LAST_NUMBERS, id.0.to_be_bytes()), encode(&number)?),
        ];
        self.last_number = number;
        self.versions.insert(number, Version { number, revision, description, created_ms: now_ms });
        Ok(changes)
    }

    /// The version of a revision; the newest, should there be several.
    #[must_use]
    pub fn version_of(&self, revision: u32) -> Option<&Version> {
        self.versions.values().rev().find(|version| version.revision == revision)
    }

    /// Aliases that lead to a version, by name.
    pub fn aliases_of(&self, version: u32) -> impl Iterator<Item = &Alias> {
        self.aliases.values().filter(move |alias| alias.routes.iter().any(|route| route.version == version))
    }

    /// What deletes all of it.
    pub(super) fn removal(&self, id: MachineId) -> Vec<CatalogChange> {
        let versions = self.versions.keys().map(|number| CatalogKey::new(VERSIONS, version_key(id, *number)));
        let aliases = self.aliases.keys().map(|name| aliases::key(id, name));
        let last = (self.last_number > 0).then(|| CatalogKey::new(LAST_NUMBERS, id.0.to_be_bytes()));
        versions.chain(aliases).chain(last).map(removed).collect()
    }
}

impl Catalog {
    /// Publishes the current revision. With a revision id, only if that is the current one.
    ///
    /// # Errors
    /// [`CatalogError::Missing`], [`CatalogError::OtherRevision`], [`CatalogError::TooManyVersions`], or the store's.
    pub async fn publish(
        &self,
        name: &str,
        revision_id: Option<&str>,
        publish: Publish,
    ) -> Result<Version, CatalogError> {
        let turn = self.turn().await;
        let existing = self.get(name).ok_or_else(|| CatalogError::Missing(name.to_owned()))?;
        let current = existing.revision.content.revision_id.as_deref().unwrap_or(FIRST_REVISION);
        if let Some(asked) = revision_id.filter(|asked| *asked != current) {
            return Err(CatalogError::OtherRevision { asked: asked.into(), current: current.into() });
        }
        let revision = existing.revision.number;
        let mut published = (*existing.published).clone();
        let changes = published.add(existing.id, revision, publish)?;
        let machine = if changes.is_empty() {
            existing
        } else {
            self.republish(turn, &existing, published, changes).await?
        };
        machine.version().cloned().ok_or_else(|| CatalogError::Incomplete(name.to_owned(), revision))
    }

    /// Deletes a version that no alias uses; `false` when there is none. Executions that it started go on.
    ///
    /// # Errors
    /// [`CatalogError::VersionInUse`], or the store's.
    pub async fn delete_version(&self, name: &str, number: u32) -> Result<bool, CatalogError> {
        let turn = self.turn().await;
        let Some(existing) = self.get(name) else { return Ok(false) };
        let users: Vec<Arc<str>> =
            existing.published.aliases_of(number).map(|alias| alias.name.clone()).collect();
        if !users.is_empty() {
            return Err(CatalogError::VersionInUse(users));
        }
        let mut published = (*existing.published).clone();
        if published.versions.remove(&number).is_none() {
            return Ok(false);
        }
        let change = removed(CatalogKey::new(VERSIONS, version_key(existing.id, number)));
        self.republish(turn, &existing, published, vec![change]).await?;
        Ok(true)
    }

    /// A state machine as a version of it is: its revision is the version's. `None` when there is no such version.
    ///
    /// # Errors
    /// [`CatalogError::Incomplete`], or the store's.
    pub async fn at_version(
        &self,
        machine: &Arc<StateMachine>,
        number: u32,
    ) -> Result<Option<Arc<StateMachine>>, CatalogError> {
        let Some(version) = machine.published.versions.get(&number) else { return Ok(None) };
        if version.revision == machine.revision.number {
            return Ok(Some(machine.clone()));
        }
        let revision = self.revision(machine.id, version.revision).await?;
        let revision =
            revision.ok_or_else(|| CatalogError::Incomplete(machine.name.to_string(), version.revision))?;
        Ok(Some(Arc::new(StateMachine { revision, ..StateMachine::clone(machine) })))
    }
}

/// Reads the versions and aliases of all machines.
pub(crate) async fn read_all(store: &dyn Store) -> Result<HashMap<MachineId, Published>, CatalogError> {
    let mut all: HashMap<MachineId, Published> = HashMap::new();
    for (key, bytes) in scan_all(store, LAST_NUMBERS).await? {
        let Some((id, [])) = machine_in(&key) else { continue };
        all.entry(id).or_default().last_number = decode(&bytes)?;
    }
    for (key, bytes) in scan_all(store, VERSIONS).await? {
        let Some((id, number)) = machine_in(&key) else { continue };
        let Ok(number) = number.try_into().map(u32::from_be_bytes) else { continue };
        let VersionRow { revision, description, created_ms } = decode(&bytes)?;
        let version = Version { number, revision, description, created_ms };
        all.entry(id).or_default().versions.insert(number, version);
    }
    for (id, alias) in aliases::read_all(store).await? {
        all.entry(id).or_default().aliases.insert(alias.name.clone(), alias);
    }
    Ok(all)
}

/// The machine that a key begins with, and what is behind it.
pub(super) fn machine_in(key: &[u8]) -> Option<(MachineId, &[u8])> {
    let (id, rest) = key.split_first_chunk()?;
    Some((MachineId(u32::from_be_bytes(*id)), rest))
}

pub(super) fn written(key: CatalogKey, value: Vec<u8>) -> CatalogChange {
    CatalogChange { key, value: Some(value), expect: Expect::Anything }
}

pub(super) fn removed(key: CatalogKey) -> CatalogChange {
    CatalogChange { key, value: None, expect: Expect::Anything }
}

fn version_key(id: MachineId, number: u32) -> Vec<u8> {
    [id.0.to_be_bytes(), number.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers() {
        for (text, expected) in [
            ("1", Some(Qualifier::Version(1))),
            ("4294967295", Some(Qualifier::Version(u32::MAX))),
            ("4294967296", None),
            ("0", None),
            ("01", None),
            ("", None),
            ("live", Some(Qualifier::Alias("live".into()))),
            ("1.0", Some(Qualifier::Alias("1.0".into()))),
        ] {
            assert_eq!(Qualifier::parse(text), expected, "{text}");
        }
    }
}
