//! State machines: their names, revisions, tags, versions and aliases.
//!
//! The catalog is read once at start and kept in memory; a change is durable before it shows. A machine's versions and
//! aliases are rows of their own, and in memory a part of the machine, so that whoever has a machine sees all of it as
//! of one moment.

mod aliases;
mod error;
mod look_up;
pub(crate) mod revisions;
pub(crate) mod versions;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dirigent_store::{Batch, CatalogChange, CatalogKey, CatalogKind, Expect, MachineId, Store, StoreError};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::rows::{decode, encode};
use crate::work::to_its_end;

pub use aliases::{Alias, MAX_ALIASES, Route, Routes};
pub use error::CatalogError;
pub use look_up::REVISIONS_LOOKED_AT;
pub use revisions::{Revision, RevisionContent};
pub use versions::{MAX_VERSIONS, Publish, Published, Qualifier, Version};

use look_up::deleted_key;
use revisions::{compile, compile_as, fits, read_revision};

/// Rows of live state machines, by name.
pub(crate) const MACHINES: CatalogKind = CatalogKind(1);
/// Rows of deleted state machines, by name and machine: their executions can still be described.
pub(crate) const DELETED: CatalogKind = CatalogKind(3);

/// How many rows are read at a time.
const PAGE: usize = 1_000;

/// Whether executions are durable.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum MachineType {
    /// Durable, with a history.
    Standard,
    /// In memory, at most some minutes long.
    Express,
}

/// A state machine as of one moment. Updating makes a new value.
#[derive(Clone, Debug)]
pub struct StateMachine {
    /// Its number in the store.
    pub id: MachineId,
    /// Its name.
    pub name: Arc<str>,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// When it was created, in Unix milliseconds.
    pub created_ms: i64,
    /// What new executions run.
    pub revision: Arc<Revision>,
    /// Its tags, in the order in which they were set.
    pub tags: Vec<(String, String)>,
    /// Its versions and aliases.
    pub published: Arc<Published>,
}

/// A tag of an Express state machine that has the steps of its executions kept, and its value.
pub const KEEP_EXPRESS: (&str, &str) = ("dirigent:history", "kept");

impl StateMachine {
    /// Whether the steps of its Express executions are kept, as those of Standard ones are. AWS has no such thing.
    #[must_use]
    pub fn keeps_express(&self) -> bool {
        let (name, value) = KEEP_EXPRESS;
        self.tags.iter().any(|(key, text)| key == name && text == value)
    }

    /// The version that its revision is published as.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.published.version_of(self.revision.number)
    }
}

#[derive(Debug, Deserialize, Serialize)]
struct MachineRow {
    id: u32,
    machine_type: MachineType,
    created_ms: i64,
    revision: u32,
    tags: Vec<(String, String)>,
}

/// The right to change the catalog, which one has at a time.
type Turn = tokio::sync::OwnedMutexGuard<()>;

/// All state machines.
pub struct Catalog {
    store: Arc<dyn Store>,
    machines: Arc<RwLock<BTreeMap<Arc<str>, Arc<StateMachine>>>>,
    /// Older revisions and deleted machines, as executions ask for them.
    revisions: RwLock<HashMap<(MachineId, u32), Arc<Revision>>>,
    next_id: AtomicU32,
    /// Changes go one at a time, so that each sees the one before.
    changing: Arc<tokio::sync::Mutex<()>>,
}

