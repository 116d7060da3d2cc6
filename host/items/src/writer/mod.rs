//! The files of a `ResultWriter`: results by status, and a manifest that names them.

mod entry;
mod series;

use object_store::{ObjectStoreExt as _, PutPayload};
use serde::Serialize;

use crate::buckets::{Bucket, Buckets};
use crate::error::{BucketError, WriteError};
use crate::limits::MAX_RESULT_FILE_BYTES;
pub use entry::{ChildResult, Outcome};
use series::{ResultFile, Series};

/// `WriterConfig.Transformation`: how results that succeeded are written. Others are always written as by `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transformation {
    /// `NONE`: the execution's data, with input and output as strings of JSON.
    #[default]
    None,
    /// `COMPACT`: the output alone.
    Compact,
    /// `FLATTEN`: the output alone, and of an array its elements.
    Flatten,
}

/// `WriterConfig.OutputType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputType {
    /// `JSON`: a file is one array.
    #[default]
    Json,
    /// `JSONL`: a file has one JSON text a line.
    Jsonl,
}

/// An evaluated `ResultWriter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriterConfig {
    /// The bucket.
    pub bucket: String,
    /// What the keys begin with; a slash follows it. Nothing, or an empty one, is the bucket's top.
    pub prefix: Option<String>,
    /// The Map Run's ARN, for the manifest.
    pub map_run_arn: String,
    /// The Map Run's name: what stands behind the last colon of its ARN. The files lie below it.
    pub map_run_name: String,
    /// How files are written.
    pub output_type: OutputType,
    /// How results are written.
    pub transformation: Transformation,
}

/// Where the manifest lies: `ResultWriterDetails` of a Map state's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultLocation {
    /// The bucket.
    pub bucket: String,
    /// The manifest's key.
    pub key: String,
}

/// Takes results one by one and writes them to `PREFIX/NAME/SUCCEEDED_0.json`, `FAILED_0.json` and `PENDING_0.json`; a
/// file that has reached [`MAX_RESULT_FILE_BYTES`] is followed by the next (`SUCCEEDED_1.json`). At the end comes
/// `manifest.json`, which names them. With `JSONL` the files' names end in `.jsonl`, but for the manifest's.
///
/// It holds a few parts of uploads in memory ([`crate::UPLOAD_PART_BYTES`]). Nothing can be seen of a file before it is
/// whole, and nothing is complete before the manifest is there. Whoever crashes starts a new writer with the same
/// configuration and gives it all results again: the same names are written over.
#[derive(Debug)]
pub struct ResultWriter {
    bucket: Bucket,
    config: WriterConfig,
    /// `PREFIX/NAME/`.
    folder: String,
    succeeded: Series,
    failed: Series,
    pending: Series,
    /// A call is under way, was given up, or failed.
    busy: bool,
}

impl ResultWriter {
    /// Opens the bucket. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// A bucket that is missing or cannot be used, and a prefix that can be no key.
    pub async fn open(buckets: &Buckets, config: WriterConfig) -> Result<ResultWriter, WriteError> {
        ResultWriter::with_file_limit(buckets, config, MAX_RESULT_FILE_BYTES).await
    }

    async fn with_file_limit(
        buckets: &Buckets,
        config: WriterConfig,
        limit: u64,
    ) -> Result<ResultWriter, WriteError> {
        let bucket = buckets.open(&config.bucket).await?;
        let prefix = config.prefix.as_deref().unwrap_or_default();
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let slash = if prefix.is_empty() { "" } else { "/" };
        let folder = format!("{prefix}{slash}{}/", config.map_run_name);
        // A prefix that cannot be used shows before any execution ran for nothing.
        bucket.locate(&format!("{folder}manifest.json")).await?;
        let series = |status| Series::new(&bucket, &folder, status, config.output_type, limit);
        let (succeeded, failed, pending) = (series("SUCCEEDED"), series("FAILED"), series("PENDING"));
        Ok(ResultWriter { bucket, config, folder, succeeded, failed, pending, busy: false })
    }

    /// Writes the result of a child execution that has ended.
    ///
    /// # Errors
    ///
    /// What the bucket says; an output that is not JSON. After an error, and after a future that was dropped before it
    /// was ready, the writer only answers [`WriteError::Interrupted`].
    pub async fn push(&mut self, result: &ChildResult<'_>) -> Result<(), WriteError> {
        self.begin()?;
        match result.outcome {
            Outcome::Succeeded { output } => match self.config.transformation {
                Transformation::None => self.succeeded.push(&result.to_json()).await?,
                Transformation::Compact => self.succeeded.push(&result.compact(output)?).await?,
                Transformation::Flatten => {
                    for element in result.flatten(output)? {
                        self.succeeded.push(element.get()).await?;
                    }
                }
            },
            Outcome::Failed { .. } | Outcome::TimedOut { .. } | Outcome::Aborted { .. } => {
                self.failed.push(&result.to_json()).await?;
            }
        }
        self.busy = false;
        Ok(())
    }

