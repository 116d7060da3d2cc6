//! Choice rules: boolean combinations of data tests, and how they are evaluated.
//!
//! Source: ASL specification, "Choice State"; AWS developer guide, "Choice workflow state".

use std::borrow::Cow;
use std::sync::Arc;

use dirigent_expr::{EvalError, Expr, Scope};
use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;

use crate::parse_timestamp;

/// A rule's condition.
#[derive(Debug)]
pub enum Condition {
    /// All of them hold.
    And(Vec<Condition>),
    /// One of them holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A test of one value.
    Test {
        /// Where the value lies.
        variable: Expr,
        /// What is asked of it.
        comparison: Comparison,
    },
}

/// The data-test operators. A value of another type than the operator's never satisfies it.
#[derive(Debug)]
pub enum Comparison {
    /// `StringEquals`, `StringLessThan`, … and their paths. Strings order by code point.
    String(Ordering, Operand<Arc<str>>),
    /// `StringMatches`.
    StringMatches(Wildcard),
    /// `NumericEquals`, … and their paths.
    Numeric(Ordering, Operand<f64>),
    /// `BooleanEquals` and its path.
    Boolean(Operand<bool>),
    /// `TimestampEquals`, … and their paths.
    Timestamp(Ordering, Operand<Timestamp>),
    /// `IsNull`.
    IsNull(bool),
    /// `IsPresent`: the only test that a missing value does not fail.
    IsPresent(bool),
    /// `IsNumeric`.
    IsNumeric(bool),
    /// `IsString`.
    IsString(bool),
    /// `IsBoolean`.
    IsBoolean(bool),
    /// `IsTimestamp`.
    IsTimestamp(bool),
}

/// Which order a comparison asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ordering {
    /// `…Equals`
    Equals,
    /// `…LessThan`
    LessThan,
    /// `…GreaterThan`
    GreaterThan,
    /// `…LessThanEquals`
    LessThanEquals,
    /// `…GreaterThanEquals`
    GreaterThanEquals,
}

/// The right side of a comparison.
#[derive(Debug)]
pub enum Operand<T> {
    /// Written in the definition.
    Fixed(T),
    /// The `…Path` form.
    Path(Expr),
}

/// A `StringMatches` pattern: `*` stands for any characters, `\*` and `\\` for themselves.
#[derive(Debug)]
pub struct Wildcard(Vec<String>);

/// A condition that cannot be decided.
#[derive(Debug, Error)]
pub enum ConditionError {
    /// `Variable` or a `…Path` refers to nothing.
    #[error("Invalid path '{path}': The choice state's condition path references an invalid value.")]
    InvalidPath {
        /// The path as written.
        path: String,
        /// Why.
        source: EvalError,
    },
}