impl Catalog {
    /// Reads the catalog of a store. Numbers up to `last_machine` are taken by others than state machines.
    pub(crate) async fn open(store: Arc<dyn Store>, last_machine: u32) -> Result<Catalog, CatalogError> {
        let mut machines = BTreeMap::new();
        let mut last_id = last_machine;
        let mut published = versions::read_all(&*store).await?;
        for (name, bytes) in scan_all(&*store, MACHINES).await? {
            let row: MachineRow = decode(&bytes)?;
            last_id = last_id.max(row.id);
            let name: Arc<str> = String::from_utf8_lossy(&name).into();
            let revision = read_revision(&*store, MachineId(row.id), row.revision).await?;
            // To pass over it would free its name for another machine, which would overwrite this one's row.
            let revision =
                revision.ok_or_else(|| CatalogError::Incomplete(name.to_string(), row.revision))?;
            let published = published.remove(&MachineId(row.id)).unwrap_or_default();
            let machine = machine(name.clone(), row, Arc::new(revision), Arc::new(published));
            machines.insert(name, Arc::new(machine));
        }
        for (_, bytes) in scan_all(&*store, DELETED).await? {
            let row: MachineRow = decode(&bytes)?;
            last_id = last_id.max(row.id);
        }
        Ok(Catalog {
            store,
            machines: Arc::new(RwLock::new(machines)),
            revisions: RwLock::new(HashMap::new()),
            next_id: AtomicU32::new(last_id + 1),
            changing: Arc::default(),
        })
    }

