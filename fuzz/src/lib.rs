//! What is fuzzed: every parser that reads what others wrote, and the evaluators behind them.
//!
//! A target takes any bytes, and panics when something is wrong. So does code that it calls, with overflow checks and
//! debug assertions on.

#[cfg(not(feature = "libfuzzer"))]
pub mod blind;

use std::cell::Cell;
use std::sync::LazyLock;

use dirigent_asl::Program;
use dirigent_expr::{
    Expr, Intrinsic, JsonPath, JsonataTemplate, ReferencePath, Scope, Template, jsonata_isolation,
    jsonata_suite,
};
use serde_json::{Value, json};

/// A definition: compiling never panics, gives a program or says why not, and every problem has its place.
pub fn definition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (program, diagnostics) = Program::compile_text(text);
    assert!(program.is_some() || !diagnostics.is_empty(), "neither a program nor a reason");
    let definition = serde_json::from_str::<Value>(text).unwrap_or_default();
    for diagnostic in diagnostics {
        let Some(location) = &diagnostic.location else { continue };
        let is_place = location == "/" || leads_somewhere(&definition, location);
        assert!(is_place, "{location:?} is no place of the definition: {diagnostic}");
    }
}

/// Whether a location is a place in a value: keys as in a JSON pointer, and places of arrays in brackets, as AWS writes
/// them, or as keys.
fn leads_somewhere(value: &Value, location: &str) -> bool {
    if location.is_empty() {
        return true;
    }
    if let Some(rest) = location.strip_prefix('[') {
        let Some((index, rest)) = rest.split_once(']') else { return false };
        let item = index.parse::<usize>().ok().and_then(|index| value.get(index));
        return item.is_some_and(|item| leads_somewhere(item, rest));
    }
    let Some(path) = location.strip_prefix('/') else { return false };
    // A key may itself hold brackets.
    let ends = path.match_indices(['/', '[']).map(|(at, _)| at).chain([path.len()]);
    let mut steps = ends.map(|end| (path[..end].replace("~1", "/").replace("~0", "~"), &path[end..]));
    steps.any(|(key, rest)| {
        let below = match value {
            Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
            other => other.get(&key),
        };
        below.is_some_and(|below| leads_somewhere(below, rest))
    })
}

/// A path in the first line, and a document in the rest (or one that is always there).
pub fn jsonpath(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (path, rest) = text.split_once('\n').unwrap_or((text, ""));
    let document = serde_json::from_str(rest).unwrap_or_else(|_| DOCUMENT.clone());
    if let Ok(path) = JsonPath::parse(path) {
        match path.query(&document) {
            Ok(answer) => {
                assert!(path.is_definite() || answer.is_array(), "one answer of an indefinite path")
            }
            Err(error) => drop(error.to_string()),
        }
    }
    if let Ok(path) = ReferencePath::parse(path) {
        let new = json!("new");
        if let Ok(changed) = path.insert(document, new.clone()) {
            assert_eq!(path.get(&changed), Some(&new), "what was inserted is not there");
        }
    }
}

/// A template with JSONata in it, or an expression alone.
pub fn jsonata(data: &[u8]) {
    // Bounds of a thousandth, so that an input takes no time: what lies beyond is for `host/evaluator`.
    static SMALL: LazyLock<bool> =
        LazyLock::new(|| jsonata_isolation::evaluate_with(Box::new(jsonata_suite::SmallBounds)));
    assert!(*SMALL);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let template = serde_json::from_str(text).unwrap_or_else(|_| Value::from(format!("{{%{text}%}}")));
    match JsonataTemplate::parse(&template) {
        Ok(template) => {
            let _ = template.variables();
            if let Err(error) = template.render("Output", &Data::default()) {
                let _ = error.to_string();
            }
        }
        Err(errors) => {
            for error in errors {
                assert!(leads_somewhere(&template, &error.place), "{:?} is no place", error.place);
            }
        }
    }
}

/// A payload template, or a call of an intrinsic function alone.
pub fn intrinsics(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let scope = Data::default();
    if let Ok(call) = Intrinsic::parse(text) {
        assert_eq!(call.as_str(), text);
        if let Err(error) = call.evaluate(&scope) {
            let _ = error.to_string();
        }
    }
    if let Ok(expression) = Expr::parse(text) {
        assert_eq!(expression.as_str(), text);
        let _ = expression.variables();
        if let Err(error) = expression.evaluate(&scope) {
            let _ = error.to_string();
        }
    }
    let Ok(value) = serde_json::from_str(text) else { return };
    match Template::parse(&value) {
        Ok(template) => drop(template.render(&scope)),
        Err(errors) => {
            for error in errors {
                assert!(value.pointer(&error.pointer).is_some(), "{:?} is no place", error.pointer);
            }
        }
    }
}

/// Data for expressions to look at.
#[derive(Default)]
struct Data {
    entropy: Cell<u64>,
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "a": { "b": [1, 2, 3], "text": "x,y", "nothing": null },
        "items": [
            { "id": 1, "name": "one", "tags": ["red", "blue"], "price": 8.5 },
            { "id": 2, "name": "two", "tags": [], "price": -12, "sold": false },
        ],
        "big": 9_007_199_254_740_993_u64,
        "é": "\u{1f600}",
    })
});

impl Scope for Data {
    fn input(&self) -> &Value {
        &DOCUMENT
    }

    fn context(&self) -> &Value {
        &DOCUMENT["a"]
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "x").then_some(&DOCUMENT["items"])
    }

    fn random(&self) -> u64 {
        self.entropy.set(self.entropy.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        self.entropy.get()
    }

    fn result(&self) -> Option<&Value> {
        Some(&DOCUMENT["items"])
    }

    fn now_ms(&self) -> Option<i64> {
        Some(0)
    }
}
