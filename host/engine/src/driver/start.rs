//! Starting and stopping executions.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dirigent_asl::Kind;
use dirigent_store::{CatalogChange, ExecutionId};
use parking_lot::Mutex;

use super::apply::Create;
use super::budget::Used;
use super::live::{Durability, Lease, Live};
use super::targets::{self, Origin};
use super::tasks::binding;
use super::{Engine, EngineError, logs, made_names, now_ms};
use crate::catalog::{MachineType, StateMachine};
use crate::core::{Execution, ExecutionInfo, Status, Stimulus, TestCase};
use crate::event::Fault;
use crate::names;
use crate::payload::Payload;
use crate::rows::{Pins, RowError, StatusRow};
use crate::work::to_its_end;

/// What to start.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The state machine, with the revision to run.
    pub machine: Arc<StateMachine>,
    /// The version or alias that starts it, if one does.
    pub origin: Option<Origin>,
    /// The test case that it is started as, if it is one.
    pub case: Option<Arc<TestCase>>,
    /// The execution's name; without it a fresh UUID.
    pub name: Option<String>,
    /// Its input.
    pub input: Payload,
}

/// An execution that was started, now or by an earlier call of the same name and input.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its key in the store.
    pub id: ExecutionId,
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// When it began, in Unix milliseconds.
    pub started_ms: i64,
}

impl Engine {
    /// Starts an execution; when this returns, a Standard one is durable.
    ///
    /// Starting again with the name and the input of one that still runs gives that one.
    ///
    /// # Errors
    /// [`EngineError::NameTaken`], [`EngineError::Throttled`], or the store's.
    pub async fn start(self: &Arc<Self>, request: StartRequest) -> Result<Started, EngineError> {
        let lease = match self.new_execution(&request).await? {
            (lease, None) => lease,
            (lease, create) => match begin(lease.clone(), create).await {
                Ok(()) => return Ok(started(&lease)),
                Err(EngineError::NameTaken { name }) => return self.started_before(&request, name).await,
                Err(error) => return Err(error),
            },
        };
        let started = started(&lease);
        self.apply_and_perform(&lease, Stimulus::Start).await;
        Ok(started)
    }

