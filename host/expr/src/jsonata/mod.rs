//! JSONata, the other query language: expressions between `{%` and `%}`.
//!
//! AWS documents JSONata 2.0.6 without `$eval`, with functions of its own, and a second for each expression. The
//! evaluator is a crate's, which is young: nothing outside this module knows it. Every bound that it has is set, so a
//! hostile expression costs its execution an error and nobody else anything.
//!
//! - `functions`: AWS's own functions
//! - `offered`: what of JSONata Step Functions does not offer
//! - `plain`: paths such as `$states.input.a.b`, answered without the evaluator
//! - `template`: JSON values with expressions in them
//!
//! Source: AWS developer guide, "Transforming data with JSONata in Step Functions".

mod functions;
mod offered;
mod plain;
mod template;

use std::collections::BTreeSet;
use std::time::Duration;

use jlens_core::ast::NodeKind;
use jlens_core::{Bindings, Expression, Options};
use serde_json::{Map, Value};

use crate::Scope;

pub use template::{JsonataTemplate, JsonataTemplateError, MisplacedJsonata};

/// Longest evaluation. Source: AWS, as above.
const TIMEOUT: Duration = Duration::from_secs(1);
const MAX_STEPS: u64 = 2_000_000;
const MAX_DEPTH: usize = 1_000;
const MAX_STRING_BYTES: usize = 1 << 20;
const MAX_ARRAY_ITEMS: usize = 100_000;
const MAX_RESULT_BYTES: usize = 1 << 20;

/// Longest expression, in bytes; the parser recurses by nesting.
pub const MAX_JSONATA_LENGTH: usize = 64 * 1024;

/// What stands around an expression in a definition.
const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// A compiled expression.
pub struct Jsonata {
    source: Box<str>,
    expression: Expression,
    plain: Option<plain::Plain>,
    /// Every name behind a `$` in it: variables, functions, its own bindings.
    names: BTreeSet<Box<str>>,
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
        let expression = Expression::compile(source).map_err(|error| Invalid(error.message()))?;
        let mut names = BTreeSet::new();
        let mut newer = false;
        expression.ast().root.walk(&mut |node| match &node.kind {
            NodeKind::Variable { name } => drop(names.insert(name.as_str().into())),
            NodeKind::Fallback { .. } => newer = true,
            _ => {}
        });
        if newer {
            return Err(Invalid(
                "the operators ?: and ?? are newer than JSONata 2.0.6. Write a condition".into(),
            ));
        }
        offered::check(&expression)?;
        let reads = expression.reads();
        let states = match reads.binding("states").map(|read| read.fields()) {
            Some(Some(fields)) => fields.keys().map(|name| name.as_str().into()).collect(),
            Some(None) => STATES.iter().map(|name| (*name).into()).collect(),
            None => BTreeSet::new(),
        };
        let own = |name: &str| name == "states" || functions::is_own(name);
        let variables =
            reads.bindings().keys().filter(|name| !own(name)).map(|name| name.as_str().into()).collect();
        Ok(Jsonata {
            source: source.into(),
            plain: plain::Plain::parse(source),
            expression,
            names,
            variables,
            states,
        })
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
        let mut bindings = Bindings::new();
        if !self.states.is_empty() {
            bindings = bindings.var("states", self.states(scope));
        }
        for name in &self.names {
            if let Some(function) = functions::own(name, scope) {
                bindings = bindings.function(&**name, function);
            } else if let Some(value) = scope.variable(name) {
                bindings = bindings.var(&**name, value.clone());
            }
        }
        let mut options = Options::new()
            .timeout(TIMEOUT)
            .max_steps(MAX_STEPS)
            .max_depth(MAX_DEPTH)
            .max_string_length(MAX_STRING_BYTES)
            .max_array_length(MAX_ARRAY_ITEMS)
            .max_result_size(MAX_RESULT_BYTES)
            .seed(scope.random());
        if let Some(now_ms) = scope.now_ms() {
            options = options.now(now_ms);
        }
        match self.expression.evaluate_with(None, &bindings, &options) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(JsonataError::Undefined),
            Err(error) => {
                Err(JsonataError::Threw { code: error.code().to_owned(), message: error.message() })
            }
        }
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
