//! The state that is meant, and whether it may be tested as it is asked for.

use dirigent_asl::{Kind, MachineIndex, MapMode, Program, Severity, State, StateIndex};
use dirigent_engine::catalog::CatalogError;
use dirigent_engine::core::TESTED_STATE;

use super::request::Request;
use crate::error::ApiError;

/// A state of a program that begins with it.
pub(super) struct Tested {
    pub(super) program: Program,
    pub(super) entry: MachineIndex,
}

impl Tested {
    pub(super) fn state(&self) -> &State {
        self.program.state(self.program.machine(self.entry).start)
    }
}

/// Compiles the definition: of one state, or of a state machine of which `stateName` names one.
pub(super) fn find(request: &Request) -> Result<Tested, ApiError> {
    let (program, mut diagnostics) = match &request.state_name {
        None => Program::compile_state_text(&request.definition, TESTED_STATE),
        Some(_) => Program::compile_text(&request.definition),
    };
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    let program = program.ok_or(CatalogError::Invalid(diagnostics))?;
    let start = match &request.state_name {
        None => program.top().start,
        Some(name) => {
            named(&program, name).ok_or_else(|| ApiError::validation("State not found in definition"))?
        }
    };
    let (program, entry) = program.beginning_with(start);
    Ok(Tested { program, entry })
}

/// Names are unique in a definition, those of nested machines included.
fn named(program: &Program, name: &str) -> Option<StateIndex> {
    let place = program.states().iter().position(|state| &*state.name == name)?;
    u32::try_from(place).ok().map(StateIndex)
}

/// What needs a mock, what takes none, and what needs a role.
pub(super) fn check(request: &Request, tested: &Tested) -> Result<(), ApiError> {
    let kind = &tested.state().kind;
    match (kind, &request.mock) {
        (Kind::Map(_) | Kind::Parallel(_), None) => Err(ApiError::new(
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. \
             Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
        )),
        (Kind::Task(task), None) if task.resource.needs_mock() => Err(ApiError::new(
            "InvalidDefinition",
            "TestState API does not support activities and the patterns .sync and .waitForTaskToken without a mock",
        )),
        (Kind::Task(_), None) if request.role_arn.is_none() => {
            Err(ApiError::validation("RoleArn must be specified when testing a Task state"))
        }
        (Kind::Task(_) | Kind::Map(_) | Kind::Parallel(_), _) | (_, None) => configuration(request, tested),
        (kind, Some(_)) => Err(ApiError::validation(format!(
            "A test mock can only be specified for Task, Map, or Parallel states, and this is a {} state.",
            kind.type_name()
        ))),
    }
}

/// `stateConfiguration` is of the state's type.
fn configuration(request: &Request, tested: &Tested) -> Result<(), ApiError> {
    let state = tested.state();
    let only_for = |what: &str, types: &str| {
        let is = state.kind.type_name();
        Err(ApiError::validation(format!(
            "{what} can only be specified for {types}, and this is a {is} state."
        )))
    };
    let configuration = &request.configuration;
    let map = match &state.kind {
        Kind::Map(map) => Some(map),
        _ => None,
    };
    if configuration.failed_iterations.is_some() && map.is_none() {
        return only_for("MapIterationFailureCount", "Map states");
    }
    let reads = map.is_some_and(|map| match &map.mode {
        MapMode::Distributed(distributed) => distributed.reader.is_some(),
        MapMode::Inline => false,
    });
    if configuration.reader_data.is_some() && !reads {
        return only_for("MapItemReaderData", "Map states with an ItemReader");
    }
    if let Some(name) = &configuration.error_caused_by {
        if map.is_none() && !matches!(state.kind, Kind::Parallel(_)) {
            return only_for("ErrorCausedByState", "Map and Parallel states");
        }
        let inside = |other: &&State| {
            other.location.starts_with(&format!("{}/", state.location.trim_end_matches('/')))
                && *other.name == **name
        };
        if !tested.program.states().iter().any(|other| inside(&other)) {
            return Err(ApiError::validation(format!(
                "ErrorCausedByState: there is no state '{name}' inside the state under test."
            )));
        }
    }
    Ok(())
}
