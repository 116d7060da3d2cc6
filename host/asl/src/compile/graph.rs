//! The graph of a machine's states: whether it ends anywhere, and what it cannot reach.
//!
//! It is read off the definition, so that a transition to nowhere does not hide the others.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostics, NO_END, Pointer, TRANSITION};

/// Reports a machine without a terminal state, or else the states that it cannot reach from `start`. As AWS does, the
/// first hides the others.
pub(super) fn check(
    states: &Map<String, Value>,
    start: Option<&str>,
    place: &Pointer,
    out: &mut Diagnostics,
) {
    if !states.values().any(is_terminal) {
        out.error_nowhere(NO_END, "Workflow has no terminal state");
        return;
    }
    let Some(start) = start else { return };
    let mut reached = HashSet::from([start]);
    let mut open = vec![start];
    while let Some(state) = open.pop().and_then(|name| states.get(name)) {
        open.extend(targets(state).filter(|name| states.contains_key(*name) && reached.insert(name)));
    }
    for name in states.keys().filter(|name| !reached.contains(name.as_str())) {
        out.error(TRANSITION, &place.child(name), format!("State \"{name}\" is not reachable."));
    }
}

/// Source: ASL specification, "Terminal State".
fn is_terminal(state: &Value) -> bool {
    state["End"] == true || matches!(state["Type"].as_str(), Some("Succeed" | "Fail"))
}

/// Every state that `state` may go to.
pub(super) fn targets(state: &Value) -> impl Iterator<Item = &str> {
    let lists = ["Choices", "Catch"].into_iter().filter_map(|list| state[list].as_array()).flatten();
    let below = lists.filter_map(|one| one["Next"].as_str());
    ["Next", "Default"].into_iter().filter_map(|field| state[field].as_str()).chain(below)
}
