//! Buckets as the engine's object host: what a Distributed Map reads its items from and writes its results to.

use std::sync::Arc;

use async_trait::async_trait;
use dirigent_asl::{CsvHeaders, InputType, ManifestType, ReaderConfig, Transformation};
use dirigent_engine::{
    ChildResult, ChildStatus, Fault, Item, ItemStream, ObjectHost, Payload, ReadRequest, ResultSink,
    WriteRequest,
};
use dirigent_items::{
    BucketError, Buckets, Delimiter, Format, Manifest, Outcome, OutputType, ReadError, Reader, ResultWriter,
    Source, WriteError, WriterConfig,
};
use serde_json::{Value, json};

/// Reads and writes through `dirigent-items`. The engine knows no object storage; they meet here.
pub(crate) struct BucketHost(pub(crate) Buckets);

#[async_trait]
impl ObjectHost for BucketHost {
    async fn read(&self, request: ReadRequest) -> Result<Box<dyn ItemStream>, Fault> {
        let source = source(&request)?;
        let reader =
            Reader::open(&self.0, source, request.max_items).await.map_err(|error| read_fault(&error))?;
        Ok(Box::new(Items(reader)))
    }

    async fn read_given(&self, request: ReadRequest, content: &str) -> Result<Box<dyn ItemStream>, Fault> {
        let failed = |error: BucketError| read_fault(&ReadError::from(error));
        let Source::GetObject { bucket, key, format, .. } = source(&request)? else {
            let cause = "Only the content of an object that has the items can be given";
            return Err(Fault::new("States.ItemReaderFailed", cause));
        };
        let buckets = Buckets::of_object(&bucket, &key, content.to_owned()).await.map_err(failed)?;
        let source = Source::GetObject { bucket, key, version_id: None, format };
        let reader =
            Reader::open(&buckets, source, request.max_items).await.map_err(|error| read_fault(&error))?;
        Ok(Box::new(Items(reader)))
    }

    async fn write(&self, request: WriteRequest) -> Result<Box<dyn ResultSink>, Fault> {
        let field = |name: &str| argument(&request.arguments, name);
        let Some(bucket) = field("Bucket") else {
            return Err(Fault::new(
                "States.ResultWriterFailed",
                "The ResultWriter's arguments need a Bucket",
            ));
        };
        let name = request.map_run_arn.rsplit(':').next().unwrap_or_default().to_owned();
        let config = WriterConfig {
            bucket,
            prefix: field("Prefix"),
            map_run_arn: request.map_run_arn.to_string(),
            map_run_name: name,
            output_type: if request.lines { OutputType::Jsonl } else { OutputType::Json },
            transformation: match request.transformation {
                Transformation::None => dirigent_items::Transformation::None,
                Transformation::Compact => dirigent_items::Transformation::Compact,
                Transformation::Flatten => dirigent_items::Transformation::Flatten,
            },
        };
        let writer = ResultWriter::open(&self.0, config).await.map_err(|error| write_fault(&error))?;
        Ok(Box::new(Results(writer)))
    }
}

struct Items(Reader);

#[async_trait]
impl ItemStream for Items {
    async fn next(&mut self) -> Option<Result<Item, Fault>> {
        let item = self.0.next().await?;
        Some(match item {
            Ok(item) => {
                Ok(Item { text: item.json.into(), key: item.key.map(Arc::from), source: item.source })
            }
            Err(error) => Err(read_fault(&error)),
        })
    }
}

struct Results(ResultWriter);

