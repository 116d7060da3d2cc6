//! The driver: makes the core's steps durable, and then carries out their effects.
//!
//! One rule holds it together: nothing visible outside happens before its cause is durable. A start answers after its
//! first commit; a task runs after the commit that scheduled it, unless nobody can tell (`ahead`); its result counts in the commit that records it.
//!
//! - `live`: executions in memory, loaded when something happens to them and dropped when they only wait
//! - `admission`: whether there is room for more
//! - `apply`: a stimulus, its step, its commit, its effects
//! - `arns`: ARNs and the accounts in them
//! - `budget`: what tasks may use because their state machine says so
//! - `error`: why it refuses or fails; `doctor`: whether a store holds together
//! - `logs`: where executions are logged
//! - `lambda`: the call around a function that `lambda:invoke` makes
//! - `start`, `read`, `search`, `redrive`: what callers ask for
//! - `made_names`: names of executions that callers give none
//! - `targets`: what an ARN asks to start, and which version or alias started an execution
//! - `jobs`: what `.sync` tasks start outside
//! - `task_host`: what runs tasks; `tasks`: running one and taking its result in; `journal`: what it records
//! - `map_runs`: the runs of Distributed Maps
//! - `nested`: executions that tasks start
//! - `objects`: what they ask of object storage
//! - `test_cases`: executions whose tasks have mocked responses
//! - `retention`: executions that ended long ago go
//! - `secret`: what clients' page tokens are signed with
//! - `test_state`: one state alone; `mocked_run`: its Map Run, if it is a Distributed Map
//! - `timers`: waking executions up
//! - `callbacks`: workers of activities, and task tokens that come back

mod admission;
mod ahead;
mod apply;
mod arns;
mod budget;
mod callbacks;
#[cfg(test)]
mod clock_tests;
pub(crate) mod doctor;
mod error;
pub(crate) mod jobs;
mod journal;
mod lambda;
mod live;
mod logs;
mod made_names;
mod map_runs;
mod mocked_run;
mod nested;
mod objects;
mod read;
mod redrive;
mod retention;
mod search;
mod secret;
mod start;
mod targets;
mod task_host;
pub(crate) mod tasks;
mod test_cases;
mod test_state;
mod timers;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dirigent_store::{ExecutionId, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::{broadcast, oneshot, watch};

use crate::activities::Activities;
use crate::catalog::{Catalog, Revision};
use crate::event::Event;
use crate::history::HistoryPage;
use crate::keyvalue::KeyValue;
use crate::limits::Limits;

pub use admission::{MAX_LIVE_BYTES, MAX_LIVE_EXECUTIONS, MAX_QUEUED_BYTES, MAX_QUEUED_COMMITS};
pub use budget::{EXECUTION_FUEL_TAG, FuelLimit, TASK_FUEL_TAG, is_good_budget_tag};
pub use callbacks::{ActivityTask, CallbackError, PollError};
pub use doctor::{Executions, MAX_PROBLEMS, Problem, ProblemKind, Report, TableReport, examine};
pub use error::EngineError;
pub use jobs::{JobAnswer, JobEntry, JobOutcome, MAX_HANDLE_BYTES};
pub use journal::TaskJournal;
pub use logs::{ExecutionLog, LogEntry, LogHost, NoLogs};
pub use map_runs::{
    Counts, MapRunDescription, MapRunRedrives, MapRunRow, MapRunStatus, MapRunUpdate, Pending,
};
pub use objects::{
    ChildResult, ChildStatus, Item, ItemStream, NoObjects, ObjectHost, ReadRequest, ResultSink, WriteRequest,
};
pub use read::{Description, Listing};
pub use redrive::{AmendRequest, NotRedrivable, RedriveError, RedriveRequest};
pub use start::{StartRequest, Started};
pub use targets::{CASE_MARK, Origin, Target};
pub use task_host::{Binding, TaskCall, TaskHost, TaskOutcome};
pub use test_cases::TestCases;
pub use test_state::TestRequest;

use journal::Journals;
use live::Slots;
use map_runs::MapRuns;
use nested::Links;
use redrive::Redriving;
use test_cases::Cases;
use timers::Timers;

/// How many sequences are taken from the store at a time; what is left of them is lost at a stop.
const SEQUENCE_BLOCK: u64 = 1 << 20;

/// Steps that a slow subscriber may fall behind before it misses some.
const SUBSCRIBER_BACKLOG: usize = 4_096;

/// What an engine is made of.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The host's own account, twelve digits: that of callers who name no other.
    pub account: String,
    /// The region in ARNs.
    pub region: String,
    /// What executions may use.
    pub limits: Limits,
    /// The test cases that executions may be started as.
    pub test_cases: TestCases,
    /// How long an execution is kept after its end; for ever where there is none.
    pub retention: Option<Duration>,
}

