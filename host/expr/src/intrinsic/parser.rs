//! The grammar of calls: a name, and arguments in parentheses.

use serde_json::{Number, Value};

use super::format::FormatText;
use super::{Argument, Function, Intrinsic};
use crate::cursor::Cursor;
use crate::expr::{Expr, ExprSyntaxError};

/// Calls inside one another, at most (AWS developer guide, "Intrinsic functions").
pub const MAX_INTRINSIC_NESTING: usize = 10;
/// Characters in a call, at most.
const MAX_CALL_LENGTH: usize = 256 * 1024;

pub(super) fn parse(text: &str) -> Result<Intrinsic, ExprSyntaxError> {
    let chars: Vec<char> = text.chars().take(MAX_CALL_LENGTH + 1).collect();
    if chars.len() > MAX_CALL_LENGTH {
        return Err(ExprSyntaxError::new(format!("The call is longer than {MAX_CALL_LENGTH} characters"), 0));
    }
    let mut parser = Parser { cursor: Cursor::new(&chars), nesting: 0 };
    let call = parser.call()?;
    parser.skip_whitespace();
    if !parser.cursor.is_at_end() {
        return parser.error("Expected nothing behind the ')'");
    }
    // As it was written, blanks at the end included.
    Ok(Intrinsic { text: text.into(), ..call })
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    nesting: usize,
}

impl Parser<'_> {
    fn call(&mut self) -> Result<Intrinsic, ExprSyntaxError> {
        self.nesting += 1;
        if self.nesting > MAX_INTRINSIC_NESTING {
            return self.error(format!("More than {MAX_INTRINSIC_NESTING} functions inside one another"));
        }
        let start = self.cursor.position;
        while self.cursor.current().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.') {
            self.cursor.position += 1;
        }
        let name = self.cursor.text(start, self.cursor.position);
        let Some(function) = Function::ALL.into_iter().find(|function| function.name() == name) else {
            return Err(ExprSyntaxError::new(format!("There is no function '{name}'"), start));
        };
        self.skip_whitespace();
        self.expect('(')?;
        let mut arguments = Vec::new();
        self.skip_whitespace();
        while self.cursor.current() != Some(')') {
            if !arguments.is_empty() {
                self.expect(',')?;
            }
            let is_format = function == Function::Format && arguments.is_empty();
            arguments.push(self.argument(is_format)?);
            self.skip_whitespace();
        }
        self.cursor.position += 1;
        let (least, greatest) = function.arity();
        if !(least..=greatest).contains(&arguments.len()) {
            let wanted = match (least, greatest) {
                (least, usize::MAX) => format!("at least {least}"),
                (least, greatest) if least == greatest => least.to_string(),
                (least, greatest) => format!("{least} to {greatest}"),
            };
            let message = format!("{name} takes {wanted} arguments, not {}", arguments.len());
            return Err(ExprSyntaxError::new(message, start));
        }
        self.nesting -= 1;
        let text = self.cursor.text(start, self.cursor.position).into();
        Ok(Intrinsic { text, function, arguments })
    }

    fn argument(&mut self, is_format: bool) -> Result<Argument, ExprSyntaxError> {
        self.skip_whitespace();
        match self.cursor.current() {
            Some('\'') => self.string(is_format),
            Some('$') => self.path(),
            Some('S') => Ok(Argument::Call(self.call()?)),
            _ => self.constant(),
        }
    }

    fn string(&mut self, is_format: bool) -> Result<Argument, ExprSyntaxError> {
        let start = self.cursor.position + 1;
        let Some(close) = self.cursor.find_unescaped(start, '\'') else {
            return self.error("The string lacks its closing '");
        };
        let written = self.cursor.text(start, close);
        self.cursor.position = close + 1;
        let text = FormatText::parse(&written).map_err(|message| ExprSyntaxError::new(message, start))?;
        Ok(if is_format { Argument::Format(text) } else { Argument::Constant(Value::String(text.literal())) })
    }

    /// A path ends at a comma, a blank or a closing parenthesis, but not inside its own brackets.
    fn path(&mut self) -> Result<Argument, ExprSyntaxError> {
        let start = self.cursor.position;
        let mut index = start;
        while let Some(c) = self.cursor.at(index) {
            match c {
                ',' | ')' => break,
                c if c.is_whitespace() => break,
                '[' | '(' => match self.cursor.find_closing(index, true) {
                    Some(close) => index = close + 1,
                    None => return self.error(format!("The '{c}' in the path is not closed")),
                },
                _ => index += 1,
            }
        }
        self.cursor.position = index;
        let path = Expr::parse_path(&self.cursor.text(start, index))
            .map_err(|error| ExprSyntaxError::new(error.message, start + error.offset))?;
        Ok(Argument::Path(path))
    }

    fn constant(&mut self) -> Result<Argument, ExprSyntaxError> {
        let start = self.cursor.position;
        while self.cursor.current().is_some_and(|c| !matches!(c, ',' | ')') && !c.is_whitespace()) {
            self.cursor.position += 1;
        }
        let text = self.cursor.text(start, self.cursor.position);
        let value = match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            number => match number.parse::<Number>() {
                Ok(number) => Value::Number(number),
                Err(_) => {
                    let message =
                        format!("'{text}' is no path, function, 'string', number, true, false or null");
                    return Err(ExprSyntaxError::new(message, start));
                }
            },
        };
        Ok(Argument::Constant(value))
    }

    fn expect(&mut self, wanted: char) -> Result<(), ExprSyntaxError> {
        if self.cursor.current() != Some(wanted) {
            return self.error(format!("Expected '{wanted}'"));
        }
        self.cursor.position += 1;
        Ok(())
    }

    fn skip_whitespace(&mut self) {
        while self.cursor.current().is_some_and(char::is_whitespace) {
            self.cursor.position += 1;
        }
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T, ExprSyntaxError> {
        Err(ExprSyntaxError::new(message, self.cursor.position.min(self.cursor.len())))
    }
}