#[async_trait]
impl ResultSink for Results {
    async fn push(&mut self, result: ChildResult) -> Result<(), Fault> {
        let (error, cause) = (result.fault.error.as_deref(), result.fault.cause.as_deref());
        let outcome = match (result.status, &result.output) {
            (ChildStatus::Succeeded, Some(output)) => Outcome::Succeeded { output: output.text() },
            (ChildStatus::TimedOut, _) => Outcome::TimedOut { error, cause },
            (ChildStatus::Aborted | ChildStatus::Running, _) => Outcome::Aborted { error, cause },
            (ChildStatus::Failed | ChildStatus::Succeeded, _) => Outcome::Failed { error, cause },
        };
        let succeeded = matches!(outcome, Outcome::Succeeded { .. });
        let entry = dirigent_items::ChildResult {
            execution_arn: &result.execution_arn,
            name: &result.name,
            state_machine_arn: &result.state_machine_arn,
            input: result.input.text(),
            start_date: result.started_ms,
            stop_date: result.stopped_ms.unwrap_or(result.started_ms),
            redrive_count: 0,
            redrive_status: if succeeded { "NOT_REDRIVABLE" } else { "REDRIVABLE_BY_MAP_RUN" },
            redrive_status_reason: succeeded.then_some("Execution is SUCCEEDED and cannot be redriven"),
            outcome,
        };
        self.0.push(&entry).await.map_err(|error| write_fault(&error))
    }

    async fn finish(self: Box<Self>) -> Result<Payload, Fault> {
        let location = self.0.finish().await.map_err(|error| write_fault(&error))?;
        Ok(Payload::from_value(json!({ "Bucket": location.bucket, "Key": location.key })))
    }
}

/// What an `ItemReader`'s arguments and configuration name.
fn source(request: &ReadRequest) -> Result<Source, Fault> {
    let needed = |name: &str| {
        argument(&request.arguments, name).ok_or_else(|| {
            let cause = format!("The ItemReader's arguments need a {name}, which is a string");
            Fault::new("States.ItemReaderFailed", cause)
        })
    };
    let config = &request.config;
    let bucket = needed("Bucket")?;
    if request.list {
        let load = if config.load_and_flatten { Some(format(config)?) } else { None };
        return Ok(Source::ListObjects { bucket, prefix: argument(&request.arguments, "Prefix"), load });
    }
    let (key, version_id) = (needed("Key")?, argument(&request.arguments, "VersionId"));
    let manifest = match (config.manifest, config.input_type) {
        (Some(ManifestType::AthenaData), _) => Some(Manifest::AthenaData(format(config)?)),
        (Some(ManifestType::S3Inventory), _) | (None, Some(InputType::Manifest)) => {
            Some(Manifest::S3Inventory)
        }
        (None, _) => None,
    };
    Ok(match manifest {
        Some(manifest) => Source::GetManifest { bucket, key, version_id, manifest },
        None => Source::GetObject { bucket, key, version_id, format: format(config)? },
    })
}

fn format(config: &ReaderConfig) -> Result<Format, Fault> {
    Ok(match config.input_type {
        Some(InputType::Csv) => Format::Csv {
            headers: match &config.csv_headers {
                CsvHeaders::FirstRow => dirigent_items::CsvHeaders::FirstRow,
                CsvHeaders::Given(names) => {
                    dirigent_items::CsvHeaders::Given(names.iter().map(ToString::to_string).collect())
                }
            },
            delimiter: match config.csv_delimiter {
                Some('|') => Delimiter::Pipe,
                Some(';') => Delimiter::Semicolon,
                Some(' ') => Delimiter::Space,
                Some('\t') => Delimiter::Tab,
                _ => Delimiter::Comma,
            },
        },
        Some(InputType::Json) => {
            Format::Json { items_pointer: config.items_pointer.as_deref().map(str::to_owned) }
        }
        Some(InputType::Jsonl) => Format::Jsonl,
        Some(InputType::Parquet) => Format::Parquet,
        Some(InputType::Manifest) | None => {
            let cause = "The ReaderConfig needs an InputType: CSV, JSON, JSONL or PARQUET";
            return Err(Fault::new("States.ItemReaderFailed", cause));
        }
    })
}

fn argument(arguments: &Payload, name: &str) -> Option<String> {
    arguments.value().get(name).and_then(Value::as_str).map(str::to_owned)
}

fn read_fault(error: &ReadError) -> Fault {
    Fault::new(error.error_name(), error.to_string())
}

fn write_fault(error: &WriteError) -> Fault {
    Fault::new(error.error_name(), error.to_string())
}
