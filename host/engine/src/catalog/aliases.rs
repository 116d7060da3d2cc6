//! Aliases: names for one version, or for two with a share of the executions each.
//!
//! Source: AWS developer guide, "State machine aliases in Step Functions workflows".

use std::sync::Arc;

use dirigent_store::{CatalogKey, CatalogKind, MachineId, Store};
use serde::{Deserialize, Serialize};

use super::versions::{Published, machine_in, removed, written};
use super::{Catalog, CatalogError, StateMachine, Turn, scan_all};
use crate::rows::{RowError, decode, encode};

/// Rows of aliases, by machine and name.
const ALIASES: CatalogKind = CatalogKind(5);

/// Most aliases of a state machine. Source: AWS developer guide, "Step Functions service quotas".
pub const MAX_ALIASES: usize = 100;

/// An alias of a state machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Alias {
    /// Its name, which is not only digits.
    pub name: Arc<str>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// Where it leads.
    pub routes: Routes,
    /// When it was created, in Unix milliseconds.
    pub created_ms: i64,
    /// When it was changed last, in Unix milliseconds.
    pub updated_ms: i64,
}

#[derive(Debug, Deserialize, Serialize)]
struct AliasRow {
    description: Option<String>,
    routes: Vec<Route>,
    created_ms: i64,
    updated_ms: i64,
}

/// A version, and how many of a hundred executions go there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Route {
    /// The version's number.
    pub version: u32,
    /// From 0 to 100.
    pub weight: u8,
}

/// One route of weight 100, or two to different versions whose weights sum up to 100.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// `None` when they are not as they must be.
    #[must_use]
    pub fn new(routes: Vec<Route>) -> Option<Routes> {
        let distinct = match routes.as_slice() {
            [_] => true,
            [first, second] => first.version != second.version,
            _ => false,
        };
        let sum: u32 = routes.iter().map(|route| u32::from(route.weight)).sum();
        (distinct && sum == 100).then_some(Routes(routes))
    }

    /// In the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// The version that an execution goes to, chosen by a random number.
    #[must_use]
    pub fn choose(&self, random: u64) -> u32 {
        let place = random % 100;
        let (first, last) = (self.0[0], self.0[self.0.len() - 1]);
        if place < u64::from(first.weight) { first.version } else { last.version }
    }
}

impl Catalog {
    /// Creates an alias. The same name with the same description and routes is the alias that exists.
    ///
    /// # Errors
    /// [`CatalogError::Missing`], [`CatalogError::NoSuchVersion`], [`CatalogError::AliasExists`],
    /// [`CatalogError::TooManyAliases`], or the store's.
    pub async fn create_alias(&self, machine: &str, alias: Alias) -> Result<Alias, CatalogError> {
        let turn = self.turn().await;
        let existing = self.get(machine).ok_or_else(|| CatalogError::Missing(machine.to_owned()))?;
        if let Some(known) = existing.published.aliases.get(&alias.name) {
            let same = known.description == alias.description && known.routes == alias.routes;
            return if same { Ok(known.clone()) } else { Err(CatalogError::AliasExists) };
        }
        if existing.published.aliases.len() >= MAX_ALIASES {
            return Err(CatalogError::TooManyAliases);
        }
        self.put_alias(turn, &existing, alias).await
    }

    /// Changes what is given of an alias.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchAlias`], [`CatalogError::NoSuchVersion`], or the store's.
    pub async fn update_alias(
        &self,
        machine: &str,
        name: &str,
        description: Option<String>,
        routes: Option<Routes>,
        now_ms: i64,
    ) -> Result<Alias, CatalogError> {
        let turn = self.turn().await;
        let none = || CatalogError::NoSuchAlias(name.to_owned());
        let existing = self.get(machine).ok_or_else(none)?;
        let mut alias = existing.published.aliases.get(name).ok_or_else(none)?.clone();
        alias.description = description.or(alias.description);
        alias.routes = routes.unwrap_or(alias.routes);
        alias.updated_ms = now_ms;
        self.put_alias(turn, &existing, alias).await
    }

    /// Deletes an alias; `false` when there is none. Executions that it started go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete_alias(&self, machine: &str, name: &str) -> Result<bool, CatalogError> {
        let turn = self.turn().await;
        let Some(existing) = self.get(machine) else { return Ok(false) };
        let mut published = (*existing.published).clone();
        if published.aliases.remove(name).is_none() {
            return Ok(false);
        }
        self.republish(turn, &existing, published, vec![removed(key(existing.id, name))]).await?;
        Ok(true)
    }

    async fn put_alias(
        &self,
        turn: Turn,
        existing: &Arc<StateMachine>,
        alias: Alias,
    ) -> Result<Alias, CatalogError> {
        let mut published = Published::clone(&existing.published);
        if let Some(route) =
            alias.routes.iter().find(|route| !published.versions.contains_key(&route.version))
        {
            return Err(CatalogError::NoSuchVersion(route.version));
        }
        let row = AliasRow {
            description: alias.description.clone(),
            routes: alias.routes.0.clone(),
            created_ms: alias.created_ms,
            updated_ms: alias.updated_ms,
        };
        let change = written(key(existing.id, &alias.name), encode(&row)?);
        published.aliases.insert(alias.name.clone(), alias.clone());
        self.republish(turn, existing, published, vec![change]).await?;
        Ok(alias)
    }
}

/// Reads all aliases, with their machines.
pub(super) async fn read_all(store: &dyn Store) -> Result<Vec<(MachineId, Alias)>, CatalogError> {
    let mut all = Vec::new();
    for (key, bytes) in scan_all(store, ALIASES).await? {
        let Some((id, name)) = machine_in(&key) else { continue };
        let AliasRow { description, routes, created_ms, updated_ms } = decode(&bytes)?;
        let name = String::from_utf8_lossy(name).into();
        let routes = Routes::new(routes).ok_or(RowError::Empty)?;
        all.push((id, Alias { name, description, routes, created_ms, updated_ms }));
    }
    Ok(all)
}

pub(super) fn key(id: MachineId, name: &str) -> CatalogKey {
    CatalogKey::new(ALIASES, [&id.0.to_be_bytes(), name.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn routes(of: &[(u32, u8)]) -> Option<Routes> {
        Routes::new(of.iter().map(|(version, weight)| Route { version: *version, weight: *weight }).collect())
    }

    #[test]
    fn what_routes_may_be() {
        for (of, sound) in [
            (&[(1, 100)][..], true),
            (&[(1, 50), (2, 50)], true),
            (&[(1, 0), (2, 100)], true),
            (&[], false),
            (&[(1, 99)], false),
            (&[(1, 50), (1, 50)], false),
            (&[(1, 70), (2, 31)], false),
            (&[(1, 50), (2, 30), (3, 20)], false),
        ] {
            assert_eq!(routes(of).is_some(), sound, "{of:?}");
        }
    }

    #[test]
    fn of_a_hundred_numbers_each_version_gets_its_weight() {
        for (of, expected) in [
            (&[(1, 100)][..], 100),
            (&[(1, 70), (2, 30)], 70),
            (&[(1, 0), (2, 100)], 0),
            (&[(1, 100), (2, 0)], 100),
        ] {
            let routes = routes(of).unwrap();
            let first = (0..100).filter(|random| routes.choose(*random) == 1).count();
            assert_eq!(first, expected, "{of:?}");
        }
    }
}
