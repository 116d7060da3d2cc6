//! One object as a stream of pieces of plain bytes.
//!
//! An object is asked for in ranges of [`CHUNK_BYTES`], each with the entity tag of the first answer. One long request
//! would be cheaper, but whoever takes items may be slow for hours, and no server holds a connection that long.

mod decompress;

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore};

use crate::buckets::Bucket;
use crate::error::{BucketError, Place, ReadError};
use crate::limits::{CHUNK_BYTES, MAX_OBJECT_BYTES};
use decompress::{Codec, Decompressor};

/// An object that exists, in one certain state.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) bucket: Arc<str>,
    pub(crate) key: Arc<str>,
    pub(crate) size: u64,
    store: Arc<dyn ObjectStore>,
    path: Path,
    etag: Option<String>,
    version: Option<String>,
}

impl Object {
    pub(crate) async fn open(
        bucket: &Bucket,
        key: &str,
        version: Option<String>,
    ) -> Result<Object, BucketError> {
        if version.is_some() && !bucket.has_versions() {
            let problem = "VersionId needs a bucket of S3; here objects have no versions".into();
            return Err(BucketError::Unsupported { bucket: bucket.name().into(), key: key.into(), problem });
        }
        let (path, store) = (bucket.locate(key).await?, bucket.store());
        let options = GetOptions { head: true, version: version.clone(), ..GetOptions::default() };
        let failed = |error| BucketError::store(bucket.name(), key, error);
        let meta = match store.get_opts(&path, options).await {
            Ok(result) => result.meta,
            Err(error @ object_store::Error::NotFound { .. }) => {
                // The answer to HEAD has no body that says what is missing, the object or the bucket. That to GET has.
                let options = GetOptions { range: Some((0..1).into()), ..GetOptions::default() };
                return Err(failed(store.get_opts(&path, options).await.err().unwrap_or(error)));
            }
            Err(error) => return Err(failed(error)),
        };
        let object = Object {
            bucket: bucket.name().into(),
            key: key.into(),
            size: meta.size,
            store,
            path,
            etag: meta.e_tag,
            version,
        };
        object.check("the object", meta.size, MAX_OBJECT_BYTES)?;
        Ok(object)
    }

    /// Some bytes of the object. Fails if it is not what it was when it was opened.
    pub(crate) async fn range(&self, from: u64, to: u64) -> Result<Bytes, BucketError> {
        let options = GetOptions {
            range: Some((from..to).into()),
            if_match: self.etag.clone(),
            version: self.version.clone(),
            ..GetOptions::default()
        };
        let failed = |error| BucketError::store(&self.bucket, &self.key, error);
        self.store.get_opts(&self.path, options).await.map_err(failed)?.bytes().await.map_err(failed)
    }

    /// The whole object, which must not be large.
    pub(crate) async fn whole(&self, limit: u64) -> Result<Bytes, BucketError> {
        self.check("the object", self.size, limit)?;
        if self.size == 0 { Ok(Bytes::new()) } else { self.range(0, self.size).await }
    }

    pub(crate) fn check(&self, what: &'static str, size: u64, limit: u64) -> Result<(), BucketError> {
        let (bucket, key) = (self.bucket.to_string(), self.key.to_string());
        if size > limit { Err(BucketError::TooLarge { bucket, key, what, size, limit }) } else { Ok(()) }
    }

    pub(crate) fn place(&self, at: Option<String>) -> Place {
        Place { bucket: self.bucket.to_string(), key: self.key.to_string(), at }
    }

    pub(crate) fn malformed(&self, problem: impl Into<String>) -> ReadError {
        ReadError::Malformed { place: self.place(None), problem: problem.into() }
    }
}

/// An object from its beginning to its end, decompressed if its key says that it is compressed.
#[derive(Debug)]
pub(crate) struct Pieces {
    pub(crate) object: Object,
    next: u64,
    decompressor: Option<Decompressor>,
    /// Compressed bytes that are not decompressed yet.
    rest: Bytes,
}

impl Pieces {
    pub(crate) fn new(object: Object) -> Pieces {
        let decompressor = Codec::of(&object.key).map(Decompressor::new);
        Pieces { object, next: 0, decompressor, rest: Bytes::new() }
    }

    /// The next piece, which is not empty; nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ReadError> {
        let Some(mut decompressor) = self.decompressor.take() else { return Ok(self.chunk().await?) };
        loop {
            if self.rest.is_empty() {
                match self.chunk().await? {
                    Some(chunk) => self.rest = chunk,
                    None => {
                        let end = decompressor.finish().map_err(|problem| self.object.malformed(problem))?;
                        self.decompressor = Some(decompressor);
                        return Ok(end);
                    }
                }
            }
            let plain =
                decompressor.step(&mut self.rest).map_err(|problem| self.object.malformed(problem))?;
            if !plain.is_empty() {
                self.decompressor = Some(decompressor);
                return Ok(Some(plain));
            }
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, BucketError> {
        if self.next >= self.object.size {
            return Ok(None);
        }
        // A store in memory answers at once: without this a long skip would keep the executor's thread.
        tokio::task::yield_now().await;
        let to = (self.next + CHUNK_BYTES).min(self.object.size);
        let chunk = self.object.range(self.next, to).await?;
        self.next = to;
        Ok(Some(chunk))
    }
}
