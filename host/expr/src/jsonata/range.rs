//! The range operator, `[1..$n]`, with its size checked before it is built.
//!
//! The evaluator of the crate builds up to ten million numbers before it asks whether they are too many, and its syntax
//! trees are read-only. So each `[L..R]` is compiled as `[$«range»(L, R)]`, a call of the function here. Both operands
//! are whole expressions between the same brackets and commas, are evaluated in the same order and environment, and what
//! the function gives is spread into the array as the operator's sequence is.

use jlens_core::ast::{BinaryOp, Node, NodeKind};
use jlens_core::{Error, HostCall, HostFunction};
use serde_json::Value;

/// The function's name. A definition has no reason to write it, and is refused if it does.
pub(super) const NAME: &str = "\u{ab}range\u{bb}";

/// Longest range of JSONata's own; beyond it the error is JSONata's.
const MAX_JSONATA: f64 = 1e7;

/// The source with calls instead of ranges, or none if there are no ranges.
pub(super) fn rewrite(source: &str, root: &Node) -> Option<String> {
    let mut edits: Vec<Edit> = Vec::new();
    root.walk(&mut |node| {
        if let NodeKind::Binary { op: BinaryOp::Range, .. } = node.kind {
            let dots = node.pos - "..".len()..node.pos;
            edits.push(Edit { at: node.span.start, removed: 0, inserted: format!("${NAME}(") });
            edits.push(Edit { at: dots.start, removed: dots.len(), inserted: ",".to_owned() });
            edits.push(Edit { at: node.span.end, removed: 0, inserted: ")".to_owned() });
        }
    });
    if edits.is_empty() {
        return None;
    }
    // Stable, and no two edits of one kind share a place: a range cannot begin or end where another one does, for
    // brackets stand around each.
    edits.sort_by_key(|edit| edit.at);
    let mut rewritten = String::with_capacity(source.len() + edits.len() * NAME.len());
    let mut copied = 0;
    for edit in edits {
        rewritten.push_str(&source[copied..edit.at]);
        rewritten.push_str(&edit.inserted);
        copied = edit.at + edit.removed;
    }
    rewritten.push_str(&source[copied..]);
    Some(rewritten)
}

/// A change of the source, at a byte.
struct Edit {
    at: usize,
    removed: usize,
    inserted: String,
}

/// Whether a range is left in a tree.
pub(super) fn is_in(root: &Node) -> bool {
    let mut found = false;
    root.walk(&mut |node| found |= matches!(node.kind, NodeKind::Binary { op: BinaryOp::Range, .. }));
    found
}

/// The function: the whole numbers from the first argument to the second, or nothing if they are out of order or one of
/// them is nothing.
pub(super) fn function(max_items: usize) -> HostFunction {
    HostFunction::new(2, move |args, call| {
        let first = operand(args, 0, call).map_err(|value| not_an_integer("T2003", value))?;
        let last = operand(args, 1, call).map_err(|value| not_an_integer("T2004", value))?;
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        if first > last {
            return Ok(None);
        }
        let size = last - first + 1.0;
        if size > MAX_JSONATA {
            return Err(Error::new("D2014").with("value", size));
        }
        if size > max_items as f64 {
            let message = format!("An array would exceed the size limit of {max_items} items");
            return Err(Error::new("U1001").with("message", message));
        }
        let numbers = (0..size as u64).map(|n| Value::from(first + n as f64));
        Ok(Some(Value::Array(numbers.collect())))
    })
    .without_input()
}

/// A whole number, or nothing, or the value that is neither.
fn operand(args: &[Option<Value>], index: usize, call: &HostCall<'_>) -> Result<Option<f64>, Option<Value>> {
    match args.get(index).and_then(Option::as_ref) {
        // A function has no value in JSON, but is not nothing.
        None if call.function(index).is_some() => Err(None),
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) if number.fract() == 0.0 => Ok(Some(number)),
            _ => Err(Some(value.clone())),
        },
    }
}

fn not_an_integer(code: &str, value: Option<Value>) -> Error {
    match value {
        Some(value) => Error::new(code).with("value", value),
        None => Error::new(code),
    }
}