impl Default for EngineConfig {
    fn default() -> EngineConfig {
        EngineConfig {
            account: "000000000000".into(),
            region: "us-east-1".into(),
            limits: Limits::default(),
            test_cases: TestCases::default(),
            retention: None,
        }
    }
}

/// Runs state machines.
pub struct Engine {
    config: EngineConfig,
    store: Arc<dyn Store>,
    tasks: Arc<dyn TaskHost>,
    objects: Arc<dyn ObjectHost>,
    logs: Arc<dyn LogHost>,
    catalog: Catalog,
    map_runs: MapRuns,
    activities: Activities,
    links: Links,
    redriving: Redriving,
    cases: Arc<Cases>,
    journals: Arc<Journals>,
    /// Permits of jobs that are being cancelled.
    cancelling: tokio::sync::Semaphore,
    /// How many jobs are to be cancelled yet.
    to_cancel: watch::Sender<usize>,
    slots: Slots,
    weights: admission::Weights,
    timers: Timers,
    /// The next sequence, and the end of the block that was reserved.
    sequences: tokio::sync::Mutex<std::ops::Range<u64>>,
    secret: secret::Secret,
    /// Who waits for an execution to end.
    ends: Mutex<HashMap<ExecutionId, Vec<oneshot::Sender<()>>>>,
    happenings: broadcast::Sender<Arc<Happening>>,
    /// Whether workers' polls shall end.
    polls_end: watch::Sender<bool>,
    entropy: AtomicU64,
    /// Executions that retention has deleted since the start.
    removed: AtomicU64,
}

/// What one step of one execution did, for whoever watches.
#[derive(Debug)]
pub struct Happening {
    /// The execution's ARN.
    pub execution_arn: Arc<str>,
    /// Its new events, with the payloads that they are the first to refer to.
    pub page: HistoryPage,
}

