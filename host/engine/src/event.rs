//! History events: what happened in an execution, in AWS's terms but not in its wire form.
//!
//! Source: AWS Step Functions API Reference, "HistoryEvent". The API crate turns these into AWS's JSON.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::payload::PayloadRef;

/// One event of a history.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Event {
    /// 1, 2, 3, … without gaps.
    pub id: u64,
    /// The event that this one follows in its branch; 0 for the first.
    pub previous: u64,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum EventKind {
    /// The execution began.
    ExecutionStarted {
        /// Its input.
        input: PayloadRef,
    },
    /// The execution ended well.
    ExecutionSucceeded {
        /// Its output.
        output: PayloadRef,
    },
    /// The execution failed.
    ExecutionFailed(Fault),
    /// The execution was stopped.
    ExecutionAborted(Fault),
    /// The execution ran longer than its `TimeoutSeconds`.
    ExecutionTimedOut(Fault),
    /// A state was entered.
    StateEntered {
        /// Its type.
        state_type: StateType,
        /// Its name.
        name: Arc<str>,
        /// Its input, before `InputPath`.
        input: PayloadRef,
    },
    /// A JSONata expression, or a value that it gave, did not do.
    EvaluationFailed {
        /// The error, always with both parts.
        fault: Fault,
        /// The field, such as `Output/total`, where it is one.
        location: Option<Arc<str>>,
        /// The state's name.
        state: Arc<str>,
    },
    /// A state was left.
    StateExited {
        /// Its type.
        state_type: StateType,
        /// Its name.
        name: Arc<str>,
        /// Its output.
        output: PayloadRef,
        /// The variables that it set.
        assigned: Vec<(Arc<str>, PayloadRef)>,
    },
    /// A state that waited or worked was given up, because a sibling failed.
    StateAborted {
        /// Its type.
        state_type: StateType,
    },
    /// A task was scheduled.
    TaskScheduled {
        /// What runs.
        resource: TaskResource,
        /// What it is given.
        parameters: PayloadRef,
        /// Its time-out in seconds, where the definition has one.
        timeout_seconds: Option<u64>,
        /// Its heartbeat interval in seconds, where the definition has one.
        heartbeat_seconds: Option<u64>,
        /// The role of `Credentials`, where the definition has them.
        role_arn: Option<Arc<str>>,
    },
    /// A task began to run.
    TaskStarted {
        /// What runs.
        resource: TaskResource,
    },
    /// A task ended well.
    TaskSucceeded {
        /// What ran.
        resource: TaskResource,
        /// Its output.
        output: PayloadRef,
        /// What it used.
        metering: Option<Box<Metering>>,
    },
    /// A task failed.
    TaskFailed {
        /// What ran.
        resource: TaskResource,
        /// Why.
        fault: Fault,
        /// What it used.
        metering: Option<Box<Metering>>,
    },
    /// A task exceeded its time-out or missed its heartbeat.
    TaskTimedOut {
        /// What ran.
        resource: TaskResource,
        /// Which of both, and more.
        fault: Fault,
        /// What it used.
        metering: Option<Box<Metering>>,
    },
    /// A Map began its iterations.
    MapStateStarted {
        /// How many items there are.
        length: u64,
    },
    /// All iterations of a Map ended well.
    MapStateSucceeded,
    /// An iteration of a Map failed, and with it the state.
    MapStateFailed,
    /// An iteration began.
    MapIterationStarted(Iteration),
    /// An iteration ended well.
    MapIterationSucceeded(Iteration),
    /// An iteration failed.
    MapIterationFailed(Iteration),
    /// An iteration was given up, because another one failed.
    MapIterationAborted(Iteration),
    /// A Parallel began its branches.
    ParallelStateStarted,
    /// All branches of a Parallel ended well.
    ParallelStateSucceeded,
    /// A branch of a Parallel failed, and with it the state.
    ParallelStateFailed,
    /// A Distributed Map began its run.
    MapRunStarted {
        /// The run's ARN.
        arn: Arc<str>,
    },
    /// The run ended well.
    MapRunSucceeded,
    /// The run failed, and with it the state.
    MapRunFailed(Fault),
    /// A task was handed on, and is done when its token comes back.
    TaskSubmitted {
        /// What ran.
        resource: TaskResource,
        /// What it returned, which is not yet the task's output.
        output: PayloadRef,
        /// What it used.
        metering: Option<Box<Metering>>,
    },
    /// A worker took a task of an activity.
    ActivityStarted {
        /// The name that the worker gave itself.
        worker: Option<Arc<str>>,
    },
    /// The execution was redriven.
    ExecutionRedriven {
        /// How often it has been by now.
        count: u32,
    },
    /// A Map Run was redriven with its execution.
    MapRunRedriven {
        /// The run's ARN.
        arn: Arc<str>,
        /// How often it has been by now.
        count: u32,
    },
    // Events at rest are numbered by their place here, so new ones come last.
}

