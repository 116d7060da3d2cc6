//! The engine: the interpreter of compiled state machines, and the driver that runs it.
//!
//! - [`core`]: the sans-IO core. Stimuli in; events, changed frames, timers and effects out.
//! - `rows`: how executions lie in the store
//! - [`catalog`]: state machines, their revisions and tags
//! - [`activities`]: activities, and the queues of their tasks
//! - `driver`: the engine proper: makes steps durable and carries out their effects
//! - [`names`]: names, and the accounts that they belong to
//! - [`history`]: reading what happened
//! - `journal`: rows of tasks' journals; `keyvalue`: buckets of keys and values

pub mod activities;
#[allow(missing_docs)]
pub mod catalog;
mod chunk;
pub mod core;
mod driver;
pub mod event;
pub mod history;
mod journal;
mod keyvalue;
pub mod limits;
pub mod names;
pub mod payload;
pub mod recover;
pub mod rows;
#[cfg(test)]
mod simulator;
mod work;

pub use dirigent_store::Totals;
pub use driver::{
    ActivityTask, AmendRequest, Binding, CASE_MARK, CallbackError, ChildResult, ChildStatus, Counts,
    Description, EXECUTION_FUEL_TAG, Engine, EngineConfig, EngineError, ExecutionLog, Executions, FuelLimit,
    Happening, Item, ItemStream, JobAnswer, JobEntry, JobOutcome, Listing, LogEntry, LogHost,
    MAX_HANDLE_BYTES, MAX_LIVE_BYTES, MAX_LIVE_EXECUTIONS, MAX_PROBLEMS, MAX_QUEUED_BYTES,
    MAX_QUEUED_COMMITS, MapRunDescription, MapRunRedrives, MapRunRow, MapRunStatus, MapRunUpdate, NoLogs,
    NoObjects, NotRedrivable, ObjectHost, Origin, Pending, PollError, Problem, ProblemKind, ReadRequest,
    RedriveError, RedriveRequest, Report, ResultSink, StartRequest, Started, TASK_FUEL_TAG, TableReport,
    Target, TaskCall, TaskHost, TaskJournal, TaskOutcome, TestCases, TestRequest, WriteRequest, examine,
    is_good_budget_tag,
};
pub use event::{Event, EventKind, Fault, Iteration, Metering, Spent, StateType, TaskResource};
pub use journal::{JournalError, JournalScope, MAX_JOURNAL_BYTES, MAX_JOURNAL_RECORDS};
pub use keyvalue::{
    KeyPage, KeyValue, KeyValueChange, KeyValueError, MAX_BUCKET_BYTES, MAX_KEY_BYTES, MAX_KEY_VALUE_CHANGES,
    MAX_KEYS_PER_PAGE, MAX_VALUE_BYTES,
};
pub use limits::{LIMITS, Limit, LimitError, Limits};
pub use payload::{Payload, PayloadRef};
