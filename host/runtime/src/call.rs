//! One call of a plugin, as the engine sees it: what goes in and what comes out.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use crate::{Journal, KeyValueStore, LimitOverrides};

/// The error names that the runtime itself gives. A plugin may return any other name of its own.
pub mod error_names {
    /// The call used all of its fuel.
    pub const OUT_OF_FUEL: &str = "Plugin.OutOfFuel";
    /// The call wanted more memory than it may have, and ended because of that.
    pub const OUT_OF_MEMORY: &str = "Plugin.OutOfMemory";
    /// The call made more calls of host functions than it may.
    pub const OUT_OF_HOST_CALLS: &str = "Plugin.OutOfHostCalls";
    /// The plugin trapped: a panic, `unreachable`, an access out of bounds, a stack overflow.
    pub const TRAPPED: &str = "Plugin.Trapped";
    /// The plugin called something that the host does not offer or has not granted.
    pub const CAPABILITY_DENIED: &str = "Plugin.CapabilityDenied";
    /// The plugin's output is not JSON.
    pub const INVALID_OUTPUT: &str = "Plugin.InvalidOutput";
    /// The plugin's output is larger than it may be.
    pub const OUTPUT_TOO_LARGE: &str = "Plugin.OutputTooLarge";
    /// There is no such plugin, or nothing is left of the component that an execution pinned.
    pub const NOT_FOUND: &str = "Plugin.NotFound";
    /// The plugin's component does not compile or is not a task, or its manifest is wrong.
    pub const BROKEN: &str = "Plugin.Broken";
    /// A request had begun when the host stopped, and nobody knows whether it was done.
    pub const IN_DOUBT: &str = "Plugin.InDoubt";
    /// After a stop of the host the plugin did something else than the first time.
    pub const DIVERGED: &str = "Plugin.Diverged";
    /// What the plugin did and was told is more than a journal takes.
    pub const JOURNAL_FULL: &str = "Plugin.JournalFull";
    /// The journal takes no more: the attempt is over, or the host is stopping.
    pub const JOURNAL_CLOSED: &str = "Plugin.JournalClosed";
    /// A step of the journal is used in a way that it cannot be.
    pub const INVALID_STEP: &str = "Plugin.InvalidStep";
    /// There is no connection of the name that a request says (Step Functions developer guide, "Call HTTPS APIs").
    pub const CONNECTION_NOT_FOUND: &str = "Events.ConnectionResource.ResourceNotFound";
    /// A connection's secret or token is not to be had (the same page).
    pub const CONNECTION_INVALID: &str = "Events.ConnectionResource.InvalidConnectionState";
    /// What cannot work, however often it is tried (ASL specification, "Errors": `States.Runtime`).
    pub const RUNTIME: &str = "States.Runtime";
    /// The call ran longer than it may (ASL specification, "Errors": `States.Timeout`).
    pub const TIMEOUT: &str = "States.Timeout";
}

/// What the plugin is told about the work it is part of: `dirigent:task/types.context` without the host's version,
/// which the runtime adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskContext {
    /// ARN of the execution.
    pub execution_arn: String,
    /// Name of the execution.
    pub execution_name: String,
    /// ARN of the state machine.
    pub state_machine_arn: String,
    /// Name of the state machine.
    pub state_machine_name: String,
    /// Name of the state.
    pub state_name: String,
    /// `Resource` as the definition has it.
    pub resource: String,
    /// Number of retries so far: 0 for the first attempt.
    pub attempt: u32,
    /// The same over retries and restarts, different for every other task. At most 128 bytes of `[A-Za-z0-9_:.-]`.
    pub idempotency_key: String,
    /// The task token, for `.waitForTaskToken`.
    pub task_token: Option<String>,
    /// Milliseconds since the Unix epoch after which the caller gives up.
    pub deadline: Option<u64>,
}

