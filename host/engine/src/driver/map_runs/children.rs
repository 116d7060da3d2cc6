//! A Map Run's children: executions of the item processor, numbered by their place in the run.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dirigent_asl::{Kind, MachineIndex, Program};
use dirigent_store::{ExecutionId, MachineId};
use parking_lot::Mutex;

use super::ids;
use super::row::MapRunRow;
use crate::core::{Execution, ExecutionInfo, Redrive, Status, Stimulus};
use crate::driver::apply::report;
use crate::driver::budget::Used;
use crate::driver::live::{self, Durability, Lease, Live};
use crate::driver::logs::{self, ExecutionLog};
use crate::driver::objects::ChildStatus;
use crate::driver::redrive::begin_again;
use crate::driver::test_cases::RunningCase;
use crate::driver::{Engine, EngineError, now_ms};
use crate::names;
use crate::payload::Payload;
use crate::rows::{Pins, StatusRow};

/// What all children of a run have in common.
pub(in crate::driver) struct Template {
    pub(in crate::driver) program: Arc<Program>,
    pub(in crate::driver) revision: u32,
    pub(in crate::driver) entry: MachineIndex,
    pub(in crate::driver) pins: Arc<Pins>,
    pub(in crate::driver) express: bool,
    pub(in crate::driver) state_machine_arn: Arc<str>,
    pub(in crate::driver) state_machine_name: Arc<str>,
    pub(in crate::driver) role_arn: Arc<str>,
    pub(in crate::driver) case: Option<Arc<RunningCase>>,
    /// That of the state machine.
    pub(in crate::driver) log: Option<Arc<dyn ExecutionLog>>,
}

impl Template {
    /// What the children of a run have in common.
    pub(in crate::driver) async fn of(engine: &Engine, row: &MapRunRow) -> Result<Template, EngineError> {
        let revision = engine.catalog.revision(row.state_machine, row.revision).await?;
        let revision = revision.ok_or(EngineError::Uncompilable)?;
        let program = revision.program().ok_or(EngineError::Uncompilable)?;
        let state = program.states().iter().find(|state| state.location == row.state);
        let Some(Kind::Map(map)) = state.map(|state| &state.kind) else {
            return Err(EngineError::Uncompilable);
        };
        let entry = map.processor;
        let machine = engine.catalog.name_of(row.state_machine).await?.ok_or(EngineError::NoSuchExecution)?;
        let name = format!("{machine}/{}", row.label);
        Ok(Template {
            program,
            revision: row.revision,
            entry,
            pins: row.pins.clone(),
            express: row.express,
            state_machine_arn: engine.state_machine_arn(&name).into(),
            state_machine_name: name.into(),
            role_arn: revision.content.role_arn.clone(),
            case: engine.case_of_children(row.parent).await?,
            log: engine.log_of(&revision),
        })
    }

    /// A child's fixed part.
    pub(in crate::driver) fn info(
        &self,
        engine: &Engine,
        id: ExecutionId,
        name: Arc<str>,
        input: Payload,
        started_ms: i64,
    ) -> ExecutionInfo {
        ExecutionInfo {
            id,
            arn: engine.execution_arn(&self.state_machine_name, &name).into(),
            name,
            state_machine_arn: self.state_machine_arn.clone(),
            state_machine_name: names::plain(&self.state_machine_name).into(),
            role_arn: self.role_arn.clone(),
            input,
            started_ms,
            express: self.express,
            kept_run: None,
            entry: self.entry,
        }
    }

    /// A new child of that attempt of the run, in memory.
    fn live(&self, engine: &Engine, info: ExecutionInfo, attempt: u32) -> Live {
        let weight = engine.weights.add(info.input.text().len());
        let mut execution = Execution::in_attempt(info, attempt);
        if let Some(case) = &self.case {
            execution = case.execution(execution);
        }
        Live {
            execution: Mutex::new(logs::with_log(execution, self.log.as_ref())),
            attended: Mutex::new(None),
            program: self.program.clone(),
            revision: self.revision,
            durability: if self.express { Durability::AtEnd } else { Durability::EachStep },
            log: self.log.clone(),
            pins: Mutex::default(),
            inherited_pins: self.pins.clone(),
            pins_changed: AtomicBool::new(false),
            tasks: Mutex::new(HashMap::new()),
            journals: Mutex::default(),
            used: Used::nothing(),
            case: self.case.clone(),
            _weight: weight,
        }
    }
}

/// Starts a child. It ends by itself, and says so to its run. When this returns it is in memory and counts as live, so
/// that whoever starts many sees how many there are.
pub(super) fn start(
    engine: &Arc<Engine>,
    template: &Template,
    (run, attempt): (MachineId, u32),
    index: u32,
    input: Payload,
) {
    let id = ids::child(run, index);
    let info = template.info(engine, id, ids::name(id).into(), input, now_ms());
    let lease = Lease::anew(engine, id, template.live(engine, info, attempt));
    let engine = engine.clone();
    tokio::spawn(async move { engine.apply_and_perform(&lease, Stimulus::Start).await });
}

/// Redrives a Standard child that did not succeed. It ends by itself, and says so to its run.
pub(super) async fn redrive(
    engine: &Arc<Engine>,
    (run, attempt): (MachineId, u32),
    index: u32,
) -> Result<(), EngineError> {
    let id = ids::child(run, index);
    let row = engine.record(id).await?.ok_or(EngineError::NoSuchExecution)?;
    let (live, _) = live::read_back(engine, id, &row).await?;
    let lease = Lease::anew(engine, id, live);
    let redrive = Redrive { attempt, ..Redrive::default() };
    tokio::spawn(async move {
        if let Err(error) = begin_again(&lease, redrive).await {
            report(&lease, &error);
        }
    });
    Ok(())
}

/// How a child stands, by its record.
pub(super) fn status(row: &StatusRow) -> ChildStatus {
    match row {
        StatusRow::Running => ChildStatus::Running,
        StatusRow::Succeeded(_) => ChildStatus::Succeeded,
        StatusRow::Failed(_) => ChildStatus::Failed,
        StatusRow::TimedOut(_) => ChildStatus::TimedOut,
        StatusRow::Aborted(_) => ChildStatus::Aborted,
    }
}

/// How a child in memory stands.
pub(super) fn live_status(status: &Status) -> ChildStatus {
    match status {
        Status::Running => ChildStatus::Running,
        Status::Succeeded { .. } => ChildStatus::Succeeded,
        Status::Failed(_) => ChildStatus::Failed,
        Status::TimedOut(_) => ChildStatus::TimedOut,
        Status::Aborted(_) => ChildStatus::Aborted,
    }
}
