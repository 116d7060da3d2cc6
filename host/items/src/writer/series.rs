//! The files of one status: written one after the other, each as an upload in parts.

use object_store::{ObjectStoreExt as _, WriteMultipart};
use serde::Serialize;

use super::OutputType;
use crate::buckets::Bucket;
use crate::error::BucketError;
use crate::limits::{UPLOAD_PART_BYTES, UPLOAD_PARTS_UNDER_WAY};

/// A file as the manifest names it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResultFile {
    pub(super) key: String,
    pub(super) size: u64,
}

#[derive(Debug)]
pub(super) struct Series {
    bucket: Bucket,
    /// Keys begin with it: `PREFIX/NAME/SUCCEEDED_`.
    stem: String,
    output_type: OutputType,
    /// Most bytes of a file.
    limit: u64,
    done: Vec<ResultFile>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    upload: WriteMultipart,
    file: ResultFile,
}

impl Series {
    pub(super) fn new(
        bucket: &Bucket,
        folder: &str,
        status: &str,
        output_type: OutputType,
        limit: u64,
    ) -> Series {
        let stem = format!("{folder}{status}_");
        Series { bucket: bucket.clone(), stem, output_type, limit, done: Vec::new(), open: None }
    }

    /// Writes one JSON text, to the next file if this one would become too large.
    pub(super) async fn push(&mut self, json: &str) -> Result<(), BucketError> {
        // With what stands before it and closes the array.
        let room = self.limit.saturating_sub(json.len() as u64 + 2);
        if self.open.as_ref().is_some_and(|open| open.file.size > room) {
            self.close().await?;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.start().await?,
        };
        let before: &str = match (self.output_type, open.file.size) {
            (OutputType::Json, 0) => "[",
            (OutputType::Json, _) => ",",
            (OutputType::Jsonl, _) => "",
        };
        let after = if self.output_type == OutputType::Jsonl { "\n" } else { "" };
        for text in [before, json, after] {
            self.write(&mut open, text).await?;
        }
        self.open = Some(open);
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<Vec<ResultFile>, BucketError> {
        self.close().await?;
        Ok(self.done)
    }

    pub(super) async fn abort(self) {
        if let Some(open) = self.open {
            // There is nothing more to do if that fails as well.
            let _ = open.upload.abort().await;
        }
    }

    async fn start(&mut self) -> Result<Open, BucketError> {
        let extension = match self.output_type {
            OutputType::Json => "json",
            OutputType::Jsonl => "jsonl",
        };
        let key = format!("{}{}.{extension}", self.stem, self.done.len());
        let path = self.bucket.locate(&key).await?;
        let upload = self.bucket.store().put_multipart(&path).await;
        let upload = upload.map_err(|error| BucketError::store(self.bucket.name(), &key, error))?;
        let upload = WriteMultipart::new_with_chunk_size(upload, UPLOAD_PART_BYTES);
        Ok(Open { upload, file: ResultFile { key, size: 0 } })
    }

    async fn write(&mut self, open: &mut Open, text: &str) -> Result<(), BucketError> {
        let Open { upload, file } = open;
        for piece in text.as_bytes().chunks(UPLOAD_PART_BYTES) {
            let ready = upload.wait_for_capacity(UPLOAD_PARTS_UNDER_WAY).await;
            ready.map_err(|error| BucketError::store(self.bucket.name(), &file.key, error))?;
            upload.write(piece);
        }
        file.size += text.len() as u64;
        Ok(())
    }

    async fn close(&mut self) -> Result<(), BucketError> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        if self.output_type == OutputType::Json {
            self.write(&mut open, "]").await?;
        }
        let Open { upload, file } = open;
        let finished = upload.finish().await;
        finished.map_err(|error| BucketError::store(self.bucket.name(), &file.key, error))?;
        self.done.push(file);
        Ok(())
    }
}
