//! Intrinsic functions: `States.Format('Hello {}', $.name)` and seventeen others.
//!
//! Rules: AWS developer guide, "Intrinsic functions"; Amazon States Language, section "Intrinsic Functions"; and,
//! where they leave something open, what AWS answered in recorded executions.

mod arrays;
mod encoding;
mod format;
mod json;
mod math;
mod parser;
mod strings;

use std::borrow::Cow;

use serde_json::Value;

use crate::expr::{EvalError, Expr, ExprSyntaxError};
use crate::scope::Scope;

pub(crate) use encoding::hash;
pub use parser::MAX_INTRINSIC_NESTING;

use format::FormatText;

/// A parsed call of an intrinsic function.
#[derive(Debug, Clone)]
pub struct Intrinsic {
    text: Box<str>,
    function: Function,
    arguments: Vec<Argument>,
}

/// An argument as written.
#[derive(Debug, Clone)]
enum Argument {
    /// A number, `true`, `false`, `null`, or a string other than the text of `States.Format`.
    Constant(Value),
    /// The text of `States.Format`, taken apart at its `{}`.
    Format(FormatText),
    /// A path into input, context object or variable.
    Path(Expr),
    Call(Intrinsic),
}

/// The functions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

impl Function {
    const ALL: [Function; 18] = [
        Function::Format,
        Function::StringToJson,
        Function::JsonToString,
        Function::Array,
        Function::ArrayPartition,
        Function::ArrayContains,
        Function::ArrayRange,
        Function::ArrayGetItem,
        Function::ArrayLength,
        Function::ArrayUnique,
        Function::Base64Encode,
        Function::Base64Decode,
        Function::Hash,
        Function::JsonMerge,
        Function::MathRandom,
        Function::MathAdd,
        Function::StringSplit,
        Function::Uuid,
    ];

    fn name(self) -> &'static str {
        match self {
            Function::Format => "States.Format",
            Function::StringToJson => "States.StringToJson",
            Function::JsonToString => "States.JsonToString",
            Function::Array => "States.Array",
            Function::ArrayPartition => "States.ArrayPartition",
            Function::ArrayContains => "States.ArrayContains",
            Function::ArrayRange => "States.ArrayRange",
            Function::ArrayGetItem => "States.ArrayGetItem",
            Function::ArrayLength => "States.ArrayLength",
            Function::ArrayUnique => "States.ArrayUnique",
            Function::Base64Encode => "States.Base64Encode",
            Function::Base64Decode => "States.Base64Decode",
            Function::Hash => "States.Hash",
            Function::JsonMerge => "States.JsonMerge",
            Function::MathRandom => "States.MathRandom",
            Function::MathAdd => "States.MathAdd",
            Function::StringSplit => "States.StringSplit",
            Function::Uuid => "States.UUID",
        }
    }

    /// The least and the greatest number of arguments.
    fn arity(self) -> (usize, usize) {
        match self {
            Function::Uuid => (0, 0),
            Function::Array => (0, usize::MAX),
            Function::Format => (1, usize::MAX),
            Function::StringToJson
            | Function::JsonToString
            | Function::ArrayLength
            | Function::ArrayUnique
            | Function::Base64Encode
            | Function::Base64Decode => (1, 1),
            Function::ArrayPartition
            | Function::ArrayContains
            | Function::ArrayGetItem
            | Function::Hash
            | Function::MathAdd
            | Function::StringSplit => (2, 2),
            Function::MathRandom => (2, 3),
            Function::ArrayRange | Function::JsonMerge => (3, 3),
        }
    }
}

/// What a function answers: a value, or what is wrong with its arguments.
type Answer = Result<Value, String>;

impl Intrinsic {
    /// Parses a call.
    ///
    /// # Errors
    /// If the function is unknown, has too few or too many arguments, or is nested deeper than
    /// [`MAX_INTRINSIC_NESTING`]; if a string has a backslash before anything but `'`, `{`, `}` and `\`.
    pub fn parse(text: &str) -> Result<Intrinsic, ExprSyntaxError> {
        parser::parse(text)
    }

