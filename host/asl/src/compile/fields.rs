//! Reading the fields of a JSON object with a diagnostic for each that is missing, of the wrong type or unknown.

use std::collections::HashSet;
use std::sync::Arc;

use dirigent_expr::{Expr, Jsonata, JsonataSyntaxError, JsonataTemplate, Template};
use serde_json::{Map, Value};

use super::warnings;
use crate::diagnostic::{Diagnostics, INVALID_JSONATA, Pointer, SCHEMA, UNSUPPORTED_JSONATA};

/// The fields of one object. Each is asked for once; [`Fields::finish`] reports those that nobody asked for.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    pub(super) at: Pointer,
    known: HashSet<&'static str>,
}

impl<'a> Fields<'a> {
    /// The object at `at`, or a diagnostic when the value there is no object.
    pub(super) fn of(value: &'a Value, at: Pointer, out: &mut Diagnostics) -> Option<Fields<'a>> {
        match value {
            Value::Object(object) => {
                let mut fields = Fields { object, at, known: HashSet::new() };
                fields.string("Comment", out);
                Some(fields)
            }
            _ => {
                wrong_type(out, &at, "Object");
                None
            }
        }
    }

    /// The raw value of a field.
    pub(super) fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.insert(name);
        self.object.get(name)
    }

    /// Whether the field is there; does not count as asking for it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    pub(super) fn place(&self, name: &str) -> Pointer {
        self.at.child(name)
    }

    /// Reports all of `names` that are missing, in AWS's words.
    pub(super) fn require(&self, names: &[&str], out: &mut Diagnostics) -> bool {
        let missing: Vec<&str> = names.iter().copied().filter(|name| !self.has(name)).collect();
        if !missing.is_empty() {
            out.error(SCHEMA, &self.at, format!("These fields are required: [{}]", missing.join(", ")));
        }
        missing.is_empty()
    }

    pub(super) fn string(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<&'a str> {
        let value = self.get(name)?;
        if value.as_str().is_none() {
            wrong_type(out, &self.place(name), "String");
        }
        value.as_str()
    }

    pub(super) fn boolean(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<bool> {
        let value = self.get(name)?;
        if value.as_bool().is_none() {
            wrong_type(out, &self.place(name), "Boolean");
        }
        value.as_bool()
    }

    /// A string that is one of `words`.
    pub(super) fn one_of(
        &mut self,
        name: &'static str,
        words: &[&str],
        out: &mut Diagnostics,
    ) -> Option<&'a str> {
        let word = self.string(name, out)?;
        if words.contains(&word) {
            return Some(word);
        }
        let message = format!("The field '{name}' should have one of these values: [{}]", words.join(", "));
        out.error(SCHEMA, &self.place(name), message);
        None
    }

    /// A whole number between `least` and `most`.
    pub(super) fn integer(
        &mut self,
        name: &'static str,
        least: u64,
        most: u64,
        out: &mut Diagnostics,
    ) -> Option<u64> {
        let value = self.get(name)?;
        let number = value
            .as_u64()
            .or_else(|| value.as_f64().filter(|f| f.fract() == 0.0 && *f >= 0.0).map(|f| f as u64));
        let place = self.place(name);
        match number {
            Some(n) if (least..=most).contains(&n) => Some(n),
            _ if value.is_number() => {
                out.error(
                    SCHEMA,
                    &place,
                    format!("Expected a whole number from {least} to {most}, found {value}"),
                );
                None
            }
            _ => {
                wrong_type(out, &place, "Integer");
                None
            }
        }
    }

    pub(super) fn number(&mut self, name: &'static str, least: f64, out: &mut Diagnostics) -> Option<f64> {
        let value = self.get(name)?;
        let place = self.place(name);
        match value.as_f64() {
            Some(n) if n >= least => Some(n),
            Some(n) => {
                out.error(SCHEMA, &place, format!("Expected a number of at least {least}, found {n}"));
                None
            }
            None => {
                wrong_type(out, &place, "Number");
                None
            }
        }
    }

    pub(super) fn array(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<&'a [Value]> {
        let value = self.get(name)?;
        if value.as_array().is_none() {
            wrong_type(out, &self.place(name), "Array");
        }
        value.as_array().map(Vec::as_slice)
    }

    /// A field that holds a path (`$…`, `$$…`, `$variable…`).
    pub(super) fn path(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<Expr> {
        let text = self.string(name, out)?;
        match Expr::parse_path(text) {
            Ok(path) => Some(path),
            Err(error) => {
                out.error(SCHEMA, &self.place(name), format!("Value is not a valid JSONPath: {error}"));
                None
            }
        }
    }

    /// A field that holds a path or an intrinsic function (`ErrorPath`, `CausePath`).
    pub(super) fn expression(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<Expr> {
        let text = self.string(name, out)?;
        match Expr::parse(text) {
            Ok(path) => Some(path),
            Err(error) => {
                let message = format!("Value is not a valid JSONPath or intrinsic function: {error}");
                out.error(SCHEMA, &self.place(name), message);
                None
            }
        }
    }

    /// A field that holds a payload template.
    pub(super) fn template(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<Template> {
        let value = self.get(name)?;
        let place = self.place(name);
        warnings::of_template(value, &place, out);
        match Template::parse(value) {
            Ok(template) => Some(template),
            Err(errors) => {
                // AWS reports at the template and names the key in the message.
                errors.into_iter().for_each(|error| out.error(SCHEMA, &place, error.message));
                None
            }
        }
    }

    /// A field that may hold a JSONata expression; `None` when it holds none.
    pub(super) fn jsonata(&mut self, name: &'static str, out: &mut Diagnostics) -> Option<Jsonata> {
        let text = self.get(name)?.as_str().filter(|text| Jsonata::is_expression(text))?;
        match Jsonata::parse(text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                refused(&error, &self.place(name), out);
                None
            }
        }
    }

    /// Whether a field holds what looks like a JSONata expression.
    pub(super) fn has_jsonata(&self, name: &str) -> bool {
        self.object.get(name).and_then(Value::as_str).is_some_and(Jsonata::is_expression)
    }

    /// A field that holds a value with JSONata expressions in it.
    pub(super) fn jsonata_template(
        &mut self,
        name: &'static str,
        out: &mut Diagnostics,
    ) -> Option<JsonataTemplate> {
        let value = self.get(name)?;
        let place = self.place(name);
        match JsonataTemplate::parse(value) {
            Ok(template) => Some(template),
            Err(errors) => {
                errors.iter().for_each(|it| refused(&it.error, &place.below(&it.place), out));
                None
            }
        }
    }

    /// Of fields that exclude each other, reports when more than one is there.
    pub(super) fn at_most_one(&self, names: &[&str], out: &mut Diagnostics) {
        let present: Vec<&str> = names.iter().copied().filter(|name| self.has(name)).collect();
        if present.len() > 1 {
            let message =
                format!("Only one of these fields may be given: [{}]. Remove the others", present.join(", "));
            out.error(SCHEMA, &self.at, message);
        }
    }

    /// Reports those of `names` that are there: they belong to another query language than `language`.
    pub(super) fn not_in(&mut self, language: &str, names: &[&'static str], out: &mut Diagnostics) {
        let other = if language == "JSONPath" { "JSONata" } else { "JSONPath" };
        for name in names.iter().filter(|name| self.object.contains_key(**name)) {
            if self.known.insert(name) {
                let message = format!(
                    "The QueryLanguage is set to '{language}', but field '{name}' is only supported for the '{other}' QueryLanguage"
                );
                out.error(SCHEMA, &self.at, message);
            }
        }
    }

    /// Reports the fields that nobody asked for, as AWS does: at the object, not at the field.
    pub(super) fn finish(self, out: &mut Diagnostics) {
        for name in self.object.keys().filter(|name| !self.known.contains(name.as_str())) {
            out.error(SCHEMA, &self.at, format!("Field '{name}' is not supported"));
        }
    }
}

/// Reports an expression that is none, or none that Step Functions takes.
fn refused(error: &JsonataSyntaxError, at: &Pointer, out: &mut Diagnostics) {
    let code = match error {
        JsonataSyntaxError::Invalid(_) => INVALID_JSONATA,
        JsonataSyntaxError::Unsupported(_) => UNSUPPORTED_JSONATA,
    };
    out.error(code, at, error.to_string());
}

pub(super) fn wrong_type(out: &mut Diagnostics, at: &Pointer, expected: &str) {
    out.error(SCHEMA, at, format!("Expected value of type {expected}"));
}

/// A list of strings under `name`, each checked to be one.
pub(super) fn strings(fields: &mut Fields<'_>, name: &'static str, out: &mut Diagnostics) -> Vec<Arc<str>> {
    let place = fields.place(name);
    let mut list = Vec::new();
    for (index, value) in fields.array(name, out).unwrap_or_default().iter().enumerate() {
        match value.as_str() {
            Some(text) => list.push(Arc::from(text)),
            None => wrong_type(out, &place.index(index), "String"),
        }
    }
    list
}
