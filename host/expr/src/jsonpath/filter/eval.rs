//! Applies a filter to an item.

use std::borrow::Cow;

use serde_json::Value;

use super::super::error::PathError;
use super::super::eval::Query;
use super::operators::{Term, compare};
use super::{Filter, Operand};

/// Whether `item` meets the filter. A comparison that makes no sense for the item, such as `in` against a number, is
/// no error: the item does not meet the filter, and a `!` around it changes nothing.
pub(in crate::jsonpath) fn accepts(
    filter: &Filter,
    item: &Value,
    query: &Query<'_>,
) -> Result<bool, PathError> {
    match holds(filter, item, query) {
        Err(PathError::Unsupported { .. }) => Ok(false),
        Err(error) if error.is_not_found() => Ok(false),
        result => result,
    }
}

fn holds(filter: &Filter, item: &Value, query: &Query<'_>) -> Result<bool, PathError> {
    match filter {
        Filter::Or(terms) => {
            for term in terms {
                if holds(term, item, query)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Filter::And(terms) => {
            for term in terms {
                if !holds(term, item, query)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Filter::Not(inner) => Ok(!holds(inner, item, query)?),
        Filter::Exists { path, expected } => match query.strict().answer(path, item) {
            Ok(_) => Ok(*expected),
            Err(error) if error.is_not_found() => Ok(!expected),
            Err(error) => Err(error),
        },
        Filter::Compare { left, operator, right } => {
            let query = query.lenient();
            compare(term(left, item, &query)?, *operator, term(right, item, &query)?)
        }
    }
}

fn term<'a>(operand: &'a Operand, item: &'a Value, query: &'a Query<'_>) -> Result<Term<'a>, PathError> {
    Ok(match operand {
        Operand::Number(text) => Term::Number(text.as_ref().into()),
        Operand::Literal(value) => Term::of(Cow::Borrowed(value)),
        Operand::Pattern(regex) => Term::Pattern(regex),
        Operand::Path(path) => match query.answer(path, item) {
            Ok(value) => Term::of(value),
            Err(error) if error.is_not_found() => Term::Undefined,
            Err(error) => return Err(error),
        },
    })
}
