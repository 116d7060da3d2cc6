//! Expressions: what may stand as the value of a `"name.$"` key, or in `InputPath` and its like.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::intrinsic::Intrinsic;
use crate::jsonpath::{JsonPath, PathError, PathSyntaxError};
use crate::scope::Scope;

/// Characters in the name of a variable, at most (AWS developer guide, "Passing data between states with variables").
pub const MAX_VARIABLE_NAME: usize = 80;

/// A parsed expression.
#[derive(Debug, Clone)]
pub enum Expr {
    /// `$…`: a path into the input.
    Input(JsonPath),
    /// `$$…`: a path into the context object.
    Context(ContextPath),
    /// `$name…`: a path into a variable.
    Variable(VariablePath),
    /// `States.…(…)`
    Intrinsic(Intrinsic),
}

/// `$$…`: the path itself is kept with a single `$`.
#[derive(Debug, Clone)]
pub struct ContextPath {
    text: Box<str>,
    path: JsonPath,
}

/// `$name…`: the path from the variable's value on is kept with a `$` of its own.
#[derive(Debug, Clone)]
pub struct VariablePath {
    text: Box<str>,
    name: Box<str>,
    path: JsonPath,
}

impl VariablePath {
    /// The variable's name, without `$`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {offset})")]
pub struct ExprSyntaxError {
    /// What is wrong, and what was expected.
    pub message: String,
    /// Where, in characters from the start of the text.
    pub offset: usize,
}

impl ExprSyntaxError {
    pub(crate) fn new(message: impl Into<String>, offset: usize) -> ExprSyntaxError {
        ExprSyntaxError { message: message.into(), offset }
    }
}

impl From<PathSyntaxError> for ExprSyntaxError {
    fn from(error: PathSyntaxError) -> Self {
        ExprSyntaxError { message: error.message, offset: error.offset }
    }
}

/// Where a path was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `$`
    Input,
    /// `$$`
    Context,
    /// `$name`
    Variable(Box<str>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Input => f.write_str("input"),
            Source::Context => f.write_str("context object"),
            Source::Variable(name) => write!(f, "variable '{name}'"),
        }
    }
}

/// An expression that could not be evaluated. Its parts are fields, from which the engine makes AWS's sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A path without an answer.
    #[error("Invalid path '{path}' : {error}")]
    Path {
        /// The path as it was written, `$$` and variable name included.
        path: Box<str>,
        /// Where it was looked up.
        looked_up_in: Source,
        /// What was found there, as JSON text.
        document: Box<str>,
        /// The call of an intrinsic function that it is an argument of: the whole expression as written, however deep
        /// the path is in it. None if the path stands alone.
        function: Option<Box<str>>,
        /// Why there is no answer; its `Display` is Jayway's sentence.
        error: PathError,
    },
    /// A variable that has not been assigned.
    #[error("The variable '${name}' is not defined")]
    UndefinedVariable {
        /// Its name, without `$`.
        name: Box<str>,
        /// The path that names it, as written.
        path: Box<str>,
    },
    /// An intrinsic function that refuses its arguments.
    #[error("The function '{expression}' had the following error: {message}")]
    Intrinsic {
        /// Its name, such as `States.Format`.
        function: &'static str,
        /// The whole expression that the call is in, as it was written.
        expression: Box<str>,
        /// What is wrong, with the offending value.
        message: Box<str>,
    },
}

impl EvalError {
    /// Whether the data simply has no such place, which is what `IsPresent` asks.
    pub fn is_not_found(&self) -> bool {
        match self {
            EvalError::Path { error, .. } => error.is_not_found(),
            EvalError::UndefinedVariable { .. } => true,
            EvalError::Intrinsic { .. } => false,
        }
    }
}

impl Expr {
    /// Parses any expression.
    ///
    /// # Errors
    /// If `text` is neither a path nor a call of an intrinsic function.
    pub fn parse(text: &str) -> Result<Expr, ExprSyntaxError> {
        if text.starts_with("States.") {
            return Intrinsic::parse(text).map(Expr::Intrinsic);
        }
        if text.starts_with('$') {
            return Expr::parse_path(text);
        }
        Err(ExprSyntaxError::new(
            "Expected a path that starts with '$', or a function such as States.Format(…)",
            0,
        ))
    }

