//! A body as JSON or as form data, and texts within URLs and forms.

use std::fmt::Write as _;

use dirigent_plugin::Failure;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::wrong;

/// Depth to which members of a body become names such as `a[b][c]`.
const DEPTH: usize = 32;

/// How the body is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Transform {
    #[serde(default)]
    request_body_encoding: Encoding,
    #[serde(default)]
    request_encoding_options: Options,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Encoding {
    #[default]
    None,
    UrlEncoded,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Options {
    #[serde(default)]
    array_format: ArrayFormat,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ArrayFormat {
    #[default]
    Indices,
    Repeat,
    Commas,
    Brackets,
}

/// The body as it is sent. A text is sent as it is, whatever the encoding.
pub(crate) fn body(body: &RawValue, transform: &Transform) -> Result<String, Failure> {
    let text = body.get();
    if text.starts_with('"') {
        return serde_json::from_str(text)
            .map_err(|error| wrong(format!("`RequestBody` cannot be read: {error}")));
    }
    if transform.request_body_encoding == Encoding::None {
        return Ok(text.to_owned());
    }
    let value: Value = serde_json::from_str(text)?;
    let Value::Object(members) = value else {
        return Err(wrong("`RequestBody` has to be an object to be URL_ENCODED"));
    };
    let mut form = Form { format: transform.request_encoding_options.array_format, pairs: Vec::new() };
    for (name, value) in &members {
        form.add(name, value, DEPTH)?;
    }
    Ok(form.pairs.join("&"))
}

struct Form {
    format: ArrayFormat,
    pairs: Vec<String>,
}

impl Form {
    fn add(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), Failure> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(wrong(format!("`RequestBody` is nested deeper than {DEPTH}, which no form is")));
        };
        match value {
            Value::Object(members) => members
                .iter()
                .try_for_each(|(member, value)| self.add(&format!("{name}[{member}]"), value, depth)),
            Value::Array(items) => self.add_list(name, items, depth),
            scalar => {
                let text = text_of(scalar).unwrap_or_default();
                self.pairs.push(format!("{}={}", percent(name), percent(&text)));
                Ok(())
            }
        }
    }

    fn add_list(&mut self, name: &str, items: &[Value], depth: usize) -> Result<(), Failure> {
        if let (ArrayFormat::Commas, false) = (self.format, items.is_empty()) {
            let texts: Option<Vec<String>> = items.iter().map(text_of).collect();
            let texts = texts
                .ok_or_else(|| wrong(format!("`{name}` holds more than texts, which COMMAS cannot say")))?;
            self.pairs.push(format!("{}={}", percent(name), percent(&texts.join(","))));
            return Ok(());
        }
        for (index, item) in items.iter().enumerate() {
            let name = match self.format {
                ArrayFormat::Indices => format!("{name}[{index}]"),
                ArrayFormat::Brackets => format!("{name}[]"),
                ArrayFormat::Repeat | ArrayFormat::Commas => name.to_owned(),
            };
            self.add(&name, item, depth)?;
        }
        Ok(())
    }
}

/// A scalar as text; none for lists and objects.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Percent-encoding with all but the unreserved characters encoded (RFC 3986, section 2.3).
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
