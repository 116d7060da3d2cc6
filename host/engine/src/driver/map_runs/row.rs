//! Map Runs at rest: a row each, found by the number of their children's machine, by UUID, and by parent.

use std::sync::Arc;

use dirigent_store::{
    Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionId, Expect, FrameId, MachineId, Store,
};
use serde::{Deserialize, Serialize};

use crate::core::MapRunSettings;
use crate::driver::EngineError;
use crate::rows::{Pins, RowError, decode_grown, encode};

/// Rows of Map Runs, by the machine number of their children.
pub(crate) const MAP_RUNS: CatalogKind = CatalogKind(16);
/// From a run's UUID to that number.
pub(in crate::driver) const BY_UUID: CatalogKind = CatalogKind(17);
/// From parent and number to nothing: the runs of an execution, oldest first.
pub(in crate::driver) const BY_PARENT: CatalogKind = CatalogKind(18);
/// The numbers of runs that have not ended.
pub(in crate::driver) const OPEN: CatalogKind = CatalogKind(19);
/// One row: the greatest number of a run whose rows were deleted.
pub(in crate::driver) const LAST_DELETED: CatalogKind = CatalogKind(22);

/// How many rows are read at a time.
const PAGE: usize = 256;

/// A Map Run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct MapRunRow {
    /// The last part of its ARN.
    pub uuid: Arc<str>,
    /// The part before it.
    pub label: Arc<str>,
    /// The execution that it belongs to.
    pub parent: ExecutionId,
    /// The frame that waits for it.
    pub frame: FrameId,
    /// Which of that frame's waits.
    pub generation: u32,
    /// The state machine at the root: a run inside a child has that child's.
    pub state_machine: MachineId,
    /// Its revision.
    pub revision: u32,
    /// The Map state's place in the definition.
    pub state: String,
    /// Whether the children are Express.
    pub express: bool,
    /// When it began, in Unix milliseconds.
    pub started_ms: i64,
    /// When it ended.
    pub stopped_ms: Option<i64>,
    /// How it stands.
    pub status: MapRunStatus,
    /// What it is bounded by; UpdateMapRun changes some.
    pub settings: MapRunSettings,
    /// How many executions there are, by status; true once it has ended.
    pub executions: Counts,
    /// How many items there are, by the status of their execution.
    pub items: Counts,
    /// The plugins that its children run: those of the parent when it began, or was redriven.
    pub pins: Arc<Pins>,
    /// How often it was redriven. Behind the rest at rest, where rows of earlier versions end.
    #[serde(skip)]
    pub redrives: MapRunRedrives,
}

/// How often a Map Run was redriven.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct MapRunRedrives {
    /// How often.
    pub count: u32,
    /// When last, in Unix milliseconds.
    pub last_ms: Option<i64>,
}

impl MapRunRow {
    fn encode(&self) -> Result<Vec<u8>, RowError> {
        encode(&(self, &self.redrives))
    }

    pub(in crate::driver) fn decode(bytes: &[u8]) -> Result<MapRunRow, RowError> {
        let (mut row, redrives) = decode_grown::<MapRunRow, _>(bytes)?;
        row.redrives = redrives;
        Ok(row)
    }
}

/// How a Map Run stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[allow(missing_docs)]
pub enum MapRunStatus {
    Running,
    Succeeded,
    Failed,
    Aborted,
}

/// Executions or items of a Map Run, by status.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub pending: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    /// Whose results are where they belong: in the state's output or the `ResultWriter`'s files.
    pub results_written: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.pending + self.running + self.succeeded + self.failed + self.timed_out + self.aborted
    }
}

pub(in crate::driver) fn number(machine: MachineId) -> Vec<u8> {
    machine.0.to_be_bytes().to_vec()
}

pub(in crate::driver) fn machine(bytes: &[u8]) -> Option<MachineId> {
    Some(MachineId(u32::from_be_bytes(bytes.try_into().ok()?)))
}

pub(in crate::driver) fn by_parent(parent: ExecutionId, run: Option<MachineId>) -> Vec<u8> {
    let mut key = [&parent.machine.0.to_be_bytes()[..], &parent.sequence.to_be_bytes()].concat();
    key.extend(run.into_iter().flat_map(|run| run.0.to_be_bytes()));
    key
}

fn put(kind: CatalogKind, name: Vec<u8>, value: Option<Vec<u8>>) -> CatalogChange {
    CatalogChange { key: CatalogKey::new(kind, name), value, expect: Expect::Anything }
}