impl Condition {
    /// Whether the condition holds for what `scope` shows.
    ///
    /// # Errors
    /// When a path, other than that of `IsPresent`, refers to nothing.
    pub fn holds(&self, scope: &dyn Scope) -> Result<bool, ConditionError> {
        match self {
            Condition::And(all) => {
                for condition in all {
                    if !condition.holds(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Or(any) => {
                for condition in any {
                    if condition.holds(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(condition) => Ok(!condition.holds(scope)?),
            Condition::Test { variable, comparison: Comparison::IsPresent(wanted) } => {
                Ok(variable.evaluate_ref(scope).is_ok() == *wanted)
            }
            Condition::Test { variable, comparison } => {
                let value = look_up(variable, scope)?;
                comparison.test(value.as_ref(), scope)
            }
        }
    }

    /// Calls `visit` for each path of the condition.
    pub fn visit_exprs<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Condition::And(list) | Condition::Or(list) => list.iter().for_each(|c| c.visit_exprs(visit)),
            Condition::Not(condition) => condition.visit_exprs(visit),
            Condition::Test { variable, comparison } => {
                visit(variable);
                match comparison {
                    Comparison::String(_, Operand::Path(path))
                    | Comparison::Numeric(_, Operand::Path(path))
                    | Comparison::Boolean(Operand::Path(path))
                    | Comparison::Timestamp(_, Operand::Path(path)) => visit(path),
                    _ => {}
                }
            }
        }
    }
}

fn look_up<'a>(path: &Expr, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, ConditionError> {
    path.evaluate_ref(scope)
        .map_err(|source| ConditionError::InvalidPath { path: path.as_str().to_owned(), source })
}

impl Comparison {
    fn test(&self, value: &Value, scope: &dyn Scope) -> Result<bool, ConditionError> {
        Ok(match self {
            Comparison::String(order, operand) => {
                let Some(left) = value.as_str() else { return Ok(false) };
                match operand {
                    Operand::Fixed(right) => order.admits(left.cmp(right)),
                    Operand::Path(path) => {
                        look_up(path, scope)?.as_str().is_some_and(|right| order.admits(left.cmp(right)))
                    }
                }
            }
            Comparison::StringMatches(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
            Comparison::Numeric(order, operand) => {
                let Some(left) = value.as_f64() else { return Ok(false) };
                let right = match operand {
                    Operand::Fixed(right) => Some(*right),
                    Operand::Path(path) => look_up(path, scope)?.as_f64(),
                };
                right.and_then(|right| left.partial_cmp(&right)).is_some_and(|o| order.admits(o))
            }
            Comparison::Boolean(operand) => {
                let Some(left) = value.as_bool() else { return Ok(false) };
                match operand {
                    Operand::Fixed(right) => left == *right,
                    Operand::Path(path) => look_up(path, scope)?.as_bool() == Some(left),
                }
            }
            Comparison::Timestamp(order, operand) => {
                let Some(left) = as_timestamp(value) else { return Ok(false) };
                let right = match operand {
                    Operand::Fixed(right) => Some(*right),
                    Operand::Path(path) => as_timestamp(&*look_up(path, scope)?),
                };
                right.is_some_and(|right| order.admits(left.cmp(&right)))
            }
            Comparison::IsNull(wanted) => value.is_null() == *wanted,
            Comparison::IsPresent(wanted) => *wanted,
            Comparison::IsNumeric(wanted) => value.is_number() == *wanted,
            Comparison::IsString(wanted) => value.is_string() == *wanted,
            Comparison::IsBoolean(wanted) => value.is_boolean() == *wanted,
            Comparison::IsTimestamp(wanted) => as_timestamp(value).is_some() == *wanted,
        })
    }
}

fn as_timestamp(value: &Value) -> Option<Timestamp> {
    value.as_str().and_then(parse_timestamp)
}

impl Ordering {
    fn admits(self, found: std::cmp::Ordering) -> bool {
        match self {
            Ordering::Equals => found.is_eq(),
            Ordering::LessThan => found.is_lt(),
            Ordering::GreaterThan => found.is_gt(),
            Ordering::LessThanEquals => found.is_le(),
            Ordering::GreaterThanEquals => found.is_ge(),
        }
    }
}

impl Wildcard {
    /// Splits a pattern at its stars. Every pattern is sound: a backslash before anything but `*` and `\` is itself.
    #[must_use]
    pub fn new(pattern: &str) -> Wildcard {
        let mut parts = vec![String::new()];
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            let part = match c {
                '*' => {
                    parts.push(String::new());
                    continue;
                }
                '\\' => chars.next_if(|next| matches!(next, '*' | '\\')).unwrap_or('\\'),
                other => other,
            };
            if let Some(last) = parts.last_mut() {
                last.push(part);
            }
        }
        Wildcard(parts)
    }

    /// Whether the whole of `text` fits, in time linear in its length times the number of stars.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|only| only == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Wildcard;

    #[test]
    fn wildcards() {
        let cases = [
            ("log-*.txt", "log-2024.txt", true),
            ("log-*.txt", "log-.txt", true),
            ("log-*.txt", "log-2024.txt.gz", false),
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            (r"\*", "*", true),
            (r"\*", "x", false),
            (r"a\\b", r"a\b", true),
            (r"a\nb", r"a\nb", true),
            ("", "", true),
            ("", "x", false),
        ];
        for (pattern, text, fits) in cases {
            assert_eq!(Wildcard::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }
}
