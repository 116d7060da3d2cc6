//! JSONPath as AWS Step Functions understands it: the semantics of Jayway JsonPath 2.9.0 in its default
//! configuration.
//!
//! A path is *definite* when it stands for exactly one place, and then a missing place is an error. An indefinite
//! one (`[*]`, `..`, a slice, a filter, several names or indexes before the end) answers with an array of what is
//! there, and what is missing is left out. Two names at the end, `['a','b']`, make one object.

mod arguments;
mod error;
mod eval;
mod filter;
mod functions;
mod literal;
mod parser;
mod segments;

use std::borrow::Cow;

use serde_json::Value;

pub use error::{PathError, PathSyntaxError};
pub use eval::{MAX_DEPTH, MAX_STEPS};
pub use parser::{MAX_NESTING, MAX_PATH_LENGTH, MAX_SEGMENTS};

use eval::{Budget, Query};
use segments::{Path, Segment};

pub(crate) use segments::Step;

/// A parsed path. Parsing compiles everything in it, regular expressions included; a query only reads.
#[derive(Debug, Clone)]
pub struct JsonPath {
    text: Box<str>,
    path: Path,
    /// Single names and indexes only: followed without any bookkeeping, as almost every path in a definition is.
    plain: bool,
}

impl JsonPath {
    /// Parses `text`, which starts with `$` (or `@`, which means the same here).
    ///
    /// # Errors
    /// Where Jayway throws `InvalidPathException`, and beyond [`MAX_PATH_LENGTH`], [`MAX_SEGMENTS`] or
    /// [`MAX_NESTING`].
    pub fn parse(text: &str) -> Result<JsonPath, PathSyntaxError> {
        let path = parser::parse(text)?;
        let plain = path.segments.iter().all(|segment| match segment {
            Segment::Property(names) => names.len() == 1,
            Segment::Index(indexes) => indexes.len() == 1,
            _ => false,
        });
        Ok(JsonPath { text: text.into(), path, plain })
    }

    /// Whether the path stands for exactly one place.
    pub fn is_definite(&self) -> bool {
        self.path.is_definite()
    }

    /// Whether the path is the document itself, `$`.
    pub fn is_root(&self) -> bool {
        self.path.segments.is_empty()
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The answer for `document`: the value at a definite path, an array for an indefinite one.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn query(&self, document: &Value) -> Result<Value, PathError> {
        self.query_ref(document).map(Cow::into_owned)
    }

    /// Like [`query`](Self::query), without a copy where the answer is a part of `document`.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn query_ref<'a>(&self, document: &'a Value) -> Result<Cow<'a, Value>, PathError> {
        if self.plain
            && let Some(value) = follow(&self.path.segments, document)
        {
            return Ok(Cow::Borrowed(value));
        }
        let budget = Budget::new();
        let query = Query::new(document, &budget);
        query.answer_from(&self.path, document)
    }

    /// Like [`query_ref`](Self::query_ref), but as AWS answers a path that stands alone in a payload template, where
    /// less is an error than in `InputPath` and its like, or in the arguments of a function:
    /// - an indefinite path whose beginning is not there is an empty array (recorded for `[*]` and slices);
    /// - a definite path that ends in an index behind the end of an array is null.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn query_in_template<'a>(&self, document: &'a Value) -> Result<Cow<'a, Value>, PathError> {
        self.query_ref(document).or_else(|error| {
            if !error.is_not_found() {
                Err(error)
            } else if !self.is_definite() {
                Ok(Cow::Owned(Value::Array(Vec::new())))
            } else if self.ends_behind_array(document) {
                Ok(Cow::Owned(Value::Null))
            } else {
                Err(error)
            }
        })
    }

    /// Whether the path is plain and ends in an index, and there is an array for it, which is too short.
    fn ends_behind_array(&self, document: &Value) -> bool {
        match self.path.segments.split_last() {
            Some((Segment::Index(_), parent)) if self.plain => {
                follow(parent, document).is_some_and(Value::is_array)
            }
            _ => false,
        }
    }

    /// The path as plain steps, if it has nothing but single names and non-negative indexes.
    pub(crate) fn into_steps(self) -> Option<Vec<Step>> {
        self.path.into_steps()
    }
}

/// Follows plain segments.
fn follow<'a>(segments: &[Segment], document: &'a Value) -> Option<&'a Value> {
    let mut value = document;
    for segment in segments {
        value = match (segment, value) {
            (Segment::Property(names), Value::Object(members)) => names.first()?.find(members)?,
            (Segment::Index(indexes), Value::Array(items)) => {
                let index = i64::from(*indexes.first()?);
                let index = if index < 0 { index + items.len() as i64 } else { index };
                items.get(usize::try_from(index).ok()?)?
            }
            _ => return None,
        };
    }
    Some(value)
}
