//! A position in the characters of a path, and the small questions that its grammars ask about what comes next.

use crate::jsonpath::PathSyntaxError;

/// Characters between two positions of a text. Filters and arguments are read by a cursor over their own part, so
/// that offsets in errors stay those of the whole path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'t> {
    chars: &'t [char],
    pub(crate) position: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(chars: &'t [char]) -> Cursor<'t> {
        Cursor { chars, position: 0 }
    }

    /// The same text up to `end`, from `start` on.
    pub(crate) fn part(&self, start: usize, end: usize) -> Cursor<'t> {
        Cursor { chars: &self.chars[..end.min(self.chars.len())], position: start }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(crate) fn at(&self, index: usize) -> Option<char> {
        self.chars.get(index).copied()
    }

    pub(crate) fn current(&self) -> Option<char> {
        self.at(self.position)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.position >= self.chars.len()
    }

    /// At the last character or behind it. Jayway stops reading here after a bracket or a call, and so overlooks one
    /// stray character: `$.a[0]x` is `$.a[0]`.
    pub(crate) fn is_at_tail(&self) -> bool {
        self.position + 1 >= self.chars.len()
    }

    pub(crate) fn text(&self, start: usize, end: usize) -> String {
        self.chars.get(start..end.min(self.chars.len())).unwrap_or_default().iter().collect()
    }

    pub(crate) fn skip_spaces(&mut self) {
        while self.current() == Some(' ') {
            self.position += 1;
        }
    }

    /// The first position from `start` on that holds no space.
    pub(crate) fn significant(&self, start: usize) -> usize {
        let spaces = self.chars.get(start..).unwrap_or_default().iter().take_while(|c| **c == ' ').count();
        start + spaces
    }

    /// Whether `wanted` is the next character that is no space, looking from `start` on; if so, where.
    pub(crate) fn find_significant(&self, start: usize, wanted: char) -> Option<usize> {
        let index = self.significant(start);
        (self.at(index) == Some(wanted)).then_some(index)
    }

    pub(crate) fn find(&self, start: usize, wanted: char) -> Option<usize> {
        (start..self.len()).find(|index| self.at(*index) == Some(wanted))
    }

    /// The position of the quote or slash that ends what starts before `start`; a backslash takes away the meaning
    /// of the character behind it.
    pub(crate) fn find_unescaped(&self, start: usize, wanted: char) -> Option<usize> {
        let mut index = start;
        while let Some(c) = self.at(index) {
            match c {
                '\\' => index += 2,
                c if c == wanted => return Some(index),
                _ => index += 1,
            }
        }
        None
    }

    /// The position of the bracket that closes the one at `open`; brackets in quotes do not count, nor, if
    /// `skip_patterns`, those in regular expressions.
    pub(crate) fn find_closing(&self, open: usize, skip_patterns: bool) -> Option<usize> {
        let opening = self.at(open)?;
        let closing = match opening {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            _ => return None,
        };
        let mut depth = 0usize;
        let mut index = open;
        while let Some(c) = self.at(index) {
            match c {
                '\'' | '"' => index = self.find_unescaped(index + 1, c)?,
                '/' if skip_patterns => index = self.find_unescaped(index + 1, c)?,
                c if c == opening => depth += 1,
                c if c == closing => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(index);
                    }
                }
                _ => {}
            }
            index += 1;
        }
        None
    }

    pub(crate) fn error<T>(&self, message: impl Into<String>) -> Result<T, PathSyntaxError> {
        Err(PathSyntaxError { message: message.into(), offset: self.position.min(self.len()) })
    }
}

/// Takes backslashes out of a quoted name or string, as Java source would: `\n`, `\u0041`, and a backslash before any
/// other character is dropped.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('b') => plain.push('\u{8}'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                let digits: String = chars.clone().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
                match code.and_then(char::from_u32) {
                    Some(decoded) => {
                        plain.push(decoded);
                        chars.nth(3);
                    }
                    None => plain.push('u'),
                }
            }
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}
