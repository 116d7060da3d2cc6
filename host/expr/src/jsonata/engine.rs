//! The evaluator: what the crate compiles and evaluates, with every bound set.

use std::collections::BTreeSet;

use jlens_core::ast::NodeKind;
use jlens_core::{Bindings, Error, Expression, Options};
use serde_json::{Map, Value};

use super::caps::Caps;
use super::{JsonataError, JsonataSyntaxError, functions, offered, range};

/// A compiled expression, and what it names.
pub(super) struct Engine {
    expression: Expression,
    /// Every name behind a `$` in it: variables, functions, its own bindings.
    names: BTreeSet<Box<str>>,
    has_ranges: bool,
    /// Variables that it reads and does not bind itself.
    pub(super) reads: Vec<Read>,
}

/// A variable that an expression reads.
pub(super) struct Read {
    pub(super) name: Box<str>,
    /// Members of its value that it may read, or none if it may read all of them.
    pub(super) fields: Option<Vec<Box<str>>>,
}

/// Whether an expression may ask for what Step Functions does not offer: `$eval`, and a context item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Eval {
    /// As in Step Functions.
    Refused,
    /// As in JSONata, for its suite.
    Allowed,
}

impl Engine {
    /// Compiles JSONata 2.0.6.
    ///
    /// # Errors
    /// When the source is not that.
    pub(super) fn compile(source: &str, eval: Eval) -> Result<Engine, JsonataSyntaxError> {
        let mut expression = Expression::compile(source).map_err(of_jsonata)?;
        let mut names = BTreeSet::new();
        let mut newer = false;
        expression.ast().root.walk(&mut |node| match &node.kind {
            NodeKind::Variable { name } => drop(names.insert(name.as_str().into())),
            NodeKind::Fallback { .. } => newer = true,
            _ => {}
        });
        if newer {
            return Err(refused("the operators ?: and ?? are newer than JSONata 2.0.6. Write a condition"));
        }
        if eval == Eval::Refused {
            offered::check(&expression)?;
        }
        if names.contains(range::NAME) {
            return Err(refused(&format!("${} is a name of the host's", range::NAME)));
        }
        let reads = reads(&expression);
        let rewritten = range::rewrite(source, &expression.ast().root);
        let has_ranges = rewritten.is_some();
        if let Some(rewritten) = rewritten {
            expression = Expression::compile(&rewritten).map_err(of_jsonata)?;
            if range::is_in(&expression.ast().root) {
                return Err(refused("a range operator stands where its size cannot be checked"));
            }
        }
        Ok(Engine { expression, names, has_ranges, reads })
    }

    /// Names behind a `$` in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Evaluates it: `input` is `$`, `variables` are the rest, AWS's own functions apart.
    ///
    /// # Errors
    /// When it fails, or exceeds a bound.
    pub(super) fn evaluate(
        &self,
        input: Option<&Value>,
        variables: &Map<String, Value>,
        seed: u64,
        now_ms: Option<i64>,
        caps: &Caps,
    ) -> Result<Option<Value>, JsonataError> {
        let mut bindings = Bindings::new();
        if self.has_ranges {
            bindings = bindings.function(range::NAME, range::function(caps.array_items));
        }
        for name in &self.names {
            if let Some(function) = functions::own(name, seed) {
                bindings = bindings.function(&**name, function);
            } else if let Some(value) = variables.get(&**name) {
                bindings = bindings.var(&**name, value.clone());
            }
        }
        let mut options = Options::new()
            .timeout(caps.time)
            .max_steps(caps.steps)
            .max_depth(caps.depth)
            .max_string_length(caps.string_bytes)
            .max_array_length(caps.array_items)
            .max_result_size(caps.result_bytes)
            .seed(seed);
        if let Some(now_ms) = now_ms {
            options = options.now(now_ms);
        }
        self.expression.evaluate_with(input, &bindings, &options).map_err(|error| JsonataError::Threw {
            code: error.code().to_owned(),
            message: message_of(&error),
        })
    }
}

fn reads(expression: &Expression) -> Vec<Read> {
    let reads = expression.reads();
    let read = |(name, read): (&String, &jlens_core::reads::Read)| Read {
        name: name.as_str().into(),
        fields: read.fields().map(|fields| fields.keys().map(|name| name.as_str().into()).collect()),
    };
    reads.bindings().iter().map(read).collect()
}

/// The error's own words, where a function of AWS's has some, or else JSONata's for its code.
fn message_of(error: &Error) -> String {
    match error.detail("message").and_then(Value::as_str) {
        Some(own) if error.code() == functions::REFUSED => own.to_owned(),
        _ => error.message(),
    }
}

fn of_jsonata(error: Error) -> JsonataSyntaxError {
    JsonataSyntaxError::Invalid(error.message())
}

fn refused(message: &str) -> JsonataSyntaxError {
    JsonataSyntaxError::Invalid(message.to_owned())
}
