//! A stream of items.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::buckets::{Bucket, Buckets, Entry, Listing};
use crate::error::{BucketError, ReadError};
use crate::formats::{Found, ParquetReader, TextReader, Want};
use crate::limits::MAX_ITEMS;
use crate::manifest::{self, DataFile};
use crate::objects::Object;
use crate::source::{Format, Manifest, Source};

/// An item of a Distributed Map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The item as compact JSON text. Of a JSON object's member it is the value.
    pub json: String,
    /// The name of the member, if the items are the members of a JSON object: `Map.Item.Key` of the context object.
    pub key: Option<String>,
    /// Where the item comes from: `Map.Item.Source` of the context object. `S3://BUCKET` for a listing's metadata,
    /// `S3://BUCKET/KEY` for what is in an object.
    pub source: Arc<str>,
}

/// Reads the items of a [`Source`], one after the other. Two readers of the same unchanged source give the same items in
/// the same order.
///
/// It holds one piece of an object ([`crate::CHUNK_BYTES`]), one item, and for Parquet what `README.md` says. It reads
/// ahead no further than that, and holds no connection between calls.
#[derive(Debug)]
pub struct Reader {
    buckets: Buckets,
    inner: Inner,
    position: u64,
    end: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    /// A call is under way, or was given up.
    Busy,
    Failed,
}

#[derive(Debug)]
enum Inner {
    Metadata { listing: Listing, source: Arc<str> },
    Contents { objects: Objects, format: Format, current: Option<Box<Current>> },
}

/// The objects whose items are still to be read.
#[derive(Debug)]
enum Objects {
    Listed {
        bucket: Bucket,
        listing: Listing,
    },
    Named(VecDeque<DataFile>),
    /// Only the one that is read.
    NoMore,
}

#[derive(Debug)]
struct Current {
    reader: ObjectReader,
    source: Arc<str>,
}

#[derive(Debug)]
enum ObjectReader {
    Text(TextReader),
    Parquet(ParquetReader),
}

impl Reader {
    /// Opens a source. `max_items` is `MaxItems`: nothing, or 0 as AWS has it, is all of them, and more than
    /// [`MAX_ITEMS`] is as many.
    ///
    /// # Errors
    ///
    /// A bucket or object that is missing or cannot be used, and a manifest that is none. What is wrong with the items
    /// shows when they are read.
    pub async fn open(
        buckets: &Buckets,
        source: Source,
        max_items: Option<u64>,
    ) -> Result<Reader, ReadError> {
        let inner = match source {
            Source::ListObjects { bucket, prefix, load } => {
                let bucket = buckets.open(&bucket).await?;
                let listing = bucket.list(prefix.as_deref().unwrap_or_default());
                match load {
                    None => Inner::Metadata { listing, source: format!("S3://{}", bucket.name()).into() },
                    Some(format) => Inner::Contents {
                        objects: Objects::Listed { bucket, listing },
                        format,
                        current: None,
                    },
                }
            }
            Source::GetObject { bucket, key, version_id, format } => {
                let bucket = buckets.open(&bucket).await?;
                let current = Some(Box::new(Current::open(&bucket, &key, version_id, &format).await?));
                Inner::Contents { objects: Objects::NoMore, format, current }
            }
            Source::GetManifest { bucket, key, version_id, manifest } => {
                let bucket = buckets.open(&bucket).await?;
                let object = Object::open(&bucket, &key, version_id).await?;
                let (files, format) = match manifest {
                    Manifest::S3Inventory => manifest::inventory(&object).await?,
                    Manifest::AthenaData(format) => (manifest::athena(&object).await?, format),
                };
                Inner::Contents { objects: Objects::Named(files), format, current: None }
            }
        };
        let end = max_items.filter(|most| *most > 0).unwrap_or(MAX_ITEMS).min(MAX_ITEMS);
        Ok(Reader { buckets: buckets.clone(), inner, position: 0, end, state: State::Ready })
    }

    /// The next item; nothing at the end, and after an error.
    ///
    /// Not to be given up: once a future of this or of [`Reader::skip`] is dropped before it is ready, the reader only
    /// answers [`ReadError::Interrupted`].
    pub async fn next(&mut self) -> Option<Result<Item, ReadError>> {
        self.advance(Want::Items).await.transpose()
    }

    /// Passes over items, up to `count`, and says over how many. Much cheaper than reading them: nothing is built, but
    /// their bytes are still read, and what is wrong within them is not found.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`].
    pub async fn skip(&mut self, count: u64) -> Result<u64, ReadError> {
        let begun = self.position;
        while self.position - begun < count && self.advance(Want::Count).await?.is_some() {}
        Ok(self.position - begun)
    }

