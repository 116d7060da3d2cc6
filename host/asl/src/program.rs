//! The compiled form of a definition: an arena of machines and states, in which a wrong state cannot be written down.

use std::sync::Arc;

use dirigent_expr::{Expr, Jsonata, JsonataTemplate, ReferencePath, Template};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Condition, Resource};

/// Index of a machine in [`Program::machine`]: 0 is the top level, others are branches and item processors.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MachineIndex(pub u32);

/// Index of a state in [`Program::state`], unique over all machines of the program.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StateIndex(pub u32);

/// A compiled definition. Immutable, shared by all executions of a revision.
#[derive(Debug)]
pub struct Program {
    pub(crate) machines: Vec<Machine>,
    pub(crate) states: Vec<State>,
    pub(crate) timeout_seconds: Option<u64>,
}

/// A list of states with a start: the top level, a Parallel's branch or a Map's item processor.
#[derive(Debug)]
pub struct Machine {
    /// Where it begins.
    pub start: StateIndex,
}

/// A state: what is common to all types, and its [`Kind`].
#[derive(Debug)]
pub struct State {
    /// The name, unique in its machine.
    pub name: Arc<str>,
    /// JSON pointer of the state in the definition.
    pub location: String,
    /// The machine that it belongs to.
    pub machine: MachineIndex,
    /// How data flows through it.
    pub flow: Flow,
    /// What it does.
    pub kind: Kind,
}

/// The data flow of a state, in its query language.
#[derive(Debug)]
pub enum Flow {
    /// JSONPath.
    JsonPath(Box<JsonPathFlow>),
    /// JSONata.
    Jsonata(Box<JsonataFlow>),
}

/// The data flow in JSONata: `Arguments → (work) → Output`, and `Assign` beside it.
#[derive(Debug, Default)]
pub struct JsonataFlow {
    /// `Arguments` (for a Map: `ItemSelector`).
    pub arguments: Option<JsonataTemplate>,
    /// `Output`.
    pub output: Option<JsonataTemplate>,
    /// `Assign`: variables set when the state ends.
    pub assign: Option<JsonataTemplate>,
}

/// A payload template in either language.
#[derive(Debug)]
pub enum AnyTemplate {
    /// JSONPath.
    JsonPath(Template),
    /// JSONata.
    Jsonata(JsonataTemplate),
}

/// The data flow in JSONPath: `InputPath → Parameters → (work) → ResultSelector → ResultPath → OutputPath`,
/// and `Assign` beside it. Fields that a state type does not have keep their defaults.
#[derive(Debug, Default)]
pub struct JsonPathFlow {
    /// `InputPath`.
    pub input: Selector,
    /// `Parameters` (for a Map: `ItemSelector`, or the older `Parameters`).
    pub parameters: Option<Template>,
    /// `ResultSelector`.
    pub result_selector: Option<Template>,
    /// `ResultPath`.
    pub result: ResultPlace,
    /// `OutputPath`.
    pub output: Selector,
    /// `Assign`: variables set when the state ends.
    pub assign: Option<Template>,
}

/// `InputPath` and `OutputPath`.
#[derive(Debug, Default)]
pub enum Selector {
    /// `$`, the default: all of it, neither parsed nor printed.
    #[default]
    Whole,
    /// `null`: an empty object instead.
    Nothing,
    /// A path.
    At(Expr),
}

/// `ResultPath`.
#[derive(Debug, Default)]
pub enum ResultPlace {
    /// `$`, the default: the result replaces the input.
    #[default]
    Replace,
    /// `null`: the result is dropped, the input goes on.
    Discard,
    /// The result is put into the input at this place.
    At(ReferencePath),
}

/// Where a state goes when it is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transition {
    /// `Next`.
    To(StateIndex),
    /// `End: true`: the machine is done.
    End,
}

/// The eight state types.
#[derive(Debug)]
pub enum Kind {
    /// Runs a task.
    Task(Box<Task>),
    /// Passes its input on, or a result.
    Pass(Pass),
    /// Branches.
    Choice(Choice),
    /// Waits.
    Wait(Wait),
    /// Runs branches at the same time.
    Parallel(Parallel),
    /// Runs a machine for each item.
    Map(Box<Map>),
    /// Ends its machine.
    Succeed,
    /// Fails its machine.
    Fail(Fail),
}