    /// Writes the input, as JSON text, of a child execution that was never started, because the Map Run failed or was
    /// aborted before.
    ///
    /// # Errors
    ///
    /// As [`ResultWriter::push`].
    pub async fn push_pending(&mut self, input: &str) -> Result<(), WriteError> {
        self.begin()?;
        self.pending.push(&entry::pending(input)).await?;
        self.busy = false;
        Ok(())
    }

    fn begin(&mut self) -> Result<(), WriteError> {
        if std::mem::replace(&mut self.busy, true) { Err(WriteError::Interrupted) } else { Ok(()) }
    }

    /// Completes the files and writes the manifest.
    ///
    /// # Errors
    ///
    /// As [`ResultWriter::push`].
    pub async fn finish(mut self) -> Result<ResultLocation, WriteError> {
        self.begin()?;
        let result_files = ResultFiles {
            failed: self.failed.finish().await?,
            pending: self.pending.finish().await?,
            succeeded: self.succeeded.finish().await?,
        };
        let manifest = Manifest {
            destination_bucket: self.bucket.name(),
            map_run_arn: &self.config.map_run_arn,
            result_files: &result_files,
        };
        let key = format!("{}manifest.json", self.folder);
        let text = serde_json::to_vec(&manifest).unwrap_or_default();
        let path = self.bucket.locate(&key).await?;
        let put = self.bucket.store().put(&path, PutPayload::from(text)).await;
        put.map_err(|error| BucketError::store(self.bucket.name(), &key, error))?;
        Ok(ResultLocation { bucket: self.config.bucket, key })
    }

    /// Gives up: drops what was uploaded of files that are not whole. S3 keeps, and charges for, uploads that nobody
    /// completes or aborts, as after a crash; a lifecycle rule of the bucket removes them.
    pub async fn abort(self) {
        for series in [self.succeeded, self.failed, self.pending] {
            series.abort().await;
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest<'a> {
    destination_bucket: &'a str,
    map_run_arn: &'a str,
    result_files: &'a ResultFiles,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct ResultFiles {
    failed: Vec<ResultFile>,
    pending: Vec<ResultFile>,
    succeeded: Vec<ResultFile>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use object_store::path::Path;

    #[tokio::test]
    async fn a_full_file_is_followed_by_the_next() {
        // Numbers of four digits: of a JSON array 4 bytes a number and 1 for the end, of JSON Lines 5 a number.
        for (output_type, limit, counts) in [
            (OutputType::Json, 26, vec![5, 5, 2]),
            (OutputType::Json, 25, vec![4, 4, 4]),
            (OutputType::Json, 1, vec![1; 12]),
            (OutputType::Jsonl, 26, vec![5, 5, 2]),
        ] {
            let buckets = Buckets::memory(&["results"]);
            let config = WriterConfig {
                bucket: "results".into(),
                prefix: None,
                map_run_arn: "arn".into(),
                map_run_name: "run".into(),
                output_type,
                transformation: Transformation::Compact,
            };
            let mut writer = ResultWriter::with_file_limit(&buckets, config, limit).await.unwrap();
            for number in 1000..1012 {
                writer.succeeded.push(&number.to_string()).await.unwrap();
            }
            writer.finish().await.unwrap();
            let store = buckets.open("results").await.unwrap().store();
            let text = async |key: &str| store.get(&Path::from(key)).await.unwrap().bytes().await.unwrap();
            let manifest: serde_json::Value =
                serde_json::from_slice(&text("run/manifest.json").await).unwrap();
            let files = manifest["ResultFiles"]["SUCCEEDED"].as_array().unwrap();
            let mut found = Vec::new();
            for (number, file) in files.iter().enumerate() {
                let key = file["Key"].as_str().unwrap();
                assert!(key.starts_with(&format!("run/SUCCEEDED_{number}.json")), "{key}");
                let text = text(key).await;
                assert_eq!(file["Size"], text.len());
                assert!(text.len() as u64 <= limit.max(6));
                let numbers = text.split(|byte| !byte.is_ascii_digit()).filter(|number| !number.is_empty());
                found.push(numbers.count());
            }
            assert_eq!(found, counts, "{output_type:?} {limit}");
        }
    }
}
