//! Events of a history in words. Source: AWS API Reference, "HistoryEvent".

use std::collections::HashMap;

use serde_json::Value;

use crate::client::json::text;
use crate::look::{Mark, shorten};

/// What an event has beside its time, type and place; `null` if nothing.
fn details(event: &Value) -> &Value {
    let members = event.as_object().into_iter().flatten();
    members
        .into_iter()
        .find(|(name, _)| name.ends_with("EventDetails"))
        .map_or(&Value::Null, |(_, value)| value)
}

/// What an event is about, for a column.
pub(super) fn summary(event: &Value) -> String {
    let details = details(event);
    let mut parts = vec![place(details)];
    parts.push(match (text(details, "resourceType"), text(details, "resource")) {
        ("", resource) => resource.to_owned(),
        (service, resource) => format!("{service}:{resource}"),
    });
    parts.push(fault(details));
    parts.push(text(details, "mapRunArn").to_owned());
    parts.extend(["input", "output", "parameters"].map(|name| shorten(text(details, name))));
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// `NAME`, or `NAME[INDEX]` for an iteration of a Map.
fn place(details: &Value) -> String {
    let name = text(details, "name");
    details["index"].as_u64().map_or_else(|| name.to_owned(), |index| format!("{name}[{index}]"))
}

/// `ERROR: CAUSE`, or what there is of it.
fn fault(details: &Value) -> String {
    match (text(details, "error"), text(details, "cause")) {
        (error, "") => error.to_owned(),
        ("", cause) => shorten(cause),
        (error, cause) => format!("{error}: {}", shorten(cause)),
    }
}

/// Tells what happens in an execution, as `dirigent run` does: the lines that a watcher wants.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    /// The state that each event belongs to, so that a task's events can name it.
    states: HashMap<u64, String>,
}

impl Narrator {
    /// What to show of an event, if anything.
    pub(super) fn tell(&mut self, event: &Value) -> Option<(Mark, String)> {
        let kind = text(event, "type");
        let details = details(event);
        let id = |name: &str| event[name].as_u64().unwrap_or_default();
        let state = if kind.ends_with("StateEntered") {
            Some(text(details, "name").to_owned())
        } else {
            self.states.get(&id("previousEventId")).cloned()
        };
        let state = state.unwrap_or_default();
        self.states.insert(id("id"), state.clone());
        if let Some(state_type) = kind.strip_suffix("StateEntered") {
            return Some((Mark::Begun, format!("{state} ({state_type})")));
        }
        if kind.ends_with("StateExited") {
            let output = shorten(text(details, "output"));
            return Some((Mark::Done, format!("{}  {output}", text(details, "name"))));
        }
        if let Some(state_type) = kind.strip_suffix("StateAborted") {
            return Some((Mark::GivenUp, format!("{state} ({state_type}) given up")));
        }
        Some(match kind {
            "MapIterationStarted" => (Mark::Begun, place(details)),
            "MapIterationFailed" => (Mark::Failed, place(details)),
            "MapRunStarted" => (Mark::Begun, format!("{state}  {}", text(details, "mapRunArn"))),
            "ExecutionRedriven" => (Mark::Begun, format!("redriven #{}", details["redriveCount"])),
            "ExecutionSucceeded" => (Mark::Succeeded, "succeeded".to_owned()),
            "ExecutionFailed" => (Mark::Ended, format!("failed  {}", fault(details))),
            "ExecutionTimedOut" => (Mark::Ended, "timed out".to_owned()),
            "ExecutionAborted" => (Mark::Stopped, format!("stopped  {}", fault(details))),
            _ if is_failed_task(kind) => (Mark::Failed, format!("{state}  {}", fault(details))),
            _ => return None,
        })
    }
}

/// Of a task, a Lambda function or an activity, in whichever of their phases.
fn is_failed_task(kind: &str) -> bool {
    let of_task = ["Task", "LambdaFunction", "Activity"].iter().any(|what| kind.starts_with(what));
    of_task && (kind.ends_with("Failed") || kind.ends_with("TimedOut"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_watcher_sees() {
        let mut narrator = Narrator::default();
        let cases = [
            (
                json!({ "id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": { "input": "{}" } }),
                None,
            ),
            (
                json!({ "id": 2, "type": "TaskStateEntered", "stateEnteredEventDetails": { "name": "Pay" } }),
                Some((Mark::Begun, "Pay (Task)")),
            ),
            (json!({ "id": 3, "previousEventId": 2, "type": "LambdaFunctionScheduled" }), None),
            (
                json!({
                    "id": 4, "previousEventId": 3, "type": "LambdaFunctionTimedOut",
                    "lambdaFunctionTimedOutEventDetails": { "error": "States.Timeout" },
                }),
                Some((Mark::Failed, "Pay  States.Timeout")),
            ),
            (
                json!({ "id": 5, "type": "MapIterationStarted", "mapIterationStartedEventDetails": { "name": "Each", "index": 3 } }),
                Some((Mark::Begun, "Each[3]")),
            ),
            (
                json!({ "id": 6, "type": "TaskStateExited", "stateExitedEventDetails": { "name": "Pay", "output": "7" } }),
                Some((Mark::Done, "Pay  7")),
            ),
            (
                json!({ "id": 7, "previousEventId": 2, "type": "TaskStateAborted" }),
                Some((Mark::GivenUp, "Pay (Task) given up")),
            ),
            (
                json!({ "id": 8, "type": "ExecutionFailed", "executionFailedEventDetails": { "cause": "so it is" } }),
                Some((Mark::Ended, "failed  so it is")),
            ),
            (
                json!({ "id": 9, "type": "ExecutionRedriven", "executionRedrivenEventDetails": { "redriveCount": 2 } }),
                Some((Mark::Begun, "redriven #2")),
            ),
            (json!({ "id": 10, "type": "MapStateFailed" }), None),
            (json!({ "id": 11, "type": "ExecutionSucceeded" }), Some((Mark::Succeeded, "succeeded"))),
        ];
        for (event, told) in cases {
            let told = told.map(|(mark, text)| (mark, text.to_owned()));
            assert_eq!(narrator.tell(&event), told, "{event}");
        }
    }

    #[test]
    fn what_a_column_shows() {
        for (event, shown) in [
            (json!({ "type": "ExecutionStarted", "executionStartedEventDetails": { "input": "{}" } }), "{}"),
            (
                json!({ "type": "TaskFailed", "taskFailedEventDetails": {
                    "resourceType": "sqs", "resource": "sendMessage", "error": "E", "cause": "because",
                } }),
                "sqs:sendMessage  E: because",
            ),
            (
                json!({ "type": "LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails": { "resource": "arn:f", "input": "1" } }),
                "arn:f  1",
            ),
            (json!({ "type": "MapStateSucceeded" }), ""),
        ] {
            assert_eq!(summary(&event), shown, "{event}");
        }
    }
}
