//! The elements of an array, or the members of an object, somewhere in one JSON text that may be far larger than memory.
//!
//! The scanner only finds where values end: it counts brackets outside strings. Each item is then checked by itself.
//! What lies beside the way to the items is not checked.

mod pointer;
mod value_end;

use super::compact::compact;
use super::{Found, Scan, ScanError, Want};
use crate::limits::{MAX_ITEM_BYTES, MAX_JSON_NAME_BYTES};
use pointer::{index, steps};
use value_end::ValueEnd;

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

    /// Where the value began that has been read up to here.
    fn begun(&self, ahead: usize) -> u64 {
        self.offset + ahead as u64 - self.value.length as u64
    }

    fn malformed(&self, ahead: usize, problem: impl Into<String>) -> ScanError {
        malformed_at(self.offset + ahead as u64, problem.into())
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
        let begun = self.begun(ahead + taken);
        if self.text.len() > MAX_JSON_NAME_BYTES {
            let problem = format!("a member's name has more than {MAX_JSON_NAME_BYTES} bytes");
            return Err(malformed_at(begun, problem));
        }
        if !ended {
            return Ok((taken, None));
        }
        self.value = ValueEnd::default();
        match serde_json::from_slice(&std::mem::take(&mut self.text)) {
            Ok(name) => Ok((taken, Some(name))),
            Err(error) => Err(malformed_at(begun, format!("a member's name is not JSON: {error}"))),
        }
    }

    fn item(&mut self, input: &[u8], ahead: usize, object: bool, want: Want) -> Scan {
        let (taken, ended) = self.value.find(input);
        let begun = self.begun(ahead + taken);
        if self.value.length > MAX_ITEM_BYTES {
            return Err(ScanError::ItemTooLarge { at: format!("byte {begun}") });
        }
        if want == Want::Items {
            self.text.extend_from_slice(&input[..taken]);
        }
        if !ended {
            return Ok((taken, None));
        }
        if std::mem::take(&mut self.value).length == 0 {
            return Err(self.malformed(ahead, "a value is expected"));
        }
        self.stage = Stage::ItemComma { object };
        let (text, key) = (std::mem::take(&mut self.text), self.name.take());
        let json = match want {
            Want::Count => String::new(),
            Want::Items => compact(text).map_err(|problem| malformed_at(begun, problem))?,
        };
        Ok((taken, Some(Found { json, key })))
    }
}

fn malformed_at(byte: u64, problem: String) -> ScanError {
    ScanError::Malformed { at: format!("byte {byte}"), problem }
}

#[cfg(test)]
mod tests;