    /// The call as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The function's name, such as `States.Format`.
    pub fn function(&self) -> &'static str {
        self.function.name()
    }

    pub(crate) fn collect_variables<'e>(&'e self, names: &mut Vec<&'e str>) {
        for argument in &self.arguments {
            match argument {
                Argument::Constant(_) | Argument::Format(_) => {}
                Argument::Path(path) => path.collect_variables(names),
                Argument::Call(call) => call.collect_variables(names),
            }
        }
    }

    /// The value in `scope`.
    ///
    /// # Errors
    /// If an argument has no value, or the function refuses its arguments.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, EvalError> {
        self.evaluate_in(&self.text, scope)
    }

    /// Evaluates the call as a part of `expression`, which is what AWS names in its messages.
    fn evaluate_in(&self, expression: &str, scope: &dyn Scope) -> Result<Value, EvalError> {
        let mut values: Vec<Cow<'_, Value>> = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            values.push(match argument {
                Argument::Constant(value) => Cow::Borrowed(value),
                // The text is not a value; its place is kept so that the others keep theirs.
                Argument::Format(_) => Cow::Owned(Value::Null),
                Argument::Path(path) => {
                    path.evaluate_ref(scope).map_err(|error| argument_error(error, expression))?
                }
                Argument::Call(call) => Cow::Owned(call.evaluate_in(expression, scope)?),
            });
        }
        self.apply(&values, scope).map_err(|message| EvalError::Intrinsic {
            function: self.function.name(),
            expression: expression.into(),
            message: message.into(),
        })
    }

    fn apply(&self, values: &[Cow<'_, Value>], scope: &dyn Scope) -> Answer {
        // The parser has checked how many there are; a missing one is none of the user's business.
        let value = |index: usize| values.get(index).map_or(&Value::Null, |value| value.as_ref());
        match self.function {
            Function::Format => match self.arguments.first() {
                Some(Argument::Format(text)) => text.fill(values.get(1..).unwrap_or_default()),
                _ => FormatText::parse(string(value(0))?)?.fill(values.get(1..).unwrap_or_default()),
            },
            Function::StringToJson => json::string_to_json(string(value(0))?),
            Function::JsonToString => Ok(Value::String(value(0).to_string())),
            Function::Array => Ok(values.iter().map(|value| value.as_ref().clone()).collect()),
            Function::ArrayPartition => arrays::partition(array(value(0))?, math::integer(value(1))?),
            Function::ArrayContains => Ok(array(value(0))?.contains(value(1)).into()),
            Function::ArrayRange => {
                arrays::range(math::integer(value(0))?, math::integer(value(1))?, math::integer(value(2))?)
            }
            Function::ArrayGetItem => arrays::item(array(value(0))?, math::integer(value(1))?),
            Function::ArrayLength => Ok(array(value(0))?.len().into()),
            Function::ArrayUnique => Ok(arrays::unique(array(value(0))?)),
            Function::Base64Encode => encoding::base64_encode(string(value(0))?),
            Function::Base64Decode => encoding::base64_decode(string(value(0))?),
            Function::Hash => encoding::hash(value(0), string(value(1))?),
            Function::JsonMerge => json::merge(value(0), value(1), value(2)),
            Function::MathRandom => math::random(value(0), value(1), values.get(2).map(Cow::as_ref), scope),
            Function::MathAdd => math::add(value(0), value(1)),
            Function::StringSplit => Ok(strings::split(string(value(0))?, string(value(1))?)),
            Function::Uuid => Ok(strings::uuid(scope)),
        }
    }
}

/// Says which expression a path without an answer is an argument of.
#[cold]
fn argument_error(error: EvalError, expression: &str) -> EvalError {
    match error {
        EvalError::Path { path, looked_up_in, document, function: _, error } => {
            EvalError::Path { path, looked_up_in, document, function: Some(expression.into()), error }
        }
        other => other,
    }
}

fn string(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("Expected a string, but got {}", excerpt(value)))
}

fn array(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("Expected an array, but got {}", excerpt(value)))
}

/// A value in a message, cut short.
fn excerpt(value: &Value) -> String {
    const MAX_EXCERPT: usize = 200;
    let text = value.to_string();
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
