//! Records for an OpenTelemetry collector, over OTLP/HTTP with JSON.
//!
//! The SDK makes batches on a thread of its own, and the exporter sends them, and tries again for a bounded time. Both
//! take `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES` from the environment. What waits for them is bounded
//! in bytes here, and what is lost is counted here: the SDK bounds records, whatever their size, and tells nobody.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context;
use dirigent_api::logging::{LogGroup, LogLevel};
use dirigent_engine::Event;
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry_otlp::{Protocol, RetryPolicy, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{
    BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, SdkLogRecord, SdkLogger, SdkLoggerProvider,
};

use super::load::{EVENT_BYTES, Load};
use super::losses::Losses;

/// Bytes of records that wait for the collector, those of a request that is under way among them. So it is the most that
/// a request has, too.
const MAX_WAITING_BYTES: usize = 8 << 20;

/// Records of a request.
const MAX_BATCH: usize = 512;

/// How long records wait for others to be sent with them.
const BATCH_DELAY: Duration = Duration::from_secs(1);

/// Longest request. One that fails is tried again three times, within some seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a host that stops waits for the collector.
const CLOSE_WAIT: Duration = Duration::from_secs(3);

/// What the host is called where its records go.
const SERVICE: &str = "dirigent";

/// Sends records.
#[derive(Debug)]
pub(super) struct Otlp {
    provider: SdkLoggerProvider,
    logger: SdkLogger,
    waiting: Arc<Waiting>,
}

/// What both ends know.
#[derive(Debug)]
struct Waiting {
    load: Load,
    losses: Losses,
}

impl Otlp {
    /// Sends to the collector at a URL, such as `http://127.0.0.1:4318`. It need not be there yet.
    pub(super) fn open(url: &str) -> anyhow::Result<Otlp> {
        let load = Load::new(MAX_WAITING_BYTES);
        let losses = Losses::new("events of executions did not reach the collector of --otlp");
        let waiting = Arc::new(Waiting { load, losses });
        let exporter = opentelemetry_otlp::LogExporter::builder()
            .with_http()
            .with_endpoint(format!("{}/v1/logs", url.trim_end_matches('/')))
            .with_protocol(Protocol::HttpJson)
            .with_timeout(REQUEST_TIMEOUT)
            .with_retry_policy(RetryPolicy::recommended())
            .build()
            .with_context(|| format!("--otlp {url}"))?;
        let config = BatchConfigBuilder::default()
            // No record is smaller, so the bytes that may wait are the bound.
            .with_max_queue_size(MAX_WAITING_BYTES / EVENT_BYTES + 1)
            .with_max_export_batch_size(MAX_BATCH)
            .with_scheduled_delay(BATCH_DELAY)
            .build();
        let exporter = Counted { exporter, waiting: waiting.clone() };
        let provider = SdkLoggerProvider::builder()
            .with_resource(Resource::builder().with_service_name(SERVICE).build())
            .with_log_processor(BatchLogProcessor::builder(exporter).with_batch_config(config).build())
            .build();
        Ok(Otlp { logger: provider.logger(SERVICE), provider, waiting })
    }

    /// Sends a record, or counts it as lost when too much waits.
    pub(super) fn send(&self, group: &LogGroup, event: &Event, execution_arn: &str, text: &str) {
        if !self.waiting.load.admits(weight(text.len()), 1) {
            return;
        }
        let (severity, name) = match LogLevel::of(&event.kind) {
            LogLevel::All => (Severity::Info, "INFO"),
            LogLevel::Error => (Severity::Error, "ERROR"),
            LogLevel::Fatal => (Severity::Fatal, "FATAL"),
        };
        let mut record = self.logger.create_log_record();
        record.set_timestamp(UNIX_EPOCH + Duration::from_millis(u64::try_from(event.at_ms).unwrap_or(0)));
        record.set_severity_number(severity);
        record.set_severity_text(name);
        record.set_body(AnyValue::from(text.to_owned()));
        // The first name is OpenTelemetry's own for a log group; the other is that of the record.
        record.add_attribute("aws.log.group.names", AnyValue::from_iter([group.name.clone()]));
        record.add_attribute("execution_arn", execution_arn.to_owned());
        self.logger.emit(record);
    }

    /// Sends what waits, as long as that takes at most [`CLOSE_WAIT`].
    pub(super) fn close(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(CLOSE_WAIT) {
            tracing::warn!(%error, "stopped before all events of executions were sent to the collector of --otlp");
        }
    }

    /// Tells the host's log what was lost.
    pub(super) fn tell(&self, last: bool) {
        let Waiting { load, losses } = &*self.waiting;
        losses.add(load.take_refused(), "more is logged than the collector takes");
        losses.tell(last);
    }
}

/// What a record of so long a text counts for.
fn weight(text: usize) -> usize {
    EVENT_BYTES + text
}

/// An exporter that says what became of its records.
#[derive(Debug)]
struct Counted {
    exporter: opentelemetry_otlp::LogExporter,
    waiting: Arc<Waiting>,
}

impl LogExporter for Counted {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let (records, bytes) = batch
            .iter()
            .fold((0, 0), |(records, bytes), (record, _)| (records + 1, bytes + weight(text_length(record))));
        let done = self.exporter.export(batch).await;
        self.waiting.load.release(bytes);
        if let Err(error) = &done {
            self.waiting.losses.add(records, error.to_string());
            self.waiting.losses.tell(false);
        }
        done
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn text_length(record: &SdkLogRecord) -> usize {
    match record.body() {
        Some(AnyValue::String(text)) => text.as_str().len(),
        _ => 0,
    }
}
