//! From a diagnostic's JSON pointer to a line and a column of the text.

/// Line and column, from 1, of the value (for a member: of its key) that `pointer` names in `text`. Indices stand as
/// `/States/P/Branches[1]` in diagnostics. `None` when the text has no such place.
pub(crate) fn locate(text: &str, pointer: &str) -> Option<(usize, usize)> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    scanner.space();
    let mut place = scanner.at;
    for step in steps(pointer) {
        place = match step {
            Step::Member(name) => scanner.enter_member(&name)?,
            Step::Index(index) => scanner.enter_index(index)?,
        };
    }
    let before = &text[..place];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Some((line, column))
}

/// Line and column where a text ceases to be JSON: it has no other places to point at.
pub(crate) fn syntax_error(text: &str) -> Option<(usize, usize)> {
    let error = serde_json::from_str::<serde_json::Value>(text).err()?;
    Some((error.line(), error.column()))
}

enum Step {
    Member(String),
    Index(usize),
}

fn steps(pointer: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in pointer.split('/').skip(1).filter(|part| !part.is_empty()) {
        let (name, mut rest) = match part.find('[') {
            // A state may have a bracket in its name; only a number at the end is an index.
            Some(at) if part.ends_with(']') && part[at + 1..part.len() - 1].split("][").all(is_number) => {
                part.split_at(at)
            }
            _ => (part, ""),
        };
        steps.push(Step::Member(name.replace("~1", "/").replace("~0", "~")));
        while let Some(index) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            steps.extend(index.0.parse().ok().map(Step::Index));
            rest = index.1;
        }
    }
    steps
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Walks over JSON that is known to be sound.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    /// Goes to the value of a member, and returns where its key begins.
    fn enter_member(&mut self, name: &str) -> Option<usize> {
        self.take(b'{')?;
        loop {
            self.space();
            let key_at = self.at;
            let key = self.string()?;
            self.take(b':')?;
            self.space();
            if serde_json::from_slice::<String>(key).ok()? == name {
                return Some(key_at);
            }
            self.value()?;
            self.take(b',')?;
        }
    }

    /// Goes to an element of an array, and returns where it begins.
    fn enter_index(&mut self, index: usize) -> Option<usize> {
        self.take(b'[')?;
        for _ in 0..index {
            self.value()?;
            self.take(b',')?;
        }
        self.space();
        Some(self.at)
    }

    /// Passes over a string and returns it, quotes included.
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        self.take(b'"')?;
        while *self.bytes.get(self.at)? != b'"' {
            self.at += if self.bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.bytes.get(start..self.at)
    }

    /// Passes over any value.
    fn value(&mut self) -> Option<()> {
        self.space();
        let mut depth = 0_usize;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return Some(()),
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth == 0 => return Some(()),
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn places() {
        let text = "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\"x\": [1, {\"y\": \"}\"}],\n          \"b/c\": 2}\n  }\n}";
        let cases = [
            ("/", Some((1, 1))),
            ("/StartAt", Some((2, 3))),
            ("/States/A", Some((4, 5))),
            ("/States/A/x", Some((4, 11))),
            ("/States/A/x[1]", Some((4, 20))),
            ("/States/A/x[1]/y", Some((4, 21))),
            ("/States/A/b~1c", Some((5, 11))),
            ("/States/B", None),
        ];
        for (pointer, want) in cases {
            assert_eq!(locate(text, pointer), want, "{pointer}");
        }
    }
}
