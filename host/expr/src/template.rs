//! Payload templates: the JSON of `Parameters`, `ResultSelector`, `ItemSelector` and `Assign`, in which the value of a
//! key that ends in `.$` is an expression.
//!
//! Rules: Amazon States Language, section "Payload Template".

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::expr::{EvalError, Expr};
use crate::scope::Scope;

/// Objects and arrays inside one another in a template, at most.
pub const MAX_TEMPLATE_DEPTH: usize = 128;

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    root: Node,
}

#[derive(Debug, Clone)]
enum Node {
    /// Anything without an expression inside.
    Constant(Value),
    Expression(Box<Expr>),
    /// In order; a key of an expression is without its `.$`.
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
}

/// A problem in the text of a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at {pointer}: {reason}")]
pub struct TemplateError {
    /// Where: a JSON pointer inside the template, to the field itself.
    pub pointer: String,
    /// The field's key, `.$` included.
    pub field: String,
    /// AWS's sentence.
    pub message: String,
    /// What exactly is wrong.
    pub reason: String,
}

/// An expression of a template that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The field '{field}': {source}")]
pub struct TemplateEvalError {
    /// The key it is the value of, `.$` included: what AWS names in its sentence.
    pub field: Box<str>,
    /// Where: a JSON pointer inside the template.
    pub pointer: Box<str>,
    /// Why.
    pub source: Box<EvalError>,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// All problems there are.
    pub fn parse(value: &Value) -> Result<Template, Vec<TemplateError>> {
        let mut parser = Parser { pointer: Vec::new(), errors: Vec::new() };
        let root = parser.node(value);
        if parser.errors.is_empty() { Ok(Template { root }) } else { Err(parser.errors) }
    }

    /// The value of the template in `scope`.
    ///
    /// # Errors
    /// The first expression that cannot be evaluated.
    pub fn render(&self, scope: &dyn Scope) -> Result<Value, TemplateEvalError> {
        self.root.render(scope)
    }

    /// Like [`render`](Self::render), without a copy of a template that has no expression.
    ///
    /// # Errors
    /// The first expression that cannot be evaluated.
    pub fn render_ref(&self, scope: &dyn Scope) -> Result<Cow<'_, Value>, TemplateEvalError> {
        match &self.root {
            Node::Constant(value) => Ok(Cow::Borrowed(value)),
            root => root.render(scope).map(Cow::Owned),
        }
    }

    /// The names of the variables it refers to, in order, with repetitions.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.collect_variables(&mut names);
        names
    }
}

struct Parser {
    /// Keys and indexes on the way to the current value.
    pointer: Vec<String>,
    errors: Vec<TemplateError>,
}

impl Parser {
    fn node(&mut self, value: &Value) -> Node {
        if self.pointer.len() > MAX_TEMPLATE_DEPTH {
            let reason = format!("Objects and arrays are more than {MAX_TEMPLATE_DEPTH} deep");
            self.error("The payload template is nested too deeply".to_owned(), reason);
            return Node::Constant(Value::Null);
        }
        match value {
            Value::Object(members) => {
                let mut nodes = Vec::with_capacity(members.len());
                for (key, member) in members {
                    self.pointer.push(key.clone());
                    nodes.push(match key.strip_suffix(".$") {
                        Some(name) => (name.to_owned(), self.expression(member)),
                        None => (key.clone(), self.node(member)),
                    });
                    self.pointer.pop();
                }
                if nodes.iter().all(|(_, node)| node.is_constant()) {
                    return Node::Constant(value.clone());
                }
                Node::Object(nodes)
            }
            Value::Array(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    self.pointer.push(index.to_string());
                    nodes.push(self.node(item));
                    self.pointer.pop();
                }
                if nodes.iter().all(Node::is_constant) {
                    return Node::Constant(value.clone());
                }
                Node::Array(nodes)
            }
            constant => Node::Constant(constant.clone()),
        }
    }

    fn expression(&mut self, value: &Value) -> Node {
        let parsed = match value {
            Value::String(text) => Expr::parse(text).map_err(|error| error.to_string()),
            other => Err(format!("Expected a string, but got {other}")),
        };
        match parsed {
            Ok(expr) => Node::Expression(Box::new(expr)),
            Err(reason) => {
                let field = self.pointer.last().map_or("", String::as_str);
                let message = format!(
                    "The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call"
                );
                self.error(message, reason);
                Node::Constant(Value::Null)
            }
        }
    }

    fn error(&mut self, message: String, reason: String) {
        let field = self.pointer.last().cloned().unwrap_or_default();
        let pointer = self.pointer.iter().map(|key| format!("/{}", escape(key))).collect();
        self.errors.push(TemplateError { pointer, field, message, reason });
    }
}

impl Node {
    fn is_constant(&self) -> bool {
        matches!(self, Node::Constant(_))
    }

    fn render(&self, scope: &dyn Scope) -> Result<Value, TemplateEvalError> {
        match self {
            Node::Constant(value) => Ok(value.clone()),
            // Only the whole template can be an expression of no field, and it never is.
            Node::Expression(expr) => match expr.evaluate_in_template(scope) {
                Ok(value) => Ok(value.into_owned()),
                Err(source) => Err(TemplateEvalError {
                    field: Box::default(),
                    pointer: Box::default(),
                    source: Box::new(source),
                }),
            },
            Node::Array(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for (index, node) in nodes.iter().enumerate() {
                    items.push(node.render(scope).map_err(|error| error.inside(&index.to_string()))?);
                }
                Ok(Value::Array(items))
            }
            Node::Object(nodes) => {
                let mut members = Map::with_capacity(nodes.len());
                for (name, node) in nodes {
                    let value = node.render(scope).map_err(|error| match node {
                        Node::Expression(_) => {
                            let field = format!("{name}.$");
                            let pointer = format!("/{}", escape(&field)).into();
                            TemplateEvalError { field: field.into(), pointer, source: error.source }
                        }
                        _ => error.inside(name),
                    })?;
                    members.insert(name.clone(), value);
                }
                Ok(Value::Object(members))
            }
        }
    }

    fn collect_variables<'e>(&'e self, names: &mut Vec<&'e str>) {
        match self {
            Node::Constant(_) => {}
            Node::Expression(expr) => expr.collect_variables(names),
            Node::Object(nodes) => nodes.iter().for_each(|(_, node)| node.collect_variables(names)),
            Node::Array(nodes) => nodes.iter().for_each(|node| node.collect_variables(names)),
        }
    }
}

impl TemplateEvalError {
    /// The same error, seen from one level further out.
    #[cold]
    fn inside(self, key: &str) -> TemplateEvalError {
        TemplateEvalError { pointer: format!("/{}{}", escape(key), self.pointer).into(), ..self }
    }
}

/// A key as a part of a JSON pointer (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
