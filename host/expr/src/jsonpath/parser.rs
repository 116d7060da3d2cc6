//! The grammar of paths: dots, brackets, names, indexes. Filters and function arguments have files of their own.
//!
//! It accepts what Jayway 2.9.0 accepts, which is more than any specification: `$.['a'].['b']`, `$..[*]foo`,
//! `$[ 1 , 2 ]`, a name such as `@prop`, and one stray character behind a closing bracket.

use super::arguments::parse_arguments;
use super::error::PathSyntaxError;
use super::filter::parse_filter;
use super::segments::{Call, Name, Path, Root, Segment, Slice};
use crate::cursor::{Cursor, unescape};

/// Characters in a path, at most.
pub const MAX_PATH_LENGTH: usize = 16 * 1024;
/// Segments in a path, at most.
pub const MAX_SEGMENTS: usize = 512;
/// Filters, arguments, parentheses and negations inside one another, at most.
pub const MAX_NESTING: usize = 32;

/// Parses a path that stands alone.
pub(super) fn parse(text: &str) -> Result<Path, PathSyntaxError> {
    let chars: Vec<char> = text.chars().take(MAX_PATH_LENGTH + 1).collect();
    let cursor = Cursor::new(&chars);
    if chars.len() > MAX_PATH_LENGTH {
        return cursor.error(format!("The path is longer than {MAX_PATH_LENGTH} characters"));
    }
    parse_path(cursor, 0)
}

/// Parses the path that fills `cursor`; `nesting` counts the filters and calls around it.
pub(super) fn parse_path(mut cursor: Cursor<'_>, nesting: usize) -> Result<Path, PathSyntaxError> {
    if nesting > MAX_NESTING {
        return cursor.error(too_deep());
    }
    while cursor.current().is_some_and(char::is_whitespace) {
        cursor.position += 1;
    }
    let mut end = cursor.len();
    while end > cursor.position && cursor.at(end - 1).is_some_and(char::is_whitespace) {
        end -= 1;
    }
    let mut parser = Parser { cursor: cursor.part(cursor.position, end), nesting, segments: Vec::new() };
    let root = parser.root()?;
    parser.segments()?;
    Ok(Path::new(root, parser.segments))
}

pub(super) fn too_deep() -> String {
    format!("More than {MAX_NESTING} filters, calls or parentheses inside one another")
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    nesting: usize,
    segments: Vec<Segment>,
}

