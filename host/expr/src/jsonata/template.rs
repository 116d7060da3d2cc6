//! JSON values of a definition in which strings may be expressions: `Arguments`, `Output`, `Assign`, `Items`.

use serde_json::{Map, Value};

use super::{Jsonata, JsonataError, JsonataSyntaxError};
use crate::Scope;

/// Deepest nesting of a template.
const MAX_DEPTH: usize = crate::MAX_TEMPLATE_DEPTH;

/// A compiled template.
#[derive(Debug)]
pub enum JsonataTemplate {
    /// A value without expressions.
    Constant(Value),
    /// An expression.
    Expression(Box<Jsonata>),
    /// An object with expressions somewhere.
    Object(Vec<(Box<str>, JsonataTemplate)>),
    /// An array with expressions somewhere.
    Array(Vec<JsonataTemplate>),
}

/// An expression of a template gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The JSONata expression '{expression}' specified for the field '{field}' {error}")]
pub struct JsonataTemplateError {
    /// Where: the field's name and what follows, such as `Output/result`.
    pub field: String,
    /// The expression.
    pub expression: String,
    /// Why.
    pub error: JsonataError,
}

/// A string of a template that looks like an expression and is none that Step Functions takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct MisplacedJsonata {
    /// Where, as AWS writes it: `/key` for each object and `[index]` for each array on the way.
    pub place: String,
    /// Why.
    pub error: JsonataSyntaxError,
}

impl JsonataTemplate {
    /// Compiles a value.
    ///
    /// # Errors
    /// Every string that looks like an expression and is none, with its place.
    pub fn parse(value: &Value) -> Result<JsonataTemplate, Vec<MisplacedJsonata>> {
        let mut errors = Vec::new();
        let template = Self::compile(value, String::new(), 0, &mut errors);
        if errors.is_empty() { Ok(template) } else { Err(errors) }
    }

    fn compile(
        value: &Value,
        at: String,
        depth: usize,
        errors: &mut Vec<MisplacedJsonata>,
    ) -> JsonataTemplate {
        if depth > MAX_DEPTH {
            let why = format!("A template is nested at most {MAX_DEPTH} levels");
            errors.push(MisplacedJsonata { place: at, error: JsonataSyntaxError::Invalid(why) });
            return JsonataTemplate::Constant(Value::Null);
        }
        match value {
            Value::String(text) if Jsonata::is_expression(text) => match Jsonata::parse(text) {
                Ok(expression) => JsonataTemplate::Expression(Box::new(expression)),
                Err(error) => {
                    errors.push(MisplacedJsonata { place: at, error });
                    JsonataTemplate::Constant(Value::Null)
                }
            },
            Value::Object(object) => {
                let parts: Vec<_> = object
                    .iter()
                    .map(|(key, value)| {
                        (
                            Box::from(key.as_str()),
                            Self::compile(value, format!("{at}/{}", escape(key)), depth + 1, errors),
                        )
                    })
                    .collect();
                let constant = parts.iter().all(|(_, part)| part.is_constant());
                if constant {
                    JsonataTemplate::Constant(value.clone())
                } else {
                    JsonataTemplate::Object(parts)
                }
            }
            Value::Array(items) => {
                let parts: Vec<_> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| Self::compile(item, format!("{at}[{index}]"), depth + 1, errors))
                    .collect();
                let constant = parts.iter().all(JsonataTemplate::is_constant);
                if constant {
                    JsonataTemplate::Constant(value.clone())
                } else {
                    JsonataTemplate::Array(parts)
                }
            }
            other => JsonataTemplate::Constant(other.clone()),
        }
    }

    fn is_constant(&self) -> bool {
        matches!(self, JsonataTemplate::Constant(_))
    }

    /// The value, with every expression replaced by what it gives. `field` is the template's name in messages.
    ///
    /// # Errors
    /// The first expression that gives no value.
    pub fn render(&self, field: &str, scope: &dyn Scope) -> Result<Value, JsonataTemplateError> {
        match self {
            JsonataTemplate::Constant(value) => Ok(value.clone()),
            JsonataTemplate::Expression(expression) => {
                expression.evaluate(scope).map_err(|error| JsonataTemplateError {
                    field: field.to_owned(),
                    expression: expression.as_str().to_owned(),
                    error,
                })
            }
            JsonataTemplate::Object(parts) => {
                let mut object = Map::with_capacity(parts.len());
                for (key, part) in parts {
                    let value = part.render_below(field, scope, || format!("/{key}"))?;
                    object.insert(key.to_string(), value);
                }
                Ok(Value::Object(object))
            }
            JsonataTemplate::Array(parts) => {
                let items = parts.iter().enumerate();
                let rendered =
                    items.map(|(index, part)| part.render_below(field, scope, || format!("[{index}]")));
                Ok(Value::Array(rendered.collect::<Result<_, _>>()?))
            }
        }
    }

    /// As [`JsonataTemplate::render`], for a part: its place is spelled out only when something goes wrong.
    fn render_below(
        &self,
        field: &str,
        scope: &dyn Scope,
        place: impl Fn() -> String,
    ) -> Result<Value, JsonataTemplateError> {
        self.render("", scope).map_err(|error| JsonataTemplateError {
            field: format!("{field}{}{}", place(), error.field),
            ..error
        })
    }

    /// Whether one of its expressions reads `$states.errorOutput`, with its place.
    #[must_use]
    pub fn reads_error_output(&self) -> Option<String> {
        match self {
            JsonataTemplate::Constant(_) => None,
            JsonataTemplate::Expression(expression) => expression.reads_error_output().then(String::new),
            JsonataTemplate::Object(parts) => parts.iter().find_map(|(key, part)| {
                part.reads_error_output().map(|below| format!("/{}{below}", escape(key)))
            }),
            JsonataTemplate::Array(parts) => parts
                .iter()
                .enumerate()
                .find_map(|(index, part)| part.reads_error_output().map(|below| format!("[{index}]{below}"))),
        }
    }

    /// Names of the variables that its expressions read.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        match self {
            JsonataTemplate::Constant(_) => Vec::new(),
            JsonataTemplate::Expression(expression) => expression.variables(),
            JsonataTemplate::Object(parts) => parts.iter().flat_map(|(_, part)| part.variables()).collect(),
            JsonataTemplate::Array(parts) => parts.iter().flat_map(JsonataTemplate::variables).collect(),
        }
    }
}

/// A key as a part of a JSON pointer (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
