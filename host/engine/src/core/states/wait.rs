//! Wait: until a time that the definition or the input names.

use dirigent_asl::{MAX_SECONDS, State, Wait, WaitUntil, parse_timestamp};
use dirigent_expr::{Expr, Jsonata};
use dirigent_store::FrameId;
use serde_json::Value;

use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::frame::Phase;
use crate::core::turn::Turn;
use crate::payload::Payload;

/// The longest wait that AWS takes from a path, in milliseconds: 2^31 seconds.
const MAX_DELAY_MS: i64 = (1 << 31) * 1000;

pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    wait: &Wait,
) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let due_ms = due(turn, id, &input, wait)?;
    if due_ms.saturating_sub(turn.now_ms) > MAX_DELAY_MS {
        return Err(Failure::runtime("Wait state delay is too long."));
    }
    if due_ms <= turn.now_ms {
        return finish(turn, id, state, wait);
    }
    turn.wait_for(id, Phase::Wait { due_ms });
    Ok(())
}

/// The timer has fired.
pub(in crate::core) fn done(turn: &mut Turn<'_>, id: FrameId) {
    let state = turn.state_of(id);
    let dirigent_asl::Kind::Wait(wait) = &state.kind else { return };
    if let Err(failure) = finish(turn, id, state, wait) {
        turn.failed(id, failure);
    }
}

fn finish(turn: &mut Turn<'_>, id: FrameId, state: &State, wait: &Wait) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let (output, assigned) = flow::output(turn, id, state, input)?;
    turn.leave(id, output, assigned, wait.next);
    Ok(())
}

fn due(turn: &Turn<'_>, id: FrameId, input: &Payload, wait: &Wait) -> Result<i64, Failure> {
    let from_now = |seconds: u64| turn.now_ms.saturating_add_unsigned(seconds.saturating_mul(1000));
    match &wait.until {
        WaitUntil::Seconds(seconds) => Ok(from_now(*seconds)),
        WaitUntil::Timestamp(time) => Ok(time.as_millisecond()),
        WaitUntil::SecondsJsonata(expression) => {
            let value = evaluate(turn, id, input, expression, "Seconds")?;
            let seconds = value
                .as_u64()
                .or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64));
            match seconds {
                Some(seconds @ 0..=MAX_SECONDS) => Ok(from_now(seconds)),
                _ => Err(Failure::query(
                    Some("Seconds"),
                    format!(
                        "The Seconds field must be a whole number from 0 to {MAX_SECONDS} but was: {value}"
                    ),
                )),
            }
        }
        WaitUntil::TimestampJsonata(expression) => {
            let value = evaluate(turn, id, input, expression, "Timestamp")?;
            let time = value.as_str().and_then(parse_timestamp);
            time.map(|time| time.as_millisecond()).ok_or_else(|| {
                Failure::query(
                    Some("Timestamp"),
                    format!(
                        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {}",
                        plain(&value)
                    ),
                )
            })
        }
        WaitUntil::SecondsPath(path) => {
            let value = look_up(turn, id, input, path, "SecondsPath")?;
            match value.as_u64() {
                Some(seconds) => Ok(from_now(seconds)),
                None if value.as_i64().is_some() => Err(Failure::runtime(format!(
                    "The SecondsPath parameter references a negative value: {} == {value}",
                    path.as_str()
                ))),
                None => Err(Failure::runtime(format!(
                    "The SecondsPath parameter cannot be parsed as a long value: {} == {}",
                    path.as_str(),
                    plain(&value)
                ))),
            }
        }
        WaitUntil::TimestampPath(path) => {
            let value = look_up(turn, id, input, path, "TimestampPath")?;
            let time = value.as_str().and_then(parse_timestamp);
            time.map(|time| time.as_millisecond()).ok_or_else(|| {
                Failure::runtime(format!(
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format \
                     string: {} == {}",
                    path.as_str(),
                    plain(&value)
                ))
            })
        }
    }
}

fn look_up(
    turn: &Turn<'_>,
    id: FrameId,
    input: &Payload,
    path: &Expr,
    field: &str,
) -> Result<Value, Failure> {
    path.evaluate(&turn.scope(id, input)).map_err(|error| match error {
        dirigent_expr::EvalError::Path { .. } => {
            let path = path.as_str();
            Failure::runtime(format!("The {field} parameter does not reference an input value: {path}"))
        }
        error => Failure::in_field(field, &error),
    })
}

fn evaluate(
    turn: &Turn<'_>,
    id: FrameId,
    input: &Payload,
    expression: &Jsonata,
    field: &str,
) -> Result<Value, Failure> {
    let value = expression.evaluate(&turn.scope(id, input));
    value.map_err(|error| Failure::in_jsonata(field, expression, error))
}

/// A value in a message: strings without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