    /// Starts a Standard execution with a catalog row of its own, which is durable with it. A name that is taken is an
    /// error, whoever has it.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub(super) async fn start_with(
        self: &Arc<Self>,
        request: StartRequest,
        row: impl FnOnce(ExecutionId) -> Result<CatalogChange, RowError>,
    ) -> Result<Started, EngineError> {
        let (lease, mut create) = self.new_execution(&request).await?;
        if let Some(create) = &mut create {
            create.catalog.push(row(lease.id())?);
        }
        begin(lease.clone(), create).await?;
        Ok(started(&lease))
    }

    /// Starts a Standard execution and waits until it ends or `until` resolves.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn start_and_wait(
        self: &Arc<Self>,
        request: StartRequest,
        until: impl Future<Output = ()>,
    ) -> Result<Started, EngineError> {
        let (lease, create) = self.new_execution(&request).await?;
        let end = self.watch_end(lease.id());
        match begin(lease.clone(), create).await {
            Ok(()) => {}
            Err(EngineError::NameTaken { name }) => return self.started_before(&request, name).await,
            Err(error) => return Err(error),
        }
        let started = started(&lease);
        // The wait holds nothing: an execution that only waits need not stay in memory for it.
        drop(lease);
        tokio::select! {
            _ = end => {}
            () = until => {}
        }
        Ok(started)
    }

    /// Runs an Express execution to its end. Returns it with its status and the time of its end.
    ///
    /// # Errors
    /// [`EngineError::Throttled`], [`EngineError::Uncompilable`].
    pub async fn start_sync(
        self: &Arc<Self>,
        request: StartRequest,
    ) -> Result<(Started, Status, i64), EngineError> {
        let (lease, create) = self.new_execution(&request).await?;
        let end = self.watch_end(lease.id());
        match create {
            Some(create) => begin(lease.clone(), Some(create)).await?,
            None => drop(self.apply_and_perform(&lease, Stimulus::Start).await),
        }
        let _ = end.await;
        let (status, stopped_ms) = {
            let execution = lease.live.execution.lock();
            (execution.status().clone(), execution.stopped_ms().unwrap_or_default())
        };
        Ok((started(&lease), status, stopped_ms))
    }

    /// Stops an execution. Returns when it ended; one that had ended before keeps its end.
    ///
    /// # Errors
    /// [`EngineError::NoSuchExecution`], or the store's.
    pub async fn stop(self: &Arc<Self>, id: ExecutionId, fault: Fault) -> Result<i64, EngineError> {
        if let Some(lease) = Lease::of(self, id).await? {
            to_its_end(async move {
                let engine = lease.engine();
                if let Some(effects) = engine.apply(&lease, Stimulus::Stop(fault)).await? {
                    engine.perform(&lease, effects);
                }
                Ok::<_, EngineError>(())
            })
            .await?;
        }
        let row = self.record(id).await?.ok_or(EngineError::NoSuchExecution)?;
        Ok(row.stopped_ms.unwrap_or_else(now_ms))
    }

    /// A new execution in memory, and the name that its first commit must find free.
    async fn new_execution(
        self: &Arc<Self>,
        request: &StartRequest,
    ) -> Result<(Lease, Option<Create>), EngineError> {
        self.admit_commit()?;
        self.admit_execution()?;
        let machine = &request.machine;
        let program = machine.revision.program().ok_or(EngineError::Uncompilable)?;
        let express = machine.machine_type == MachineType::Express;
        let id = ExecutionId { machine: machine.id, sequence: self.next_sequence().await? };
        let name: Arc<str> = request.name.clone().unwrap_or_else(|| made_names::make(id.sequence)).into();
        let run = express.then(|| uuid::Uuid::now_v7().to_string());
        let arn = match &run {
            Some(run) => self.express_arn(&machine.name, &name, run),
            None => self.execution_arn(&machine.name, &name),
        };
        let kept_run = run.filter(|_| machine.keeps_express()).map(Arc::from);
        let kept = !express || kept_run.is_some();
        let info = ExecutionInfo {
            id,
            arn: arn.into(),
            name: name.clone(),
            state_machine_arn: self.state_machine_arn(&machine.name).into(),
            state_machine_name: names::plain(&machine.name).into(),
            role_arn: machine.revision.content.role_arn.clone(),
            input: request.input.clone(),
            started_ms: now_ms(),
            express,
            kept_run,
            entry: crate::core::TOP_MACHINE,
        };
        let row_name = info.row_name();
        let case = request.case.as_ref().map(|case| self.run_case(id, case, &program));
        let mut execution = Execution::new(info);
        if let Some(case) = &case {
            execution = case.execution(execution);
        }
        let log = self.log_of(&machine.revision);
        let live = Live {
            _weight: self.weights.add(request.input.text().len()),
            execution: Mutex::new(logs::with_log(execution, log.as_ref())),
            attended: Mutex::new(None),
            pins: Mutex::new(self.pin_all(&program)),
            program,
            revision: machine.revision.number,
            durability: if kept { Durability::EachStep } else { Durability::Never },
            log,
            inherited_pins: Arc::default(),
            pins_changed: AtomicBool::new(false),
            tasks: Mutex::default(),
            journals: Mutex::default(),
            used: Used::nothing(),
            case,
        };
        let create = if !kept {
            None
        } else {
            let origin = request.origin.as_ref().map(|origin| targets::change(id, origin)).transpose()?;
            let case = live.case.as_ref().map(|case| case.row()).transpose()?;
            let catalog = origin.into_iter().chain(case).collect();
            Some(Create { name: row_name.to_string(), is_new: request.name.is_none(), catalog })
        };
        Ok((Lease::of_new(self, id, live), create))
    }

    /// What a new execution of a program would be bound to: the text that names it, and the component. What `lambda:invoke`
    /// calls depends on its input, and is not among it.
    pub fn bound_by(&self, program: &dirigent_asl::Program) -> Vec<(Arc<str>, [u8; 32])> {
        self.pin_all(program)
    }

    /// Binds every resource that is known now, so that a plugin replaced later changes nothing for this execution.
    pub(super) fn pin_all(&self, program: &dirigent_asl::Program) -> Pins {
        let mut pins = Pins::new();
        for state in program.states() {
            if let Kind::Task(task) = &state.kind
                && let Some(wanted) = binding(&task.resource, &task.resource_text)
                && !pins.iter().any(|(known, _)| **known == *wanted.key())
                && let Some(digest) = self.tasks.bind(&wanted)
            {
                pins.push((wanted.key().into(), digest));
            }
        }
        pins
    }

    /// The execution that has the name already, if the request asks for the same, test case included.
    /// Source: AWS API Reference, "StartExecution": idempotent while the execution runs.
    async fn started_before(&self, request: &StartRequest, name: String) -> Result<Started, EngineError> {
        let found = self.store.find(request.machine.id, &name).await?;
        let Some(id) = found else { return Err(EngineError::NameTaken { name }) };
        let Some(row) = self.record(id).await? else { return Err(EngineError::NameTaken { name }) };
        let input = self.payload(id, row.input).await?;
        let same_case = self.case_name(id).await?.as_ref() == request.case.as_ref().map(|case| case.name());
        if row.status != StatusRow::Running || input.as_ref() != Some(&request.input) || !same_case {
            return Err(EngineError::NameTaken { name });
        }
        let arn = self.execution_arn(&request.machine.name, &row.name).into();
        Ok(Started { id, arn, name: row.name, started_ms: row.started_ms })
    }
}

/// The first step of a Standard execution.
async fn begin(lease: Lease, create: Option<Create>) -> Result<(), EngineError> {
    to_its_end(async move {
        let engine = lease.engine();
        match engine.step(&lease, Stimulus::Start, create)? {
            Some(taken) => engine.carry_out(&lease, taken).await,
            None => Ok(()),
        }
    })
    .await
}

fn started(lease: &Lease) -> Started {
    let info = lease.live.execution.lock().info.clone();
    Started { id: info.id, arn: info.arn.clone(), name: info.name.clone(), started_ms: info.started_ms }
}
