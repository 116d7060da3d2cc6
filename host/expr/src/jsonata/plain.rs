//! Plain paths, `$states.input.a.b` or `$name.a`: most expressions are one.
//!
//! They are answered without the evaluator: faster, and numbers keep all their digits, where JSONata knows doubles only.

use serde_json::Value;

use super::{STATES, member};
use crate::Scope;

/// A path of names from a member of `$states` or a variable.
pub(super) struct Plain {
    root: Root,
    names: Vec<Box<str>>,
}

enum Root {
    States(Box<str>),
    Variable(Box<str>),
}

impl Plain {
    /// The path, if the expression is one.
    pub(super) fn parse(source: &str) -> Option<Plain> {
        let mut parts = source.strip_prefix('$')?.split('.');
        let root = parts.next()?;
        let root = if root == "states" {
            let name = parts.next()?;
            Root::States(STATES.contains(&name).then(|| name.into())?)
        } else {
            Root::Variable(is_name(root).then(|| root.into())?)
        };
        let names = parts.map(|name| is_name(name).then(|| name.into())).collect::<Option<Vec<_>>>()?;
        Some(Plain { root, names })
    }

    /// What the path leads to; `Some(None)` is nothing. `None` where JSONata does more than follow names: it maps over
    /// arrays on the way, and knows variables of its own.
    pub(super) fn look_up<'a>(&self, scope: &'a dyn Scope) -> Option<Option<&'a Value>> {
        let mut value = match &self.root {
            Root::States(name) => member(scope, name),
            Root::Variable(name) => Some(scope.variable(name)?),
        };
        for name in &self.names {
            value = match value {
                Some(Value::Object(object)) => object.get(&**name),
                Some(Value::Array(_)) => return None,
                _ => return Some(None),
            };
        }
        Some(value)
    }
}

/// A name that needs no quotes and is no word of the language.
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(text, "and" | "or" | "in" | "true" | "false" | "null" | "function")
}
