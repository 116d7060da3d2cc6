//! The elements of an array, or the members of an object, somewhere in one JSON text that may be far larger than memory.
//!
//! The scanner only finds where values end: it counts brackets outside strings. Each item is then checked by itself.
//! What lies beside the way to the items is not checked.

use super::compact::compact;
use super::{Found, Scan, ScanError, Want};
use crate::limits::{MAX_ITEM_BYTES, MAX_JSON_NAME_BYTES};

#[derive(Debug)]
pub(super) struct JsonScanner {
    pointer: String,
    /// The pointer's steps, the next one last.
    steps: Vec<String>,
    stage: Stage,
    /// What is kept of the name or value that is read.
    text: Vec<u8>,
    value: ValueEnd,
    /// The name of the member that is read.
    name: Option<String>,
    /// Bytes before the piece that is scanned.
    offset: u64,
    /// The items lie deeper than the text's top, so what follows them is nobody's concern.
    nested: bool,
}

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The value that the next step, or the end of the pointer, is about.
    Value,
    /// On the way, in an object: a name, or its end.
    WayName {
        first: bool,
    },
    WayNameText,
    WayColon {
        here: bool,
    },
    /// On the way, in an array, with so many elements still to pass.
    WayElement {
        left: u64,
        first: bool,
    },
    /// On the way: a value to pass over.
    WaySkip {
        then: After,
    },
    WayComma {
        then: After,
    },
    /// An item, or the end.
    Item {
        object: bool,
        first: bool,
    },
    ItemName,
    ItemColon,
    ItemValue {
        object: bool,
    },
    ItemComma {
        object: bool,
    },
    /// Behind the items.
    End,
}

/// What follows a value that is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Name,
    Element { left: u64 },
}

/// Finds where a value ends.
#[derive(Debug, Default)]
struct ValueEnd {
    depth: u64,
    in_string: bool,
    escaped: bool,
    scalar: bool,
    /// Bytes of the value so far.
    length: usize,
}