/// A Task state.
#[derive(Debug)]
pub struct Task {
    /// What runs.
    pub resource: Resource,
    /// The `Resource` as written.
    pub resource_text: Arc<str>,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`.
    pub timeout: Option<Seconds>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`.
    pub heartbeat: Option<Seconds>,
    /// `Credentials`, recorded with the task's event.
    pub credentials: Option<AnyTemplate>,
    /// `Retry` and `Catch`.
    pub errors: ErrorHandling,
    /// Where it goes.
    pub next: Transition,
}

/// A Pass state.
#[derive(Debug)]
pub struct Pass {
    /// `Result`, where given.
    pub result: Option<Value>,
    /// Where it goes.
    pub next: Transition,
}

/// A Choice state.
#[derive(Debug)]
pub struct Choice {
    /// The rules, tried in order.
    pub rules: Vec<ChoiceRule>,
    /// Where it goes when no rule holds; without it that is `States.NoChoiceMatched`.
    pub default: Option<StateIndex>,
}

/// One rule of a Choice state.
#[derive(Debug)]
pub struct ChoiceRule {
    /// When it holds.
    pub condition: RuleCondition,
    /// Where it goes.
    pub next: StateIndex,
    /// Variables set when it is taken.
    pub assign: Option<AnyTemplate>,
    /// `Output` when it is taken; JSONata only.
    pub output: Option<JsonataTemplate>,
}

/// When a rule holds.
#[derive(Debug)]
pub enum RuleCondition {
    /// Data tests.
    JsonPath(Condition),
    /// `Condition` as an expression.
    Jsonata(Jsonata),
    /// `Condition` as a constant.
    Constant(bool),
}

/// A Wait state.
#[derive(Debug)]
pub struct Wait {
    /// Until when.
    pub until: WaitUntil,
    /// Where it goes.
    pub next: Transition,
}

/// The four forms of a Wait.
#[derive(Debug)]
pub enum WaitUntil {
    /// `Seconds`.
    Seconds(u64),
    /// `SecondsPath`.
    SecondsPath(Expr),
    /// `Timestamp`.
    Timestamp(Timestamp),
    /// `TimestampPath`.
    TimestampPath(Expr),
    /// `Seconds` as an expression.
    SecondsJsonata(Jsonata),
    /// `Timestamp` as an expression.
    TimestampJsonata(Jsonata),
}

/// A Parallel state.
#[derive(Debug)]
pub struct Parallel {
    /// The branches, in order.
    pub branches: Vec<MachineIndex>,
    /// `Retry` and `Catch`.
    pub errors: ErrorHandling,
    /// Where it goes.
    pub next: Transition,
}

/// A Map state.
#[derive(Debug)]
pub struct Map {
    /// Where the array lies; without it the state's input is the array.
    pub items: Option<Items>,
    /// `MaxConcurrency` or its path; 0 is without bound.
    pub max_concurrency: Concurrency,
    /// The machine that runs for each item.
    pub processor: MachineIndex,
    /// Inline or distributed.
    pub mode: MapMode,
    /// `Retry` and `Catch`.
    pub errors: ErrorHandling,
    /// Where it goes.
    pub next: Transition,
}

/// Where a Map's array lies.
#[derive(Debug)]
pub enum Items {
    /// `ItemsPath`, in the state's effective input.
    Path(Expr),
    /// `Items`.
    Jsonata(JsonataTemplate),
}

/// How a Map runs its items.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MapMode {
    /// Iterations are part of the execution and its history.
    Inline,
}

/// `MaxConcurrency` of a Map.
#[derive(Debug)]
pub enum Concurrency {
    /// A number in the definition; 0 is without bound.
    Fixed(u32),
    /// `MaxConcurrencyPath`.
    Path(Expr),
    /// `MaxConcurrency` as an expression.
    Jsonata(Jsonata),
}

/// A Fail state.
#[derive(Debug)]
pub struct Fail {
    /// `Error` or `ErrorPath`.
    pub error: Option<Text>,
    /// `Cause` or `CausePath`.
    pub cause: Option<Text>,
}

