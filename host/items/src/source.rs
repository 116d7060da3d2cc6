//! What to read: an evaluated `ItemReader`, in plain types.

/// The items of a Distributed Map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `arn:aws:states:::s3:listObjectsV2`: the objects whose keys begin with a prefix, in the order of their keys.
    ListObjects {
        /// The bucket.
        bucket: String,
        /// A plain string prefix, as S3 has it: `folder1` also finds `folder10/a`. Nothing stands for every object.
        prefix: Option<String>,
        /// `None` (`Transformation: NONE`): an item is an object's metadata. `Some` (`LOAD_AND_FLATTEN`): the items are
        /// those in the objects, read by this format, one object after the other.
        load: Option<Format>,
    },
    /// `arn:aws:states:::s3:getObject`: the items of one object.
    GetObject {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// A version of the object, with S3 only; not for Parquet, as with AWS.
        version_id: Option<String>,
        /// How to read it.
        format: Format,
    },
    /// `InputType: MANIFEST` or a `ManifestType`: an object that names the objects with the items.
    GetManifest {
        /// The bucket of the manifest.
        bucket: String,
        /// The key of the manifest.
        key: String,
        /// A version of the manifest, with S3 only.
        version_id: Option<String>,
        /// Which kind of manifest.
        manifest: Manifest,
    },
}

/// How an object holds items. Objects whose keys end in `.gz` (gzip), or `.zst` or `.zstd` (zstd), are decompressed, but
/// for Parquet, which has compression of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with delimiters; an item is a JSON object of strings.
    Csv {
        /// `CSVHeaderLocation` and `CSVHeaders`.
        headers: CsvHeaders,
        /// `CSVDelimiter`.
        delimiter: Delimiter,
    },
    /// One JSON text with an array, or an object whose members are the items.
    Json {
        /// `ItemsPointer`, a JSON Pointer (RFC 6901) to the array or object. Nothing, or `""`, is the whole text.
        items_pointer: Option<String>,
    },
    /// JSON Lines.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// Where the names of CSV columns come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CsvHeaders {
    /// `FIRST_ROW`.
    FirstRow,
    /// `GIVEN`.
    Given(Vec<String>),
}

/// `CSVDelimiter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// `COMMA`.
    #[default]
    Comma,
    /// `PIPE`.
    Pipe,
    /// `SEMICOLON`.
    Semicolon,
    /// `SPACE`.
    Space,
    /// `TAB`.
    Tab,
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Pipe => b'|',
            Delimiter::Semicolon => b';',
            Delimiter::Space => b' ',
            Delimiter::Tab => b'\t',
        }
    }
}

/// `ManifestType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// `S3_INVENTORY`: the `manifest.json` of an S3 inventory report in CSV. Columns come from its `fileSchema`.
    S3Inventory,
    /// `ATHENA_DATA`: the list of data files of an Athena `UNLOAD`, which are read by this format.
    AthenaData(Format),
}
