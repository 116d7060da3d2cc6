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
    /// The place as AWS writes it: a JSON pointer with `[0]` for places in arrays, and `/` for the whole definition.
    /// `None` for what has no place, such as a terminal state that is missing.
    pub location: Option<String>,
}

impl fmt::Display for Diagnostic {
    /// AWS's form in the message of `InvalidDefinition`: `CODE: message at /pointer`, or `at null` without a place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code, self.message)
    }
}

/// The problems found so far. Compilation goes on after each, so that one pass shows them all.
#[derive(Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

// Source of the codes: AWS API reference, ValidateStateMachineDefinitionDiagnostic, but for those of JSONata, which are
// in AWS's answers and not on that page.

/// A value or a field breaks the schema of its state.
pub(crate) const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
/// A transition names no state, or no transition names a state.
pub(crate) const TRANSITION: &str = "MISSING_TRANSITION_TARGET";
/// No state ends the machine.
pub(crate) const NO_END: &str = "MISSING_END_STATE";
/// The definition is not JSON.
pub(crate) const INVALID_JSON: &str = "INVALID_JSON_DESCRIPTION";
/// The definition is empty, or null.
pub(crate) const NO_DEFINITION: &str = "MISSING_DESCRIPTION";
/// Two states share a name.
pub(crate) const DUPLICATE_NAME: &str = "DUPLICATE_STATE_NAME";
/// A state's name is empty or too long.
pub(crate) const STATE_NAME: &str = "INVALID_STATE_NAME";
/// A Distributed Map's label is empty, too long, or has characters that none may have.
pub(crate) const LABEL: &str = "INVALID_LABEL_NAME";
/// Two Distributed Maps share a label.
pub(crate) const DUPLICATE_LABEL: &str = "DUPLICATE_LABEL_NAME";
/// Machines or conditions lie too deep inside one another.
pub(crate) const TOO_DEEP: &str = "TOO_DEEPLY_NESTED";
/// An expression is not JSONata.
pub(crate) const INVALID_JSONATA: &str = "INVALID_JSONATA_EXPRESSION";
/// An expression asks for what Step Functions does not offer.
pub(crate) const UNSUPPORTED_JSONATA: &str = "UNSUPPORTED_JSONATA_EXPRESSION";
/// A warning: a value of a template looks like a path or a function, and its key does not end in `.$`.
pub(crate) const NO_DOLLAR: &str = "NO_DOLLAR";
/// A warning: a value looks like a path, and its field's name does not end in `Path`.
pub(crate) const NO_PATH: &str = "NO_PATH";
/// A warning: a Pass state's `Result` has what looks like a path.
pub(crate) const STATIC_RESULT: &str = "PASS_RESULT_IS_STATIC";

impl Diagnostics {
    pub(crate) fn error(&mut self, code: &'static str, location: &Pointer, message: impl Into<String>) {
        self.push(Severity::Error, code, Some(location), message.into());
    }

    /// An error that has no place.
    pub(crate) fn error_nowhere(&mut self, code: &'static str, message: impl Into<String>) {
        self.push(Severity::Error, code, None, message.into());
    }

    pub(crate) fn warning(&mut self, code: &'static str, location: &Pointer, message: impl Into<String>) {
        self.push(Severity::Warning, code, Some(location), message.into());
    }

    fn push(&mut self, severity: Severity, code: &'static str, location: Option<&Pointer>, message: String) {
        self.0.push(Diagnostic { severity, code, message, location: location.map(Pointer::to_string) });
    }

    /// How many errors there are beside those of transitions.
    pub(crate) fn faults(&self) -> usize {
        self.0.iter().filter(|d| d.severity == Severity::Error && d.code != TRANSITION).count()
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

    /// A place below this one, in the form that a template names it: `/key[0]`.
    pub(crate) fn below(&self, place: &str) -> Pointer {
        Pointer(format!("{}{place}", self.0))
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
