//! `StartAt` and `States` of the top level, a branch or an item processor.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::fields::{Fields, wrong_type};
use super::{Compiler, Names, QueryLanguage, graph};
use crate::diagnostic::{DUPLICATE_NAME, Pointer, SCHEMA, STATE_NAME, TOO_DEEP, TRANSITION};
use crate::program::{Machine, MachineIndex, StateIndex};
use crate::{MAX_NESTING, MAX_SECONDS, MAX_STATE_NAME};

/// The version of the language. Source: ASL specification, "Top-level fields".
const VERSION: &str = "1.0";

impl Compiler {
    /// The whole definition. Returns its `TimeoutSeconds`.
    pub(super) fn top(&mut self, definition: &Value) -> Option<u64> {
        let mut fields = Fields::of(definition, Pointer::default(), &mut self.out)?;
        let timeout = fields.integer("TimeoutSeconds", 1, MAX_SECONDS, &mut self.out);
        if let Some(version) = fields.string("Version", &mut self.out)
            && version != VERSION
        {
            let message = format!("The field 'Version' should have one of these values: [{VERSION}]");
            self.out.error(SCHEMA, &fields.place("Version"), message);
        }
        self.default_language = self.query_language(&mut fields).unwrap_or_default();
        self.machine(&mut fields);
        fields.finish(&mut self.out);
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
            self.out.error(TOO_DEEP, &place, message);
            return None;
        }
        self.nesting += 1;
        let faults = self.out.faults();

        let index = MachineIndex(u32::try_from(self.machines.len()).ok()?);
        self.machines.push(Machine { start: StateIndex(0) });
        let mut names = Names { index, states: HashMap::with_capacity(states.len()) };
        for name in states.keys() {
            names.states.insert(Arc::from(name.as_str()), StateIndex(u32::try_from(self.states.len()).ok()?));
            self.states.push(None);
        }
        for (name, value) in states {
            let at = place.child(name);
            if name.is_empty() || name.chars().count() > MAX_STATE_NAME {
                let message = format!("A state name has 1 to {MAX_STATE_NAME} characters");
                self.out.error(STATE_NAME, &at, message);
            }
            if let (Some(state), Some(slot)) =
                (self.state(&names, name, value, at), names.states.get(name.as_str()))
            {
                self.states[slot.0 as usize] = Some(state);
            }
        }
        let start_place = fields.place("StartAt");
        let start = start_at.and_then(|name| self.target(&names, "StartAt", name, &start_place));
        if let Some(start) = start {
            self.machines[index.0 as usize].start = start;
        }
        // What breaks the schema may hide a transition: nothing is said of the graph then.
        if self.out.faults() == faults {
            graph::check(states, start_at.filter(|_| start.is_some()), &place, &mut self.out);
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

    /// State names are unique in the whole definition, nested machines included.
    /// Source: ASL specification, "States": names must be unique within the scope of the whole state machine.
    pub(super) fn report_duplicate_names(&mut self) {
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
            self.out.error(DUPLICATE_NAME, &Pointer::default().below(&at), message);
        }
    }
}