impl Engine {
    /// Opens an engine without object storage and without logs; otherwise as [`Engine::open_with`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(
        config: EngineConfig,
        store: Arc<dyn Store>,
        tasks: Arc<dyn TaskHost>,
    ) -> Result<Arc<Engine>, EngineError> {
        Engine::open_with(config, store, tasks, Arc::new(NoObjects), Arc::new(NoLogs)).await
    }

    /// Opens an engine on a store: loads the catalog, and goes on with what was under way.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_with(
        config: EngineConfig,
        store: Arc<dyn Store>,
        tasks: Arc<dyn TaskHost>,
        objects: Arc<dyn ObjectHost>,
        logs: Arc<dyn LogHost>,
    ) -> Result<Arc<Engine>, EngineError> {
        let last_machine = map_runs::last_machine(&*store).await?;
        let catalog = Catalog::open(store.clone(), last_machine).await?;
        let activities = Activities::open(store.clone()).await?;
        let links = Links::open(&*store).await?;
        let cases = Cases::open(&*store).await?;
        let journals = Journals::open(store.clone()).await?;
        let sequences = store.reserve_sequences(SEQUENCE_BLOCK).await?;
        let secret = secret::open(&*store).await?;
        let (happenings, _) = broadcast::channel(SUBSCRIBER_BACKLOG);
        let engine = Arc::new(Engine {
            config,
            store,
            tasks,
            objects,
            logs,
            catalog,
            map_runs: MapRuns::default(),
            activities,
            links,
            redriving: Redriving::default(),
            cases,
            journals,
            cancelling: tokio::sync::Semaphore::new(jobs::MAX_CANCELLING),
            to_cancel: watch::Sender::new(0),
            slots: Slots::default(),
            weights: admission::Weights::default(),
            timers: Timers::default(),
            sequences: tokio::sync::Mutex::new(sequences),
            secret,
            ends: Mutex::default(),
            happenings,
            polls_end: watch::Sender::new(false),
            entropy: AtomicU64::new(fastrand::u64(..)),
            removed: AtomicU64::new(0),
        });
        timers::start(&engine);
        live::resume_all(&engine);
        map_runs::close_abandoned(&engine);
        nested::catch_up(&engine);
        jobs::catch_up(&engine);
        retention::start(&engine);
        Ok(engine)
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// The state machines.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The activities.
    #[must_use]
    pub fn activities(&self) -> &Activities {
        &self.activities
    }

    /// The buckets that tasks keep values in.
    #[must_use]
    pub fn keyvalue(&self) -> &Arc<KeyValue> {
        &self.journals.keyvalue
    }

    /// Whether the engine can take work: the store still writes.
    ///
    /// # Errors
    /// The failure that stopped the store.
    pub fn health(&self) -> Result<(), StoreError> {
        self.store.health()
    }

    /// How many executions are in memory.
    #[must_use]
    pub fn live_executions(&self) -> usize {
        self.slots.len()
    }

    /// What the store has written since it was opened.
    #[must_use]
    pub fn store_totals(&self) -> dirigent_store::Totals {
        self.store.totals()
    }

    /// The steps of all executions from now on. A receiver that falls too far behind misses some and is told so.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Happening>> {
        self.happenings.subscribe()
    }

    /// Resolves when the execution ends, or at once when it has ended or there is none.
    pub async fn ended(self: &Arc<Self>, id: ExecutionId) -> Result<(), EngineError> {
        let receiver = self.watch_end(id);
        match self.record(id).await? {
            Some(row) if row.status == crate::rows::StatusRow::Running => {
                // The sender goes when the execution ends or the engine does; both are the end of the wait.
                let _ = receiver.await;
            }
            _ => {
                self.ends.lock().remove(&id);
            }
        }
        Ok(())
    }

    /// Registers for the end of an execution before it can have happened.
    fn watch_end(&self, id: ExecutionId) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut ends = self.ends.lock();
        let waiting = ends.entry(id).or_default();
        waiting.retain(|sender| !sender.is_closed());
        waiting.push(sender);
        receiver
    }

    /// Writes what is queued and stops the store.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Where executions of a revision are logged.
    fn log_of(&self, revision: &Revision) -> Option<Arc<dyn ExecutionLog>> {
        self.logs.open(revision.content.logging.as_deref()?)
    }

    async fn next_sequence(&self) -> Result<u64, EngineError> {
        let mut block = self.sequences.lock().await;
        if block.is_empty() {
            *block = self.store.reserve_sequences(SEQUENCE_BLOCK).await?;
        }
        let next = block.start;
        block.start += 1;
        Ok(next)
    }

    fn moment(&self) -> crate::core::Moment<'_> {
        let entropy = self.entropy.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        crate::core::Moment { now_ms: now_ms(), entropy, outside: self }
    }

    fn publish(&self, arn: &Arc<str>, events: Vec<Event>, payloads: &[Arc<str>]) {
        if self.happenings.receiver_count() == 0 {
            return;
        }
        let Some(first) = events.first().map(|event| event.id) else { return };
        let page = HistoryPage::of_chunk(first, events, payloads);
        // No receiver is no error: nobody watches.
        let _ = self.happenings.send(Arc::new(Happening { execution_arn: arn.clone(), page }));
    }
}

/// The time, in Unix milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let now_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    #[cfg(test)]
    let now_ms = now_ms + clock_tests::offset_ms();
    now_ms
}
