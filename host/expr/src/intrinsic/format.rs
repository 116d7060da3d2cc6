//! `States.Format`: its text with the `{}` in it, and how values read as text.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// A text taken apart at its `{}`, backslashes taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatText {
    /// The pieces between the `{}`: always one more than there are of those.
    pieces: Vec<Box<str>>,
}

impl FormatText {
    /// Parses a text in which `\'`, `\{`, `\}` and `\\` stand for the second character.
    pub(super) fn parse(text: &str) -> Result<FormatText, String> {
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some(escaped @ ('\'' | '{' | '}' | '\\')) => piece.push(escaped),
                    Some(other) => {
                        return Err(format!(
                            "The escape '\\{other}' is not allowed; a backslash itself is written '\\\\'"
                        ));
                    }
                    None => return Err("The text ends in an open escape backslash".to_owned()),
                },
                '{' if chars.peek() == Some(&'}') => {
                    chars.next();
                    pieces.push(std::mem::take(&mut piece).into());
                }
                other => piece.push(other),
            }
        }
        pieces.push(piece.into());
        Ok(FormatText { pieces })
    }

    /// The text of a string that is not to be filled: there `{}` means itself.
    pub(super) fn literal(&self) -> String {
        self.pieces.join("{}")
    }

    /// The text with `values` in place of the `{}`.
    pub(super) fn fill(&self, values: &[Cow<'_, Value>]) -> Result<Value, String> {
        let places = self.pieces.len() - 1;
        if places != values.len() {
            return Err(format!(
                "The text has {places} occurrences of {{}}, but there are {} values",
                values.len()
            ));
        }
        let mut text = String::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            text.push_str(piece);
            if let Some(value) = values.get(index) {
                match value.as_ref() {
                    Value::String(string) => text.push_str(string),
                    other => write_java(other, &mut text),
                }
            }
        }
        Ok(Value::String(text))
    }
}

/// Writes a value as Java's `toString` does, which is what AWS puts into the text: `{a=1, b=[x, y]}` (recorded).
fn write_java(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(bool) => text.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&java_number(number)),
        Value::String(string) => text.push_str(string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write_java(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                text.push_str(name);
                text.push('=');
                write_java(member, text);
            }
            text.push('}');
        }
    }
}

/// A number as Java prints it: a double is plain from 0.001 up to 10,000,000, and `1.5E10` beyond.
fn java_number(number: &Number) -> String {
    if !number.is_f64() {
        return number.to_string();
    }
    let double = number.as_f64().unwrap_or_default();
    if double == 0.0 || (1e-3..1e7).contains(&double.abs()) {
        return format!("{double:?}");
    }
    let scientific = format!("{double:E}");
    match scientific.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => scientific,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_read_as_in_java() {
        for (number, expected) in [
            (json!(1), "1"),
            (json!(-7), "-7"),
            (json!(1.1), "1.1"),
            (json!(100.0), "100.0"),
            (json!(-0.0), "-0.0"),
            (json!(1e7), "1.0E7"),
            (json!(123456789.5), "1.234567895E8"),
            (json!(0.001), "0.001"),
            (json!(0.0001), "1.0E-4"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            let mut text = String::new();
            write_java(&number, &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_text_comes_apart_at_its_braces() {
        for (text, pieces) in [
            ("", vec![""]),
            ("{}", vec!["", ""]),
            ("a{}b{}", vec!["a", "b", ""]),
            (r"a\{\}b", vec!["a{}b"]),
            (r"\'\\{}", vec![r"'\", ""]),
            ("{a}", vec!["{a}"]),
            ("{{}}", vec!["{", "}"]),
        ] {
            let expected = FormatText { pieces: pieces.into_iter().map(Into::into).collect() };
            assert_eq!(FormatText::parse(text).unwrap(), expected, "{text}");
        }
        for text in [r"\", r"\n", r#"\"quoted\""#] {
            assert!(FormatText::parse(text).is_err(), "{text}");
        }
    }
}
