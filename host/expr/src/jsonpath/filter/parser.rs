//! The grammar of filters:
//!
//! ```text
//! or      = and { '||' and }
//! and     = operand { '&&' operand }
//! operand = '!' operand | '(' or ')' | value [ operator value ]
//! ```

use regex_lite::{Regex, RegexBuilder};
use serde_json::Value;

use super::super::error::PathSyntaxError;
use super::super::literal::parse_literal;
use super::super::parser::{MAX_NESTING, parse_path, too_deep};
use super::super::segments::Path;
use super::{Filter, Operand, Operator};
use crate::cursor::{Cursor, unescape};
use crate::decimal::Decimal;

/// Bytes a compiled regular expression may take. It is matched in time linear in the text, whatever it says.
const MAX_PATTERN_SIZE: usize = 256 * 1024;

/// Parses the `(…)` of a filter, which fills `cursor`.
pub(in crate::jsonpath) fn parse_filter(
    cursor: Cursor<'_>,
    nesting: usize,
) -> Result<Filter, PathSyntaxError> {
    let mut parser = Parser { cursor, nesting };
    let filter = parser.or()?;
    parser.cursor.skip_spaces();
    if parser.cursor.is_at_end() { Ok(filter) } else { parser.cursor.error("Expected the end of the filter") }
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    /// Filters, calls, parentheses and negations around what is read.
    nesting: usize,
}

impl<'t> Parser<'t> {
    fn or(&mut self) -> Result<Filter, PathSyntaxError> {
        let mut terms = vec![self.and()?];
        while self.take("||") {
            terms.push(self.and()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Filter::Or(terms) })
    }

    fn and(&mut self) -> Result<Filter, PathSyntaxError> {
        let mut terms = vec![self.operand()?];
        while self.take("&&") {
            terms.push(self.operand()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Filter::And(terms) })
    }

    fn operand(&mut self) -> Result<Filter, PathSyntaxError> {
        if self.nesting > MAX_NESTING {
            return self.cursor.error(too_deep());
        }
        self.cursor.skip_spaces();
        match self.cursor.current() {
            Some('!') if !self.path_follows(self.cursor.position + 1) => {
                self.cursor.position += 1;
                Ok(Filter::Not(Box::new(self.inside(Self::operand)?)))
            }
            Some('(') => {
                self.cursor.position += 1;
                let filter = self.inside(Self::or)?;
                self.cursor.skip_spaces();
                if self.cursor.current() != Some(')') {
                    return self.cursor.error("Expected ')', '&&' or '||'");
                }
                self.cursor.position += 1;
                Ok(filter)
            }
            _ => self.comparison(),
        }
    }

    fn inside(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Filter, PathSyntaxError>,
    ) -> Result<Filter, PathSyntaxError> {
        self.nesting += 1;
        let filter = read(self);
        self.nesting -= 1;
        filter
    }

    fn comparison(&mut self) -> Result<Filter, PathSyntaxError> {
        let expected = self.cursor.current() != Some('!');
        if !expected {
            self.cursor.position += 1;
        }
        let left = self.value()?;
        match (self.operator(), left) {
            // Jayway takes no notice of the '!' in `!@.a == 1`.
            (Some(operator), left) => Ok(Filter::Compare { left, operator, right: self.value()? }),
            (None, Operand::Path(path)) => Ok(Filter::Exists { path, expected }),
            (None, _) => self.cursor.error("Expected an operator"),
        }
    }

    fn value(&mut self) -> Result<Operand, PathSyntaxError> {
        self.cursor.skip_spaces();
        let start = self.cursor.position;
        match self.cursor.current() {
            Some('$' | '@') => self.path().map(Operand::Path),
            Some(quote @ ('\'' | '"')) => {
                let Some(close) = self.cursor.find_unescaped(start + 1, quote) else {
                    return self.cursor.error(format!("The string lacks its closing {quote}"));
                };
                self.cursor.position = close + 1;
                Ok(Operand::Literal(Value::String(unescape(&self.cursor.text(start + 1, close)))))
            }
            Some('[' | '{') => {
                let Some(close) = self.cursor.find_closing(start, false) else {
                    return self.cursor.error("The array or object lacks its closing bracket");
                };
                self.cursor.position = close + 1;
                Ok(Operand::Literal(parse_literal(self.cursor.part(start, close + 1))?))
            }
            Some('/') => self.pattern().map(Operand::Pattern),
            Some('t') if self.take("true") => Ok(Operand::Literal(Value::Bool(true))),
            Some('f') if self.take("false") => Ok(Operand::Literal(Value::Bool(false))),
            Some('n') if self.take("null") => Ok(Operand::Literal(Value::Null)),
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Result<Operand, PathSyntaxError> {
        let start = self.cursor.position;
        while self.cursor.current().is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | 'E'))
        {
            self.cursor.position += 1;
        }
        let text = self.cursor.text(start, self.cursor.position);
        if Decimal::parse(&text).is_none() {
            self.cursor.position = start;
            return self
                .cursor
                .error("Expected a path, string, number, true, false, null, array or /pattern/");
        }
        Ok(Operand::Number(text.into()))
    }

