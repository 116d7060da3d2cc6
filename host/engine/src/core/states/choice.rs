//! Choice: the first rule that holds says where to go.

use dirigent_asl::{Choice, State, Transition};
use dirigent_store::FrameId;

use crate::core::errors::{Failure, error_names};
use crate::core::flow;
use crate::core::turn::Turn;

pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    choice: &Choice,
) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let mut taken = None;
    for rule in &choice.rules {
        let holds = rule.condition.holds(&turn.scope(id, &input));
        if holds.map_err(|error| Failure::runtime(error.to_string()))? {
            taken = Some(rule);
            break;
        }
    }
    let next = match (taken, choice.default) {
        (Some(rule), _) => rule.next,
        (None, Some(default)) => default,
        (None, None) => {
            let cause = "No choices matched the input, and the state has no Default.";
            return Err(Failure::named(error_names::NO_CHOICE, cause));
        }
    };
    // A rule's own Assign takes the place of the state's.
    let (output, assigned) = match taken {
        Some(rule) => {
            let assigned = flow::assign(turn, id, &input, rule.assign.as_ref())?;
            (flow::output_only(turn, id, state, input)?, assigned)
        }
        None => flow::output(turn, id, state, input)?,
    };
    turn.leave(id, output, assigned, Transition::To(next));
    Ok(())
}
