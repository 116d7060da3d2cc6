//! JSON written inside a path, in the relaxed form that Jayway reads: strings in either quotes, or in none.

use serde_json::{Map, Number, Value};

use super::error::PathSyntaxError;
use crate::cursor::{Cursor, unescape};

/// Arrays and objects inside one another, at most.
const MAX_LITERAL_DEPTH: usize = 32;

/// Parses the value that fills `cursor`.
pub(super) fn parse_literal(mut cursor: Cursor<'_>) -> Result<Value, PathSyntaxError> {
    let value = value(&mut cursor, 0)?;
    skip_whitespace(&mut cursor);
    if cursor.is_at_end() { Ok(value) } else { cursor.error("Expected the end of the value") }
}

fn value(cursor: &mut Cursor<'_>, depth: usize) -> Result<Value, PathSyntaxError> {
    if depth > MAX_LITERAL_DEPTH {
        return cursor.error(format!("More than {MAX_LITERAL_DEPTH} arrays or objects inside one another"));
    }
    skip_whitespace(cursor);
    match cursor.current() {
        Some('[') => {
            let mut items = Vec::new();
            elements(cursor, ']', |cursor| {
                items.push(value(cursor, depth + 1)?);
                Ok(())
            })?;
            Ok(Value::Array(items))
        }
        Some('{') => {
            let mut members = Map::new();
            elements(cursor, '}', |cursor| {
                let name = match word(cursor)? {
                    Word::Quoted(name) | Word::Bare(name) => name,
                };
                skip_whitespace(cursor);
                if cursor.current() != Some(':') {
                    return cursor.error("Expected ':' behind a member's name");
                }
                cursor.position += 1;
                members.insert(name, value(cursor, depth + 1)?);
                Ok(())
            })?;
            Ok(Value::Object(members))
        }
        _ => Ok(match word(cursor)? {
            Word::Quoted(text) => Value::String(text),
            Word::Bare(text) => bare_value(text),
        }),
    }
}

/// Reads what is between brackets: elements, with commas between them.
fn elements(
    cursor: &mut Cursor<'_>,
    close: char,
    mut element: impl FnMut(&mut Cursor<'_>) -> Result<(), PathSyntaxError>,
) -> Result<(), PathSyntaxError> {
    cursor.position += 1;
    loop {
        skip_whitespace(cursor);
        if cursor.current() == Some(close) {
            cursor.position += 1;
            return Ok(());
        }
        element(cursor)?;
        skip_whitespace(cursor);
        match cursor.current() {
            Some(',') => cursor.position += 1,
            Some(c) if c == close => {}
            _ => return cursor.error(format!("Expected ',' or '{close}'")),
        }
    }
}

enum Word {
    Quoted(String),
    Bare(String),
}

fn word(cursor: &mut Cursor<'_>) -> Result<Word, PathSyntaxError> {
    skip_whitespace(cursor);
    let start = cursor.position;
    if let Some(quote @ ('\'' | '"')) = cursor.current() {
        let Some(close) = cursor.find_unescaped(start + 1, quote) else {
            return cursor.error(format!("The string lacks its closing {quote}"));
        };
        cursor.position = close + 1;
        return Ok(Word::Quoted(unescape(&cursor.text(start + 1, close))));
    }
    while cursor.current().is_some_and(|c| !matches!(c, ',' | ':' | '[' | ']' | '{' | '}')) {
        cursor.position += 1;
    }
    let text = cursor.text(start, cursor.position);
    let text = text.trim();
    if text.is_empty() { cursor.error("Expected a value") } else { Ok(Word::Bare(text.to_owned())) }
}

fn bare_value(text: String) -> Value {
    match text.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        number => match number.parse::<Number>() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text),
        },
    }
}

fn skip_whitespace(cursor: &mut Cursor<'_>) {
    while cursor.current().is_some_and(char::is_whitespace) {
        cursor.position += 1;
    }
}
