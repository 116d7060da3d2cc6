//! State machines: their names, revisions, tags and compiled programs.
//!
//! The catalog is read once at start and kept in memory; a change is durable before it shows.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use dirigent_asl::{Diagnostic, Program, Severity};
use dirigent_store::{
    Batch, CatalogChange, CatalogKey, CatalogKind, CommitError, Expect, MachineId, Store, StoreError,
};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::names;
use crate::rows::{RowError, decode, encode};

/// Rows of live state machines, by name.
const MACHINES: CatalogKind = CatalogKind(1);
/// Rows of revisions, by machine and number.
const REVISIONS: CatalogKind = CatalogKind(2);
/// Rows of deleted state machines, by name and machine: their executions can still be described.
const DELETED: CatalogKind = CatalogKind(3);

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
}

/// One state of a state machine's definition and configuration. Executions keep the one they began with.
#[derive(Debug)]
pub struct Revision {
    /// 1, 2, 3, …
    pub number: u32,
    /// What it holds.
    pub content: RevisionContent,
    program: OnceLock<Arc<Program>>,
}

/// What a revision holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RevisionContent {
    /// AWS's revision id, which the first revision lacks.
    pub revision_id: Option<String>,
    /// The definition as the client sent it.
    pub definition: Arc<str>,
    /// The role's ARN.
    pub role_arn: Arc<str>,
    /// The logging configuration as JSON, as the client sent it.
    pub logging: Option<String>,
    /// The tracing configuration as JSON.
    pub tracing: Option<String>,
    /// The encryption configuration as JSON.
    pub encryption: Option<String>,
    /// When it was made, in Unix milliseconds.
    pub updated_ms: i64,
}

#[derive(Debug, Deserialize, Serialize)]
struct MachineRow {
    id: u32,
    machine_type: MachineType,
    created_ms: i64,
    revision: u32,
    tags: Vec<(String, String)>,
}

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

/// All state machines.
pub struct Catalog {
    store: Arc<dyn Store>,
    machines: RwLock<BTreeMap<Arc<str>, Arc<StateMachine>>>,
    /// Older revisions and deleted machines, as executions ask for them.
    revisions: RwLock<HashMap<(MachineId, u32), Arc<Revision>>>,
    next_id: AtomicU32,
    /// Changes go one at a time, so that each sees the one before.
    changing: tokio::sync::Mutex<()>,
}

impl Catalog {
    /// Reads the catalog of a store. Numbers up to `last_machine` are taken by others than state machines.
    pub(crate) async fn open(store: Arc<dyn Store>, last_machine: u32) -> Result<Catalog, CatalogError> {
        let mut machines = BTreeMap::new();
        let mut last_id = last_machine;
        for (name, bytes) in scan_all(&*store, MACHINES).await? {
            let row: MachineRow = decode(&bytes)?;
            last_id = last_id.max(row.id);
            let name: Arc<str> = String::from_utf8_lossy(&name).into();
            let revision = read_revision(&*store, MachineId(row.id), row.revision).await?;
            // To pass over it would free its name for another machine, which would overwrite this one's row.
            let revision =
                revision.ok_or_else(|| CatalogError::Incomplete(name.to_string(), row.revision))?;
            machines.insert(name.clone(), Arc::new(machine(name, row, Arc::new(revision))));
        }
        for (_, bytes) in scan_all(&*store, DELETED).await? {
            let row: MachineRow = decode(&bytes)?;
            last_id = last_id.max(row.id);
        }
        Ok(Catalog {
            store,
            machines: RwLock::new(machines),
            revisions: RwLock::new(HashMap::new()),
            next_id: AtomicU32::new(last_id + 1),
            changing: tokio::sync::Mutex::new(()),
        })
    }

    /// A fresh machine number, for something else than a state machine that has executions.
    pub(crate) fn next_machine(&self) -> MachineId {
        MachineId(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// The state machine of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<StateMachine>> {
        self.machines.read().get(name).cloned()
    }

    /// The name of a machine, live or deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn name_of(&self, id: MachineId) -> Result<Option<Arc<str>>, CatalogError> {
        if let Some(machine) = self.machines.read().values().find(|machine| machine.id == id) {
            return Ok(Some(machine.name.clone()));
        }
        for (key, bytes) in scan_all(&*self.store, DELETED).await? {
            if decode::<MachineRow>(&bytes)?.id == id.0 {
                let name = key.split(|byte| *byte == 0).next().unwrap_or_default();
                return Ok(Some(String::from_utf8_lossy(name).into()));
            }
        }
        Ok(None)
    }

