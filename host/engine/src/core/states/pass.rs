//! Pass: hands its input on, or a result.

use dirigent_asl::{Pass, State};
use dirigent_store::FrameId;

use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::turn::Turn;
use crate::payload::Payload;

pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    pass: &Pass,
) -> Result<(), Failure> {
    let effective = flow::parameters(turn, id, state)?;
    let result = match &pass.result {
        Some(result) => Payload::from_value(result.clone()),
        None => effective,
    };
    let (output, assigned) = flow::output(turn, id, state, result)?;
    turn.leave(id, output, assigned, pass.next);
    Ok(())
}