/// One call. [`Call::new`] and then set what is needed.
#[derive(Clone, Default)]
pub struct Call {
    /// What the plugin is told.
    pub context: TaskContext,
    /// The input: JSON text. It is not checked here.
    pub input: Arc<str>,
    /// Limits lower than the manifest's, a state's own budget for example.
    pub limits: LimitOverrides,
    /// Why [`LimitOverrides::fuel`] of `limits` is what it is and what to do if it is too low, for the failure when it is the lowest:
    /// a sentence without its end.
    pub fuel_advice: Option<String>,
    /// Wall-clock limit of this call, such as `TimeoutSeconds`. The lowest of this, [`crate::Limits::time`] and the
    /// manifest's holds. It covers the instance's run, not the wait for compilation or a free place in the pool.
    pub time_limit: Option<Duration>,
    /// The last part of the ARN of the state machine's role, whose policy holds for the call.
    pub role: Option<Arc<str>>,
    /// Where to write down what the call does, so that it can go on after a crash. None: it is not written down.
    pub journal: Option<Arc<dyn Journal>>,
    /// The key-value store. None: there is none.
    pub keyvalue: Option<Arc<dyn KeyValueStore>>,
    /// Told about each heartbeat, at most once in 100 ms. A receiver that is gone is no error.
    pub heartbeat: Option<UnboundedSender<()>>,
    /// Told about progress, at most once in 100 ms; `heartbeat` is told as well.
    pub progress: Option<UnboundedSender<Progress>>,
}

impl Call {
    /// A call with the plugin's own limits and nobody listening.
    pub fn new(context: TaskContext, input: impl Into<Arc<str>>) -> Self {
        Self { context, input: input.into(), ..Self::default() }
    }
}

/// How far a task is, in its own unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all, if known.
    pub total: Option<u64>,
    /// A word for people, at most one log line long.
    pub message: String,
}

/// Why a call failed, in the Amazon States Language's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The error name that `Retry` and `Catch` match: one of [`error_names`] or the plugin's own. At most 256 bytes.
    pub error: String,
    /// For people: what happened, where, the limit in force, what to do. At most 32 KiB.
    pub cause: String,
}

impl Failure {
    /// A failure with this name and cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.cause)
    }
}

/// What a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metering {
    /// Fuel used.
    pub fuel: u64,
    /// Most linear memory at one time, in bytes.
    pub peak_memory: u64,
    /// Wall-clock time from the start of the instance to its end.
    pub wall: Duration,
    /// Time in which it had a thread: computing, and in host calls, but not waiting for their answers.
    pub cpu: Duration,
    /// Calls of host functions, WASI's included.
    pub host_calls: u32,
    /// Bytes of input.
    pub input_bytes: u64,
    /// Bytes of output; 0 on failure.
    pub output_bytes: u64,
    /// Bytes of bodies of requests that it sent.
    pub sent_bytes: u64,
    /// Bytes of bodies of responses that it got.
    pub received_bytes: u64,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For the plugin's author.
    Debug,
    /// For whoever runs the workflow. Standard output has this level.
    Info,
    /// Something is off. Standard error has this level.
    Warn,
    /// Something failed.
    Error,
}

/// One line of a call's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Its level.
    pub level: LogLevel,
    /// Its text, cut to [`crate::LogLimits::line`].
    pub message: String,
}

/// What a plugin that serves jobs is called for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEntry {
    /// Start the job that the call's input asks for.
    Start,
    /// Say how the job of that handle stands.
    Poll(Arc<str>),
    /// Cancel the job of that handle.
    Cancel(Arc<str>),
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobAnswer {
    /// The job has begun, and this is its handle.
    Started(String),
    /// It is at work; milliseconds until it makes sense to ask again, if the plugin says so.
    Running(Option<u64>),
    /// It is done, with the task's output (checked to be JSON).
    Succeeded(String),
    /// It is cancelled, or was over already.
    Cancelled,
}

impl JobAnswer {
    /// Bytes that the guest has answered with.
    pub(crate) fn len(&self) -> usize {
        match self {
            JobAnswer::Started(text) | JobAnswer::Succeeded(text) => text.len(),
            JobAnswer::Running(_) | JobAnswer::Cancelled => 0,
        }
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T = String> {
    /// The answer, for a task the output (checked to be JSON), or why there is none.
    pub result: Result<T, Failure>,
    /// What it used, also when it failed.
    pub metering: Metering,
    /// What it logged, in order. If lines were dropped, the last one says how many.
    pub logs: Vec<LogLine>,
}

impl<T> Outcome<T> {
    /// Of a call that never began.
    pub(crate) fn failed(failure: Failure, input_bytes: u64) -> Self {
        Self {
            result: Err(failure),
            metering: Metering { input_bytes, ..Metering::default() },
            logs: Vec::new(),
        }
    }
}
