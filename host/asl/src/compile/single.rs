//! A state without a machine around it, as TestState takes one.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Compiler, Names, graph};
use crate::diagnostic::{Diagnostic, Pointer};
use crate::program::{Flow, Kind, Machine, MachineIndex, Program, State, StateIndex};

impl Program {
    /// Compiles the text of the definition of one state, which is given a name. The program begins with it.
    ///
    /// Where it goes to need not be anywhere: each name that `Next`, `Default`, `Choices` and `Catch` have becomes a
    /// state that does nothing. Problems name their places in `definition`, as [`Program::compile_text`] does.
    #[must_use]
    pub fn compile_state_text(definition: &str, name: &str) -> (Option<Program>, Vec<Diagnostic>) {
        let definition = match super::parsed(definition) {
            Ok(definition) => definition,
            Err(out) => return (None, out.into_vec()),
        };
        let mut compiler = Compiler::new();
        compiler.single(&definition, name);
        compiler.finish(None)
    }

    /// The program with one more machine, which begins with `state`, whichever machine that is of.
    #[must_use]
    pub fn beginning_with(mut self, state: StateIndex) -> (Program, MachineIndex) {
        let index = MachineIndex(u32::try_from(self.machines.len()).unwrap_or(u32::MAX));
        self.machines.push(Machine { start: state });
        (self, index)
    }
}

impl Compiler {
    fn single(&mut self, definition: &Value, name: &str) {
        let index = MachineIndex(0);
        self.machines.push(Machine { start: StateIndex(0) });
        self.states.push(None);
        let mut names = Names { index, states: HashMap::from([(Arc::from(name), StateIndex(0))]) };
        for target in graph::targets(definition) {
            let next = StateIndex(u32::try_from(self.states.len()).unwrap_or(u32::MAX));
            if names.states.contains_key(target) {
                continue;
            }
            names.states.insert(Arc::from(target), next);
            self.states.push(Some(State {
                name: Arc::from(target),
                location: String::new(),
                machine: index,
                flow: Flow::JsonPath(Box::default()),
                kind: Kind::Succeed,
            }));
        }
        self.states[0] = self.state(&names, name, definition, Pointer::default());
        self.report_duplicate_names();
    }
}