    /// The state machines of an account, `None` for the host's own, by name, beginning after `after`.
    #[must_use]
    pub fn list(&self, account: Option<&str>, after: Option<&str>, limit: usize) -> Vec<Arc<StateMachine>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let machines = self.machines.read();
        let from = after.map_or(Unbounded, |name| Excluded(Arc::from(name)));
        machines
            .range::<Arc<str>, _>((from, Unbounded))
            .filter(|(name, _)| names::is_of(account, name))
            .take(limit)
            .map(|(_, machine)| machine.clone())
            .collect()
    }

    /// Machines that had this name and were deleted, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deleted(&self, name: &str) -> Result<Vec<MachineId>, CatalogError> {
        let prefix = deleted_key(name, MachineId(0));
        let rows = self.store.scan(DELETED, Some(&prefix), PAGE).await?;
        let own = rows.iter().take_while(|(key, _)| key.starts_with(&prefix[..prefix.len() - 4]));
        let mut ids = own
            .map(|(_, row)| Ok(MachineId(decode::<MachineRow>(row)?.id)))
            .collect::<Result<Vec<_>, RowError>>()?;
        ids.reverse();
        Ok(ids)
    }

    /// A revision of a machine, live or deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn revision(&self, id: MachineId, number: u32) -> Result<Option<Arc<Revision>>, CatalogError> {
        if let Some(revision) = self.revisions.read().get(&(id, number)) {
            return Ok(Some(revision.clone()));
        }
        let Some(revision) = read_revision(&*self.store, id, number).await? else { return Ok(None) };
        let revision = Arc::new(revision);
        Ok(Some(self.revisions.write().entry((id, number)).or_insert(revision).clone()))
    }

    /// Creates a state machine. The same name with the same content is the machine that exists.
    ///
    /// # Errors
    /// [`CatalogError::Exists`], [`CatalogError::Invalid`], or the store's.
    pub async fn create(
        &self,
        name: &str,
        machine_type: MachineType,
        content: RevisionContent,
        tags: Vec<(String, String)>,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let program = compile_as(&content.definition, machine_type)?;
        let _one_at_a_time = self.changing.lock().await;
        if let Some(existing) = self.get(name) {
            let same =
                existing.machine_type == machine_type && existing.revision.content.is_same_machine(&content);
            return if same { Ok(existing) } else { Err(CatalogError::Exists(name.to_owned())) };
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let row = MachineRow { id, machine_type, created_ms: content.updated_ms, revision: 1, tags };
        self.put(name, row, Arc::new(Revision::compiled(1, content, program))).await
    }

    /// Gives a state machine a new revision, unless nothing changes.
    ///
    /// # Errors
    /// [`CatalogError::Missing`], [`CatalogError::Invalid`], or the store's.
    pub async fn update(
        &self,
        name: &str,
        content: RevisionContent,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let program = compile(&content.definition)?;
        let _one_at_a_time = self.changing.lock().await;
        let existing = self.get(name).ok_or_else(|| CatalogError::Missing(name.to_owned()))?;
        fits(&program, existing.machine_type)?;
        if existing.revision.content.is_same_revision(&content) {
            return Ok(existing);
        }
        let number = existing.revision.number + 1;
        self.revisions.write().insert((existing.id, existing.revision.number), existing.revision.clone());
        let row = MachineRow { revision: number, ..row(&existing) };
        self.put(name, row, Arc::new(Revision::compiled(number, content, program))).await
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
        let _one_at_a_time = self.changing.lock().await;
        let existing = self.get(name).ok_or_else(|| CatalogError::Missing(name.to_owned()))?;
        let mut row = row(&existing);
        change(&mut row.tags);
        self.put(name, row, existing.revision.clone()).await
    }

    /// Deletes a state machine. Its executions go on and can be described.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete(&self, name: &str) -> Result<Option<Arc<StateMachine>>, CatalogError> {
        let _one_at_a_time = self.changing.lock().await;
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
        self.store.commit(batch).await?;
        self.revisions.write().insert((existing.id, existing.revision.number), existing.revision.clone());
        self.machines.write().remove(name);
        Ok(Some(existing))
    }

    async fn put(
        &self,
        name: &str,
        row: MachineRow,
        revision: Arc<Revision>,
    ) -> Result<Arc<StateMachine>, CatalogError> {
        let mut batch = Batch::default();
        batch.catalog.push(CatalogChange {
            key: CatalogKey::new(MACHINES, name),
            value: Some(encode(&row)?),
            expect: Expect::Anything,
        });
        batch.catalog.push(CatalogChange {
            key: CatalogKey::new(REVISIONS, revision_key(MachineId(row.id), revision.number)),
            value: Some(encode(&revision.content)?),
            expect: Expect::Anything,
        });
        self.store.commit(batch).await?;
        let name: Arc<str> = name.into();
        let machine = Arc::new(machine(name.clone(), row, revision));
        self.machines.write().insert(name, machine.clone());
        Ok(machine)
    }
}

