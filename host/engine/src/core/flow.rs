//! The stages of a state's data flow, each a function from a payload to a payload.
//!
//! In JSONPath `InputPath → Parameters → (work) → ResultSelector → ResultPath → OutputPath`, in JSONata
//! `Arguments → (work) → Output`, and `Assign` beside it. What differs between the languages is here; states call the
//! stages and do not ask which language they are in. A stage that is not given hands the payload on as it is, neither parsed nor printed.
//!
//! Source: AWS developer guide, "Processing input and output in Step Functions".

use dirigent_asl::{AnyTemplate, ChoiceRule, Flow, ResultPlace, Selector, State};
use dirigent_expr::{JsonataTemplate, Scope, Template};
use dirigent_store::FrameId;
use serde_json::Value;

use super::errors::{Failure, error_names};
use super::frame::Variables;
use super::scope::{MapItem, StateScope};
use super::turn::Turn;
use crate::payload::{MAX_JSON_DEPTH, Payload};

impl<'a> Turn<'a> {
    /// What expressions of the frame's state see when their `$` is `input`.
    pub(super) fn scope<'s>(&'s self, id: FrameId, input: &'s Payload) -> StateScope<'s> {
        let token = self.token.filter(|token| token.frame == id).or_else(|| self.x.shown_token(id));
        StateScope::new(self.x, self.program, id, input, &self.entropy, self.now_ms).with_token(token)
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

/// The state's input as it came.
pub(super) fn raw(turn: &Turn<'_>, id: FrameId) -> Payload {
    turn.x.frames.get(&id).map_or_else(Payload::empty_object, |frame| frame.input.clone())
}

/// The state's input after `InputPath`.
pub(super) fn input(turn: &Turn<'_>, id: FrameId, state: &State) -> Result<Payload, Failure> {
    let raw = raw(turn, id);
    match &state.flow {
        Flow::JsonPath(flow) => {
            let input = select(turn, id, &flow.input, &raw)?;
            turn.see(|findings| findings.after_input_path = Some(input.clone()));
            Ok(input)
        }
        Flow::Jsonata(_) => Ok(raw),
    }
}

/// The state's input after `InputPath` and `Parameters`, or its `Arguments`.
pub(super) fn parameters(turn: &Turn<'_>, id: FrameId, state: &State) -> Result<Payload, Failure> {
    let input = input(turn, id, state)?;
    match &state.flow {
        Flow::JsonPath(flow) => {
            let parameters = render(turn, id, flow.parameters.as_ref(), input)?;
            turn.see(|findings| findings.after_parameters = Some(parameters.clone()));
            Ok(parameters)
        }
        Flow::Jsonata(flow) => {
            let arguments = match &flow.arguments {
                Some(arguments) => {
                    Payload::from_value(arguments.render("Arguments", &turn.scope(id, &input))?)
                }
                None => input,
            };
            turn.see(|findings| findings.after_arguments = Some(arguments.clone()));
            Ok(arguments)
        }
    }
}

/// Whether a Map has an `ItemSelector`.
pub(super) fn selects_items(state: &State) -> bool {
    match &state.flow {
        Flow::JsonPath(flow) => flow.parameters.is_some(),
        Flow::Jsonata(flow) => flow.arguments.is_some(),
    }
}

/// What a Map's iteration is given: `ItemSelector`, or else the item.
pub(super) fn item(scope: StateScope<'_>, state: &State, item: MapItem<'_>) -> Result<Payload, Failure> {
    let scope = scope.with_item(item);
    let selected = match &state.flow {
        Flow::JsonPath(flow) => {
            flow.parameters.as_ref().map(|selector| selector.render(&scope)).transpose()?
        }
        Flow::Jsonata(flow) => {
            flow.arguments.as_ref().map(|selector| selector.render("ItemSelector", &scope)).transpose()?
        }
    };
    Ok(Payload::from_value(selected.unwrap_or_else(|| item.value.clone())))
}

/// From the result of the state's work to its output, and the variables that it assigns.
pub(super) fn output(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    result: Payload,
) -> Result<(Payload, Variables), Failure> {
    turn.see(|findings| findings.result = Some(result.clone()));
    match &state.flow {
        Flow::JsonPath(flow) => {
            let result = render(turn, id, flow.result_selector.as_ref(), result)?;
            turn.see(|findings| findings.after_result_selector = Some(result.clone()));
            let assigned = assign(turn, id, &result, flow.assign.as_ref())?;
            let placed = place(&flow.result, &raw(turn, id), result)?;
            turn.see(|findings| findings.after_result_path = Some(placed.clone()));
            Ok((output_only(turn, id, state, placed)?, assigned))
        }
        Flow::Jsonata(flow) => {
            let raw = raw(turn, id);
            // States without work of their own have no `$states.result`.
            let worked = state.kind.errors().is_some().then_some(&result);
            let scope = turn.scope(id, &raw).with_result(worked);
            let (output, assigned) =
                render_both(&scope, flow.output.as_ref(), flow.assign.as_ref(), &result)?;
            Ok((within_bounds(turn, id, state, output)?, assigned))
        }
    }
}

/// `Output` and `Assign` in JSONata; without `Output` that is `otherwise`. Both see the variables as they were.
pub(super) fn render_both(
    scope: &dyn Scope,
    output: Option<&JsonataTemplate>,
    assign: Option<&JsonataTemplate>,
    otherwise: &Payload,
) -> Result<(Payload, Variables), Failure> {
    let assigned = match assign {
        Some(template) => variables(template.render("Assign", scope)?),
        None => Variables::new(),
    };
    let output = match output {
        Some(template) => Payload::from_value(template.render("Output", scope)?),
        None => otherwise.clone(),
    };
    Ok((output, assigned))
}

fn variables(values: Value) -> Variables {
    match values {
        Value::Object(values) => {
            values.into_iter().map(|(name, value)| (name.into(), Payload::from_value(value))).collect()
        }
        _ => Variables::new(),
    }
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
    Ok(variables(template.render(&turn.scope(id, from))?))
}

/// `OutputPath` or `Output` alone, for a state whose result is its input and that assigns nothing.
pub(super) fn output_only(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    input: Payload,
) -> Result<Payload, Failure> {
    let output = match &state.flow {
        Flow::JsonPath(flow) => select(turn, id, &flow.output, &input)?,
        Flow::Jsonata(flow) => match &flow.output {
            Some(template) => Payload::from_value(template.render("Output", &turn.scope(id, &input))?),
            None => input,
        },
    };
    within_bounds(turn, id, state, output)
}

/// The bounds that every output has.
fn within_bounds(turn: &Turn<'_>, id: FrameId, state: &State, output: Payload) -> Result<Payload, Failure> {
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

/// A template of a field beside the data flow, such as `Credentials`.
pub(super) fn render_any(
    turn: &Turn<'_>,
    id: FrameId,
    field: &str,
    template: &AnyTemplate,
    input: &Payload,
) -> Result<Value, Failure> {
    let scope = turn.scope(id, input);
    Ok(match template {
        AnyTemplate::JsonPath(template) => template.render(&scope)?,
        AnyTemplate::Jsonata(template) => template.render(field, &scope)?,
    })
}

/// What a Choice state's rule makes of the input: its own `Assign`, and in JSONata its own `Output`.
pub(super) fn rule_output(
    turn: &Turn<'_>,
    id: FrameId,
    state: &State,
    rule: &ChoiceRule,
    input: Payload,
) -> Result<(Payload, Variables), Failure> {
    let assigned = match &rule.assign {
        Some(template) => variables(render_any(turn, id, "Assign", template, &input)?),
        None => Variables::new(),
    };
    let output = match &rule.output {
        Some(template) => {
            let rendered = Payload::from_value(template.render("Output", &turn.scope(id, &input))?);
            within_bounds(turn, id, state, rendered)?
        }
        None => output_only(turn, id, state, input)?,
    };
    Ok((output, assigned))
}
