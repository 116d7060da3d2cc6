//! `StartAt` and `States` of the top level, a branch or an item processor.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::fields::{Fields, wrong_type};
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::{DUPLICATE_NAME, Pointer, SCHEMA, TRANSITION};
use crate::program::{Kind, Machine, MachineIndex, StateIndex, Transition};
use crate::{MAX_NESTING, MAX_SECONDS, MAX_STATE_NAME};

/// Fields of a machine that make no sense below the top level.
const TOP_ONLY: &[&str] = &["TimeoutSeconds", "Version"];

impl Compiler {
    /// The whole definition. Returns its `TimeoutSeconds`.
    pub(super) fn top(&mut self, definition: &Value) -> Option<u64> {
        let mut fields = Fields::of(definition, Pointer::default(), &mut self.out)?;
        let timeout = fields.integer("TimeoutSeconds", 1, MAX_SECONDS, &mut self.out);
        fields.string("Version", &mut self.out);
        self.default_language = self.query_language(&mut fields).unwrap_or_default();
        self.machine(&mut fields);
        fields.finish(&[], "a state machine", &mut self.out);
        self.report_duplicate_names();
        timeout
    }

    /// `QueryLanguage`, where given.
    pub(super) fn query_language(&mut self, fields: &mut Fields<'_>) -> Option<QueryLanguage> {
        match fields.string("QueryLanguage", &mut self.out)? {
            "JSONPath" => Some(QueryLanguage::JsonPath),
            "JSONata" => Some(QueryLanguage::Jsonata),
            _ => {
                let message =
                    "The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata]";
                self.out.error(SCHEMA, &fields.place("QueryLanguage"), message);
                None
            }
        }
    }

    /// `StartAt` and `States` among `fields`, as a machine of its own.
    pub(super) fn machine(&mut self, fields: &mut Fields<'_>) -> Option<MachineIndex> {
        fields.require(&["StartAt", "States"], &mut self.out);
        let start_at = fields.string("StartAt", &mut self.out);
        let place = fields.place("States");
        let states = match fields.get("States")? {
            Value::Object(states) if !states.is_empty() => states,
            Value::Object(_) => {
                self.out.error(SCHEMA, &place, "A state machine needs at least one state");
                return None;
            }
            _ => {
                wrong_type(&mut self.out, &place, "Object");
                return None;
            }
        };
        if self.nesting >= MAX_NESTING {
            let message = format!("Machines are nested deeper than {MAX_NESTING} levels");
            self.out.error(SCHEMA, &place, message);
            return None;
        }
        self.nesting += 1;

        let index = MachineIndex(u32::try_from(self.machines.len()).ok()?);
        self.machines.push(Machine { start: StateIndex(0) });
        let mut names = Names { index, states: HashMap::with_capacity(states.len()) };
        for name in states.keys() {
            names.states.insert(Arc::from(name.as_str()), StateIndex(u32::try_from(self.states.len()).ok()?));
            self.states.push(None);
        }
        for (name, value) in states {
            let at = place.child(name);
            if name.chars().count() > MAX_STATE_NAME {
                self.out.error(SCHEMA, &at, format!("A state name has at most {MAX_STATE_NAME} characters"));
            }
            if let (Some(state), Some(slot)) =
                (self.state(&names, name, value, at), names.states.get(name.as_str()))
            {
                self.states[slot.0 as usize] = Some(state);
            }
        }
        if let Some(start_at) = start_at {
            let start_place = fields.place("StartAt");
            if let Some(start) = self.target(&names, "StartAt", start_at, &start_place) {
                self.machines[index.0 as usize].start = start;
                self.report_unreachable(&names, start, &place);
            }
        }
        self.nesting -= 1;
        Some(index)
    }

    /// The state that `field` names, or a diagnostic.
    pub(super) fn target(
        &mut self,
        names: &Names,
        field: &str,
        name: &str,
        at: &Pointer,
    ) -> Option<StateIndex> {
        let found = names.states.get(name).copied();
        if found.is_none() {
            self.out.error(TRANSITION, at, format!("Missing '{field}' target: {name}"));
        }
        found
    }

    fn report_unreachable(&mut self, names: &Names, start: StateIndex, place: &Pointer) {
        let mut reached = HashSet::from([start]);
        let mut open = vec![start];
        while let Some(index) = open.pop() {
            // A state with faults has transitions that are not known: nothing is said of what it may reach.
            let Some(state) = &self.states[index.0 as usize] else { return };
            targets(&state.kind, &mut |target| {
                if reached.insert(target) {
                    open.push(target);
                }
            });
        }
        let mut unreached: Vec<_> =
            names.states.iter().filter(|(_, index)| !reached.contains(index)).collect();
        unreached.sort_by_key(|(_, index)| **index);
        for (name, _) in unreached {
            self.out.error(TRANSITION, &place.child(name), format!("State \"{name}\" is not reachable."));
        }
    }

    /// State names are unique in the whole definition, nested machines included.
    /// Source: ASL specification, "States": names must be unique within the scope of the whole state machine.
    fn report_duplicate_names(&mut self) {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        let mut faults = Vec::new();
        for state in self.states.iter().flatten() {
            if let Some(first) = seen.insert(&state.name, &state.location) {
                faults.push((
                    state.location.clone(),
                    format!("Duplicate state name: {} is also at {first}", state.name),
                ));
            }
        }
        for (at, message) in faults {
            let at = at
                .split('/')
                .skip(1)
                .fold(Pointer::default(), |p, key| p.child(&key.replace("~1", "/").replace("~0", "~")));
            self.out.error(DUPLICATE_NAME, &at, message);
        }
    }

    /// What may not stand in a nested machine.
    pub(super) fn top_only() -> &'static [&'static str] {
        TOP_ONLY
    }
}

/// Calls `visit` with every state that `kind` may go to.
fn targets(kind: &Kind, visit: &mut dyn FnMut(StateIndex)) {
    let next = match kind {
        Kind::Task(task) => Some(task.next),
        Kind::Pass(pass) => Some(pass.next),
        Kind::Wait(wait) => Some(wait.next),
        Kind::Parallel(parallel) => Some(parallel.next),
        Kind::Map(map) => Some(map.next),
        Kind::Choice(choice) => {
            choice.rules.iter().for_each(|rule| visit(rule.next));
            choice.default.map(Transition::To)
        }
        Kind::Succeed | Kind::Fail(_) => None,
    };
    if let Some(Transition::To(next)) = next {
        visit(next);
    }
    for catcher in kind.errors().map(|e| e.catch.as_slice()).unwrap_or_default() {
        visit(catcher.next);
    }
}
