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

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use dirigent_asl::Program;
use dirigent_store::{CatalogChange, CatalogKey, CatalogKind, ExecutionId, Expect, Store};
use parking_lot::{Mutex, MutexGuard};

use super::{Engine, EngineError, map_runs};
use crate::catalog::StateMachine;
use crate::core::{Execution, Invocations, TestCase};
use crate::names;
use crate::rows::{RowError, decode, encode, execution_key};

/// Test cases, by execution.
pub(super) const CASES: CatalogKind = CatalogKind(8);
/// How often the states of such an execution were invoked, by execution.
pub(super) const INVOCATIONS: CatalogKind = CatalogKind(9);

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

/// The test cases that run.
#[derive(Default)]
pub(super) struct Cases {
    /// Where there never was one, nobody looks for rows.
    seen: AtomicBool,
    /// Those in memory, by the execution that was started as one.
    running: Mutex<HashMap<ExecutionId, Weak<RunningCase>>>,
    /// Held while one is read, so that it is never twice in memory.
    reading: tokio::sync::Mutex<()>,
}

impl Cases {
    pub(super) async fn open(store: &dyn Store) -> Result<Arc<Cases>, EngineError> {
        let cases = Cases::default();
        cases.seen.store(!store.scan(CASES, None, 1).await?.is_empty(), Ordering::Release);
        Ok(Arc::new(cases))
    }

    fn insert(
        self: &Arc<Self>,
        root: ExecutionId,
        case: Arc<TestCase>,
        invocations: Invocations,
    ) -> Arc<RunningCase> {
        let cases = self.clone();
        let running = Arc::new(RunningCase { cases, root, case, invocations: Mutex::new(invocations) });
        self.running.lock().insert(root, Arc::downgrade(&running));
        running
    }
}

/// A test case that runs. It is in memory as long as one of the executions that belong to it is.
pub(super) struct RunningCase {
    cases: Arc<Cases>,
    /// The execution that was started as it.
    root: ExecutionId,
    case: Arc<TestCase>,
    /// Of that execution and of all executions that belong to it. Locked after the execution that takes a step, and as
    /// long as that.
    invocations: Mutex<Invocations>,
}

impl Drop for RunningCase {
    fn drop(&mut self) {
        let mut running = self.cases.running.lock();
        // It may have been read again just now.
        if running.get(&self.root).is_some_and(|other| other.strong_count() == 0) {
            running.remove(&self.root);
        }
    }
}

impl RunningCase {
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
        self.cases.seen.store(true, Ordering::Release);
        for state in case.states().filter(|name| !program.states().iter().any(|state| *state.name == **name))
        {
            tracing::warn!(
                case = &**case.name(),
                state,
                "a test case names a state that its state machine has not"
            );
        }
        self.cases.insert(root, case.clone(), Invocations::default())
    }

    /// The test case that an execution was started as; for one that is no Map Run's child.
    pub(super) async fn case_of(&self, root: ExecutionId) -> Result<Option<Arc<RunningCase>>, EngineError> {
        if !self.cases.seen.load(Ordering::Acquire) {
            return Ok(None);
        }
        // This row never changes, so that there is none can be told without waiting for others.
        let Some(case) = self.store.get(&execution_key(CASES, root)).await? else { return Ok(None) };
        let _alone = self.cases.reading.lock().await;
        let running = self.cases.running.lock().get(&root).and_then(Weak::upgrade);
        if running.is_some() {
            return Ok(running);
        }
        let invocations = match self.store.get(&execution_key(INVOCATIONS, root)).await? {
            Some(bytes) => decode(&bytes)?,
            None => Invocations::default(),
        };
        Ok(Some(self.cases.insert(root, decode(&case)?, invocations)))
    }

    /// Where the rows of an execution's test case lie; none where there never was one.
    pub(super) fn case_keys(&self, id: ExecutionId) -> Vec<CatalogKey> {
        if !self.cases.seen.load(Ordering::Acquire) {
            return Vec::new();
        }
        vec![execution_key(CASES, id), execution_key(INVOCATIONS, id)]
    }

    /// The test case that the children of an execution's Map Runs belong to.
    pub(super) async fn case_of_children(
        &self,
        parent: ExecutionId,
    ) -> Result<Option<Arc<RunningCase>>, EngineError> {
        if !self.cases.seen.load(Ordering::Acquire) {
            return Ok(None);
        }
        let mut root = parent;
        while let Some(run) = self.run_of(root) {
            root = map_runs::parent_of(&*self.store, run).await?;
        }
        self.case_of(root).await
    }

    /// The name of the test case that an execution was started as.
    pub(super) async fn case_name(&self, id: ExecutionId) -> Result<Option<Arc<str>>, EngineError> {
        Ok(self.case_of(id).await?.map(|running| running.case.name().clone()))
    }
}
