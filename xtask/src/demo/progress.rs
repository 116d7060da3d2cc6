//! From an execution's history to what people want to see of it: states entered, tasks that failed, retries, the end.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

/// Follows the history of one execution.
#[derive(Default)]
pub(super) struct Follower {
    /// Events up to this id have been read.
    last_id: u64,
    started: Option<f64>,
    ended: Option<f64>,
    /// Where each event happened. Most events do not say; `previousEventId` leads to one that does.
    places: HashMap<u64, Place>,
    failures: HashSet<u64>,
    entered: Vec<String>,
    retries: BTreeMap<String, u32>,
}

/// Where an event happened.
#[derive(Clone, Default)]
struct Place {
    state: String,
    /// The item of a Map, from 0.
    item: Option<u64>,
}

/// Something to show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Seconds since 1970.
    pub(super) at: f64,
    pub(super) what: What,
    /// The state's name, with the item's number in a Map; empty at the end.
    pub(super) state: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Entered,
    /// A task failed: its error and cause.
    Failed(String),
    /// A task is tried again, for this time.
    Retried(u32),
    Succeeded,
    /// The execution failed, was stopped or timed out: its error and cause.
    Ended(String),
}

impl Follower {
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// When the execution started, in seconds since 1970; infinity if that is not known yet.
    pub(super) fn started(&self) -> f64 {
        self.started.unwrap_or(f64::INFINITY)
    }

    /// How long the execution took, in seconds; 0 if it has not ended.
    pub(super) fn seconds(&self) -> f64 {
        self.ended.zip(self.started).map_or(0.0, |(ended, started)| ended - started)
    }

    pub(super) fn last_state(&self) -> Option<&str> {
        self.entered.last().map(String::as_str)
    }

    pub(super) fn has_entered(&self, state: &str) -> bool {
        self.entered.iter().any(|entered| entered == state)
    }

    /// Retries by state.
    pub(super) fn retries(&self) -> &BTreeMap<String, u32> {
        &self.retries
    }

    /// Takes a history from its beginning, and tells what is new in it.
    pub(super) fn read(&mut self, events: &[Value]) -> Vec<Line> {
        let mut lines = Vec::new();
        for event in events {
            let id = event["id"].as_u64().unwrap_or_default();
            if id > self.last_id {
                self.last_id = id;
                lines.extend(self.event(id, event));
            }
        }
        lines
    }

    fn event(&mut self, id: u64, event: &Value) -> Option<Line> {
        let kind = event["type"].as_str().unwrap_or_default();
        let at = event["timestamp"].as_f64().unwrap_or_default();
        let previous = event["previousEventId"].as_u64().unwrap_or_default();
        let mut place = self.places.get(&previous).cloned().unwrap_or_default();
        let what = match kind {
            "ExecutionStarted" => {
                self.started = Some(at);
                None
            }
            "ExecutionSucceeded" => Some(What::Succeeded),
            "ExecutionFailed" | "ExecutionAborted" | "ExecutionTimedOut" => Some(What::Ended(fault(event))),
            "MapIterationStarted" => {
                place.item = event["mapIterationStartedEventDetails"]["index"].as_u64();
                None
            }
            "MapIterationSucceeded" | "MapIterationFailed" | "MapIterationAborted" => {
                place.item = None;
                None
            }
            "TaskScheduled" | "LambdaFunctionScheduled" if self.failures.contains(&previous) => {
                let count = self.retries.entry(place.state.clone()).or_default();
                *count += 1;
                Some(What::Retried(*count))
            }
            "TaskFailed" | "TaskTimedOut" | "LambdaFunctionFailed" | "LambdaFunctionTimedOut" => {
                self.failures.insert(id);
                Some(What::Failed(fault(event)))
            }
            entered if entered.ends_with("StateEntered") => {
                place.state =
                    event["stateEnteredEventDetails"]["name"].as_str().unwrap_or_default().to_owned();
                self.entered.push(place.state.clone());
                Some(What::Entered)
            }
            _ => None,
        };
        let mut state = match place.item {
            Some(item) => format!("{}, item {}", place.state, item + 1),
            None => place.state.clone(),
        };
        if matches!(what, Some(What::Succeeded | What::Ended(_))) {
            self.ended = Some(at);
            state.clear();
        }
        self.places.insert(id, place);
        what.map(|what| Line { at, what, state })
    }
}

