//! The objects of a Distributed Map: the items that an `ItemReader` names, and the files that a `ResultWriter` leaves.
//!
//! [`Buckets`] says where buckets lie: folders of this machine, or S3 and what is compatible with it. A [`Reader`] streams
//! the items of a [`Source`] as JSON texts, one after the other, in an order that is the same each time. A
//! [`ResultWriter`] takes the results of child executions one by one and leaves result files and their manifest.
//!
//! Nothing here knows Amazon States Language, executions or HTTP. Rules come from AWS's developer guide, pages
//! "ItemReader (Map)" and "ResultWriter (Map)"; `README.md` beside this crate lists formats, limits and differences.

mod buckets;
mod error;
mod formats;
mod limits;
mod manifest;
mod objects;
mod reader;
mod source;
mod writer;

pub use buckets::{Bucket, Buckets, S3Config};
pub use error::{BucketError, Place, ReadError, WriteError};
pub use limits::*;
pub use reader::{Item, Reader};
pub use source::{CsvHeaders, Delimiter, Format, Manifest, Source};
pub use writer::{
    ChildResult, Outcome, OutputType, ResultLocation, ResultWriter, Transformation, WriterConfig,
};
