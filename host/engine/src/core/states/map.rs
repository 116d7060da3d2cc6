//! Map: its items, and the inline mode: a frame for each item, so many at a time; the first failure ends them all.

use dirigent_asl::{Flow, Items, Kind, Map, MapMode, Quantity, State};
use dirigent_expr::JsonataTemplate;
use dirigent_store::FrameId;
use serde_json::Value;

use super::{children, map_run};
use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::frame::{Frame, MapProgress, Parent, Phase};
use crate::core::inspect::Gathered;
use crate::core::scope::MapItem;
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
    let wanted = number(turn, id, &map.max_concurrency, &input, "MaxConcurrency", "integer")?;
    let wanted = if wanted < 0.0 { 0 } else { wanted as u32 };
    turn.see(|findings| findings.max_concurrency = Some(wanted));
    if let MapMode::Distributed(distributed) = &map.mode {
        let items = match &distributed.reader {
            Some(_) => None,
            None => Some(items(turn, id, state, map, &input)?),
        };
        let length = items.as_ref().and_then(|items| items.value().as_array()).map_or(0, Vec::len);
        started(turn, id, length as u64);
        return map_run::run(turn, id, state, distributed, input, items, wanted);
    }
    let most = turn.limits.inline_concurrency;
    let concurrency = if wanted == 0 { most } else { wanted.min(most) };
    let items = items(turn, id, state, map, &input)?;
    let length = items.value().as_array().map_or(0, Vec::len);
    if length > turn.limits.inline_items {
        let most = turn.limits.inline_items;
        return Err(Failure::runtime(format!("The Map has {length} items; at most {most} are allowed")));
    }
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let started = started(turn, id, u64::from(length));
    let frame = turn.frame(id);
    frame.phase = Phase::Map(MapProgress {
        items: items.clone(),
        input: input.clone(),
        length,
        next: 0,
        running: 0,
        concurrency,
    });
    if let Some(mock) = turn.mock() {
        see_selected(turn, id, state, &items, &input)?;
        let results = mock.result.map_err(Failure::of)?;
        return succeed_with(turn, id, map, results);
    }
    if length == 0 {
        return succeed(turn, id, map);
    }
    start_iterations(turn, id, started)
}

/// The array that the Map is over.
fn items(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    map: &Map,
    input: &Payload,
) -> Result<Payload, Failure> {
    let items = match &map.items {
        None => input.clone(),
        Some(Items::Path(path)) => {
            let value = path.evaluate(&turn.scope(id, input)).map_err(|error| Failure::in_path(&error))?;
            Payload::from_value(value)
        }
        Some(Items::Jsonata(template)) => {
            Payload::from_value(template.render("Items", &turn.scope(id, input))?)
        }
    };
    turn.see(|findings| findings.items = Some(items.clone()));
    if items.value().is_array() { Ok(items) } else { Err(no_array(state, map, items.value())) }
}

/// What `ItemSelector` makes of each item, for a test, which starts no iterations.
fn see_selected(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    items: &Payload,
    input: &Payload,
) -> Result<(), Failure> {
    let (Some(values), true) = (items.value().as_array(), flow::selects_items(state)) else { return Ok(()) };
    let mut selected = Gathered::new(turn.limits.payload_bytes);
    for (index, value) in (0..).zip(values) {
        let about = MapItem { index, key: None, value, source: None };
        selected.push(&flow::item(turn.scope(id, input), state, about)?);
    }
    turn.see(|findings| findings.after_item_selector = selected.array());
    Ok(())
}

/// The event of a Map that begins.
fn started(turn: &mut Turn<'_>, id: FrameId, length: u64) -> u64 {
    let previous = turn.frame(id).last_event;
    let started = turn.emit(previous, EventKind::MapStateStarted { length });
    turn.frame(id).last_event = started;
    started
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
        let about = MapItem { index: u64::from(slot), key: None, value, source: None };
        let item = flow::item(turn.scope(id, &input), state, about)?;
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
    succeed_with(turn, id, map, Payload::array(&results))
}

fn succeed_with(turn: &mut Turn<'_>, id: FrameId, map: &Map, results: Payload) -> Result<(), Failure> {
    let previous = turn.frame(id).last_event;
    turn.emit(previous, EventKind::MapStateSucceeded);
    children::done(turn, id);
    let (output, assigned) = flow::output(turn, id, turn.state_of(id), results)?;
    turn.leave(id, output, assigned, map.next);
    Ok(())
}

/// An iteration failed, and with it the state, whose Retry and Catch come next.
pub(in crate::core) fn iteration_failed(turn: &mut Turn<'_>, iteration: FrameId, parent: Parent) {
    let id = parent.frame;
    let last_event = turn.frame(iteration).last_event;
    let name = turn.state_of(id).name.clone();
    turn.emit(last_event, EventKind::MapIterationFailed(Iteration { name, index: u64::from(parent.slot) }));
    turn.frame(id).last_event = last_event;
}

/// A number that the Map is set by. `kind` is AWS's word for what it must be: `integer` or `float`.
pub(super) fn number(
    turn: &Turn<'_>,
    id: FrameId,
    quantity: &Quantity,
    input: &Payload,
    field: &str,
    kind: &str,
) -> Result<f64, Failure> {
    let sound = |number: f64| number.is_finite() && (kind == "float" || number.fract() == 0.0);
    // AWS takes a number from a string too.
    let read = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    match quantity {
        Quantity::Fixed(number) => Ok(*number),
        Quantity::Jsonata(expression) => {
            let value = expression
                .evaluate(&turn.scope(id, input))
                .map_err(|error| Failure::in_jsonata(field, expression, error))?;
            read(&value)
                .filter(|number| sound(*number))
                .ok_or_else(|| Failure::unexpected_type(field, expression.as_str(), "number", &value))
        }
        Quantity::Path(path) => {
            let value = path.evaluate(&turn.scope(id, input)).map_err(|error| Failure::in_path(&error))?;
            read(&value).filter(|number| sound(*number)).ok_or_else(|| {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Failure::runtime(format!(
                    "The {field}Path field refers to value \"{shown}\" which is not a valid {kind}: {}",
                    path.as_str()
                ))
            })
        }
    }
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
