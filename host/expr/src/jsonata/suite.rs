//! For JSONata's own suite, whose expressions look at a document as `$` and at bindings of their own.
//!
//! Hidden from the documentation: nothing but the test calls it. It goes through the engine and the table of functions
//! of every execution, and through its bounds but for those that a case sets for itself.

use std::time::Duration;

use serde_json::{Map, Value};

use super::JsonataError;
use super::caps::Caps;
use super::engine::{Engine, Eval};
use super::isolation::{Evaluator, Request};

/// No case is about time, and a machine may be busy. What does not end exceeds its steps.
const TIME: Duration = Duration::from_secs(60);

/// Bounds that a case of the suite sets for itself.
pub struct Limits {
    /// `depth`
    pub depth: Option<usize>,
    /// The suite has no bound on an array's length but JSONata's own on ranges.
    pub array_items: usize,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A value, or nothing.
    Value(Option<Value>),
    /// It is no expression: JSONata's code, or what we say of it.
    Syntax(String),
    /// It failed.
    Error(JsonataError),
}

/// Evaluates the source of a case, with `$eval`.
pub fn run(
    source: &str,
    input: Option<&Value>,
    bindings: &Map<String, Value>,
    limits: Option<&Limits>,
) -> Outcome {
    if let Err(error) = jlens_core::Expression::compile(source) {
        return Outcome::Syntax(error.code().to_owned());
    }
    let engine = match Engine::compile(source, Eval::Allowed) {
        Ok(engine) => engine,
        Err(error) => return Outcome::Syntax(error.to_string()),
    };
    let mut caps = Caps { time: TIME, ..Caps::EXECUTION };
    if let Some(limits) = limits {
        caps.depth = limits.depth.unwrap_or(caps.depth);
        caps.array_items = limits.array_items;
    }
    match engine.evaluate(input, bindings, 1, None, &caps) {
        Ok(value) => Outcome::Value(value),
        Err(error) => Outcome::Error(error),
    }
}

/// An evaluator on the spot with bounds of a thousandth, for fuzzing: no input takes long.
pub struct SmallBounds;

impl Evaluator for SmallBounds {
    fn evaluate(&self, request: &Request<'_>) -> Result<Value, JsonataError> {
        let caps = Caps {
            time: TIME,
            steps: 20_000,
            depth: 100,
            string_bytes: 4096,
            array_items: 1000,
            result_bytes: 16 * 1024,
        };
        let engine = Engine::compile(&request.source, Eval::Refused)
            .map_err(|error| JsonataError::Threw { code: "S0500".to_owned(), message: error.to_string() })?;
        engine
            .evaluate(None, &request.variables, request.seed, request.now_ms, &caps)?
            .ok_or(JsonataError::Undefined)
    }
}
