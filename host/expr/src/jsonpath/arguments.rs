//! The arguments of a path function: paths, numbers, strings, objects, separated by commas.

use super::error::PathSyntaxError;
use super::literal::parse_literal;
use super::parser::parse_path;
use super::segments::Argument;
use crate::cursor::Cursor;

/// Reads arguments up to and including the `)` that ends them; `cursor` stands behind the `(`.
///
/// What is neither a path nor the start of a number, string or object is passed over in silence, as Jayway does: a
/// call such as `f(...)` has no arguments.
pub(super) fn parse_arguments(
    cursor: &mut Cursor<'_>,
    function: &str,
    nesting: usize,
) -> Result<Vec<Argument>, PathSyntaxError> {
    let mut arguments = Vec::new();
    loop {
        let start = cursor.position;
        let Some(end) = argument_end(cursor, start)? else {
            return cursor.error(format!("The arguments of '{function}' lack their closing ')'"));
        };
        arguments.extend(parse_argument(cursor.part(start, end), nesting)?);
        let last = cursor.at(end) == Some(')');
        cursor.position = end + 1;
        if last {
            return Ok(arguments);
        }
    }
}

/// The position of the comma or `)` that ends the argument.
fn argument_end(cursor: &Cursor<'_>, start: usize) -> Result<Option<usize>, PathSyntaxError> {
    let mut index = start;
    while let Some(c) = cursor.at(index) {
        match c {
            ',' | ')' => return Ok(Some(index)),
            '(' | '[' | '{' => match cursor.find_closing(index, true) {
                Some(close) => index = close,
                None => return Ok(None),
            },
            '"' | '\'' => match cursor.find_unescaped(index + 1, c) {
                Some(close) => index = close,
                None => return Ok(None),
            },
            ']' | '}' => return cursor.part(index, cursor.len()).error(format!("There is a '{c}' too many")),
            _ => {}
        }
        index += 1;
    }
    Ok(None)
}

fn parse_argument(mut cursor: Cursor<'_>, nesting: usize) -> Result<Option<Argument>, PathSyntaxError> {
    while cursor.current().is_some_and(char::is_whitespace) {
        cursor.position += 1;
    }
    match cursor.current() {
        Some('$' | '@') => Ok(Some(Argument::Path(parse_path(cursor, nesting + 1)?))),
        Some('{' | '"' | '-' | '0'..='9') => Ok(Some(Argument::Json(parse_literal(cursor)?))),
        _ => Ok(None),
    }
}
