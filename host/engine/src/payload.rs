//! JSON texts that pass through a workflow: kept as text, parsed when somebody looks inside.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Deepest nesting of arrays and objects in a payload: what the JSON parser takes.
pub const MAX_JSON_DEPTH: usize = 127;

/// A JSON value as text, with its parsed form made on first need.
///
/// A state that does not look inside its input neither parses nor prints it, so the text that a client sent comes
/// out as it went in: key order, spaces and number forms included. Cloning copies a pointer.
#[derive(Clone)]
pub struct Payload(Arc<Inner>);

struct Inner {
    text: Arc<str>,
    value: OnceLock<Value>,
    /// Where the text was first written in this execution's history, so that it is written once.
    stored: OnceLock<PayloadRef>,
}

/// Where a payload's text lies: the history chunk that was the first to need it, and its place there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct PayloadRef {
    /// Id of the chunk's first event.
    pub chunk: u64,
    /// Place among the chunk's payloads.
    pub index: u32,
}

impl Payload {
    /// A payload of a text that is known to be JSON: one that was checked at the door, or printed by this program.
    #[must_use]
    pub fn from_text(text: impl Into<Arc<str>>) -> Payload {
        Payload(Arc::new(Inner { text: text.into(), value: OnceLock::new(), stored: OnceLock::new() }))
    }

    /// Checks that `text` is JSON.
    ///
    /// # Errors
    /// The parser's error, with line and column.
    pub fn parse(text: impl Into<Arc<str>>) -> Result<Payload, serde_json::Error> {
        let payload = Payload::from_text(text);
        let value = serde_json::from_str(payload.text())?;
        let _ = payload.0.value.set(value);
        Ok(payload)
    }

    /// A payload of a value, printed as AWS prints: no spaces, members in their order.
    #[must_use]
    pub fn from_value(value: Value) -> Payload {
        let payload = Payload::from_text(value.to_string());
        let _ = payload.0.value.set(value);
        payload
    }

    /// A payload read back from the store, which remembers where it lies there.
    #[must_use]
    pub(crate) fn from_store(text: Arc<str>, at: PayloadRef) -> Payload {
        Payload(Arc::new(Inner { text, value: OnceLock::new(), stored: OnceLock::from(at) }))
    }

    /// The empty object.
    #[must_use]
    pub fn empty_object() -> Payload {
        Payload::from_text("{}")
    }

    /// An array of payloads, made of their texts without parsing any.
    #[must_use]
    pub fn array(items: &[Payload]) -> Payload {
        let length: usize = items.iter().map(|item| item.text().len() + 1).sum();
        let mut text = String::with_capacity(length + 2);
        text.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(item.text());
        }
        text.push(']');
        Payload::from_text(text)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text, shared.
    #[must_use]
    pub fn shared_text(&self) -> Arc<str> {
        self.0.text.clone()
    }

    /// Whether both are the same payload, not merely equal ones.
    #[must_use]
    pub fn is_same(&self, other: &Payload) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether the text can be parsed within [`MAX_JSON_DEPTH`].
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        for byte in self.0.text.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_JSON_DEPTH {
                return false;
            }
        }
        true
    }

    /// The parsed value.
    #[must_use]
    pub fn value(&self) -> &Value {
        // Every constructor is given JSON; a text that is none is a fault elsewhere, and null is the least harm.
        self.0.value.get_or_init(|| serde_json::from_str(&self.0.text).unwrap_or_default())
    }

    /// Where the text lies in the history, once it does.
    pub(crate) fn stored(&self) -> Option<PayloadRef> {
        self.0.stored.get().copied()
    }

    pub(crate) fn set_stored(&self, at: PayloadRef) {
        let _ = self.0.stored.set(at);
    }

    /// The same text as a payload of another execution, which has its own history.
    #[must_use]
    pub fn detached(&self) -> Payload {
        Payload::from_text(self.0.text.clone())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Payload) -> bool {
        self.text() == other.text()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_JSON_DEPTH, Payload};

    #[test]
    fn depth() {
        let nested = |depth: usize| Payload::from_text("[".repeat(depth) + &"]".repeat(depth));
        assert!(nested(MAX_JSON_DEPTH).is_shallow() && Payload::parse(nested(MAX_JSON_DEPTH).text()).is_ok());
        assert!(
            !nested(MAX_JSON_DEPTH + 1).is_shallow()
                && Payload::parse(nested(MAX_JSON_DEPTH + 1).text()).is_err()
        );
        let text = format!(r#"{{"a": "{}\"{}"}}"#, "[".repeat(200), "{".repeat(200));
        assert!(Payload::from_text(text).is_shallow());
    }
}
