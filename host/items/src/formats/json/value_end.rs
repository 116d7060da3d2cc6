//! Where a JSON value ends, found without looking at more than brackets and quotes.

/// Finds where a value ends.
#[derive(Debug, Default)]
pub(super) struct ValueEnd {
    depth: u64,
    in_string: bool,
    escaped: bool,
    scalar: bool,
    /// Bytes of the value so far.
    pub(super) length: usize,
}

impl ValueEnd {
    /// How many of these bytes belong to the value, and whether it ends with them. The first byte of a value is not
    /// white space.
    pub(super) fn find(&mut self, input: &[u8]) -> (usize, bool) {
        let (taken, ended) = self.end(input);
        self.length += taken;
        (taken, ended)
    }

    fn end(&mut self, input: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < input.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
            } else if self.in_string {
                let Some(special) = memchr::memchr2(b'"', b'\\', &input[at..]) else {
                    return (input.len(), false);
                };
                at += special + 1;
                self.escaped = input[at - 1] == b'\\';
                self.in_string = self.escaped;
                if !self.in_string && self.depth == 0 {
                    return (at, true);
                }
            } else if self.scalar {
                let ends =
                    |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b':');
                return match input[at..].iter().position(ends) {
                    Some(end) => (at + end, true),
                    None => (input.len(), false),
                };
            } else {
                match input[at] {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 0 => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ if self.depth == 0 => {
                        self.scalar = true;
                        continue;
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        (at, false)
    }
}