impl Parser<'_> {
    fn root(&mut self) -> Result<Root, PathSyntaxError> {
        let root = match self.cursor.current() {
            Some('$') => Root::Document,
            Some('@') => Root::Item,
            _ => return self.cursor.error("A path starts with '$' or '@'"),
        };
        if self.cursor.at(self.cursor.len() - 1) == Some('.') {
            return self.cursor.error("A path must not end with '.' or '..'");
        }
        self.cursor.position += 1;
        match self.cursor.current() {
            None | Some('.' | '[') => Ok(root),
            Some(c) => self.cursor.error(format!("Expected '.' or '[' instead of '{c}'")),
        }
    }

    fn segments(&mut self) -> Result<(), PathSyntaxError> {
        // A lone root is a whole path; anything longer has at least one segment, so the first round never stops at
        // the tail.
        let mut more = !self.cursor.is_at_end();
        while more {
            if self.segments.len() >= MAX_SEGMENTS {
                return self.cursor.error(format!("The path has more than {MAX_SEGMENTS} segments"));
            }
            self.dots()?;
            match self.cursor.current() {
                Some('[') => self.bracket()?,
                Some('*') => {
                    self.cursor.position += 1;
                    self.segments.push(Segment::Wildcard);
                }
                _ => self.name()?,
            }
            more = !self.cursor.is_at_tail();
        }
        Ok(())
    }

    fn dots(&mut self) -> Result<(), PathSyntaxError> {
        if self.cursor.current() != Some('.') {
            return Ok(());
        }
        self.cursor.position += 1;
        if self.cursor.current() == Some('.') {
            self.cursor.position += 1;
            self.segments.push(Segment::Scan);
        }
        match self.cursor.current() {
            Some('.') => self.cursor.error("There is a '.' too many"),
            _ => Ok(()),
        }
    }

    /// `name` or `name(…)`
    fn name(&mut self) -> Result<(), PathSyntaxError> {
        let start = self.cursor.position;
        while let Some(c) = self.cursor.current() {
            match c {
                '.' | '[' => break,
                '(' => return self.call(start),
                ' ' => {
                    return self.cursor.error("A name with blanks must be written in brackets: ['my name']");
                }
                _ => self.cursor.position += 1,
            }
        }
        if start == self.cursor.position {
            return self.cursor.error("Expected a name, '*', '[' or a function");
        }
        let name = self.cursor.text(start, self.cursor.position);
        self.segments.push(Segment::Property(vec![Name::plain(&name)]));
        Ok(())
    }

    fn call(&mut self, start: usize) -> Result<(), PathSyntaxError> {
        let name = self.cursor.text(start, self.cursor.position);
        self.cursor.position += 1;
        let mut arguments = Vec::new();
        // Without arguments Jayway goes on from the ')' itself, so that in `f().a` a member named ')' follows; nobody
        // can mean that, so the call is complete here.
        if self.cursor.current() == Some(')') {
            self.cursor.position += 1;
            if !matches!(self.cursor.current(), None | Some('.' | '[')) {
                return self.cursor.error("Expected '.' or '[' behind a call");
            }
        } else {
            arguments = parse_arguments(&mut self.cursor, &name, self.nesting)?;
        }
        self.segments.push(Segment::Function(Call::new(name.into(), arguments)));
        Ok(())
    }

    fn bracket(&mut self) -> Result<(), PathSyntaxError> {
        let inside = self.cursor.significant(self.cursor.position + 1);
        match self.cursor.at(inside) {
            Some(quote @ ('\'' | '"')) => self.names(quote),
            Some('0'..='9' | '-' | ':') => self.indexes(),
            Some('*') => match self.cursor.find_significant(inside + 1, ']') {
                Some(end) => {
                    self.cursor.position = end + 1;
                    self.segments.push(Segment::Wildcard);
                    Ok(())
                }
                None => self.cursor.error("Expected ']' behind '*'"),
            },
            Some('?') => self.filter(inside),
            _ => self.cursor.error("Expected a quoted name, a number, '*' or '?' behind '['"),
        }
    }

    /// `['a']`, `["a"]`, `['a', 'b']`
    fn names(&mut self, quote: char) -> Result<(), PathSyntaxError> {
        let mut names = Vec::new();
        loop {
            let Some(open) = self.cursor.find_significant(self.cursor.position + 1, quote) else {
                return self.cursor.error(format!("Expected a name in {quote}"));
            };
            let Some(close) = self.cursor.find_unescaped(open + 1, quote) else {
                return self.cursor.error(format!("The name lacks its closing {quote}"));
            };
            let written = self.cursor.text(open + 1, close);
            let text = unescape(&written);
            let differs = text != written;
            names.push(Name { text: text.into(), written: differs.then(|| written.into()) });
            self.cursor.position = self.cursor.significant(close + 1);
            match self.cursor.current() {
                Some(',') => {}
                Some(']') => break,
                _ => return self.cursor.error("Expected ',' or ']' behind a name"),
            }
        }
        self.cursor.position += 1;
        self.segments.push(Segment::Property(names));
        Ok(())
    }

    /// `[0]`, `[0, -1]`, `[1:2]`
    fn indexes(&mut self) -> Result<(), PathSyntaxError> {
        let start = self.cursor.position + 1;
        let Some(end) = self.cursor.find(start, ']') else {
            return self.cursor.error("Expected ']' behind the index");
        };
        let text = self.cursor.text(start, end);
        let segment = if text.contains(':') { slice(&text) } else { indexes(&text) };
        match segment {
            Some(segment) => {
                self.segments.push(segment);
                self.cursor.position = end + 1;
                Ok(())
            }
            None => self.cursor.error(format!("'{}' is neither an index nor a slice", text.trim())),
        }
    }

    fn filter(&mut self, question: usize) -> Result<(), PathSyntaxError> {
        let open = self.cursor.find_significant(question + 1, '(');
        let close = open.and_then(|open| self.cursor.find_closing(open, true));
        let end = close.and_then(|close| self.cursor.find_significant(close + 1, ']'));
        let (Some(open), Some(close), Some(end)) = (open, close, end) else {
            return self.cursor.error("Expected a filter of the form [?(…)]");
        };
        let filter = parse_filter(self.cursor.part(open, close + 1), self.nesting)?;
        self.segments.push(Segment::Filter(Box::new(filter)));
        self.cursor.position = end + 1;
        Ok(())
    }
}

fn indexes(text: &str) -> Option<Segment> {
    text.split(',').map(|index| index.trim().parse().ok()).collect::<Option<Vec<i32>>>().map(Segment::Index)
}

fn slice(text: &str) -> Option<Segment> {
    let end = |text: Option<&str>| match text.map(str::trim) {
        None | Some("") => Some(None),
        Some(number) => number.parse().ok().map(Some),
    };
    let mut parts = text.split(':');
    let (from, to) = (end(parts.next())?, end(parts.next())?);
    (from.is_some() || to.is_some()).then_some(Segment::Slice(Slice { from, to }))
}
