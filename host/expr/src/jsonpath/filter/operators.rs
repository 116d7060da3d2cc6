//! What the operators of filters mean, for every kind of value on their two sides.

use std::borrow::Cow;
use std::cmp::Ordering;

use regex_lite::Regex;
use serde_json::Value;

use super::super::error::PathError;
use super::Operator;
use crate::decimal::Decimal;

/// One side of a comparison, evaluated.
pub(super) enum Term<'a> {
    /// The path leads nowhere. It equals nothing, not even another such path.
    Undefined,
    Null,
    Bool(bool),
    /// The number's text: numbers are compared exactly, and with strings by their text.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    /// An array or an object.
    Json(Cow<'a, Value>),
    Pattern(&'a Regex),
}

impl<'a> Term<'a> {
    pub(super) fn of(value: Cow<'a, Value>) -> Term<'a> {
        match value {
            Cow::Borrowed(Value::String(text)) => Term::Text(Cow::Borrowed(text)),
            Cow::Owned(Value::String(text)) => Term::Text(Cow::Owned(text)),
            other => match other.as_ref() {
                Value::Null => Term::Null,
                Value::Bool(bool) => Term::Bool(*bool),
                Value::Number(number) => Term::Number(number.to_string().into()),
                _ => Term::Json(other),
            },
        }
    }

    fn items(&self) -> Option<&[Value]> {
        match self {
            Term::Json(value) => value.as_array().map(Vec::as_slice),
            _ => None,
        }
    }

    /// Equality does not look at types where one side is a number and the other a string: `'1.0'` equals a `1` on its
    /// left as a number, while a `1` on its right must be spelled the same.
    fn equals(&self, other: &Term<'_>) -> bool {
        match (self, other) {
            (Term::Null, Term::Null) => true,
            (Term::Bool(left), Term::Bool(right)) => left == right,
            (Term::Text(left), Term::Text(right) | Term::Number(right)) => left == right,
            (Term::Number(left), Term::Number(right) | Term::Text(right)) => {
                matches!((Decimal::parse(left), Decimal::parse(right)), (Some(l), Some(r)) if l == r)
            }
            (Term::Json(left), Term::Json(right)) => left == right,
            _ => false,
        }
    }

    fn same_type(&self, other: &Term<'_>) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    fn order(&self, other: &Term<'_>) -> Option<Ordering> {
        match (self, other) {
            (Term::Number(left), Term::Number(right)) => {
                Some(Decimal::parse(left)?.cmp(&Decimal::parse(right)?))
            }
            (Term::Text(left) | Term::Number(left), Term::Text(right) | Term::Number(right)) => {
                Some(left.cmp(right))
            }
            _ => None,
        }
    }

    /// What a pattern is matched against.
    fn subject(&self) -> Cow<'_, str> {
        match self {
            Term::Text(text) | Term::Number(text) => Cow::Borrowed(text),
            Term::Bool(bool) => Cow::Borrowed(if *bool { "true" } else { "false" }),
            _ => Cow::Borrowed(""),
        }
    }
}

/// Whether `left operator right` holds. An error of the kind [`PathError::Unsupported`] says that the operator has no
/// meaning for these values.
pub(super) fn compare(left: Term<'_>, operator: Operator, right: Term<'_>) -> Result<bool, PathError> {
    Ok(match operator {
        Operator::Equal => left.equals(&right),
        Operator::NotEqual => !left.equals(&right),
        Operator::StrictlyEqual => left.same_type(&right) && left.equals(&right),
        Operator::NotStrictlyEqual => !(left.same_type(&right) && left.equals(&right)),
        Operator::Less => left.order(&right) == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(left.order(&right), Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => left.order(&right) == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(left.order(&right), Some(Ordering::Greater | Ordering::Equal)),
        Operator::Matches => match (&left, &right) {
            (Term::Pattern(_), Term::Pattern(_)) => false,
            (Term::Pattern(regex), subject) | (subject, Term::Pattern(regex)) => matches(regex, subject),
            _ => false,
        },
        Operator::In => contains(list(&right)?, &left),
        Operator::NotIn => !contains(list(&right)?, &left),
        Operator::SubsetOf => match (list(&left)?, list(&right)?) {
            (Some(left), Some(right)) => left.iter().all(|item| contains_value(right, item)),
            _ => false,
        },
        Operator::AnyOf => match (list(&left)?, list(&right)?) {
            (Some(left), Some(right)) => left.iter().any(|item| contains_value(right, item)),
            _ => false,
        },
        Operator::NoneOf => match (list(&left)?, list(&right)?) {
            (Some(left), Some(right)) => !left.iter().any(|item| contains_value(right, item)),
            _ => false,
        },
        Operator::All => match (left.items(), list(&right)?) {
            (Some(left), Some(right)) => right.iter().all(|item| contains_value(left, item)),
            _ => false,
        },
        Operator::Contains => match (&left, &right) {
            (Term::Text(left), Term::Text(right)) => left.contains(&**right),
            _ => contains(left.items(), &right),
        },
        Operator::Size => match (&left, &right) {
            (Term::Text(text), Term::Number(size)) => size.parse() == Ok(text.encode_utf16().count()),
            (Term::Json(value), Term::Number(size)) => {
                value.as_array().is_some_and(|items| size.parse() == Ok(items.len()))
            }
            _ => false,
        },
        Operator::Empty => match (&left, &right) {
            (Term::Text(text), Term::Bool(expected)) => text.is_empty() == *expected,
            (Term::Json(value), Term::Bool(expected)) => match value.as_ref() {
                Value::Array(items) => items.is_empty() == *expected,
                Value::Object(members) => members.is_empty() == *expected,
                _ => false,
            },
            (Term::Text(_) | Term::Json(_), _) => {
                return Err(PathError::unsupported("Expected boolean node"));
            }
            _ => false,
        },
    })
}

/// The array that an operator works on: none for an object, an error for what is neither.
fn list<'t>(term: &'t Term<'_>) -> Result<Option<&'t [Value]>, PathError> {
    match term {
        Term::Json(_) => Ok(term.items()),
        _ => Err(PathError::unsupported("Expected value list node")),
    }
}

fn contains(items: Option<&[Value]>, wanted: &Term<'_>) -> bool {
    // `wanted` is on the left, as Java's `List.contains` asks it about each item.
    items.is_some_and(|items| items.iter().any(|item| wanted.equals(&Term::of(Cow::Borrowed(item)))))
}

fn contains_value(items: &[Value], wanted: &Value) -> bool {
    contains(Some(items), &Term::of(Cow::Borrowed(wanted)))
}

fn matches(regex: &Regex, subject: &Term<'_>) -> bool {
    match subject.items() {
        Some(items) => items.iter().any(|item| regex.is_match(&Term::of(Cow::Borrowed(item)).subject())),
        None => regex.is_match(&subject.subject()),
    }
}