impl Revision {
    fn compiled(number: u32, content: RevisionContent, program: Arc<Program>) -> Revision {
        Revision { number, content, program: OnceLock::from(program) }
    }

    /// The compiled definition. `None` when this version's compiler refuses what an earlier one accepted.
    #[must_use]
    pub fn program(&self) -> Option<Arc<Program>> {
        if let Some(program) = self.program.get() {
            return Some(program.clone());
        }
        let program = compile(&self.content.definition).ok()?;
        Some(self.program.get_or_init(|| program).clone())
    }
}

impl RevisionContent {
    /// Whether creating a state machine with `other` asks for the machine that this one is.
    /// Source: AWS API Reference, "CreateStateMachine": role and tags are not considered.
    fn is_same_machine(&self, other: &RevisionContent) -> bool {
        self.definition == other.definition && self.logging == other.logging && self.tracing == other.tracing
    }

    fn is_same_revision(&self, other: &RevisionContent) -> bool {
        self.is_same_machine(other) && self.role_arn == other.role_arn && self.encryption == other.encryption
    }
}

fn compile_as(definition: &str, machine_type: MachineType) -> Result<Arc<Program>, CatalogError> {
    let program = compile(definition)?;
    fits(&program, machine_type)?;
    Ok(program)
}

/// Whether a program may be of that type.
fn fits(program: &Program, machine_type: MachineType) -> Result<(), CatalogError> {
    match machine_type {
        MachineType::Standard => Ok(()),
        MachineType::Express => match program.express_problems() {
            problems if problems.is_empty() => Ok(()),
            problems => Err(CatalogError::Invalid(problems)),
        },
    }
}

fn compile(definition: &str) -> Result<Arc<Program>, CatalogError> {
    match Program::compile_text(definition) {
        (Some(program), _) => Ok(Arc::new(program)),
        (None, mut diagnostics) => {
            diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
            Err(CatalogError::Invalid(diagnostics))
        }
    }
}

fn machine(name: Arc<str>, row: MachineRow, revision: Arc<Revision>) -> StateMachine {
    StateMachine {
        id: MachineId(row.id),
        name,
        machine_type: row.machine_type,
        created_ms: row.created_ms,
        revision,
        tags: row.tags,
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

fn revision_key(id: MachineId, number: u32) -> Vec<u8> {
    [id.0.to_be_bytes(), number.to_be_bytes()].concat()
}

/// Name, a byte that no name has, and the machine: the deleted machines of a name lie side by side, oldest first.
fn deleted_key(name: &str, id: MachineId) -> Vec<u8> {
    [name.as_bytes(), &[0], &id.0.to_be_bytes()].concat()
}

async fn read_revision(
    store: &dyn Store,
    id: MachineId,
    number: u32,
) -> Result<Option<Revision>, CatalogError> {
    let key = CatalogKey::new(REVISIONS, revision_key(id, number));
    let Some(bytes) = store.get(&key).await? else { return Ok(None) };
    Ok(Some(Revision { number, content: decode(&bytes)?, program: OnceLock::new() }))
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
