//! What AWS warns of: values that look like paths where none is looked for.
//!
//! Source: AWS API reference, ValidateStateMachineDefinitionDiagnostic, "List of warning codes".

use dirigent_expr::Expr;
use serde_json::Value;

use super::fields::Fields;
use crate::diagnostic::{Diagnostics, NO_DOLLAR, NO_PATH, Pointer, STATIC_RESULT};

/// Values of a template (`Parameters` and its like) whose keys lack a `.$`.
pub(super) fn of_template(template: &Value, at: &Pointer, out: &mut Diagnostics) {
    visit(template, at, &mut |key, value, at| {
        if !key.ends_with(".$") && looks_like_expression(value) {
            let message = format!(
                "The value of '{key}' looks like a JSONPath or an intrinsic function. To have it evaluated, call the field '{key}.$'"
            );
            out.warning(NO_DOLLAR, at, message);
        }
    });
}

/// A `Result`, which is never evaluated.
pub(super) fn of_result(result: &Value, at: &Pointer, out: &mut Diagnostics) {
    visit(result, at, &mut |key, value, at| {
        if key.ends_with(".$") || looks_like_path(value) {
            let message =
                "A Result is taken as it is, paths in it too. Use Parameters to have them evaluated";
            out.warning(STATIC_RESULT, at, message);
        }
    });
}

/// A field that holds a text beside one that holds a path.
pub(super) fn of_text(fields: &Fields<'_>, name: &str, text: &str, out: &mut Diagnostics) {
    if looks_like_path(text) {
        let message =
            format!("The value of '{name}' looks like a path. To have it read, call the field '{name}Path'");
        out.warning(NO_PATH, &fields.place(name), message);
    }
}

/// Calls `found` with every text under a key, the key, and its place.
fn visit(value: &Value, at: &Pointer, found: &mut dyn FnMut(&str, &str, &Pointer)) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let at = at.child(key);
                match value {
                    Value::String(text) => found(key, text, &at),
                    other => visit(other, &at, found),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| visit(item, &at.index(index), found));
        }
        _ => {}
    }
}

fn looks_like_path(text: &str) -> bool {
    ["$.", "$[", "$$."].iter().any(|begin| text.starts_with(begin)) && Expr::parse_path(text).is_ok()
}

fn looks_like_expression(text: &str) -> bool {
    looks_like_path(text) || (text.starts_with("States.") && Expr::parse(text).is_ok())
}