/// Writes a new run.
pub(super) async fn create(store: &dyn Store, run: MachineId, row: &MapRunRow) -> Result<(), EngineError> {
    let batch = Batch {
        executions: Vec::new(),
        catalog: vec![
            put(MAP_RUNS, number(run), Some(row.encode()?)),
            put(BY_UUID, row.uuid.as_bytes().to_vec(), Some(number(run))),
            put(BY_PARENT, by_parent(row.parent, Some(run)), Some(Vec::new())),
            put(OPEN, number(run), Some(Vec::new())),
        ],
    };
    Ok(store.commit(batch).await?)
}

/// Writes what changed of a run. One that has ended is open no more, and one that is redriven is again.
pub(super) async fn update(store: &dyn Store, run: MachineId, row: &MapRunRow) -> Result<(), EngineError> {
    let mut batch = Batch::catalog(put(MAP_RUNS, number(run), Some(row.encode()?)));
    let open = (row.status == MapRunStatus::Running).then(Vec::new);
    batch.catalog.push(put(OPEN, number(run), open));
    Ok(store.commit(batch).await?)
}

/// The run whose children have that machine number.
pub(in crate::driver) async fn get(
    store: &dyn Store,
    run: MachineId,
) -> Result<Option<MapRunRow>, EngineError> {
    let bytes = store.get(&CatalogKey::new(MAP_RUNS, number(run))).await?;
    Ok(bytes.map(|bytes| MapRunRow::decode(&bytes)).transpose()?)
}

/// The run of that UUID.
pub(in crate::driver) async fn find(store: &dyn Store, uuid: &str) -> Result<Option<MachineId>, EngineError> {
    let bytes = store.get(&CatalogKey::new(BY_UUID, uuid)).await?;
    Ok(bytes.as_deref().and_then(machine))
}

/// The runs of an execution, oldest first, beginning after `after`.
pub(in crate::driver) async fn of_parent(
    store: &dyn Store,
    parent: ExecutionId,
    after: Option<MachineId>,
    limit: usize,
) -> Result<Vec<MachineId>, EngineError> {
    let prefix = by_parent(parent, None);
    let start = by_parent(parent, Some(after.unwrap_or_default()));
    let rows = store.scan(BY_PARENT, Some(&start), limit).await?;
    let own = rows.iter().map_while(|(key, _)| key.strip_prefix(&prefix[..]));
    Ok(own.filter_map(machine).collect())
}

/// All runs that have not ended.
pub(super) async fn open(store: &dyn Store) -> Result<Vec<MachineId>, EngineError> {
    keys(store, OPEN).await
}

/// The greatest machine number that a run's children have, or had.
pub(crate) async fn last(store: &dyn Store) -> Result<u32, EngineError> {
    let known = keys(store, MAP_RUNS).await?.last().map_or(0, |run| run.0);
    Ok(known.max(last_deleted(store).await?))
}

async fn last_deleted(store: &dyn Store) -> Result<u32, EngineError> {
    let bytes = store.get(&CatalogKey::new(LAST_DELETED, Vec::new())).await?;
    Ok(bytes.as_deref().and_then(machine).map_or(0, |run| run.0))
}

/// Deletes all rows of a run, whose children are deleted. Its number is not given out again.
pub(in crate::driver) async fn deletion(
    store: &dyn Store,
    parent: ExecutionId,
    run: MachineId,
) -> Result<Batch, EngineError> {
    let mut catalog = vec![
        put(MAP_RUNS, number(run), None),
        put(BY_PARENT, by_parent(parent, Some(run)), None),
        put(OPEN, number(run), None),
    ];
    if let Some(row) = get(store, run).await? {
        catalog.push(put(BY_UUID, row.uuid.as_bytes().to_vec(), None));
    }
    if run.0 > last_deleted(store).await? {
        catalog.push(put(LAST_DELETED, Vec::new(), Some(number(run))));
    }
    Ok(Batch { executions: Vec::new(), catalog })
}

async fn keys(store: &dyn Store, kind: CatalogKind) -> Result<Vec<MachineId>, EngineError> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.scan(kind, after.as_deref(), PAGE).await?;
        let last = page.len() < PAGE;
        found.extend(page.iter().filter_map(|(key, _)| machine(key)));
        after = page.into_iter().next_back().map(|(key, _)| key);
        if last {
            return Ok(found);
        }
    }
}
