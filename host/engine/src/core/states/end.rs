//! Succeed and Fail: the states that end their machine.

use std::sync::Arc;

use dirigent_asl::{Fail, State, Text, Transition};
use dirigent_store::FrameId;
use serde_json::Value;

use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::turn::Turn;
use crate::event::Fault;

pub(in crate::core) fn succeed(turn: &mut Turn<'_>, id: FrameId, state: &State) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let output = flow::output_only(turn, id, state, input)?;
    turn.leave(id, output, Vec::new(), Transition::End);
    Ok(())
}

/// A Fail state always fails; the only question is with which words.
pub(in crate::core) fn fail(turn: &mut Turn<'_>, id: FrameId, fail: &Fail) -> Result<(), Failure> {
    let error = text(turn, id, fail.error.as_ref(), "ErrorPath")?;
    let cause = text(turn, id, fail.cause.as_ref(), "CausePath")?;
    Err(Failure::of(Fault { error, cause }))
}

fn text(turn: &Turn<'_>, id: FrameId, text: Option<&Text>, field: &str) -> Result<Option<Arc<str>>, Failure> {
    match text {
        None => Ok(None),
        Some(Text::Fixed(text)) => Ok(Some(text.clone())),
        Some(Text::Jsonata(expression)) => {
            let field = field.trim_end_matches("Path");
            let value = expression
                .evaluate(&turn.scope(id, &flow::raw(turn, id)))
                .map_err(|error| Failure::in_jsonata(field, expression, error))?;
            match value {
                Value::String(text) => Ok(Some(text.into())),
                other => Err(Failure::unexpected_type(field, expression.as_str(), "string", &other)),
            }
        }
        Some(Text::Path(path)) => {
            let input = flow::raw(turn, id);
            match path.evaluate(&turn.scope(id, &input)) {
                Ok(Value::String(text)) => Ok(Some(text.into())),
                Ok(other) => Err(Failure::runtime(format!(
                    "The {field} field '{}' must refer to a string, but it refers to {other}",
                    path.as_str()
                ))),
                Err(error) => Err(Failure::in_field(field, &error)),
            }
        }
    }
}
