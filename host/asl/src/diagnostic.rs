//! What a compiler pass has to say about a definition.

use std::fmt;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// The definition cannot run: CreateStateMachine refuses it.
    Error,
    /// The definition runs, but probably not as meant.
    Warning,
}

/// One problem of a definition, at its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// AWS's code, such as `SCHEMA_VALIDATION_FAILED`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// JSON pointer of the place; `/` is the whole definition, as AWS writes it.
    pub location: String,
}

impl fmt::Display for Diagnostic {
    /// AWS's form in the message of `InvalidDefinition`: `CODE: message at /pointer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at {}", self.code, self.message, self.location)
    }
}

/// The problems found so far. Compilation goes on after each, so that one pass shows them all.
#[derive(Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

/// A value or a field breaks the schema of its state.
pub(crate) const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
/// A transition names no state, or no transition names a state.
pub(crate) const TRANSITION: &str = "MISSING_TRANSITION_TARGET";
/// The definition is not JSON.
pub(crate) const INVALID_JSON: &str = "INVALID_JSON_DESCRIPTION";
/// Two states share a name.
pub(crate) const DUPLICATE_NAME: &str = "DUPLICATE_STATE_NAME";
/// ASL that AWS accepts and this version does not run: refused at creation, not half-run later.
pub(crate) const NOT_SUPPORTED: &str = "NOT_SUPPORTED_YET";

impl Diagnostics {
    pub(crate) fn error(&mut self, code: &'static str, location: &Pointer, message: impl Into<String>) {
        self.push(Severity::Error, code, location, message.into());
    }

    pub(crate) fn warning(&mut self, code: &'static str, location: &Pointer, message: impl Into<String>) {
        self.push(Severity::Warning, code, location, message.into());
    }

    fn push(&mut self, severity: Severity, code: &'static str, location: &Pointer, message: String) {
        self.0.push(Diagnostic { severity, code, message, location: location.to_string() });
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }
}

/// A JSON pointer under construction (RFC 6901), except that the root prints as `/`, as AWS prints it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// A pointer that was printed before.
    pub(crate) fn at(text: &str) -> Pointer {
        Pointer(if text == "/" { String::new() } else { text.to_owned() })
    }

    pub(crate) fn child(&self, key: &str) -> Pointer {
        Pointer(format!("{}/{}", self.0, key.replace('~', "~0").replace('/', "~1")))
    }

    pub(crate) fn index(&self, index: usize) -> Pointer {
        Pointer(format!("{}[{index}]", self.0))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}
