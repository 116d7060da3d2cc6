//! Evaluation somewhere else: what an evaluator in a process of its own needs to know, and what it answers.
//!
//! The bounds of the engine are checked between its steps, and some single steps have none: comparing two values that
//! share their parts takes time exponential in their size, and `$replace` can make a string of a million times a
//! million characters before it asks how long it is. Only another process can be stopped then. So whoever runs
//! definitions that others wrote hands in an [`Evaluator`] once, at start; without one, evaluation stays on the thread
//! that asks for it.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::JsonataError;
use super::caps::Caps;
use super::engine::{Engine, Eval};

/// Evaluates expressions.
pub trait Evaluator: Send + Sync {
    /// # Errors
    /// When the expression gives nothing, fails, or takes too much.
    fn evaluate(&self, request: &Request<'_>) -> Result<Value, JsonataError>;
}

static EVALUATOR: OnceLock<Box<dyn Evaluator>> = OnceLock::new();

/// From now on all expressions of this process but plain paths are evaluated by this evaluator. The first call counts;
/// a later one changes nothing and answers false.
pub fn evaluate_with(evaluator: Box<dyn Evaluator>) -> bool {
    EVALUATOR.set(evaluator).is_ok()
}

pub(super) fn evaluator() -> Option<&'static dyn Evaluator> {
    EVALUATOR.get().map(AsRef::as_ref)
}

/// An expression, and all that it depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Request<'a> {
    /// The expression without `{%` and `%}`.
    pub(super) source: Cow<'a, str>,
    /// The variables that it names, `states` among them.
    pub(super) variables: Map<String, Value>,
    /// For `$random`, `$uuid` and `$shuffle`.
    pub(super) seed: u64,
    /// For `$now` and `$millis`; without it the system's.
    pub(super) now_ms: Option<i64>,
}

impl Request<'_> {
    /// The request as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Member by member, as the variables may be large and need no copy.
        let variables = serde_json::to_string(&self.variables).unwrap_or_else(|_| "{}".to_owned());
        let rest = json!([self.source, self.seed, self.now_ms]);
        format!("[{rest},{variables}]")
    }

    /// The request that is written as this JSON text, if one is.
    #[must_use]
    pub fn from_json(text: &[u8]) -> Option<Request<'static>> {
        let ((source, seed, now_ms), variables) = serde_json::from_slice(text).ok()?;
        let source: String = source;
        Some(Request { source: source.into(), variables, seed, now_ms })
    }
}

/// What an evaluation gave, as JSON text.
#[must_use]
pub fn answer_to_json(answer: &Result<Value, JsonataError>) -> String {
    match answer {
        Ok(value) => format!("[{value}]"),
        Err(JsonataError::Undefined) => "[]".to_owned(),
        Err(JsonataError::Threw { code, message }) => json!([code, message]).to_string(),
    }
}

/// The inverse of [`answer_to_json`], or none if the text is no answer.
#[must_use]
pub fn answer_from_json(text: &[u8]) -> Option<Result<Value, JsonataError>> {
    let mut parts: Vec<Value> = serde_json::from_slice(text).ok()?;
    match parts.as_mut_slice() {
        [] => Some(Err(JsonataError::Undefined)),
        [value] => Some(Ok(value.take())),
        [Value::String(code), Value::String(message)] => {
            Some(Err(JsonataError::Threw { code: std::mem::take(code), message: std::mem::take(message) }))
        }
        _ => None,
    }
}

/// Compiled expressions, for an evaluator that gets the same ones again and again.
#[derive(Default)]
pub struct Compiled {
    engines: std::collections::HashMap<Box<str>, Engine>,
    bytes: usize,
}

/// Most bytes of source that are kept compiled. A tree takes some hundred times its source.
const MAX_COMPILED_BYTES: usize = 64 * 1024;

impl Compiled {
    /// Evaluates a request on this thread, within the bounds that the engine has.
    ///
    /// # Errors
    /// See [`Evaluator::evaluate`].
    pub fn evaluate(&mut self, request: &Request<'_>) -> Result<Value, JsonataError> {
        if !self.engines.contains_key(&*request.source) {
            let engine = Engine::compile(&request.source, Eval::Refused).map_err(|error| {
                JsonataError::Threw { code: "S0500".to_owned(), message: error.to_string() }
            })?;
            if self.bytes + request.source.len() > MAX_COMPILED_BYTES {
                self.engines.clear();
                self.bytes = 0;
            }
            self.bytes += request.source.len();
            self.engines.insert((&*request.source).into(), engine);
        }
        self.engines[&*request.source].answer(request)
    }
}

impl Engine {
    pub(super) fn answer(&self, request: &Request<'_>) -> Result<Value, JsonataError> {
        self.evaluate(None, &request.variables, request.seed, request.now_ms, &Caps::EXECUTION)?
            .ok_or(JsonataError::Undefined)
    }
}
