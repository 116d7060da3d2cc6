//! From a definition to a [`Program`]: one pass that goes on after each problem and reports them all.
//!
//! - `fields`: reading an object's fields with diagnostics
//! - `machine`: `StartAt`, `States`, and where transitions lead
//! - `single`: a state without a machine
//! - `graph`: what they reach, and whether anything ends
//! - `state`: what all types share, and the dispatch by `Type`
//! - `leaf`, `task`, `choice`, `wait`, `parallel`, `map`, `distributed`: the types
//! - `http_task`: the parameters of HTTP Tasks
//! - `errors`: `Retry` and `Catch`
//! - `express`: what an Express state machine may not have
//! - `warnings`: values that look like paths where none is looked for

mod choice;
mod distributed;
mod errors;
mod express;
mod fields;
mod graph;
mod http_task;
mod leaf;
mod machine;
mod map;
mod parallel;
mod single;
mod state;
mod task;
mod wait;
mod warnings;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics, INVALID_JSON, NO_DEFINITION, Pointer};
use crate::program::{Machine, MachineIndex, Program, State, StateIndex};

/// What the compiler carries along.
struct Compiler {
    out: Diagnostics,
    machines: Vec<Machine>,
    /// Reserved by index before it is compiled, since states refer to later ones.
    states: Vec<Option<State>>,
    nesting: usize,
    /// Labels of Distributed Maps.
    labels: HashSet<Arc<str>>,
    /// The definition's query language, which states have that name none.
    default_language: QueryLanguage,
    /// The query language of the state that is being compiled.
    language: QueryLanguage,
}

/// In which language expressions are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum QueryLanguage {
    #[default]
    JsonPath,
    Jsonata,
}

/// The machine being compiled: where its state names lead, and which of them were used as targets.
struct Names {
    index: MachineIndex,
    states: HashMap<Arc<str>, StateIndex>,
}

impl Program {
    /// Compiles a definition.
    ///
    /// The second value lists every problem found, warnings included; the program is there when none is an error.
    #[must_use]
    pub fn compile(definition: &Value) -> (Option<Program>, Vec<Diagnostic>) {
        let mut compiler = Compiler::new();
        let timeout_seconds = compiler.top(definition);
        compiler.finish(timeout_seconds)
    }

    /// Parses the text of a definition and compiles it.
    #[must_use]
    pub fn compile_text(definition: &str) -> (Option<Program>, Vec<Diagnostic>) {
        match parsed(definition) {
            Ok(value) => Self::compile(&value),
            Err(out) => (None, out.into_vec()),
        }
    }
}

/// A definition's text as JSON.
fn parsed(definition: &str) -> Result<Value, Diagnostics> {
    let mut out = Diagnostics::default();
    if matches!(definition.trim(), "" | "null") {
        out.error_nowhere(NO_DEFINITION, "The definition is empty");
        return Err(out);
    }
    serde_json::from_str::<Value>(definition).map_err(|error| {
        out.error(INVALID_JSON, &Pointer::default(), format!("The definition is not valid JSON: {error}"));
        out
    })
}

impl Compiler {
    fn new() -> Compiler {
        Compiler {
            out: Diagnostics::default(),
            machines: Vec::new(),
            states: Vec::new(),
            nesting: 0,
            labels: HashSet::new(),
            default_language: QueryLanguage::default(),
            language: QueryLanguage::default(),
        }
    }

    /// The program, if no problem is an error, and all problems.
    fn finish(self, timeout_seconds: Option<u64>) -> (Option<Program>, Vec<Diagnostic>) {
        let Compiler { out, machines, states, .. } = self;
        if out.has_errors() {
            return (None, out.into_vec());
        }
        // Without errors every reserved place is filled; a gap would be a fault of this compiler.
        let states: Option<Vec<State>> = states.into_iter().collect();
        let program = states.map(|states| {
            let may_block = states.iter().any(State::may_block);
            Program { machines, states, timeout_seconds, may_block }
        });
        debug_assert!(program.is_some(), "no error reported, yet a state is missing");
        let mut problems = program.as_ref().map(Program::express_children_problems).unwrap_or_default();
        if problems.is_empty() {
            return (program, out.into_vec());
        }
        problems.extend(out.into_vec());
        (None, problems)
    }
}
