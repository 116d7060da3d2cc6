//! The Amazon States Language: parse, validate and compile a definition to a [`Program`].
//!
//! One pass over the definition reports *all* its problems, each a [`Diagnostic`] with AWS's code, the JSON pointer
//! of its place and a message that says what to do. The API, the CLI's `validate` and later the console's editor
//! use this one function, [`Program::compile`].
//!
//! A program is an arena: states by index, nested machines (branches, item processors) beside the top one, every
//! path, template and choice rule compiled once. Running a state parses nothing.
//!
//! No I/O, no async, no clock: what a state does is the engine's business.
//!
//! Source of the rules: the ASL specification (states-language.net) and AWS's developer guide, "Using Amazon States
//! Language to define Step Functions workflows".

mod compile;
mod condition;
mod diagnostic;
mod program;
mod resource;
mod timestamp;
mod variables;

pub use condition::{Comparison, Condition, ConditionError, Operand, Ordering, Wildcard};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use program::{
    AnyTemplate, CatchFlow, Catcher, ChildType, Choice, ChoiceRule, CsvHeaders, Distributed, ErrorHandling,
    ErrorName, Fail, Flow, InputType, ItemBatcher, ItemReader, Items, Jitter, JsonPathFlow, JsonataFlow,
    Kind, Machine, MachineIndex, ManifestType, Map, MapMode, Parallel, Pass, Program, Quantity, ReaderConfig,
    ReaderResource, ResultPlace, ResultWriter, Retrier, RuleCondition, Seconds, Selector, State, StateIndex,
    Task, Text, Transformation, Transition, Wait, WaitUntil,
};
pub use resource::{Integration, Resource, ResourceError};
pub use timestamp::parse_timestamp;

/// Deepest nesting of machines (Parallel in Map in …) that compiles. AWS names no number; a definition of 1 MiB
/// cannot usefully go deeper, and the compiler recurses by level.
pub const MAX_NESTING: usize = 64;

/// Longest state name, in characters. Source: ASL specification, "States".
pub const MAX_STATE_NAME: usize = 80;

/// Longest wait, time-out or interval that a definition may name, in seconds. Source: AWS developer guide, "Task
/// workflow state" (TimeoutSeconds) and "Wait workflow state".
pub const MAX_SECONDS: u64 = 99_999_999;
