//! History events in AWS's form.
//!
//! Source: AWS Step Functions API Reference, "HistoryEvent" and the details that it names.

use dirigent_engine::history::HistoryPage;
use dirigent_engine::{Event, EventKind, Fault, Iteration, PayloadRef, TaskResource};
use serde_json::{Map, Value, json};

use crate::faults;
use crate::shapes::time;

/// Longest place of an expression, in characters. Source: the service model, `EvaluationFailureLocation`.
const MAX_LOCATION: usize = 256;

/// What events need beside themselves.
pub(crate) struct Context<'a> {
    pub(crate) page: &'a HistoryPage,
    pub(crate) role_arn: &'a str,
    pub(crate) region: &'a str,
    /// Whether inputs and outputs are included.
    pub(crate) data: bool,
    /// Most bytes of an input or output, as it is escaped in a JSON string; what is longer is truncated.
    pub(crate) payload_bytes: usize,
}

type Details = Map<String, Value>;

impl Context<'_> {
    /// One event.
    pub(crate) fn event(&self, event: &Event) -> Value {
        let (name, details) = self.describe(&event.kind);
        let mut body = Map::new();
        body.insert("timestamp".into(), time(event.at_ms));
        body.insert("type".into(), name.as_str().into());
        body.insert("id".into(), event.id.into());
        body.insert("previousEventId".into(), event.previous.into());
        if let Some((key, details)) = details {
            body.insert(key.into(), Value::Object(details));
        }
        Value::Object(body)
    }

    /// The event's type and its details under their key, where AWS has any.
    pub(crate) fn describe(&self, kind: &EventKind) -> (String, Option<(&'static str, Details)>) {
        match kind {
            EventKind::ExecutionStarted { input } => {
                let mut details = self.payload("input", *input);
                details.insert("roleArn".into(), self.role_arn.into());
                with("ExecutionStarted", "executionStartedEventDetails", details)
            }
            EventKind::ExecutionSucceeded { output } => {
                with("ExecutionSucceeded", "executionSucceededEventDetails", self.payload("output", *output))
            }
            EventKind::ExecutionFailed(fault) => {
                with("ExecutionFailed", "executionFailedEventDetails", fault_details(fault))
            }
            EventKind::ExecutionAborted(fault) => {
                with("ExecutionAborted", "executionAbortedEventDetails", fault_details(fault))
            }
            EventKind::ExecutionTimedOut(fault) => {
                with("ExecutionTimedOut", "executionTimedOutEventDetails", fault_details(fault))
            }
            EventKind::StateEntered { state_type, name, input } => {
                let mut details = self.payload("input", *input);
                details.insert("name".into(), (&**name).into());
                with(&format!("{}StateEntered", state_type.name()), "stateEnteredEventDetails", details)
            }
            EventKind::StateExited { state_type, name, output, assigned } => {
                let mut details = self.payload("output", *output);
                details.insert("name".into(), (&**name).into());
                if !assigned.is_empty() && self.data {
                    let texts = assigned.iter().map(|(name, at)| (name.to_string(), self.text(*at)));
                    let truncated = texts.clone().any(|(_, (_, truncated))| truncated);
                    let variables: Details = texts.map(|(name, (text, _))| (name, text)).collect();
                    details.insert("assignedVariables".into(), Value::Object(variables));
                    details.insert("assignedVariablesDetails".into(), json!({ "truncated": truncated }));
                }
                with(&format!("{}StateExited", state_type.name()), "stateExitedEventDetails", details)
            }
            EventKind::EvaluationFailed { fault, location, state } => {
                let mut details = fault_details(fault);
                details.insert("state".into(), (&**state).into());
                if let Some(location) = location {
                    details.insert("location".into(), faults::cut(location, MAX_LOCATION).into());
                }
                with("EvaluationFailed", "evaluationFailedEventDetails", details)
            }
            EventKind::StateAborted { state_type } => plain(&format!("{}StateAborted", state_type.name())),
            EventKind::MapStateStarted { length } => {
                let details = Details::from_iter([("length".to_owned(), (*length).into())]);
                with("MapStateStarted", "mapStateStartedEventDetails", details)
            }
            EventKind::MapStateSucceeded => plain("MapStateSucceeded"),
            EventKind::MapStateFailed => plain("MapStateFailed"),
            EventKind::MapIterationStarted(at) => iteration("Started", "mapIterationStartedEventDetails", at),
            EventKind::MapIterationSucceeded(at) => {
                iteration("Succeeded", "mapIterationSucceededEventDetails", at)
            }
            EventKind::MapIterationFailed(at) => iteration("Failed", "mapIterationFailedEventDetails", at),
            EventKind::MapIterationAborted(at) => iteration("Aborted", "mapIterationAbortedEventDetails", at),
            EventKind::MapRunStarted { arn } => {
                let details = Details::from_iter([("mapRunArn".to_owned(), (&**arn).into())]);
                with("MapRunStarted", "mapRunStartedEventDetails", details)
            }
            EventKind::MapRunSucceeded => plain("MapRunSucceeded"),
            EventKind::MapRunFailed(fault) => {
                with("MapRunFailed", "mapRunFailedEventDetails", fault_details(fault))
            }
            EventKind::ExecutionRedriven { count } => {
                let details = Details::from_iter([("redriveCount".to_owned(), (*count).into())]);
                with("ExecutionRedriven", "executionRedrivenEventDetails", details)
            }
            EventKind::MapRunRedriven { arn, count } => {
                let details = [("mapRunArn", (&**arn).into()), ("redriveCount", (*count).into())];
                let details = details.map(|(name, value)| (name.to_owned(), value));
                with("MapRunRedriven", "mapRunRedrivenEventDetails", Details::from_iter(details))
            }
            EventKind::ParallelStateStarted => plain("ParallelStateStarted"),
            EventKind::ParallelStateSucceeded => plain("ParallelStateSucceeded"),
            EventKind::ParallelStateFailed => plain("ParallelStateFailed"),
            task => self.task(task),
        }
    }

    fn task(&self, kind: &EventKind) -> (String, Option<(&'static str, Details)>) {
        match kind {
            EventKind::TaskScheduled {
                resource,
                parameters,
                timeout_seconds,
                heartbeat_seconds,
                role_arn,
            } => {
                let mut details = match resource {
                    TaskResource::Activity { arn } | TaskResource::Lambda { arn } => {
                        let mut details = self.payload("input", *parameters);
                        details.insert("resource".into(), (&**arn).into());
                        details
                    }
                    service @ TaskResource::Service { .. } => {
                        let mut details = service_details(service);
                        details.insert("region".into(), self.region.into());
                        if self.data {
                            details.insert("parameters".into(), self.text(*parameters).0);
                        }
                        details
                    }
                };
                for (name, seconds) in
                    [("timeoutInSeconds", timeout_seconds), ("heartbeatInSeconds", heartbeat_seconds)]
                {
                    if let Some(seconds) = seconds {
                        details.insert(name.into(), (*seconds).into());
                    }
                }
                if let Some(role_arn) = role_arn {
                    details.insert("taskCredentials".into(), json!({ "roleArn": &**role_arn }));
                }
                by_resource(
                    resource,
                    ("ActivityScheduled", "activityScheduledEventDetails"),
                    ("LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails"),
                    ("TaskScheduled", "taskScheduledEventDetails"),
                    details,
                )
            }
            EventKind::TaskStarted { resource } => match resource {
                TaskResource::Lambda { .. } => plain("LambdaFunctionStarted"),
                // A worker starts it, which has an event of its own.
                TaskResource::Activity { .. } => plain("ActivityStarted"),
                service => with("TaskStarted", "taskStartedEventDetails", service_details(service)),
            },
            EventKind::ActivityStarted { worker } => {
                let name = worker.iter().map(|name| ("workerName".to_owned(), (&**name).into()));
                with("ActivityStarted", "activityStartedEventDetails", name.collect())
            }
            EventKind::TaskSubmitted { resource, output, .. } => {
                let mut details = self.payload("output", *output);
                details.extend(service_details(resource));
                with("TaskSubmitted", "taskSubmittedEventDetails", details)
            }
            EventKind::TaskSucceeded { resource, output, .. } => {
                let mut details = self.payload("output", *output);
                details.extend(service_details(resource));
                by_resource(
                    resource,
                    ("ActivitySucceeded", "activitySucceededEventDetails"),
                    ("LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails"),
                    ("TaskSucceeded", "taskSucceededEventDetails"),
                    details,
                )
            }
            EventKind::TaskFailed { resource, fault, .. } => {
                let mut details = fault_details(fault);
                details.extend(service_details(resource));
                by_resource(
                    resource,
                    ("ActivityFailed", "activityFailedEventDetails"),
                    ("LambdaFunctionFailed", "lambdaFunctionFailedEventDetails"),
                    ("TaskFailed", "taskFailedEventDetails"),
                    details,
                )
            }
            EventKind::TaskTimedOut { resource, fault, .. } => {
                let mut details = fault_details(fault);
                details.extend(service_details(resource));
                by_resource(
                    resource,
                    ("ActivityTimedOut", "activityTimedOutEventDetails"),
                    ("LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails"),
                    ("TaskTimedOut", "taskTimedOutEventDetails"),
                    details,
                )
            }
            // Every other kind is described above.
            _ => plain("Unknown"),
        }
    }

    fn payload(&self, name: &str, at: PayloadRef) -> Details {
        let mut details = Details::new();
        if self.data {
            let (text, truncated) = self.text(at);
            details.insert(name.into(), text);
            details.insert(format!("{name}Details"), json!({ "truncated": truncated }));
        }
        details
    }

    /// A payload, and whether it is truncated.
    fn text(&self, at: PayloadRef) -> (Value, bool) {
        let Some(text) = self.page.text(at) else { return (Value::Null, false) };
        let end = escaped_prefix(text, self.payload_bytes);
        (text[..end].into(), end < text.len())
    }
}

/// Where the longest prefix ends that has at most `most` bytes when it is escaped in a JSON string.
fn escaped_prefix(text: &str, most: usize) -> usize {
    /// Bytes of the longest escape, `\u0000`.
    const LONGEST: usize = 6;
    if text.len() <= most / LONGEST {
        return text.len();
    }
    let mut length = 0;
    for (at, character) in text.char_indices() {
        length += match character {
            '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
            '\0'..='\u{1f}' => LONGEST,
            other => other.len_utf8(),
        };
        if length > most {
            return at;
        }
    }
    text.len()
}

fn plain(name: &str) -> (String, Option<(&'static str, Details)>) {
    (name.to_owned(), None)
}

fn with(name: &str, key: &'static str, details: Details) -> (String, Option<(&'static str, Details)>) {
    (name.to_owned(), Some((key, details)))
}

/// AWS has events of their own for activities, and for Lambda functions that `Resource` names by their ARN.
fn by_resource(
    resource: &TaskResource,
    activity: (&str, &'static str),
    lambda: (&str, &'static str),
    service: (&str, &'static str),
    details: Details,
) -> (String, Option<(&'static str, Details)>) {
    let (name, key) = match resource {
        TaskResource::Activity { .. } => activity,
        TaskResource::Lambda { .. } => lambda,
        TaskResource::Service { .. } => service,
    };
    with(name, key, details)
}

fn service_details(resource: &TaskResource) -> Details {
    match resource {
        TaskResource::Activity { .. } | TaskResource::Lambda { .. } => Details::new(),
        TaskResource::Service { resource_type, resource } => Details::from_iter([
            ("resourceType".to_owned(), (&**resource_type).into()),
            ("resource".to_owned(), (&**resource).into()),
        ]),
    }
}

fn fault_details(fault: &Fault) -> Details {
    let mut details = Details::new();
    faults::show(&mut details, fault);
    details
}

fn iteration(what: &str, key: &'static str, at: &Iteration) -> (String, Option<(&'static str, Details)>) {
    let details =
        Details::from_iter([("name".to_owned(), (&*at.name).into()), ("index".to_owned(), at.index.into())]);
    with(&format!("MapIteration{what}"), key, details)
}

#[cfg(test)]
mod tests {
    use super::escaped_prefix;

    #[test]
    fn prefixes_by_their_escaped_length() {
        for (text, most, end) in [
            ("", 0, 0),
            ("abc", usize::MAX, 3),
            ("abc", 3, 3),
            ("abc", 2, 2),
            (r#"{"a":1}"#, 9, 7),
            (r#"{"a":1}"#, 8, 6),
            (r#"{"a":1}"#, 2, 1),
            ("a\u{1}b", 7, 2),
            ("a\u{1}b", 6, 1),
            ("ä€", 4, 2),
            ("ä€", 5, 5),
        ] {
            assert_eq!(escaped_prefix(text, most), end, "{text:?} {most}");
            let escaped = serde_json::Value::from(&text[..end]).to_string().len() - 2;
            assert!(escaped <= most, "{text:?} {most}: {escaped}");
        }
    }
}
