//! Map, inline: a frame for each item, so many at a time; the first failure ends them all.

use dirigent_asl::{Concurrency, Flow, Items, Kind, Map, State};
use dirigent_expr::JsonataTemplate;
use dirigent_store::FrameId;
use serde_json::Value;

use super::children;
use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::frame::{Frame, MapProgress, Parent, Phase};
use crate::core::turn::Turn;
use crate::event::{EventKind, Iteration};
use crate::payload::Payload;

pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    map: &Map,
) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let concurrency = concurrency(turn, id, map, &input)?;
    let items = match &map.items {
        None => input.clone(),
        Some(Items::Path(path)) => {
            let value = path.evaluate(&turn.scope(id, &input)).map_err(|error| Failure::in_path(&error))?;
            Payload::from_value(value)
        }
        Some(Items::Jsonata(template)) => {
            Payload::from_value(template.render("Items", &turn.scope(id, &input))?)
        }
    };
    let Value::Array(array) = items.value() else {
        return Err(no_array(state, map, items.value()));
    };
    if array.len() > turn.limits.inline_items {
        let most = turn.limits.inline_items;
        return Err(Failure::runtime(format!(
            "The Map has {} items; at most {most} are allowed",
            array.len()
        )));
    }
    let length = u32::try_from(array.len()).unwrap_or(u32::MAX);
    let previous = turn.frame(id).last_event;
    let started = turn.emit(previous, EventKind::MapStateStarted { length: u64::from(length) });
    let frame = turn.frame(id);
    frame.last_event = started;
    frame.phase = Phase::Map(MapProgress { items, input, length, next: 0, running: 0, concurrency });
    if length == 0 {
        return succeed(turn, id, map);
    }
    start_iterations(turn, id, started)
}

/// Starts iterations while there are items and room; each follows the event `previous`.
fn start_iterations(turn: &mut Turn<'_>, id: FrameId, previous: u64) -> Result<(), Failure> {
    let state = turn.state_of(id);
    let Kind::Map(map) = &state.kind else { return Ok(()) };
    loop {
        let Phase::Map(progress) = &turn.frame(id).phase else { return Ok(()) };
        if progress.next >= progress.length || progress.running >= progress.concurrency {
            return Ok(());
        }
        let (slot, items, input) = (progress.next, progress.items.clone(), progress.input.clone());
        let Some(value) = items.value().get(slot as usize) else { return Ok(()) };
        let item = flow::item(turn, id, state, &input, slot, value)?;
        let iteration = Iteration { name: state.name.clone(), index: u64::from(slot) };
        let event = turn.emit(previous, EventKind::MapIterationStarted(iteration));
        let start = turn.program.machine(map.processor).start;
        let mut frame = Frame::new(Some(Parent { frame: id, slot }), start, item, event);
        frame.item = Some(Payload::from_value(value.clone()));
        turn.spawn(frame);
        if let Phase::Map(progress) = &mut turn.frame(id).phase {
            progress.next += 1;
            progress.running += 1;
        }
    }
}

/// An iteration ended well: the next one begins, or the state ends.
pub(in crate::core) fn iteration_succeeded(
    turn: &mut Turn<'_>,
    iteration: FrameId,
    parent: Parent,
    map: &Map,
) {
    let id = parent.frame;
    let last_event = turn.frame(iteration).last_event;
    let name = turn.state_of(id).name.clone();
    let kind = EventKind::MapIterationSucceeded(Iteration { name, index: u64::from(parent.slot) });
    let event = turn.emit(last_event, kind);
    let Phase::Map(progress) = &mut turn.frame(id).phase else { return };
    progress.running -= 1;
    let done = progress.running == 0 && progress.next >= progress.length;
    let went_on = if done {
        turn.frame(id).last_event = event;
        succeed(turn, id, map)
    } else {
        start_iterations(turn, id, last_event)
    };
    if let Err(failure) = went_on {
        turn.failed(id, failure);
    }
}

fn succeed(turn: &mut Turn<'_>, id: FrameId, map: &Map) -> Result<(), Failure> {
    let results = children::take_results(turn, id);
    let previous = turn.frame(id).last_event;
    turn.emit(previous, EventKind::MapStateSucceeded);
    children::done(turn, id);
    let (output, assigned) = flow::output(turn, id, turn.state_of(id), Payload::array(&results))?;
    turn.leave(id, output, assigned, map.next);
    Ok(())
}

/// An iteration failed, and with it the state, whose Retry and Catch come next.
pub(in crate::core) fn iteration_failed(turn: &mut Turn<'_>, iteration: FrameId, parent: Parent) {
    let id = parent.frame;
    let last_event = turn.frame(iteration).last_event;
    let name = turn.state_of(id).name.clone();
    turn.emit(last_event, EventKind::MapIterationFailed(Iteration { name, index: u64::from(parent.slot) }));
    turn.drop_frame(iteration);
    turn.frame(id).last_event = last_event;
}

fn concurrency(turn: &Turn<'_>, id: FrameId, map: &Map, input: &Payload) -> Result<u32, Failure> {
    let wanted = match &map.max_concurrency {
        Concurrency::Fixed(number) => *number,
        Concurrency::Jsonata(expression) => {
            let value = expression
                .evaluate(&turn.scope(id, input))
                .map_err(|error| Failure::in_jsonata("MaxConcurrency", expression, error))?;
            whole_number(&value).ok_or_else(|| {
                Failure::unexpected_type("MaxConcurrency", expression.as_str(), "number", &value)
            })?
        }
        Concurrency::Path(path) => {
            let value = path.evaluate(&turn.scope(id, input)).map_err(|error| Failure::in_path(&error))?;
            whole_number(&value).ok_or_else(|| {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Failure::runtime(format!(
                    "The MaxConcurrencyPath field refers to value \"{shown}\" which is not a valid integer: {}",
                    path.as_str()
                ))
            })?
        }
    };
    let most = turn.limits.inline_concurrency;
    Ok(if wanted == 0 { most } else { wanted.min(most) })
}

/// What is said of items that are no array.
fn no_array(state: &State, map: &Map, value: &Value) -> Failure {
    match (&state.flow, &map.items) {
        (_, Some(Items::Jsonata(JsonataTemplate::Expression(expression)))) => {
            Failure::unexpected_type("Items", expression.as_str(), "array", value)
        }
        (Flow::Jsonata(_), _) => {
            Failure::query(None, format!("Map state input must be an array but was: {value}"))
        }
        (Flow::JsonPath(_), items) => {
            let place = if let Some(Items::Path(path)) = items { path.as_str() } else { "$" };
            Failure::runtime(format!("Reference path \"{place}\" must point to array."))
        }
    }
}

/// AWS takes a number from a string too.
fn whole_number(value: &Value) -> Option<u32> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => {
            let whole = other.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
            whole.filter(|number| *number <= f64::from(u32::MAX)).map(|number| number as u32)
        }
    }
}
