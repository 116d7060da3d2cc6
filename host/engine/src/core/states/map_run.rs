//! Map, distributed: a Map Run, whose children are executions of their own. The core evaluates what the run is
//! started with and takes its end in; what lies between is the driver's.

use std::sync::Arc;

use dirigent_asl::{Distributed, Kind, Quantity, State};
use dirigent_store::FrameId;

use super::children;
use super::map::number;
use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::frame::Phase;
use crate::core::map_run::{MapRun, MapRunItems, MapRunSettings};
use crate::core::stimulus::Effect;
use crate::core::turn::Turn;
use crate::event::{EventKind, Fault};
use crate::payload::Payload;

/// Starts a run. `items` is `None` where an `ItemReader` brings them.
pub(super) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    distributed: &Distributed,
    input: Payload,
    items: Option<Payload>,
    max_concurrency: u32,
) -> Result<(), Failure> {
    let quantity = |turn: &Turn<'_>, quantity: Option<&Quantity>, field: &str| {
        quantity.map(|quantity| number(turn, id, quantity, &input, field, "integer")).transpose()
    };
    let reader = distributed.reader.as_ref();
    let batcher = distributed.batcher.as_ref();
    let settings = MapRunSettings {
        max_concurrency,
        tolerated_count: tolerated_count(turn, id, distributed, &input)?,
        tolerated_percentage: tolerated_percentage(turn, id, distributed, &input)?,
        max_items: quantity(turn, reader.and_then(|reader| reader.max_items.as_ref()), "MaxItems")?
            .map(|number| number as i64),
        batch_items: quantity(
            turn,
            batcher.and_then(|batcher| batcher.max_items.as_ref()),
            "MaxItemsPerBatch",
        )?
        .map(at_least_one),
        batch_bytes: quantity(
            turn,
            batcher.and_then(|batcher| batcher.max_bytes.as_ref()),
            "MaxInputBytesPerBatch",
        )?
        .map(at_least_one),
    };
    turn.see(|findings| {
        findings.tolerated_count = settings.tolerated_count;
        findings.tolerated_percentage = settings.tolerated_percentage;
    });
    let template = |turn: &Turn<'_>, field: &str, template: Option<&dirigent_asl::AnyTemplate>| {
        template
            .map(|template| flow::render_any(turn, id, field, template, &input).map(Payload::from_value))
            .transpose()
    };
    let items = match (items, reader) {
        (Some(items), _) => MapRunItems::Given(items),
        (None, reader) => {
            let arguments =
                template(turn, "ItemReader", reader.and_then(|reader| reader.arguments.as_ref()))?;
            MapRunItems::Read(arguments.unwrap_or_else(Payload::empty_object))
        }
    };
    let batch_input = template(turn, "BatchInput", batcher.and_then(|batcher| batcher.input.as_ref()))?;
    let writer = distributed.writer.as_ref().and_then(|writer| writer.arguments.as_ref());
    let writer = template(turn, "ResultWriter", writer)?;

    let run = MapRun {
        id: turn.entropy.uuid().as_str().into(),
        label: distributed.label.clone().unwrap_or_else(|| default_label(&state.location)),
        input,
        items,
        settings,
        batch_input,
        writer,
        redrives: 0,
    };
    let previous = turn.frame(id).last_event;
    let arn = arn(&turn.x.info.state_machine_arn, &run);
    let event = turn.emit(previous, EventKind::MapRunStarted { arn });
    turn.frame(id).last_event = event;
    let generation = turn.wait_for(id, Phase::MapRun(Box::new(run)));
    turn.out.effects.push(Effect::StartMapRun { frame: id, generation });
    Ok(())
}

/// The run has ended.
pub(in crate::core) fn ended(
    turn: &mut Turn<'_>,
    id: FrameId,
    generation: u32,
    result: Result<Payload, Fault>,
) {
    let awaited = |frame: &crate::core::Frame| {
        frame.generation == generation && matches!(frame.phase, Phase::MapRun(_))
    };
    if !turn.x.frames.get(&id).is_some_and(awaited) {
        return;
    }
    let state = turn.state_of(id);
    let Kind::Map(map) = &state.kind else { return };
    let previous = turn.frame(id).last_event;
    let failure = match result {
        Ok(output) => {
            let event = turn.emit(previous, EventKind::MapRunSucceeded);
            turn.frame(id).last_event = event;
            turn.emit(event, EventKind::MapStateSucceeded);
            children::done(turn, id);
            match flow::output(turn, id, state, output) {
                Ok((output, assigned)) => return turn.leave(id, output, assigned, map.next),
                Err(failure) => failure,
            }
        }
        Err(fault) => {
            let event = turn.emit(previous, EventKind::MapRunFailed(fault.clone()));
            turn.frame(id).last_event = event;
            Failure::of(fault)
        }
    };
    turn.failed(id, failure);
}

/// `arn:…:mapRun:MACHINE/LABEL:ID`. A run inside a child belongs to the same state machine.
pub(in crate::core) fn arn(state_machine_arn: &str, run: &MapRun) -> Arc<str> {
    let (prefix, machine) = state_machine_arn.split_once(":stateMachine:").unwrap_or((state_machine_arn, ""));
    let machine = machine.split('/').next().unwrap_or_default();
    format!("{prefix}:mapRun:{machine}/{}:{}", run.label, run.id).into()
}

/// A label for a state that names none: the same whenever the definition has the state at the same place.
fn default_label(location: &str) -> Arc<str> {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, location.as_bytes()).to_string().into()
}

fn at_least_one(number: f64) -> u64 {
    (number as u64).max(1)
}

fn tolerated_count(
    turn: &Turn<'_>,
    id: FrameId,
    distributed: &Distributed,
    input: &Payload,
) -> Result<Option<u64>, Failure> {
    let Some(quantity) = &distributed.tolerated_count else { return Ok(None) };
    let count = number(turn, id, quantity, input, "ToleratedFailureCount", "integer")?;
    if count < 0.0 {
        return Err(Failure::runtime("ToleratedFailureCount must not be negative."));
    }
    Ok(Some(count as u64))
}

fn tolerated_percentage(
    turn: &Turn<'_>,
    id: FrameId,
    distributed: &Distributed,
    input: &Payload,
) -> Result<Option<f64>, Failure> {
    let Some(quantity) = &distributed.tolerated_percentage else { return Ok(None) };
    let percentage = number(turn, id, quantity, input, "ToleratedFailurePercentage", "float")?;
    if !(0.0..=100.0).contains(&percentage) {
        return Err(Failure::runtime("ToleratedFailurePercentage must be between 0 and 100."));
    }
    Ok(Some(percentage))
}
