//! Test cases: executions whose tasks have mocked responses.
//!
//! Which test case an execution is, responses included, is a row that is written in the commit that creates it; so the
//! configuration of a restarted host changes nothing for it. How often each state was invoked is a second row, written in
//! the commits of the steps that may have counted. The children of its Map Runs are executions of their own that count
//! with it: whoever of them takes a step has the count to itself until the step's commit is queued, so the rows lie in
//! the order of the steps.
//!
//! Express children of a Map Run have no row before they end. Those that were under way when the host stopped start anew,
//! and what they had counted stays counted if another commit came after it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dirigent_asl::Program;
use dirigent_store::{CatalogChange, CatalogKind, ExecutionId, Expect, Store};
use parking_lot::{Mutex, MutexGuard};

use super::live::Lease;
use super::{Engine, EngineError, map_runs};
use crate::catalog::StateMachine;
use crate::core::{Execution, Invocations, TestCase};
use crate::names;
use crate::rows::{RowError, decode, encode, execution_key};

/// Test cases, by execution.
const CASES: CatalogKind = CatalogKind(8);
/// How often the states of such an execution were invoked, by execution.
const INVOCATIONS: CatalogKind = CatalogKind(9);

/// The test cases that a host has, by the plain name of their state machine and their own.
#[derive(Clone, Debug, Default)]
pub struct TestCases(BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<TestCase>>>);

impl TestCases {
    /// Adds one, in place of one of the same name.
    pub fn insert(&mut self, machine: &str, case: TestCase) {
        self.0.entry(machine.into()).or_default().insert(case.name().clone(), Arc::new(case));
    }

    /// The test cases of a state machine.
    pub fn of_machine(&self, machine: &str) -> impl Iterator<Item = &Arc<TestCase>> {
        self.0.get(machine).into_iter().flat_map(BTreeMap::values)
    }

    fn get(&self, machine: &str, name: &str) -> Option<Arc<TestCase>> {
        self.0.get(machine)?.get(name).cloned()
    }
}

/// The test case that an execution belongs to, if it belongs to one.
type Found = Result<Option<Arc<RunningCase>>, EngineError>;

/// Whether there are such executions. Where there never was one, nobody looks for their rows.
#[derive(Debug)]
pub(super) struct CasesSeen(AtomicBool);

impl CasesSeen {
    pub(super) async fn open(store: &dyn Store) -> Result<CasesSeen, EngineError> {
        Ok(CasesSeen(AtomicBool::new(!store.scan(CASES, None, 1).await?.is_empty())))
    }
}

/// A test case that runs.
pub(super) struct RunningCase {
    /// The execution that was started as it.
    root: ExecutionId,
    case: Arc<TestCase>,
    /// Of that execution and of all executions that belong to it. Locked after the execution that takes a step, and as
    /// long as that.
    invocations: Mutex<Invocations>,
}

impl RunningCase {
    /// One that begins.
    pub(super) fn new(root: ExecutionId, case: Arc<TestCase>) -> RunningCase {
        RunningCase { root, case, invocations: Mutex::default() }
    }

    async fn read(store: &dyn Store, root: ExecutionId) -> Result<Option<RunningCase>, EngineError> {
        let Some(case) = store.get(&execution_key(CASES, root)).await? else { return Ok(None) };
        let invocations = match store.get(&execution_key(INVOCATIONS, root)).await? {
            Some(bytes) => decode(&bytes)?,
            None => Invocations::default(),
        };
        Ok(Some(RunningCase { root, case: decode(&case)?, invocations: Mutex::new(invocations) }))
    }

    /// The row of a new one.
    pub(super) fn row(&self) -> Result<CatalogChange, RowError> {
        let value = Some(encode(&self.case)?);
        Ok(CatalogChange { key: execution_key(CASES, self.root), value, expect: Expect::Anything })
    }

