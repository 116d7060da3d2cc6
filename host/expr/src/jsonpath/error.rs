//! What can go wrong with a JSONPath: in its text, and against a document.

/// Jayway's `InvalidPathException` at compile time: the text is no JSONPath.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {offset})")]
pub struct PathSyntaxError {
    /// What is wrong, and what was expected.
    pub message: String,
    /// Where, in characters from the start of the text.
    pub offset: usize,
}

/// A path that could not be answered for a document. `Display` is the message alone, in Jayway's words where
/// recordings of AWS show them, because AWS puts it into the `cause` of `States.Runtime`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Jayway's `PathNotFoundException`: the document has no such place.
    #[error("{message}")]
    NotFound {
        /// Jayway's sentence.
        message: Box<str>,
    },
    /// Also a `PathNotFoundException`: the path goes on through a value that is no object, or no array. It is apart
    /// because AWS lets this sentence through where it has one of its own for a place that is missing.
    #[error("{message}")]
    WrongType {
        /// Jayway's sentence.
        message: Box<str>,
    },
    /// Jayway's `InvalidPathException` while evaluating: the path asks for something that does not exist, such as
    /// an unknown function, or a filter on a number.
    #[error("{message}")]
    Unsupported {
        /// Jayway's sentence.
        message: Box<str>,
    },
    /// Jayway's `JsonPathException` and what else its functions throw, such as the average of no numbers.
    #[error("{message}")]
    Evaluation {
        /// Jayway's sentence.
        message: Box<str>,
    },
    /// A limit of this crate: [`MAX_STEPS`](super::MAX_STEPS) or [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("{message}")]
    Limit {
        /// Which limit, and its value.
        message: Box<str>,
    },
}

impl PathError {
    /// Whether the document simply has no such place, as against a path that can never be answered.
    pub fn is_not_found(&self) -> bool {
        matches!(self, PathError::NotFound { .. } | PathError::WrongType { .. })
    }

    pub(crate) fn not_found(message: impl Into<Box<str>>) -> PathError {
        PathError::NotFound { message: message.into() }
    }

    pub(crate) fn wrong_type(message: impl Into<Box<str>>) -> PathError {
        PathError::WrongType { message: message.into() }
    }

    pub(crate) fn unsupported(message: impl Into<Box<str>>) -> PathError {
        PathError::Unsupported { message: message.into() }
    }

    pub(crate) fn evaluation(message: impl Into<Box<str>>) -> PathError {
        PathError::Evaluation { message: message.into() }
    }

    pub(crate) fn limit(message: impl Into<Box<str>>) -> PathError {
        PathError::Limit { message: message.into() }
    }
}
