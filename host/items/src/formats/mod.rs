//! The texts and files that hold items.

mod compact;
mod csv;
mod json;
mod jsonl;
mod parquet;
#[cfg(test)]
mod properties;
mod text;

pub(crate) use self::parquet::ParquetReader;
pub(crate) use compact::compact;
pub(crate) use text::TextReader;

/// One item in a text, as a scanner finds it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The item as JSON; empty when only counting was asked for.
    pub(crate) json: String,
    /// The member's name, if items are the members of an object.
    pub(crate) key: Option<String>,
}

/// Whether a scanner has to build items, or only to find where they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Items,
    Count,
}

/// Why a scanner cannot go on. Where: a row, a line or a byte, already in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ScanError {
    Malformed { at: String, problem: String },
    ItemTooLarge { at: String },
    HeaderTooLarge,
    NotIterable { at: String },
    PointerNotFound { pointer: String },
}

/// How much of its input a scanner took, and the item that ended there, if one did. Without an item it took all.
type Scan = Result<(usize, Option<Found>), ScanError>;