    /// A fresh machine number, for something else than a state machine that has executions.
    pub(crate) fn next_machine(&self) -> MachineId {
        MachineId(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// Creates a state machine, and publishes version 1 of it where that is asked for. The same name with the same
    /// content is the machine that exists, if what was to be published is.
    ///
    /// # Errors
    /// [`CatalogError::Exists`], [`CatalogError::Invalid`], or the store's.
    pub async fn create(
        &self,
        name: &str,
        machine_type: MachineType,
        content: RevisionContent,
        tags: Vec<(String, String)>,
        publish: Option<Publish>,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let program = compile_as(&content.definition, machine_type)?;
        let turn = self.turn().await;
        if let Some(existing) = self.get(name) {
            let same = existing.machine_type == machine_type
                && existing.revision.content.is_same_machine(&content)
                && publish.is_none_or(|publish| {
                    existing.version().is_some_and(|version| version.description == publish.description)
                });
            return if same { Ok(existing) } else { Err(CatalogError::Exists(name.to_owned())) };
        }
        let id = self.next_machine();
        let mut published = Published::default();
        let changes = publish.map(|publish| published.add(id, 1, publish)).transpose()?;
        let machine = StateMachine {
            id,
            name: name.into(),
            machine_type,
            created_ms: content.updated_ms,
            revision: Arc::new(Revision::compiled(1, content, program)),
            tags,
            published: Arc::new(published),
        };
        self.put(turn, machine, changes.unwrap_or_default()).await
    }

    /// Gives a state machine a new revision, unless nothing changes, and publishes it where that is asked for.
    ///
    /// # Errors
    /// [`CatalogError::Missing`], [`CatalogError::Invalid`], [`CatalogError::TooManyVersions`], or the store's.
    pub async fn update(
        &self,
        name: &str,
        content: RevisionContent,
        publish: Option<Publish>,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let program = compile(&content.definition)?;
        let turn = self.turn().await;
        let existing = self.get(name).ok_or_else(|| CatalogError::Missing(name.to_owned()))?;
        fits(&program, existing.machine_type)?;
        let mut machine = StateMachine::clone(&existing);
        let changed = !existing.revision.content.is_same_revision(&content);
        if changed {
            let number = existing.revision.number + 1;
            machine.revision = Arc::new(Revision::compiled(number, content, program));
        }
        let mut published = Published::clone(&machine.published);
        let changes = publish.map(|publish| published.add(machine.id, machine.revision.number, publish));
        let changes = changes.transpose()?.unwrap_or_default();
        if !changed && changes.is_empty() {
            return Ok(existing);
        }
        machine.published = Arc::new(published);
        let before = ((existing.id, existing.revision.number), existing.revision.clone());
        self.revisions.write().extend([before]);
        self.put(turn, machine, changes).await
    }

    /// Replaces the tags of a state machine.
    ///
    /// # Errors
    /// [`CatalogError::Missing`], or the store's.
    pub async fn tag(
        &self,
        name: &str,
        change: impl FnOnce(&mut Vec<(String, String)>) + Send,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let turn = self.turn().await;
        let existing = self.get(name).ok_or_else(|| CatalogError::Missing(name.to_owned()))?;
        let mut machine = StateMachine::clone(&existing);
        change(&mut machine.tags);
        self.put(turn, machine, Vec::new()).await
    }

    /// Deletes a state machine with its versions and aliases. Its executions go on and can be described.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete(&self, name: &str) -> Result<Option<Arc<StateMachine>>, CatalogError> {
        let turn = self.turn().await;
        let Some(existing) = self.get(name) else { return Ok(None) };
        let mut batch = Batch::default();
        batch.catalog.push(CatalogChange {
            key: CatalogKey::new(MACHINES, name),
            value: None,
            expect: Expect::Present,
        });
        batch.catalog.push(CatalogChange {
            key: CatalogKey::new(DELETED, deleted_key(name, existing.id)),
            value: Some(encode(&row(&existing))?),
            expect: Expect::Anything,
        });
        batch.catalog.extend(existing.published.removal(existing.id));
        self.revisions.write().insert((existing.id, existing.revision.number), existing.revision.clone());
        self.commit(turn, batch, existing.name.clone(), None).await?;
        Ok(Some(existing))
    }

    /// The turn to change something.
    async fn turn(&self) -> Turn {
        self.changing.clone().lock_owned().await
    }

    /// Makes a machine durable as it is now, with rows of its versions and aliases.
    async fn put(
        &self,
        turn: Turn,
        machine: StateMachine,
        changes: Vec<CatalogChange>,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let mut batch = Batch { catalog: changes, ..Batch::default() };
        batch.catalog.push(CatalogChange {
            key: CatalogKey::new(MACHINES, &*machine.name),
            value: Some(encode(&row(&machine))?),
            expect: Expect::Anything,
        });
        batch.catalog.push(revisions::change(machine.id, &machine.revision)?);
        let machine = Arc::new(machine);
        self.commit(turn, batch, machine.name.clone(), Some(machine.clone())).await?;
        Ok(machine)
    }

    /// Changes the versions and aliases of a machine, with their rows.
    async fn republish(
        &self,
        turn: Turn,
        existing: &StateMachine,
        published: Published,
        changes: Vec<CatalogChange>,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let batch = Batch { catalog: changes, ..Batch::default() };
        let machine = Arc::new(StateMachine { published: Arc::new(published), ..existing.clone() });
        self.commit(turn, batch, machine.name.clone(), Some(machine.clone())).await?;
        Ok(machine)
    }

    /// Writes a change, and then shows what the name stands for from now on. What is durable is shown even if the caller
    /// goes away: the next change builds on what is shown.
    async fn commit(
        &self,
        turn: Turn,
        batch: Batch,
        name: Arc<str>,
        machine: Option<Arc<StateMachine>>,
    ) -> Result<(), CatalogError> {
        let (commit, machines) = (self.store.commit(batch), self.machines.clone());
        to_its_end(async move {
            commit.await?;
            match machine {
                Some(machine) => machines.write().insert(name, machine),
                None => machines.write().remove(&name),
            };
            drop(turn);
            Ok(())
        })
        .await
    }
}

fn machine(
    name: Arc<str>,
    row: MachineRow,
    revision: Arc<Revision>,
    published: Arc<Published>,
) -> StateMachine {
    StateMachine {
        id: MachineId(row.id),
        name,
        machine_type: row.machine_type,
        created_ms: row.created_ms,
        revision,
        tags: row.tags,
        published,
    }
}

fn row(machine: &StateMachine) -> MachineRow {
    MachineRow {
        id: machine.id.0,
        machine_type: machine.machine_type,
        created_ms: machine.created_ms,
        revision: machine.revision.number,
        tags: machine.tags.clone(),
    }
}

/// The machine that a row of live or deleted state machines is of, and its revision.
pub(crate) fn machine_of_row(bytes: &[u8]) -> Result<(MachineId, u32), crate::rows::RowError> {
    let row: MachineRow = decode(bytes)?;
    Ok((MachineId(row.id), row.revision))
}

async fn scan_all(store: &dyn Store, kind: CatalogKind) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    let mut rows: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    loop {
        let after = rows.last().map(|(name, _)| name.clone());
        let page = store.scan(kind, after.as_deref(), PAGE).await?;
        let last = page.len() < PAGE;
        rows.extend(page);
        if last {
            return Ok(rows);
        }
    }
}
