//! The compiled form of a definition: an arena of machines and states, in which a wrong state cannot be written down.

mod distributed;
mod errors;
mod flow;
mod map;
mod states;

use std::sync::Arc;

pub use distributed::{
    ChildType, CsvHeaders, Distributed, InputType, ItemBatcher, ItemReader, ManifestType, ReaderConfig,
    ReaderResource, ResultWriter, Transformation,
};
pub use errors::{CatchFlow, Catcher, ErrorHandling, ErrorName, Jitter, Retrier};
pub use flow::{AnyTemplate, Flow, JsonPathFlow, JsonataFlow, ResultPlace, Selector};
pub use map::{Items, Map, MapMode, Quantity};
pub use states::{
    Choice, ChoiceRule, Fail, Parallel, Pass, RuleCondition, Seconds, Task, Text, Wait, WaitUntil,
};

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
