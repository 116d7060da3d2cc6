//! `error` and `cause`: how a failure comes in and how it is shown.

use dirigent_engine::Fault;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::params::Params;

/// Longest error name, in characters. Source: the service model, `SensitiveError`.
pub(crate) const MAX_ERROR: usize = 256;

/// Longest cause, in characters. Source: the service model, `SensitiveCause`.
pub(crate) const MAX_CAUSE: usize = 32_768;

/// The failure that a caller reports.
pub(crate) fn read(params: &mut Params) -> Result<Fault, ApiError> {
    let error = params.string("error", 0, MAX_ERROR)?;
    let cause = params.string("cause", 0, MAX_CAUSE)?;
    Ok(Fault { error: error.map(Into::into), cause: cause.map(Into::into) })
}

/// Shows a failure. A workflow may make up longer ones than an answer may hold: they are cut there, and whole for Catch.
pub(crate) fn show(body: &mut Map<String, Value>, fault: &Fault) {
    for (name, text, most) in [("error", &fault.error, MAX_ERROR), ("cause", &fault.cause, MAX_CAUSE)] {
        if let Some(text) = text {
            body.insert(name.into(), cut(text, most).into());
        }
    }
}

/// The beginning of a text: at most this many characters.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn texts_are_cut_by_characters() {
        for (text, expected) in [("", ""), ("äöü", "äöü"), ("äöüß", "äöü"), ("abcd", "abc")] {
            assert_eq!(cut(text, 3), expected, "{text}");
        }
    }
}