    /// A path ends at a blank, an operator, or the `)` of the filter; the `)` of a call belongs to it.
    fn path(&mut self) -> Result<Path, PathSyntaxError> {
        let start = self.cursor.position;
        let mut index = start;
        while let Some(c) = self.cursor.at(index) {
            match c {
                ' ' | ')' | '<' | '>' | '=' | '~' | '!' | '&' | '|' => break,
                '[' | '(' => match self.cursor.find_closing(index, c == '[') {
                    Some(close) => index = close + 1,
                    None => return self.cursor.error(format!("The '{c}' in the path is not closed")),
                },
                _ => index += 1,
            }
        }
        self.cursor.position = index;
        parse_path(self.cursor.part(start, index), self.nesting + 1)
    }

    fn pattern(&mut self) -> Result<Regex, PathSyntaxError> {
        let start = self.cursor.position;
        let Some(close) = self.cursor.find_unescaped(start + 1, '/') else {
            return self.cursor.error("The pattern lacks its closing /");
        };
        let pattern = self.cursor.text(start + 1, close).replace("\\/", "/");
        self.cursor.position = close + 1;
        let flags = self.cursor.position;
        while self.cursor.current().is_some_and(|c| c.is_ascii_alphabetic()) {
            self.cursor.position += 1;
        }
        let flags = self.cursor.text(flags, self.cursor.position);
        // `=~` matches the whole text, as Java's `matches` does.
        // The line break ends a comment, should the pattern have one (flag x).
        let line_break = if flags.contains('x') { "\n" } else { "" };
        let regex = RegexBuilder::new(&format!("^(?:{pattern}{line_break})$"))
            .case_insensitive(flags.contains('i'))
            .dot_matches_new_line(flags.contains('s'))
            .ignore_whitespace(flags.contains('x'))
            .size_limit(MAX_PATTERN_SIZE)
            .build();
        match regex {
            Ok(regex) => Ok(regex),
            Err(error) => self.cursor.error(format!(
                "The pattern /{pattern}/ cannot be used: {error}. Look-around and back-references are not supported"
            )),
        }
    }

    /// The operator at the cursor, which moves behind it; or none, and it stays.
    fn operator(&mut self) -> Option<Operator> {
        let start = self.cursor.significant(self.cursor.position);
        let is_symbol = |c: char| matches!(c, '<' | '>' | '=' | '~' | '!');
        let symbolic = self.cursor.at(start).is_some_and(is_symbol);
        let mut end = start;
        while self
            .cursor
            .at(end)
            .is_some_and(|c| if symbolic { is_symbol(c) } else { c.is_ascii_alphabetic() })
        {
            end += 1;
        }
        let operator = match self.cursor.text(start, end).to_ascii_lowercase().as_str() {
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "===" => Operator::StrictlyEqual,
            "!==" => Operator::NotStrictlyEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "=~" => Operator::Matches,
            "in" => Operator::In,
            "nin" => Operator::NotIn,
            "subsetof" => Operator::SubsetOf,
            "anyof" => Operator::AnyOf,
            "noneof" => Operator::NoneOf,
            "all" => Operator::All,
            "contains" => Operator::Contains,
            "size" => Operator::Size,
            "empty" => Operator::Empty,
            _ => return None,
        };
        self.cursor.position = end;
        Some(operator)
    }

    fn take(&mut self, wanted: &str) -> bool {
        let start = self.cursor.significant(self.cursor.position);
        let end = start + wanted.len();
        let taken = self.cursor.text(start, end) == wanted;
        if taken {
            self.cursor.position = end;
        }
        taken
    }

    fn path_follows(&self, start: usize) -> bool {
        matches!(self.cursor.at(self.cursor.significant(start)), Some('$' | '@'))
    }
}