/// The error and the cause in an event's details, whatever these are called.
fn fault(event: &Value) -> String {
    let details =
        event.as_object().into_iter().flatten().map(|(_, value)| value).find(|value| value.is_object());
    let part = |key: &str| details.and_then(|details| details[key].as_str());
    [part("error"), part("cause")].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Events as (type, previous event, details) → what is shown of each.
    #[test]
    fn a_history() {
        let state = |name: &str| json!({ "stateEnteredEventDetails": { "name": name } });
        let failed =
            json!({ "taskFailedEventDetails": { "error": "Payment.GatewayUnavailable", "cause": "503" } });
        let why = "Payment.GatewayUnavailable: 503".to_owned();
        let item = json!({ "mapIterationStartedEventDetails": { "name": "Label each item", "index": 1 } });
        let ended = json!({ "executionFailedEventDetails": { "error": "Payment.Declined" } });
        let rows = [
            ("ExecutionStarted", 0, json!({}), None),
            ("ParallelStateEntered", 0, state("Pay and pack"), Some((What::Entered, "Pay and pack"))),
            ("ParallelStateStarted", 2, json!({}), None),
            ("TaskStateEntered", 3, state("Charge"), Some((What::Entered, "Charge"))),
            ("TaskStateEntered", 3, state("Prepare"), Some((What::Entered, "Prepare"))),
            ("TaskScheduled", 4, json!({}), None),
            ("TaskScheduled", 5, json!({}), None),
            ("TaskFailed", 6, failed.clone(), Some((What::Failed(why.clone()), "Charge"))),
            ("TaskScheduled", 8, json!({}), Some((What::Retried(1), "Charge"))),
            ("TaskFailed", 9, failed, Some((What::Failed(why), "Charge"))),
            ("TaskScheduled", 10, json!({}), Some((What::Retried(2), "Charge"))),
            ("MapStateEntered", 11, state("Label"), Some((What::Entered, "Label"))),
            ("MapIterationStarted", 12, item, None),
            ("TaskStateEntered", 13, state("Print"), Some((What::Entered, "Print, item 2"))),
            ("MapIterationSucceeded", 14, json!({}), None),
            ("WaitStateEntered", 15, state("Wait"), Some((What::Entered, "Wait"))),
            ("ExecutionFailed", 16, ended, Some((What::Ended("Payment.Declined".into()), ""))),
        ];
        let mut follower = Follower::default();
        let mut events = Vec::new();
        for (index, (kind, previous, details, shown)) in rows.into_iter().enumerate() {
            let id = index + 1;
            let at = 100.0 + id as f64;
            let mut event = json!({ "id": id, "type": kind, "previousEventId": previous, "timestamp": at });
            for (key, value) in details.as_object().into_iter().flatten() {
                event[key] = value.clone();
            }
            events.push(event);
            // The whole history every time, as it is read from the API.
            let lines = follower.read(&events);
            let expected: Vec<Line> =
                shown.into_iter().map(|(what, state)| Line { at, what, state: state.into() }).collect();
            assert_eq!(lines, expected, "event {id}, {kind}");
        }
        assert_eq!(follower.last_state(), Some("Wait"));
        assert_eq!(follower.retries().get("Charge"), Some(&2));
        assert!(follower.has_entered("Prepare") && follower.has_ended());
        assert!((follower.seconds() - 16.0).abs() < f64::EPSILON);
    }
}