    /// An execution that belongs to it.
    pub(super) fn execution(&self, execution: Execution) -> Execution {
        execution.of_case(self.case.clone())
    }

    /// Lets an execution count, which is about to take a step.
    pub(super) fn lend<'a>(&'a self, execution: &mut Execution) -> Counting<'a> {
        let mut counting = Counting { root: self.root, invocations: self.invocations.lock() };
        counting.exchange(execution);
        counting
    }
}

/// Holds the count for the length of a step and of queueing its commit.
pub(super) struct Counting<'a> {
    root: ExecutionId,
    invocations: MutexGuard<'a, Invocations>,
}

impl Counting<'_> {
    /// After the step.
    pub(super) fn take_back(&mut self, execution: &mut Execution) {
        self.exchange(execution);
    }

    fn exchange(&mut self, execution: &mut Execution) {
        if let Some(mocks) = &mut execution.mocks {
            std::mem::swap(&mut mocks.invocations, &mut *self.invocations);
        }
    }

    /// The count's row.
    pub(super) fn row(&self) -> Result<CatalogChange, RowError> {
        let value = Some(encode(&*self.invocations)?);
        Ok(CatalogChange { key: execution_key(INVOCATIONS, self.root), value, expect: Expect::Anything })
    }
}

impl Engine {
    /// The test case of that name of a state machine.
    pub(super) fn test_case(&self, machine: &StateMachine, name: &str) -> Result<Arc<TestCase>, EngineError> {
        let machine = names::plain(&machine.name);
        self.config.test_cases.get(machine, name).ok_or_else(|| {
            let known: Vec<&str> =
                self.config.test_cases.of_machine(machine).map(|case| &**case.name()).collect();
            EngineError::NoSuchTestCase {
                name: name.to_owned(),
                machine: machine.to_owned(),
                known: if known.is_empty() { "none".into() } else { known.join(", ") },
            }
        })
    }

    /// A test case that begins to run as an execution of a program.
    pub(super) fn run_case(
        &self,
        root: ExecutionId,
        case: &Arc<TestCase>,
        program: &Program,
    ) -> Arc<RunningCase> {
        self.cases_seen.0.store(true, Ordering::Release);
        for state in case.states().filter(|name| !program.states().iter().any(|state| *state.name == **name))
        {
            tracing::warn!(
                case = &**case.name(),
                state,
                "a test case names a state that its state machine has not"
            );
        }
        Arc::new(RunningCase::new(root, case.clone()))
    }

    /// The test case that an execution was started as; for one that is no Map Run's child.
    pub(super) async fn case_of(&self, root: ExecutionId) -> Found {
        if !self.cases_seen.0.load(Ordering::Acquire) {
            return Ok(None);
        }
        Ok(RunningCase::read(&*self.store, root).await?.map(Arc::new))
    }

    /// The test case that the children of an execution's Map Runs belong to. Boxed, since loading a child asks for it,
    /// and it loads an execution.
    pub(super) fn case_of_children(
        self: &Arc<Self>,
        parent: ExecutionId,
    ) -> Pin<Box<dyn Future<Output = Found> + Send + '_>> {
        Box::pin(async move {
            if !self.cases_seen.0.load(Ordering::Acquire) {
                return Ok(None);
            }
            let mut root = parent;
            while let Some(run) = self.run_of(root) {
                root = map_runs::parent_of(&*self.store, run).await?;
            }
            // The root is in memory as long as its Map Runs run, so all that belong to it have the same count.
            match Lease::of(self, root).await? {
                Some(lease) => Ok(lease.live.case.clone()),
                // It has ended, and what is left of its children is stopped. Until then they run no mocked task.
                None => self.case_of(root).await,
            }
        })
    }

    /// The name of the test case that an execution was started as.
    pub(super) async fn case_name(&self, id: ExecutionId) -> Result<Option<Arc<str>>, EngineError> {
        Ok(self.case_of(id).await?.map(|running| running.case.name().clone()))
    }
}
