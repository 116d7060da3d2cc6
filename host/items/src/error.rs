//! What can go wrong, in words that say what, where, and what to do.

use std::fmt;

use crate::limits::{MAX_CSV_HEADER_BYTES, MAX_ITEM_BYTES};

/// Why a bucket or an object could not be used, whether to read or to write.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// The name breaks S3's rules for bucket names.
    #[error("the bucket name {bucket:?} is not valid: {problem}")]
    InvalidBucketName {
        /// The name.
        bucket: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There is no such bucket. S3's error `NoSuchBucket`.
    #[error("The specified bucket does not exist: {bucket:?} ({advice})")]
    NoSuchBucket {
        /// The bucket.
        bucket: String,
        /// Where it was looked for, or how to make it.
        advice: String,
    },
    /// The key cannot be the name of an object here.
    #[error("the key {key:?} of bucket {bucket:?} is not valid: {problem}")]
    InvalidKey {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no such object. S3's error `NoSuchKey`.
    #[error("The specified key does not exist: s3://{bucket}/{key}")]
    NoSuchKey {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// A symbolic link leads out of the folder of buckets.
    #[error(
        "s3://{bucket}/{key} is reached by a symbolic link that leads out of the folder of buckets; put the files themselves there"
    )]
    LeavesFolder {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// The store refuses the credentials, or there are none.
    #[error(
        "access to s3://{bucket}/{key} is denied; see the credentials in the environment (AWS_ACCESS_KEY_ID and others): {source}"
    )]
    AccessDenied {
        /// The bucket.
        bucket: String,
        /// The key, or the prefix of a listing.
        key: String,
        /// What the store said.
        source: Box<object_store::Error>,
    },
    /// The object is another one than when reading began.
    #[error("s3://{bucket}/{key} changed while it was read; start again when nothing writes to it")]
    Changed {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// The object or a part of it exceeds a limit.
    #[error("{what} of s3://{bucket}/{key} has {size} bytes; at most {limit} can be read")]
    TooLarge {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// Which part: "the object", "a row group".
        what: &'static str,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// What was asked for is not possible with this kind of bucket or object.
    #[error("s3://{bucket}/{key}: {problem}")]
    Unsupported {
        /// The bucket.
        bucket: String,
        /// The key, or the prefix of a listing.
        key: String,
        /// What is not possible, and what is.
        problem: String,
    },
    /// Any other failure of the store.
    #[error("s3://{bucket}/{key}: {source}")]
    Store {
        /// The bucket.
        bucket: String,
        /// The key, or the prefix of a listing.
        key: String,
        /// What the store said.
        source: Box<object_store::Error>,
    },
    /// The file system failed.
    #[error("s3://{bucket}/{key}: {source}")]
    Io {
        /// The bucket.
        bucket: String,
        /// The key, or the prefix of a listing.
        key: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl BucketError {
    pub(crate) fn store(bucket: &str, key: &str, source: object_store::Error) -> BucketError {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        // Failed listings are told by their text alone.
        let says = |text: &str| source.to_string().contains(text);
        match &source {
            _ if says("NoSuchBucket") => {
                BucketError::NoSuchBucket { bucket, advice: "create it at the S3 endpoint".into() }
            }
            object_store::Error::NotFound { .. } => BucketError::NoSuchKey { bucket, key },
            object_store::Error::Precondition { .. } => BucketError::Changed { bucket, key },
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
                BucketError::AccessDenied { bucket, key, source: Box::new(source) }
            }
            _ if says("403 Forbidden") => BucketError::AccessDenied { bucket, key, source: Box::new(source) },
            _ => BucketError::Store { bucket, key, source: Box::new(source) },
        }
    }

    pub(crate) fn io(bucket: &str, key: &str, source: std::io::Error) -> BucketError {
        BucketError::Io { bucket: bucket.to_owned(), key: key.to_owned(), source }
    }
}

/// Where in an object something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// `row 3`, `line 7`, `byte 120`: counted from 1, but bytes from 0; `None` for the object as a whole.
    pub at: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        self.at.iter().try_for_each(|at| write!(f, ", {at}"))
    }
}

/// Why items could not be read. A Map state fails with [`ReadError::error_name`] and the text of the error as its cause.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bucket or the object could not be used.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The text is not what its format wants.
    #[error("{place}: {problem}")]
    Malformed {
        /// Where.
        place: Place,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// One item is larger than [`MAX_ITEM_BYTES`].
    #[error(
        "{place}: one item has more than {MAX_ITEM_BYTES} bytes; split it, or check for a quote that is never closed"
    )]
    ItemTooLarge {
        /// Where the item begins.
        place: Place,
    },
    /// A CSV header is larger than [`MAX_CSV_HEADER_BYTES`].
    #[error(
        "{place}: the CSV header has more than {MAX_CSV_HEADER_BYTES} bytes; use shorter or fewer column names"
    )]
    HeaderTooLarge {
        /// The object.
        place: Place,
    },
    /// The JSON value is neither an array nor an object. The text is AWS's.
    #[error("Attempting to map over non-iterable node.")]
    NotIterable {
        /// Where the value is.
        place: Place,
    },
    /// A call was given up before it was ready, and nobody knows how far it came.
    #[error("reading was interrupted; open a new reader and skip what was read")]
    Interrupted,
    /// `ItemsPointer` leads nowhere.
    #[error("{place}: ItemsPointer {pointer:?} leads to nothing in this JSON file")]
    PointerNotFound {
        /// The object.
        place: Place,
        /// The JSON Pointer.
        pointer: String,
    },
}

impl ReadError {
    /// The ASL error name of every failure of a reader.
    pub fn error_name(&self) -> &'static str {
        "States.ItemReaderFailed"
    }
}

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The bucket or an object could not be used.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// A call was given up, or failed, before it was ready, and the files lack something.
    #[error("writing was interrupted; open a new writer and write all results again")]
    Interrupted,
    /// The output of a child execution is not JSON.
    #[error("the output of {execution} cannot be written to a result file: {problem}")]
    NotJson {
        /// The child execution's ARN.
        execution: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl WriteError {
    /// The ASL error name of every failure of a result writer.
    pub fn error_name(&self) -> &'static str {
        "States.ResultWriterFailed"
    }
}
