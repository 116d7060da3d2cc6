//! Reference Paths: the paths that stand for one place by names and indexes alone, as `ResultPath` takes them.
//!
//! Rules: Amazon States Language, section "Reference Paths"; AWS developer guide, "ResultPath".

use serde_json::{Map, Value};

use crate::jsonpath::{JsonPath, PathSyntaxError, Step};

/// A parsed Reference Path: `$`, `$.a.b`, `$['a']`, `$.a[0]`.
#[derive(Debug, Clone)]
pub struct ReferencePath {
    text: Box<str>,
    steps: Vec<Step>,
}

/// A value that cannot be put at its place: ASL's `States.ResultPathMatchFailure`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The Reference Path '{path}' cannot be applied: {reason}")]
pub struct ReferencePathError {
    /// The path as it was written.
    pub path: String,
    /// What stands in its way, and where.
    pub reason: String,
}

impl ReferencePath {
    /// Parses `text`.
    ///
    /// # Errors
    /// If `text` is no JSONPath at all, or one with more than names and non-negative indexes.
    pub fn parse(text: &str) -> Result<ReferencePath, PathSyntaxError> {
        let refusal = |message: &str| PathSyntaxError { message: message.to_owned(), offset: 0 };
        if !text.starts_with('$') {
            return Err(refusal("A Reference Path starts with '$'"));
        }
        let steps = JsonPath::parse(text)?.into_steps().ok_or_else(|| {
            refusal("A Reference Path must stand for one place: names and non-negative indexes only")
        })?;
        Ok(ReferencePath { text: text.into(), steps })
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the path is the document itself, `$`.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// The value at this place of `document`, if there is one.
    pub fn get<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(document, |value, step| match step {
            Step::Name(name) => value.as_object()?.get(&**name),
            Step::Index(index) => value.as_array()?.get(*index),
        })
    }

    /// Puts `value` at this place of `document`. Objects on the way that are not there are made; elements of arrays
    /// can be replaced, not added.
    ///
    /// # Errors
    /// If the way leads through something that is neither object nor array, or to an element that is not there.
    pub fn insert(&self, mut document: Value, value: Value) -> Result<Value, ReferencePathError> {
        let mut place = &mut document;
        for (depth, step) in self.steps.iter().enumerate() {
            place = match (step, place) {
                (Step::Name(name), Value::Object(members)) => {
                    let is_last = depth + 1 == self.steps.len();
                    // What is made here is overwritten at once if it is the last, and else must be an object.
                    let made = if is_last { Value::Null } else { Value::Object(Map::new()) };
                    members.entry(&**name).or_insert(made)
                }
                (Step::Index(index), Value::Array(items)) => {
                    let length = items.len();
                    match items.get_mut(*index) {
                        Some(item) => item,
                        None => {
                            let reason = format!("the array has {length} elements, so none at index {index}");
                            return Err(self.error(reason));
                        }
                    }
                }
                (Step::Name(name), other) => {
                    return Err(
                        self.error(format!("'{name}' asks for an object, but there is {}", kind(other)))
                    );
                }
                (Step::Index(index), other) => {
                    return Err(
                        self.error(format!("[{index}] asks for an array, but there is {}", kind(other)))
                    );
                }
            };
        }
        *place = value;
        Ok(document)
    }

    fn error(&self, reason: String) -> ReferencePathError {
        ReferencePathError { path: self.text.to_string(), reason }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