impl ValueEnd {
    /// How many of these bytes belong to the value, and whether it ends with them. The first byte of a value is not
    /// white space.
    fn find(&mut self, input: &[u8]) -> (usize, bool) {
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

impl JsonScanner {
    /// # Errors
    ///
    /// A pointer that RFC 6901 does not allow.
    pub(super) fn new(pointer: &str) -> Result<JsonScanner, String> {
        let steps = steps(pointer)?;
        Ok(JsonScanner {
            pointer: pointer.to_owned(),
            nested: !steps.is_empty(),
            steps: steps.into_iter().rev().collect(),
            stage: Stage::Value,
            text: Vec::new(),
            value: ValueEnd::default(),
            name: None,
            offset: 0,
        })
    }

    /// Whether nothing that follows matters.
    pub(super) fn is_done(&self) -> bool {
        self.nested && self.stage == Stage::End
    }

    pub(super) fn scan(&mut self, input: &[u8], want: Want) -> Scan {
        let mut at = 0;
        let result = loop {
            if at == input.len() {
                break Ok((at, None));
            }
            match self.step(&input[at..], at, want) {
                Ok((taken, None)) => at += taken,
                Ok((taken, found)) => break Ok((at + taken, found)),
                Err(error) => break Err(error),
            }
        };
        self.offset += at as u64;
        if let Ok((taken, Some(_))) = &result {
            self.offset += (taken - at) as u64;
        }
        result
    }

    pub(super) fn finish(&mut self) -> Result<(), ScanError> {
        match self.stage {
            Stage::End => Ok(()),
            // A number at the top ends with the text.
            Stage::Value if self.text.is_empty() && self.offset == 0 => {
                Err(self.malformed(0, "the file is empty; JSON is expected"))
            }
            _ => Err(self.malformed(0, "the file ends in the middle of the JSON text")),
        }
    }

    fn at(&self, ahead: usize) -> String {
        format!("byte {}", self.offset + ahead as u64)
    }

    fn malformed(&self, ahead: usize, problem: impl Into<String>) -> ScanError {
        ScanError::Malformed { at: self.at(ahead), problem: problem.into() }
    }

    fn not_found(&self) -> ScanError {
        ScanError::PointerNotFound { pointer: self.pointer.clone() }
    }

    /// Takes at least one byte, or changes the stage. `ahead` is where `input` begins in the piece.
    fn step(&mut self, input: &[u8], ahead: usize, want: Want) -> Scan {
        // Outside values and names white space means nothing.
        let within = matches!(self.stage, Stage::WayNameText | Stage::ItemName)
            || (matches!(self.stage, Stage::WaySkip { .. } | Stage::ItemValue { .. })
                && self.value.length > 0);
        if !within {
            let blank = input.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
            if blank > 0 {
                return Ok((blank, None));
            }
        }
        let byte = input[0];
        let (taken, stage) = match self.stage {
            Stage::Value => (1, self.enter(byte, ahead)?),
            Stage::WayName { first } => match byte {
                b'"' => (0, Stage::WayNameText),
                b'}' if first => return Err(self.not_found()),
                _ => return Err(self.malformed(ahead, "a member's name is expected")),
            },
            Stage::WayNameText => {
                let (taken, name) = self.name(input, ahead)?;
                let Some(name) = name else { return Ok((taken, None)) };
                let here = self.steps.last().is_some_and(|step| *step == name);
                (taken, Stage::WayColon { here })
            }
            Stage::WayColon { here } => match byte {
                b':' if here => {
                    self.steps.pop();
                    (1, Stage::Value)
                }
                b':' => (1, Stage::WaySkip { then: After::Name }),
                _ => return Err(self.malformed(ahead, "a colon is expected behind a member's name")),
            },
            Stage::WayElement { left, first } => match byte {
                b']' if first => return Err(self.not_found()),
                _ if left == 0 => {
                    self.steps.pop();
                    (0, Stage::Value)
                }
                _ => (0, Stage::WaySkip { then: After::Element { left: left - 1 } }),
            },
            Stage::WaySkip { then } => {
                let (taken, ended) = self.value.find(input);
                if !ended {
                    return Ok((taken, None));
                }
                if std::mem::take(&mut self.value).length == 0 {
                    return Err(self.malformed(ahead, "a value is expected"));
                }
                (taken, Stage::WayComma { then })
            }
            Stage::WayComma { then } => match (byte, then) {
                (b',', After::Name) => (1, Stage::WayName { first: false }),
                (b',', After::Element { left }) => (1, Stage::WayElement { left, first: false }),
                (b'}', After::Name) | (b']', After::Element { .. }) => return Err(self.not_found()),
                _ => return Err(self.malformed(ahead, "a comma or a closing bracket is expected")),
            },
            Stage::Item { object, first } => match (byte, object) {
                (b'}', true) | (b']', false) if first => (1, Stage::End),
                (b'"', true) => (0, Stage::ItemName),
                (_, true) => return Err(self.malformed(ahead, "a member's name is expected")),
                (_, false) => (0, Stage::ItemValue { object }),
            },
            Stage::ItemName => {
                let (taken, name) = self.name(input, ahead)?;
                let Some(name) = name else { return Ok((taken, None)) };
                self.name = Some(name);
                (taken, Stage::ItemColon)
            }
            Stage::ItemColon => match byte {
                b':' => (1, Stage::ItemValue { object: true }),
                _ => return Err(self.malformed(ahead, "a colon is expected behind a member's name")),
            },
            Stage::ItemValue { object } => return self.item(input, ahead, object, want),
            Stage::ItemComma { object } => match (byte, object) {
                (b',', _) => (1, Stage::Item { object, first: false }),
                (b'}', true) | (b']', false) => (1, Stage::End),
                _ => {
                    return Err(
                        self.malformed(ahead, "a comma or a closing bracket is expected behind an item")
                    );
                }
            },
            Stage::End if self.nested => (input.len(), Stage::End),
            Stage::End => return Err(self.malformed(ahead, "there is something behind the JSON text")),
        };
        self.stage = stage;
        Ok((taken, None))
    }

    /// The first byte of a value on the way, or of the value that holds the items.
    fn enter(&self, byte: u8, ahead: usize) -> Result<Stage, ScanError> {
        match (self.steps.last(), byte) {
            (None, b'{') => Ok(Stage::Item { object: true, first: true }),
            (None, b'[') => Ok(Stage::Item { object: false, first: true }),
            (None, b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                Err(ScanError::NotIterable { at: self.at(ahead) })
            }
            (None, _) => Err(self.malformed(ahead, "it is not JSON: an array or an object is expected")),
            (Some(_), b'{') => Ok(Stage::WayName { first: true }),
            (Some(step), b'[') => {
                let left = index(step).ok_or_else(|| self.not_found())?;
                Ok(Stage::WayElement { left, first: true })
            }
            (Some(_), _) => Err(self.not_found()),
        }
    }

    /// A member's name, once it is whole.
    fn name(&mut self, input: &[u8], ahead: usize) -> Result<(usize, Option<String>), ScanError> {
        let (taken, ended) = self.value.find(input);
        self.text.extend_from_slice(&input[..taken]);
        if self.text.len() > MAX_JSON_NAME_BYTES {
            return Err(
                self.malformed(ahead, format!("a member's name has more than {MAX_JSON_NAME_BYTES} bytes"))
            );
        }
        if !ended {
            return Ok((taken, None));
        }
        self.value = ValueEnd::default();
        let name = serde_json::from_slice(&std::mem::take(&mut self.text));
        let name =
            name.map_err(|error| self.malformed(ahead, format!("a member's name is not JSON: {error}")))?;
        Ok((taken, Some(name)))
    }

    fn item(&mut self, input: &[u8], ahead: usize, object: bool, want: Want) -> Scan {
        let (taken, ended) = self.value.find(input);
        if self.value.length > MAX_ITEM_BYTES {
            return Err(ScanError::ItemTooLarge { at: self.at(ahead) });
        }
        if want == Want::Items {
            self.text.extend_from_slice(&input[..taken]);
        }
        if !ended {
            return Ok((taken, None));
        }
        let length = std::mem::take(&mut self.value).length;
        if length == 0 {
            return Err(self.malformed(ahead, "a value is expected"));
        }
        self.stage = Stage::ItemComma { object };
        let (text, key) = (std::mem::take(&mut self.text), self.name.take());
        let json = match want {
            Want::Count => String::new(),
            Want::Items => {
                let begins = (self.offset + (ahead + taken) as u64).saturating_sub(length as u64);
                compact(text)
                    .map_err(|problem| ScanError::Malformed { at: format!("byte {begins}"), problem })?
            }
        };
        Ok((taken, Some(Found { json, key })))
    }
}

/// The steps of a JSON Pointer (RFC 6901).
fn steps(pointer: &str) -> Result<Vec<String>, String> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let Some(rest) = pointer.strip_prefix('/') else {
        return Err(format!(
            "ItemsPointer {pointer:?} is not a JSON Pointer (RFC 6901): it has to begin with a slash"
        ));
    };
    Ok(rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

/// A step as an array index: digits without leading zeros.
fn index(step: &str) -> Option<u64> {
    let digits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (step == "0" || !step.starts_with('0'))).then(|| step.parse().ok()).flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    type Pairs = Vec<(Option<String>, String)>;

    fn items(text: &[u8], pointer: &str, piece: usize) -> Result<Pairs, ScanError> {
        let mut scanner = JsonScanner::new(pointer).unwrap();
        let mut items = Vec::new();
        for mut piece in text.chunks(piece) {
            while !piece.is_empty() {
                let (taken, found) = scanner.scan(piece, Want::Items)?;
                assert!(found.is_some() || taken == piece.len());
                piece = &piece[taken..];
                items.extend(found.map(|found| (found.key, found.json)));
            }
        }
        if !scanner.is_done() {
            scanner.finish()?;
        }
        Ok(items)
    }

    #[test]
    fn elements_and_members() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("[]", "", &[]),
            (" [ ] ", "", &[]),
            ("{}", "", &[]),
            ("[1]", "", &["1"]),
            ("[1 , -2.5e3,true,false , null]\n", "", &["1", "-2.5e3", "true", "false", "null"]),
            (
                r#"["a]", "\"", "\\", "é\u00e9", ""]"#,
                "",
                &[r#""a]""#, r#""\"""#, r#""\\""#, r#""é\u00e9""#, r#""""#],
            ),
            (r#"[[1, [2]], {"a": [ ]}, []]"#, "", &["[1,[2]]", r#"{"a":[]}"#, "[]"]),
            (r#"{"a": 1, "b\n": {"c": 2}}"#, "", &["a=1", "b\n={\"c\":2}"]),
            (r#"{"x": [9], "y": {"z": [1, 2], "w": 3}}"#, "/y/z", &["1", "2"]),
            (r#"{"x": "}", "y": [ [0], {"k": ["in"]} ] }"#, "/y/1/k", &[r#""in""#]),
            (r#"{"a/b": {"m~n": [1]}}"#, "/a~1b/m~0n", &["1"]),
            (r#"{"": [1]}"#, "/", &["1"]),
            (r#"{"A": [7]}"#, "/A", &["7"]),
            // The first of two members with one name.
            (r#"{"a": [1], "a": [2]}"#, "/a", &["1"]),
            // What follows does not matter any more.
            (r#"{"a": [1]"#, "/a", &["1"]),
        ];
        for (text, pointer, expected) in cases {
            for piece in [1, 2, 3, 5, 1000] {
                let found = items(text.as_bytes(), pointer, piece).unwrap();
                let found: Vec<String> = found
                    .into_iter()
                    .map(|(key, json)| key.map_or(json.clone(), |key| format!("{key}={json}")))
                    .collect();
                assert_eq!(found, *expected, "{text:?} at {pointer:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("", "", "Malformed byte 0"),
            ("  ", "", "Malformed byte 2"),
            ("7", "", "NotIterable byte 0"),
            (" \"a\"", "", "NotIterable byte 1"),
            ("null", "", "NotIterable byte 0"),
            ("[1", "", "Malformed byte 2"),
            ("[1,]", "", "Malformed byte 3"),
            ("[,1]", "", "Malformed byte 1"),
            ("[1 2]", "", "Malformed byte 3"),
            ("[1}", "", "Malformed byte 2"),
            ("[tru]", "", "Malformed byte 1"),
            ("[1,{\"a\":}]", "", "Malformed byte 3"),
            ("{\"a\" 1}", "", "Malformed byte 5"),
            ("{1:2}", "", "Malformed byte 1"),
            ("[1] x", "", "Malformed byte 4"),
            ("x", "", "Malformed byte 0"),
            ("{\"a\":1}", "/b", "PointerNotFound"),
            ("{}", "/b", "PointerNotFound"),
            ("[[1]]", "/1", "PointerNotFound"),
            ("[]", "/0", "PointerNotFound"),
            ("[[1]]", "/00", "PointerNotFound"),
            ("[[1]]", "/a", "PointerNotFound"),
            ("{\"a\":1}", "/a/b", "PointerNotFound"),
            ("{\"a\":1}", "/a", "NotIterable byte 5"),
        ];
        for (text, pointer, expected) in cases {
            for piece in [1, 3, 1000] {
                let told = match items(text.as_bytes(), pointer, piece) {
                    Err(ScanError::Malformed { at, .. }) => format!("Malformed {at}"),
                    Err(ScanError::NotIterable { at }) => format!("NotIterable {at}"),
                    Err(ScanError::PointerNotFound { .. }) => "PointerNotFound".into(),
                    other => panic!("{text:?} at {pointer:?}: {other:?}"),
                };
                assert_eq!(told, expected, "{text:?} at {pointer:?} in pieces of {piece}");
            }
        }
        assert!(JsonScanner::new("a").is_err());
        let huge = [b"[\"".to_vec(), vec![b'x'; MAX_ITEM_BYTES]].concat();
        assert!(matches!(items(&huge, "", 100_000), Err(ScanError::ItemTooLarge { .. })));
    }
}