/// A text in the definition, or a path or intrinsic function that yields one.
#[derive(Debug)]
pub enum Text {
    /// Written out.
    Fixed(Arc<str>),
    /// `ErrorPath`, `CausePath`.
    Path(Expr),
    /// An expression.
    Jsonata(Jsonata),
}

/// `TimeoutSeconds`, `HeartbeatSeconds` or their paths.
#[derive(Debug)]
pub enum Seconds {
    /// A number in the definition.
    Fixed(u64),
    /// The `…Path` form.
    Path(Expr),
    /// An expression.
    Jsonata(Jsonata),
}

/// `Retry` and `Catch` of a state.
#[derive(Debug, Default)]
pub struct ErrorHandling {
    /// Retriers, tried in order.
    pub retry: Vec<Retrier>,
    /// Catchers, tried in order when no retrier is left.
    pub catch: Vec<Catcher>,
}

/// A name in `ErrorEquals`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ErrorName {
    /// `States.ALL`: any error that may be caught.
    All,
    /// `States.TaskFailed`: any task error but a time-out.
    TaskFailed,
    /// That error.
    Is(Arc<str>),
}

/// A retrier.
#[derive(Debug)]
pub struct Retrier {
    /// Which errors.
    pub errors: Vec<ErrorName>,
    /// Seconds before the first retry.
    pub interval_seconds: u64,
    /// How many retries; 0 means never.
    pub max_attempts: u32,
    /// Factor from one interval to the next, at least 1.
    pub backoff_rate: f64,
    /// Greatest interval in seconds.
    pub max_delay_seconds: Option<u64>,
    /// `JitterStrategy`.
    pub jitter: Jitter,
}

/// `JitterStrategy`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Jitter {
    /// The interval as computed.
    #[default]
    None,
    /// Any time up to the interval.
    Full,
}

/// A catcher.
#[derive(Debug)]
pub struct Catcher {
    /// Which errors.
    pub errors: Vec<ErrorName>,
    /// Where it goes.
    pub next: StateIndex,
    /// What goes on from there.
    pub flow: CatchFlow,
}

/// A catcher's data flow.
#[derive(Debug)]
pub enum CatchFlow {
    /// JSONPath.
    JsonPath {
        /// `ResultPath`: where the error output is put in the state's input.
        result: ResultPlace,
        /// Variables set when it is taken.
        assign: Option<Template>,
    },
    /// JSONata.
    Jsonata {
        /// `Output`; without it the error output.
        output: Option<JsonataTemplate>,
        /// Variables set when it is taken.
        assign: Option<JsonataTemplate>,
    },
}

impl Program {
    /// The machine at an index of this program.
    #[must_use]
    pub fn machine(&self, index: MachineIndex) -> &Machine {
        &self.machines[index.0 as usize]
    }

    /// The state at an index of this program.
    #[must_use]
    pub fn state(&self, index: StateIndex) -> &State {
        &self.states[index.0 as usize]
    }

    /// The state at an index that may be of another program (a stored one).
    #[must_use]
    pub fn get_state(&self, index: StateIndex) -> Option<&State> {
        self.states.get(index.0 as usize)
    }

    /// The top level machine.
    #[must_use]
    pub fn top(&self) -> &Machine {
        &self.machines[0]
    }

    /// All states, those of nested machines included.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// `TimeoutSeconds` of the top level.
    #[must_use]
    pub fn timeout_seconds(&self) -> Option<u64> {
        self.timeout_seconds
    }
}

impl Kind {
    /// The type's name, as in `Type` and in AWS's event types.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Kind::Task(_) => "Task",
            Kind::Pass(_) => "Pass",
            Kind::Choice(_) => "Choice",
            Kind::Wait(_) => "Wait",
            Kind::Parallel(_) => "Parallel",
            Kind::Map(_) => "Map",
            Kind::Succeed => "Succeed",
            Kind::Fail(_) => "Fail",
        }
    }

    /// `Retry` and `Catch`, for the types that have them.
    #[must_use]
    pub fn errors(&self) -> Option<&ErrorHandling> {
        match self {
            Kind::Task(t) => Some(&t.errors),
            Kind::Parallel(p) => Some(&p.errors),
            Kind::Map(m) => Some(&m.errors),
            _ => None,
        }
    }
}
