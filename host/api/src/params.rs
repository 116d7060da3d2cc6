//! Reading an action's parameters, with AWS's messages for those that are missing or out of bounds.
//!
//! All violations of a request are reported at once, as AWS does.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::error::ApiError;

/// Longest value that is repeated in a message, in characters.
const SHOWN: usize = 1_024;

/// The parameters of one call, and the account of who makes it.
pub(crate) struct Params {
    account: String,
    values: Map<String, Value>,
    violations: Vec<String>,
    /// What stands before the names of a nested structure's members in messages.
    prefix: String,
}

impl Params {
    pub(crate) fn new(account: &str, values: Map<String, Value>) -> Params {
        Params { account: account.to_owned(), values, violations: Vec::new(), prefix: String::new() }
    }

    /// The caller's account: where things are created, and whose things are listed.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// Notes that a parameter, or what a path in it leads to, is out of bounds.
    pub(crate) fn violation(&mut self, name: &str, value: &str, constraint: &str) {
        let value = if value == "null" { "null".to_owned() } else { format!("'{}'", shorten(value)) };
        let prefix = &self.prefix;
        self.violations
            .push(format!("Value {value} at '{prefix}{name}' failed to satisfy constraint: {constraint}"));
    }

    /// The members of a nested structure. What is wrong with them is told with the rest once it is [absorbed].
    ///
    /// [absorbed]: Params::absorb
    pub(crate) fn nested(&self, name: &str) -> Result<Option<Params>, ApiError> {
        let prefix = format!("{}{name}.", self.prefix);
        let values = self.object(name)?.cloned();
        let account = self.account.clone();
        Ok(values.map(|values| Params { account, values, violations: Vec::new(), prefix }))
    }

    /// The structures of a list, as [nested](Params::nested). Members of the list are told by their number, from 1.
    pub(crate) fn items(&self, name: &str) -> Result<Option<Vec<Params>>, ApiError> {
        let Some(list) = self.array(name)? else { return Ok(None) };
        let items = list.iter().enumerate().map(|(at, item)| {
            let name = format!("{name}.{}.member", at + 1);
            let values = item.as_object().ok_or_else(|| self.wrong_type(&name, "an object"))?.clone();
            let prefix = format!("{}{name}.", self.prefix);
            Ok(Params { account: self.account.clone(), values, violations: Vec::new(), prefix })
        });
        items.collect::<Result<_, _>>().map(Some)
    }

    /// The strings of a list, each between two lengths, in characters.
    pub(crate) fn strings(
        &mut self,
        name: &str,
        least: usize,
        most: usize,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let Some(list) = self.array(name)?.cloned() else { return Ok(None) };
        let mut strings = Vec::with_capacity(list.len());
        for (at, item) in list.into_iter().enumerate() {
            let name = format!("{name}.{}.member", at + 1);
            let Value::String(text) = item else { return Err(self.wrong_type(&name, "a string")) };
            self.length(&name, &text, least, most);
            strings.push(text);
        }
        Ok(Some(strings))
    }

    /// Takes over the violations of a nested structure.
    pub(crate) fn absorb(&mut self, nested: Params) {
        self.violations.extend(nested.violations);
    }

    /// The error that lists all violations so far, if there is any.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        match self.violations.len() {
            0 => Ok(()),
            1 => Err(ApiError::validation(format!("1 validation error detected: {}", self.violations[0]))),
            n => Err(ApiError::validation(format!(
                "{n} validation errors detected: {}",
                self.violations.join("; ")
            ))),
        }
    }

    fn given(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A string between two lengths, in characters; `None` where it is absent.
    pub(crate) fn string(
        &mut self,
        name: &str,
        least: usize,
        most: usize,
    ) -> Result<Option<String>, ApiError> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let Some(text) = value.as_str().map(str::to_owned) else {
            return Err(self.wrong_type(name, "a string"));
        };
        self.length(name, &text, least, most);
        Ok(Some(text))
    }

    fn length(&mut self, name: &str, text: &str, least: usize, most: usize) {
        // A text has at most as many characters as bytes, so most texts are not counted.
        if text.len() < least {
            self.violation(name, text, &format!("Member must have length greater than or equal to {least}"));
        } else if text.len() > most && text.chars().count() > most {
            self.violation(name, text, &format!("Member must have length less than or equal to {most}"));
        }
    }

    /// Notes that a string does not match a pattern of the service model, which is repeated in the message.
    pub(crate) fn mismatch(&mut self, name: &str, text: &str, pattern: &str) {
        self.violation(name, text, &format!("Member must satisfy regular expression pattern: {pattern}"));
    }

    /// A string that must be there.
    pub(crate) fn required(&mut self, name: &str, least: usize, most: usize) -> Result<String, ApiError> {
        match self.string(name, least, most)? {
            Some(text) => Ok(text),
            None => {
                self.violation(name, "null", "Member must not be null");
                Ok(String::new())
            }
        }
    }

    /// One of a set of words.
    pub(crate) fn word(&mut self, name: &str, words: &[&str]) -> Result<Option<String>, ApiError> {
        let Some(text) = self.string(name, 0, usize::MAX)? else { return Ok(None) };
        if !words.contains(&text.as_str()) {
            let constraint = format!("Member must satisfy enum value set: [{}]", words.join(", "));
            self.violation(name, &text, &constraint);
        }
        Ok(Some(text))
    }

    /// A whole number between two bounds.
    pub(crate) fn integer(&mut self, name: &str, least: i64, most: i64) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let Some(number) = value.as_i64() else { return Err(self.wrong_type(name, "an integer")) };
        self.bound(name, number, least, most);
        Ok(Some(number))
    }

    /// A number between two bounds.
    pub(crate) fn number(&mut self, name: &str, least: f64, most: f64) -> Result<Option<f64>, ApiError> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let Some(number) = value.as_f64() else { return Err(self.wrong_type(name, "a number")) };
        self.bound(name, number, least, most);
        Ok(Some(number))
    }

    fn bound<N: PartialOrd + Display>(&mut self, name: &str, number: N, least: N, most: N) {
        let constraint = if number < least {
            format!("Member must have value greater than or equal to {least}")
        } else if number > most {
            format!("Member must have value less than or equal to {most}")
        } else {
            return;
        };
        self.violation(name, &number.to_string(), &constraint);
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.given(name) {
            None => Ok(None),
            Some(value) => value.as_bool().map(Some).ok_or_else(|| self.wrong_type(name, "a boolean")),
        }
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, ApiError> {
        match self.given(name) {
            None => Ok(None),
            Some(value) => value.as_object().map(Some).ok_or_else(|| self.wrong_type(name, "an object")),
        }
    }

    pub(crate) fn array(&self, name: &str) -> Result<Option<&Vec<Value>>, ApiError> {
        match self.given(name) {
            None => Ok(None),
            Some(value) => value.as_array().map(Some).ok_or_else(|| self.wrong_type(name, "an array")),
        }
    }

    /// Notes that a parameter is missing which is no string.
    pub(crate) fn missing(&mut self, name: &str) {
        self.violation(name, "null", "Member must not be null");
    }

    fn wrong_type(&self, name: &str, expected: &str) -> ApiError {
        let prefix = &self.prefix;
        ApiError::new("SerializationException", format!("The value of '{prefix}{name}' must be {expected}"))
    }
}

fn shorten(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
