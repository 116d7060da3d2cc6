//! Choice: the first rule that holds says where to go.

use dirigent_asl::{Choice, ChoiceRule, RuleCondition, State, Transition};
use dirigent_store::FrameId;

use crate::core::errors::{Failure, error_names};
use crate::core::flow;
use crate::core::turn::Turn;
use crate::payload::Payload;

pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    state: &State,
    choice: &Choice,
) -> Result<(), Failure> {
    let input = flow::input(turn, id, state)?;
    let mut taken = None;
    for (index, rule) in choice.rules.iter().enumerate() {
        if holds(turn, id, &input, rule, index)? {
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
    // A rule's own Assign and Output take the place of the state's.
    let (output, assigned) = match taken {
        Some(rule) => flow::rule_output(turn, id, state, rule, input)?,
        None => flow::output(turn, id, state, input)?,
    };
    turn.leave(id, output, assigned, Transition::To(next));
    Ok(())
}

fn holds(
    turn: &Turn<'_>,
    id: FrameId,
    input: &Payload,
    rule: &ChoiceRule,
    index: usize,
) -> Result<bool, Failure> {
    let scope = turn.scope(id, input);
    match &rule.condition {
        RuleCondition::JsonPath(condition) => {
            condition.holds(&scope).map_err(|error| Failure::runtime(error.to_string()))
        }
        RuleCondition::Constant(constant) => Ok(*constant),
        RuleCondition::Jsonata(expression) => {
            let field = format!("Choices[{index}]/Condition");
            let value = expression
                .evaluate(&scope)
                .map_err(|error| Failure::in_jsonata(&field, expression, error))?;
            value
                .as_bool()
                .ok_or_else(|| Failure::unexpected_type(&field, expression.as_str(), "boolean", &value))
        }
    }
}