/// An error name and its cause, as far as there are any.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// The error name.
    pub error: Option<Arc<str>>,
    /// The cause.
    pub cause: Option<Arc<str>>,
}

/// Which iteration of which Map.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Iteration {
    /// The Map state's name.
    pub name: Arc<str>,
    /// The item's index, from 0.
    pub index: u64,
}

/// The eight state types.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[allow(missing_docs)]
pub enum StateType {
    Task,
    Pass,
    Choice,
    Wait,
    Parallel,
    Map,
    Succeed,
    Fail,
}

/// How a task's resource shows in events: AWS has events of their own for activities and for Lambda functions named by ARN.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum TaskResource {
    /// A Lambda function's ARN in `Resource`.
    Lambda {
        /// The ARN.
        arn: Arc<str>,
    },
    /// A service integration or a plugin.
    Service {
        /// `resourceType`, such as `lambda` or `plugin`.
        resource_type: Arc<str>,
        /// `resource`, such as `invoke`, or the plugin's name.
        resource: Arc<str>,
    },
    /// An activity.
    Activity {
        /// Its ARN.
        arn: Arc<str>,
    },
}

/// What one attempt of a task used.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Metering {
    /// The plugin, as `name@version`.
    pub plugin: String,
    /// Units of fuel.
    pub fuel: u64,
    /// Greatest size of its memory, in bytes.
    pub peak_memory: u64,
    /// Wall-clock time in microseconds.
    pub wall_us: u64,
    /// Calls that it made to the host.
    pub host_calls: u32,
    /// What it logged: level and message, within the runtime's bounds.
    pub logs: Vec<(String, String)>,
    /// What else it used. Rows of earlier versions have none of it, so [`crate::rows::Chunk`] writes it behind the events.
    #[serde(skip)]
    pub spent: Spent,
}

/// What an attempt used beside what was measured first.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Spent {
    /// Time in which it had a thread, in microseconds.
    pub cpu_us: u64,
    /// Bytes of its input.
    pub input_bytes: u64,
    /// Bytes of its output; 0 when it failed.
    pub output_bytes: u64,
    /// Bytes of bodies of requests that it sent.
    pub sent_bytes: u64,
    /// Bytes of bodies of responses that it got.
    pub received_bytes: u64,
}

impl StateType {
    /// The name, as in `Type` and in AWS's event types.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            StateType::Task => "Task",
            StateType::Pass => "Pass",
            StateType::Choice => "Choice",
            StateType::Wait => "Wait",
            StateType::Parallel => "Parallel",
            StateType::Map => "Map",
            StateType::Succeed => "Succeed",
            StateType::Fail => "Fail",
        }
    }

    pub(crate) fn of(kind: &dirigent_asl::Kind) -> StateType {
        use dirigent_asl::Kind;
        match kind {
            Kind::Task(_) => StateType::Task,
            Kind::Pass(_) => StateType::Pass,
            Kind::Choice(_) => StateType::Choice,
            Kind::Wait(_) => StateType::Wait,
            Kind::Parallel(_) => StateType::Parallel,
            Kind::Map(_) => StateType::Map,
            Kind::Succeed => StateType::Succeed,
            Kind::Fail(_) => StateType::Fail,
        }
    }
}

impl EventKind {
    /// What the attempt of a task used that the event tells the end of.
    #[must_use]
    pub fn metering(&self) -> Option<&Metering> {
        match self {
            EventKind::TaskSucceeded { metering, .. }
            | EventKind::TaskSubmitted { metering, .. }
            | EventKind::TaskFailed { metering, .. }
            | EventKind::TaskTimedOut { metering, .. } => metering.as_deref(),
            _ => None,
        }
    }

    /// The same, to be completed.
    pub(crate) fn metering_mut(&mut self) -> Option<&mut Metering> {
        match self {
            EventKind::TaskSucceeded { metering, .. }
            | EventKind::TaskSubmitted { metering, .. }
            | EventKind::TaskFailed { metering, .. }
            | EventKind::TaskTimedOut { metering, .. } => metering.as_deref_mut(),
            _ => None,
        }
    }

    /// Whether it is the last event of an execution.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            EventKind::ExecutionSucceeded { .. }
                | EventKind::ExecutionFailed(_)
                | EventKind::ExecutionAborted(_)
                | EventKind::ExecutionTimedOut(_)
        )
    }
}

impl Fault {
    /// A fault with both parts.
    #[must_use]
    pub fn new(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Fault {
        Fault { error: Some(error.into()), cause: Some(cause.into()) }
    }
}
