//! Filters, `[?(…)]`: what one is made of. [`parser`](self::parser) reads it, [`eval`](self::eval) applies it to an
//! item, [`operators`](self::operators) holds what the relational operators mean.

mod eval;
mod operators;
mod parser;

use regex_lite::Regex;
use serde_json::Value;

use super::segments::Path;

pub(super) use eval::accepts;
pub(super) use parser::parse_filter;

/// A condition on an item.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    /// `@.a`, or `!@.a` if `expected` is false.
    Exists {
        path: Path,
        expected: bool,
    },
    Compare {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
}

/// One side of a comparison, as written.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    Path(Path),
    /// A number keeps its text, for comparisons of numbers with strings.
    Number(Box<str>),
    /// An array or object counts as JSON; any other value as itself.
    Literal(Value),
    Pattern(Regex),
}

/// What stands between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    /// `===`: equal and of one type, so that `'1'` is not `1`.
    StrictlyEqual,
    NotStrictlyEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    SubsetOf,
    AnyOf,
    NoneOf,
    All,
    Contains,
    Size,
    Empty,
}
