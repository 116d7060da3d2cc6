//! Every size and count that this crate holds to. AWS's own are on the pages "ItemReader (Map)" and "ResultWriter (Map)".

/// Most items that a reader gives out, whatever `MaxItems` says. AWS's limit of `MaxItems`.
pub const MAX_ITEMS: u64 = 100_000_000;

/// Most bytes of one item in its file: a CSV row, a JSON Lines line, an element of a JSON array. AWS: 8 MB.
pub const MAX_ITEM_BYTES: usize = 8 * 1024 * 1024;

/// Most bytes of a CSV header row. AWS: 10 KiB.
pub const MAX_CSV_HEADER_BYTES: usize = 10 * 1024;

/// Most bytes of one object that is read, as it lies in its bucket. AWS: 10 GB.
pub const MAX_OBJECT_BYTES: u64 = 10 * 1024 * 1024 * 1024;

/// Most bytes of a manifest (S3 inventory or Athena), which is read whole.
pub const MAX_MANIFEST_BYTES: u64 = 16 * 1024 * 1024;

/// Most bytes of a member name on the way to the items of a JSON file.
pub const MAX_JSON_NAME_BYTES: usize = 64 * 1024;

/// Most compressed bytes of a row group of a Parquet file. AWS: 256 MB. It is kept in a temporary file, not in memory.
pub const MAX_ROW_GROUP_BYTES: u64 = 256 * 1024 * 1024;

/// Most bytes of the footer of a Parquet file. AWS: 5 MB.
pub const MAX_PARQUET_FOOTER_BYTES: u64 = 5 * 1024 * 1024;

/// Most compressed or plain bytes of one page of a Parquet file: it is in memory as a whole, once for each column.
pub const MAX_PARQUET_PAGE_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes that one request brings. A reader holds one such piece.
pub const CHUNK_BYTES: u64 = 4 * 1024 * 1024;

/// Most bytes of a zstd window, as a power of two (8 MiB): levels up to 19 need no more.
pub const ZSTD_WINDOW_LOG: u32 = 23;

/// Most folders within folders that a listing goes into. More is taken for a symbolic link that leads back.
pub const MAX_FOLDER_DEPTH: usize = 128;

/// S3 clients that are kept for use again, one for each bucket.
pub const MAX_S3_CLIENTS: usize = 16;

/// Times that one request to S3 is tried again.
pub const S3_RETRIES: usize = 5;

/// Seconds after which a request to S3 is not tried again.
pub const S3_RETRY_SECONDS: u64 = 60;

/// Seconds that one request to S3 may take. It brings [`CHUNK_BYTES`] at most.
pub const S3_REQUEST_SECONDS: u64 = 60;

/// Most bytes of one result file; the next file follows. AWS: 5 GB.
pub const MAX_RESULT_FILE_BYTES: u64 = 5_000_000_000;

/// Bytes of one part of an upload. S3's least is 5 MiB.
pub const UPLOAD_PART_BYTES: usize = 5 * 1024 * 1024;

/// Parts that one upload has under way at most, beside the one that is being filled.
pub const UPLOAD_PARTS_UNDER_WAY: usize = 1;
