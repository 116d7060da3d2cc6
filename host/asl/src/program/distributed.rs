//! What a Distributed Map has beside an inline one.
//!
//! Source: AWS developer guide, "Using Map state in Distributed mode" and the pages of its fields.

use std::sync::Arc;

use super::{AnyTemplate, Quantity};

/// The fields of a Distributed Map.
#[derive(Debug)]
pub struct Distributed {
    /// Which kind of executions its children are.
    pub child_type: ChildType,
    /// `Label`: part of the Map Run's ARN; without it one is made of the state's place.
    pub label: Option<Arc<str>>,
    /// `ItemReader`: where items come from when not from the state's input.
    pub reader: Option<ItemReader>,
    /// `ItemBatcher`: how many items a child takes.
    pub batcher: Option<ItemBatcher>,
    /// `ToleratedFailureCount` or its path.
    pub tolerated_count: Option<Quantity>,
    /// `ToleratedFailurePercentage` or its path, from 0 to 100.
    pub tolerated_percentage: Option<Quantity>,
    /// `ResultWriter`: where results go when not into the state's output.
    pub writer: Option<ResultWriter>,
}

/// `ExecutionType` of a Distributed Map's children.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChildType {
    /// Durable after each step, with a history.
    Standard,
    /// Run in memory; only the end is kept.
    Express,
}

/// `ItemReader`.
#[derive(Debug)]
pub struct ItemReader {
    /// What is called.
    pub resource: ReaderResource,
    /// `Parameters`, or `Arguments` in JSONata: the bucket and the key or prefix.
    pub arguments: Option<AnyTemplate>,
    /// `ReaderConfig` as far as it is fixed in the definition.
    pub config: ReaderConfig,
    /// `MaxItems` or its path: only so many items are read.
    pub max_items: Option<Quantity>,
}

/// What an `ItemReader` calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReaderResource {
    /// `arn:aws:states:::s3:getObject`: the items lie in an object.
    GetObject,
    /// `arn:aws:states:::s3:listObjectsV2`: the items are the objects of a bucket.
    ListObjects,
}

/// `ReaderConfig`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ReaderConfig {
    /// `InputType`.
    pub input_type: Option<InputType>,
    /// `CSVHeaderLocation` and `CSVHeaders`.
    pub csv_headers: CsvHeaders,
    /// `CSVDelimiter`, as a character.
    pub csv_delimiter: Option<char>,
    /// `ItemsPointer`, a JSON pointer (RFC 6901).
    pub items_pointer: Option<Arc<str>>,
    /// `ManifestType`.
    pub manifest: Option<ManifestType>,
    /// `Transformation` is `LOAD_AND_FLATTEN`: the items lie in the objects that are listed.
    pub load_and_flatten: bool,
}

/// `InputType`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputType {
    /// Rows.
    Csv,
    /// An array, or an object whose members are the items.
    Json,
    /// A JSON value a line.
    Jsonl,
    /// Rows of a Parquet file.
    Parquet,
    /// A list of files; see [`ManifestType`].
    Manifest,
}

/// Where a CSV file's column names are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum CsvHeaders {
    /// `FIRST_ROW`.
    #[default]
    FirstRow,
    /// `GIVEN`, and the names.
    Given(Vec<Arc<str>>),
}

/// `ManifestType`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ManifestType {
    /// `S3_INVENTORY`.
    S3Inventory,
    /// `ATHENA_DATA`: the manifest of an `UNLOAD` query.
    AthenaData,
}

/// `ItemBatcher`.
#[derive(Debug)]
pub struct ItemBatcher {
    /// `MaxItemsPerBatch` or its path.
    pub max_items: Option<Quantity>,
    /// `MaxInputBytesPerBatch` or its path.
    pub max_bytes: Option<Quantity>,
    /// `BatchInput`: goes into each child's input beside the items.
    pub input: Option<AnyTemplate>,
}

/// `ResultWriter`.
#[derive(Debug)]
pub struct ResultWriter {
    /// `Parameters`, or `Arguments` in JSONata: the bucket and the prefix. Without `Resource` there are none, and the
    /// results go into the state's output, transformed as the configuration says.
    pub arguments: Option<AnyTemplate>,
    /// `OutputType` is `JSONL` rather than `JSON`.
    pub lines: bool,
    /// `Transformation`.
    pub transformation: Transformation,
}

/// `Transformation` of a `WriterConfig`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transformation {
    /// Each result with the metadata of its execution.
    None,
    /// The outputs alone.
    Compact,
    /// The outputs alone, arrays taken apart.
    Flatten,
}