    /// How many items were read or passed over.
    pub fn position(&self) -> u64 {
        self.position
    }

    async fn advance(&mut self, want: Want) -> Result<Option<Item>, ReadError> {
        match std::mem::replace(&mut self.state, State::Busy) {
            State::Ready if self.position < self.end => {}
            State::Busy => {
                self.state = State::Failed;
                return Err(ReadError::Interrupted);
            }
            state => {
                self.state = state;
                return Ok(None);
            }
        }
        let item = self.inner.next(&self.buckets, want).await;
        self.state = if item.is_ok() { State::Ready } else { State::Failed };
        match &item {
            Ok(Some(_)) => self.position += 1,
            Ok(None) => self.end = self.position,
            Err(_) => {}
        }
        item
    }
}

impl Inner {
    async fn next(&mut self, buckets: &Buckets, want: Want) -> Result<Option<Item>, ReadError> {
        match self {
            Inner::Metadata { listing, source } => {
                let entry = listing.next().await?;
                let json = |entry| if want == Want::Items { metadata(&entry) } else { String::new() };
                Ok(entry.map(|entry| Item { json: json(entry), key: None, source: source.clone() }))
            }
            Inner::Contents { objects, format, current } => loop {
                if let Some(reading) = current {
                    if let Some(Found { json, key }) = reading.reader.next(want).await? {
                        return Ok(Some(Item { json, key, source: reading.source.clone() }));
                    }
                    *current = None;
                }
                match objects.open_next(buckets, format).await? {
                    Some(next) => *current = Some(Box::new(next)),
                    None => return Ok(None),
                }
            },
        }
    }
}

impl Objects {
    async fn open_next(&mut self, buckets: &Buckets, format: &Format) -> Result<Option<Current>, ReadError> {
        match self {
            Objects::NoMore => Ok(None),
            Objects::Listed { bucket, listing } => loop {
                match listing.next().await? {
                    None => return Ok(None),
                    // What S3's console makes for a folder.
                    Some(entry) if entry.size == 0 => {}
                    Some(entry) => return Current::open(bucket, &entry.key, None, format).await.map(Some),
                }
            },
            Objects::Named(files) => {
                let Some(DataFile { bucket, key }) = files.pop_front() else { return Ok(None) };
                let bucket = buckets.open(&bucket).await?;
                Current::open(&bucket, &key, None, format).await.map(Some)
            }
        }
    }
}

impl Current {
    async fn open(
        bucket: &Bucket,
        key: &str,
        version: Option<String>,
        format: &Format,
    ) -> Result<Current, ReadError> {
        let source = format!("S3://{}/{key}", bucket.name()).into();
        let has_version = version.is_some();
        let object = Object::open(bucket, key, version).await?;
        let reader = match format {
            Format::Csv { headers, delimiter } => {
                ObjectReader::Text(TextReader::csv(object, headers, *delimiter))
            }
            Format::Json { items_pointer } => {
                ObjectReader::Text(TextReader::json(object, items_pointer.as_deref())?)
            }
            Format::Jsonl => ObjectReader::Text(TextReader::jsonl(object)),
            Format::Parquet if has_version => {
                let problem = "VersionId is not for Parquet, as with AWS; leave it out".into();
                let (bucket, key) = (object.bucket.to_string(), object.key.to_string());
                return Err(BucketError::Unsupported { bucket, key, problem }.into());
            }
            Format::Parquet => ObjectReader::Parquet(ParquetReader::open(object).await?),
        };
        Ok(Current { reader, source })
    }
}

impl ObjectReader {
    async fn next(&mut self, want: Want) -> Result<Option<Found>, ReadError> {
        match self {
            ObjectReader::Text(reader) => reader.next(want).await,
            ObjectReader::Parquet(reader) => reader.next(want).await,
        }
    }
}

/// An object as `ListObjectsV2` tells it to a Map state.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    etag: &'a str,
    last_modified: i64,
    key: &'a str,
    size: u64,
    /// S3 does not say it here through `object_store`.
    storage_class: &'static str,
}

fn metadata(entry: &Entry) -> String {
    let etag = entry.etag.as_deref().unwrap_or_default();
    let quoted = if etag.starts_with('"') { etag.to_owned() } else { format!("\"{etag}\"") };
    let Entry { key, size, last_modified, .. } = entry;
    let metadata = Metadata {
        etag: &quoted,
        last_modified: *last_modified,
        key,
        size: *size,
        storage_class: "STANDARD",
    };
    serde_json::to_string(&metadata).unwrap_or_default()
}
