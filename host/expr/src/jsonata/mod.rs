//! JSONata, the other query language: expressions between `{%` and `%}`.
//!
//! AWS documents JSONata 2.0.6 without `$eval`, with functions of its own, and a second for each expression. The
//! evaluator is a crate's, which is young: nothing outside this module knows it. Every bound that it has is set, and
//! `isolation` is for what it has no bound on, so that a hostile expression costs its execution an error and nobody else
//! anything.
//!
//! - `engine`: the crate, with every bound of `caps` set
//! - `isolation`: evaluation in another process
//! - `functions`: AWS's own functions
//! - `offered`: what of JSONata Step Functions does not offer
//! - `range`: ranges, whose size is checked before they are built
//! - `plain`: paths such as `$states.input.a.b`, answered without the evaluator
//! - `template`: JSON values with expressions in them
//!
//! Source: AWS developer guide, "Transforming data with JSONata in Step Functions".

mod caps;
mod engine;
mod functions;
pub mod isolation;
mod offered;
mod plain;
mod range;
#[doc(hidden)]
pub mod suite;
mod template;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::engine::{Engine, Eval, Read};
use self::isolation::Request;
use crate::Scope;

pub use template::{JsonataTemplate, JsonataTemplateError, MisplacedJsonata};

/// Longest expression, in bytes; the parser recurses by nesting.
pub const MAX_JSONATA_LENGTH: usize = 64 * 1024;

/// What stands around an expression in a definition.
const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// A compiled expression.
pub struct Jsonata {
    source: Box<str>,
    engine: Engine,
    plain: Option<plain::Plain>,
    /// Variables that it reads and does not bind itself.
    variables: Vec<Box<str>>,
    /// Which members of `$states` it may read.
    states: BTreeSet<Box<str>>,
}

/// Members of `$states`.
const STATES: [&str; 4] = ["input", "result", "errorOutput", "context"];

/// The text is no expression that Step Functions takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonataSyntaxError {
    /// It is not JSONata. The message is the parser's.
    #[error("{0}")]
    Invalid(String),
    /// It is JSONata, and asks for what Step Functions does not offer.
    #[error("{0}")]
    Unsupported(String),
}

/// An expression that gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonataError {
    /// It gave nothing.
    #[error("returned nothing (undefined).")]
    Undefined,
    /// It failed.
    #[error("threw an error during evaluation. {code}: {message}")]
    Threw {
        /// JSONata's error code, such as `T1006`.
        code: String,
        /// JSONata's message.
        message: String,
    },
}

impl Jsonata {
    /// Whether a string of a definition is an expression.
    #[must_use]
    pub fn is_expression(text: &str) -> bool {
        text.starts_with(OPEN) && text.ends_with(CLOSE) && text.len() >= OPEN.len() + CLOSE.len()
    }

    /// Compiles a string of a definition, `{%` and `%}` included.
    ///
    /// # Errors
    /// When it is no expression, not one of JSONata 2.0.6 without `$eval`, or reads a context item, which there is none
    /// of: what AWS refuses when a definition is created.
    pub fn parse(text: &str) -> Result<Jsonata, JsonataSyntaxError> {
        use JsonataSyntaxError::Invalid;
        if !Self::is_expression(text) {
            return Err(Invalid(format!("a JSONata expression stands between {OPEN} and {CLOSE}")));
        }
        let source = text[OPEN.len()..text.len() - CLOSE.len()].trim();
        if source.len() > MAX_JSONATA_LENGTH {
            return Err(Invalid(format!("an expression has at most {MAX_JSONATA_LENGTH} bytes")));
        }
        let engine = Engine::compile(source, Eval::Refused)?;
        let mut states = BTreeSet::new();
        let mut variables = Vec::new();
        for Read { name, fields } in &engine.reads {
            match (&**name, fields) {
                ("states", Some(fields)) => states.extend(fields.iter().cloned()),
                ("states", None) => states.extend(STATES.iter().map(|name| (*name).into())),
                (name, _) if functions::is_own(name) => {}
                _ => variables.push(name.clone()),
            }
        }
        Ok(Jsonata { source: source.into(), plain: plain::Plain::parse(source), engine, variables, states })
    }

    /// The expression without `{%` and `%}`, as messages show it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Names of the variables that it reads, without `$`.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        self.variables.iter().map(|name| &**name).collect()
    }

    /// Whether it reads `$states.errorOutput` by that name: outside of a catcher there is none.
    #[must_use]
    pub fn reads_error_output(&self) -> bool {
        self.states.contains("errorOutput") && self.states.len() < STATES.len()
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// When it gives nothing, fails, or exceeds a bound.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, JsonataError> {
        if let Some(plain) = &self.plain
            && let Some(found) = plain.look_up(scope)
        {
            return found.cloned().ok_or(JsonataError::Undefined);
        }
        let request = self.request(scope);
        match isolation::evaluator() {
            Some(evaluator) => evaluator.evaluate(&request),
            None => self.engine.answer(&request),
        }
    }

    /// The expression with all that it depends on.
    fn request(&self, scope: &dyn Scope) -> Request<'_> {
        let mut variables = Map::new();
        for name in self.engine.names() {
            if name == "states" {
                if !self.states.is_empty() {
                    variables.insert(name.to_owned(), self.states(scope));
                }
            } else if let Some(value) = scope.variable(name) {
                variables.insert(name.to_owned(), value.clone());
            }
        }
        let source = self.source.as_ref().into();
        Request { source, variables, seed: scope.random(), now_ms: scope.now_ms() }
    }

    /// `$states`, as far as the expression reads it.
    fn states(&self, scope: &dyn Scope) -> Value {
        let mut states = Map::new();
        for name in &self.states {
            if let Some(value) = member(scope, name) {
                states.insert(name.to_string(), value.clone());
            }
        }
        Value::Object(states)
    }
}

/// A member of `$states`.
fn member<'a>(scope: &'a dyn Scope, name: &str) -> Option<&'a Value> {
    match name {
        "input" => Some(scope.input()),
        "context" => Some(scope.context()),
        "result" => scope.result(),
        "errorOutput" => scope.error_output(),
        _ => None,
    }
}

impl std::fmt::Debug for Jsonata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{OPEN} {} {CLOSE}", self.source)
    }
}
