//! What a Distributed Map needs of object storage, as the engine asks for it.

use std::sync::Arc;

use async_trait::async_trait;
use dirigent_asl::{ReaderConfig, Transformation};

use crate::event::Fault;
use crate::payload::Payload;

/// Reads items from objects and writes results to them.
#[async_trait]
pub trait ObjectHost: Send + Sync + 'static {
    /// Opens the items that an `ItemReader` names.
    ///
    /// # Errors
    /// `States.ItemReaderFailed` and why.
    async fn read(&self, request: ReadRequest) -> Result<Box<dyn ItemStream>, Fault>;

    /// Opens the items of an object that is not there, but whose content is known: a test's.
    ///
    /// # Errors
    /// As [`ObjectHost::read`].
    async fn read_given(&self, _request: ReadRequest, _content: &str) -> Result<Box<dyn ItemStream>, Fault> {
        Err(Fault::new("States.ItemReaderFailed", "This host reads no given objects"))
    }

    /// Opens the place that a `ResultWriter` names.
    ///
    /// # Errors
    /// `States.ResultWriterFailed` and why.
    async fn write(&self, request: WriteRequest) -> Result<Box<dyn ResultSink>, Fault>;
}

/// What an `ItemReader` asks for.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// Whether the items are the objects of a bucket, rather than lie in one.
    pub list: bool,
    /// `Bucket`, `Key`, `Prefix` and their like, as AWS names them.
    pub arguments: Payload,
    /// `ReaderConfig`.
    pub config: ReaderConfig,
    /// `MaxItems`, where given and not 0.
    pub max_items: Option<u64>,
}

/// Items, in an order that is the same each time that they are read.
#[async_trait]
pub trait ItemStream: Send {
    /// The next item.
    async fn next(&mut self) -> Option<Result<Item, Fault>>;
}

/// One item.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its JSON text.
    pub text: Arc<str>,
    /// The member's name, where the items are the members of an object.
    pub key: Option<Arc<str>>,
    /// Where it came from: `STATE_DATA`, or the URI of its bucket or object.
    pub source: Arc<str>,
}

/// What a `ResultWriter` asks for.
#[derive(Clone, Debug)]
pub struct WriteRequest {
    /// `Bucket` and `Prefix`.
    pub arguments: Payload,
    /// Whether the files have a JSON value a line rather than an array.
    pub lines: bool,
    /// What is written of each result.
    pub transformation: Transformation,
    /// The run's ARN.
    pub map_run_arn: Arc<str>,
}

/// Takes the results of a Map Run's children.
#[async_trait]
pub trait ResultSink: Send {
    /// Takes one.
    async fn push(&mut self, result: ChildResult) -> Result<(), Fault>;

    /// Writes what is left, and says where: AWS's `ResultWriterDetails`.
    async fn finish(self: Box<Self>) -> Result<Payload, Fault>;
}

/// How a child ended.
#[derive(Clone, Debug)]
pub struct ChildResult {
    /// Its ARN.
    pub execution_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The ARN of what it runs: the state machine's and the label.
    pub state_machine_arn: Arc<str>,
    /// Its input.
    pub input: Payload,
    /// Its output, where it succeeded.
    pub output: Option<Payload>,
    /// How it ended.
    pub status: ChildStatus,
    /// Why, where it did not succeed.
    pub fault: Fault,
    /// When it began, in Unix milliseconds.
    pub started_ms: i64,
    /// When it ended, where it did.
    pub stopped_ms: Option<i64>,
}

/// How a child ended, as far as it did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs)]
pub enum ChildStatus {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

/// For hosts without object storage.
#[derive(Clone, Copy, Debug)]
pub struct NoObjects;

#[async_trait]
impl ObjectHost for NoObjects {
    async fn read(&self, _: ReadRequest) -> Result<Box<dyn ItemStream>, Fault> {
        Err(Fault::new("States.ItemReaderFailed", "This host has no buckets. Start it with --buckets DIR"))
    }

    async fn write(&self, _: WriteRequest) -> Result<Box<dyn ResultSink>, Fault> {
        Err(Fault::new("States.ResultWriterFailed", "This host has no buckets. Start it with --buckets DIR"))
    }
}
