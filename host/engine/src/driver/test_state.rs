//! Testing one state: an execution of that state alone, in memory, which is the same in all else.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use dirigent_asl::{MachineIndex, Program};
use dirigent_store::{ExecutionId, MachineId};
use parking_lot::Mutex;

use super::budget::Used;
use super::live::{Durability, Lease, Live};
use super::{Engine, EngineError, now_ms};
use crate::core::{Execution, ExecutionInfo, Findings, StateTest, Status, Stimulus, error_names};
use crate::event::Fault;
use crate::payload::Payload;
use crate::work::to_its_end;

/// Longest test. Source: AWS Step Functions API Reference, "TestState".
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// The state machine of every test; the catalog's numbers begin with 1.
const NO_MACHINE: MachineId = MachineId(0);

/// A state to test.
#[derive(Debug)]
pub struct TestRequest {
    /// The program.
    pub program: Program,
    /// The machine that begins with the state.
    pub entry: MachineIndex,
    /// The state's input.
    pub input: Payload,
    /// The role that it runs under, where one is given.
    pub role_arn: Option<Arc<str>>,
    /// What it is given beside its input.
    pub test: StateTest,
}

impl Engine {
    /// Runs one state, with its task if it has one that is not mocked, and returns how that ended and what was seen.
    ///
    /// It takes at most five minutes; then the state has failed with `States.Timeout`. Nothing is written.
    ///
    /// # Errors
    /// [`EngineError::Throttled`], or the store's when it gives out no sequence.
    pub async fn test_state(
        self: &Arc<Self>,
        request: TestRequest,
    ) -> Result<(Status, Findings), EngineError> {
        self.admit_execution()?;
        let weight = self.weights.add(request.input.text().len());
        let id = ExecutionId { machine: NO_MACHINE, sequence: self.next_sequence().await? };
        let program = Arc::new(request.program);
        let execution = Execution::of_test(
            self.test_info(id, request.entry, request.input, request.role_arn),
            request.test,
        );
        let live = Live {
            _weight: weight,
            execution: Mutex::new(execution),
            attended: Mutex::new(None),
            pins: Mutex::default(),
            program,
            revision: 0,
            durability: Durability::Never,
            log: None,
            inherited_pins: Arc::default(),
            pins_changed: AtomicBool::new(false),
            tasks: Mutex::default(),
            journals: Mutex::default(),
            used: Used::nothing(),
            case: None,
        };
        let lease = Lease::of_new(self, id, live);
        // Who waits for an end is forgotten at that end, so a caller that hangs up must not keep it from coming.
        Ok(to_its_end(run(lease)).await)
    }

    /// A test's execution is Express on AWS, of a state machine that is nowhere.
    fn test_info(
        &self,
        id: ExecutionId,
        entry: MachineIndex,
        input: Payload,
        role_arn: Option<Arc<str>>,
    ) -> ExecutionInfo {
        let (machine, name) = (uuid::Uuid::new_v4().to_string(), uuid::Uuid::new_v4().to_string());
        let (region, account) = (&self.config.region, &self.config.account);
        ExecutionInfo {
            id,
            arn: format!("arn:aws:states:{region}:{account}:express:{machine}:{name}").into(),
            name: name.into(),
            state_machine_arn: self.state_machine_arn(&machine).into(),
            state_machine_name: machine.into(),
            role_arn: role_arn.unwrap_or_default(),
            input,
            started_ms: now_ms(),
            express: true,
            kept_run: None,
            entry,
        }
    }
}

async fn run(lease: Lease) -> (Status, Findings) {
    let engine = lease.engine();
    let end = engine.watch_end(lease.id());
    engine.apply_and_perform(&lease, Stimulus::Start).await;
    if tokio::time::timeout(LONGEST, end).await.is_err() {
        let fault = Fault { error: Some(error_names::TIMEOUT.into()), cause: None };
        engine.apply_and_perform(&lease, Stimulus::Stop(fault)).await;
    }
    let mut execution = lease.live.execution.lock();
    let findings = execution.take_findings().unwrap_or_default();
    (execution.status().clone(), findings)
}
