//! The stages of a state's data flow, each a function from a payload to a payload.
//!
//! `InputPath → Parameters → (work) → ResultSelector → ResultPath → OutputPath`, and `Assign` beside it. A stage that
//! is not given hands the payload on as it is, neither parsed nor printed.
//!
//! Source: AWS developer guide, "Processing input and output in Step Functions".

use dirigent_asl::{ResultPlace, Selector, State};
use dirigent_expr::Template;
use dirigent_store::FrameId;

use super::errors::{Failure, error_names};
use super::frame::Variables;
use super::scope::StateScope;
use super::turn::Turn;
use crate::payload::{MAX_JSON_DEPTH, Payload};

impl<'a> Turn<'a> {
    /// What expressions of the frame's state see when their `$` is `input`.
    pub(super) fn scope<'s>(&'s self, id: FrameId, input: &'s Payload) -> StateScope<'s> {
        StateScope::new(self.x, self.program, id, input, &self.entropy)
    }
}

/// `InputPath` or `OutputPath`.
fn select(turn: &Turn<'_>, id: FrameId, selector: &Selector, from: &Payload) -> Result<Payload, Failure> {
    match selector {
        Selector::Whole => Ok(from.clone()),
        Selector::Nothing => Ok(Payload::empty_object()),
        Selector::At(path) => {
            let value = path.evaluate(&turn.scope(id, from)).map_err(|error| Failure::in_path(&error))?;
            Ok(Payload::from_value(value))
        }
    }
}

fn render(
    turn: &Turn<'_>,
    id: FrameId,
    template: Option<&Template>,
    from: Payload,
) -> Result<Payload, Failure> {
    match template {
        None => Ok(from),
        Some(template) => Ok(Payload::from_value(template.render(&turn.scope(id, &from))?)),
    }
}

/// The state's input after `InputPath`.
pub(super) fn input(turn: &Turn<'_>, id: FrameId, state: &State) -> Result<Payload, Failure> {
    let raw = turn.x.frames.get(&id).map(|frame| frame.input.clone()).unwrap_or_else(Payload::empty_object);
    select(turn, id, &state.flow.input, &raw)
}

/// The state's input after `InputPath` and `Parameters`.
pub(super) fn parameters(turn: &Turn<'_>, id: FrameId, state: &State) -> Result<Payload, Failure> {
    let input = input(turn, id, state)?;
    render(turn, id, state.flow.parameters.as_ref(), input)
}

/// From the result of the state's work to its output, and the variables that it assigns.
pub(super) fn output(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    result: Payload,
) -> Result<(Payload, Variables), Failure> {
    let flow = &state.flow;
    let result = render(turn, id, flow.result_selector.as_ref(), result)?;
    let assigned = assign(turn, id, &result, flow.assign.as_ref())?;
    let raw = turn.x.frames.get(&id).map(|frame| frame.input.clone()).unwrap_or_else(Payload::empty_object);
    let placed = place(&flow.result, &raw, result)?;
    let output = output_only(turn, id, state, placed)?;
    Ok((output, assigned))
}

/// `ResultPath`.
pub(super) fn place(place: &ResultPlace, raw: &Payload, result: Payload) -> Result<Payload, Failure> {
    match place {
        ResultPlace::Replace => Ok(result),
        ResultPlace::Discard => Ok(raw.clone()),
        ResultPlace::At(path) => {
            let placed = path.insert(raw.value().clone(), result.value().clone());
            placed.map(Payload::from_value).map_err(|error| {
                let cause = format!(
                    "Unable to apply ReferencePath {} to input {}: {error}",
                    path.as_str(),
                    raw.text()
                );
                Failure::named(error_names::RESULT_PATH, cause)
            })
        }
    }
}

/// `Assign`: every value is computed before any variable changes.
pub(super) fn assign(
    turn: &Turn<'_>,
    id: FrameId,
    from: &Payload,
    template: Option<&Template>,
) -> Result<Variables, Failure> {
    let Some(template) = template else { return Ok(Vec::new()) };
    let rendered = template.render(&turn.scope(id, from))?;
    let serde_json::Value::Object(values) = rendered else { return Ok(Vec::new()) };
    Ok(values.into_iter().map(|(name, value)| (name.into(), Payload::from_value(value))).collect())
}

/// `OutputPath` alone, for a state whose result is its input; and the bounds that every output has.
pub(super) fn output_only(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    input: Payload,
) -> Result<Payload, Failure> {
    let output = select(turn, id, &state.flow.output, &input)?;
    let unchanged = turn.x.frames.get(&id).is_some_and(|frame| frame.input.is_same(&output));
    if unchanged {
        return Ok(output);
    }
    if output.text().len() > turn.limits.payload_bytes {
        return Err(Failure::named(error_names::DATA_LIMIT, too_large(&state.name)));
    }
    if !output.is_shallow() {
        let cause = format!("The output is nested deeper than {MAX_JSON_DEPTH} levels");
        return Err(Failure::runtime(cause));
    }
    Ok(output)
}

/// AWS's words for a payload beyond the quota.
pub(super) fn too_large(name: &str) -> String {
    format!(
        "The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit."
    )
}