    /// Parses an expression that is a path: into the input, the context object or a variable.
    ///
    /// # Errors
    /// If `text` is not such a path.
    pub fn parse_path(text: &str) -> Result<Expr, ExprSyntaxError> {
        let Some(behind) = text.strip_prefix('$') else {
            return Err(ExprSyntaxError::new("Expected a path that starts with '$'", 0));
        };
        if let Some(rest) = behind.strip_prefix('$') {
            let path = path_behind(rest, 2)?;
            return Ok(Expr::Context(ContextPath { text: text.into(), path }));
        }
        let is_name_start = |c: char| c.is_alphabetic() || c == '_';
        if behind.starts_with(is_name_start) {
            let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(behind.len());
            let (name, rest) = behind.split_at(end);
            let length = name.chars().count();
            if length > MAX_VARIABLE_NAME {
                let message = format!("The name of a variable has at most {MAX_VARIABLE_NAME} characters");
                return Err(ExprSyntaxError::new(message, 1));
            }
            let path = path_behind(rest, length + 1)?;
            return Ok(Expr::Variable(VariablePath { text: text.into(), name: name.into(), path }));
        }
        Ok(Expr::Input(JsonPath::parse(text)?))
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Expr::Input(path) => path.as_str(),
            Expr::Context(path) => &path.text,
            Expr::Variable(path) => &path.text,
            Expr::Intrinsic(call) => call.as_str(),
        }
    }

    /// The names of the variables it refers to, in order, with repetitions.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.collect_variables(&mut names);
        names
    }

    pub(crate) fn collect_variables<'e>(&'e self, names: &mut Vec<&'e str>) {
        match self {
            Expr::Input(_) | Expr::Context(_) => {}
            Expr::Variable(path) => names.push(&path.name),
            Expr::Intrinsic(call) => call.collect_variables(names),
        }
    }

    /// Whether the expression is a path that may stand for many places, so that its value is an array of what is
    /// there. A function is none.
    pub fn is_indefinite(&self) -> bool {
        match self {
            Expr::Input(path) => !path.is_definite(),
            Expr::Context(path) => !path.path.is_definite(),
            Expr::Variable(path) => !path.path.is_definite(),
            Expr::Intrinsic(_) => false,
        }
    }

    /// The value in `scope`.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, EvalError> {
        self.evaluate_ref(scope).map(Cow::into_owned)
    }

    /// Like [`evaluate`](Self::evaluate), without a copy where the value is a part of what `scope` holds.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn evaluate_ref<'a>(&self, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, EvalError> {
        self.evaluate_with(scope, JsonPath::query_ref)
    }

    /// Like [`evaluate_ref`](Self::evaluate_ref), by the rules for a field of a payload template:
    /// [`JsonPath::query_in_template`].
    pub(crate) fn evaluate_in_template<'a>(&self, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, EvalError> {
        self.evaluate_with(scope, JsonPath::query_in_template)
    }

    fn evaluate_with<'a>(&self, scope: &'a dyn Scope, query: Query) -> Result<Cow<'a, Value>, EvalError> {
        let error = |text: &str, looked_up_in, document: &Value, error| EvalError::Path {
            path: text.into(),
            looked_up_in,
            document: document.to_string().into(),
            function: None,
            error,
        };
        match self {
            Expr::Input(path) => {
                let document = scope.input();
                query(path, document).map_err(|e| error(path.as_str(), Source::Input, document, e))
            }
            Expr::Context(ContextPath { text, path }) => {
                let document = scope.context();
                query(path, document).map_err(|e| error(text, Source::Context, document, e))
            }
            Expr::Variable(VariablePath { text, name, path }) => match scope.variable(name) {
                Some(document) => query(path, document)
                    .map_err(|e| error(text, Source::Variable(name.clone()), document, e)),
                None => Err(EvalError::UndefinedVariable { name: name.clone(), path: text.clone() }),
            },
            Expr::Intrinsic(call) => call.evaluate(scope).map(Cow::Owned),
        }
    }
}

/// How a path is asked.
type Query = for<'p, 'd> fn(&'p JsonPath, &'d Value) -> Result<Cow<'d, Value>, PathError>;

/// Parses what follows `$$` or `$name`; `offset` is the number of characters before it.
fn path_behind(rest: &str, offset: usize) -> Result<JsonPath, ExprSyntaxError> {
    JsonPath::parse(&format!("${rest}"))
        .map_err(|error| ExprSyntaxError::new(error.message, error.offset + offset - 1))
}
