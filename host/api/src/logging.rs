//! `loggingConfiguration`: which events are logged where, and what a record of an event is.
//!
//! Sources: AWS Step Functions API Reference, "LoggingConfiguration"; AWS Step Functions Developer Guide, "Logging using
//! CloudWatch Logs" and "Log levels".

use dirigent_engine::{Event, EventKind, LogEntry, StateType};
use serde_json::{Map, Value, json};

use crate::events::Context;

/// Most bytes of an input or output in a record, as escaped in its JSON. What is longer is truncated, and the record
/// says so. Source: AWS Step Functions Developer Guide, "CloudWatch Logs payloads".
pub const MAX_LOGGED_PAYLOAD: usize = 248 * 1024;

/// Longest name of a log group, in characters. Source: Amazon CloudWatch Logs API Reference, "CreateLogGroup".
const MAX_GROUP_NAME: usize = 512;

/// How executions are logged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Logging {
    /// Which events.
    pub level: LogLevel,
    /// Whether their inputs and outputs are part of their records.
    pub include_execution_data: bool,
    /// Where.
    pub group: LogGroup,
}

/// Which events are logged, from all to the fewest. (`OFF` is no [`Logging`] at all.)
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum LogLevel {
    /// All.
    All,
    /// Those that tell of an error.
    Error,
    /// The end of an execution that did not succeed.
    Fatal,
}

/// A CloudWatch log group, by the parts of its ARN.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LogGroup {
    /// The account's number.
    pub account: String,
    /// The region's name: letters, digits and `-`.
    pub region: String,
    /// Its name: letters, digits and `.-_/#`.
    pub name: String,
}

impl Logging {
    /// The logging of a state machine, from its `loggingConfiguration` in JSON. `None` where nothing is logged: the level
    /// is `OFF`, or this version takes what an earlier one accepted for no log group.
    #[must_use]
    pub fn parse(configuration: &str) -> Option<Logging> {
        let configuration: Map<String, Value> = serde_json::from_str(configuration).ok()?;
        let level = match configuration.get("level")?.as_str()? {
            "ALL" => LogLevel::All,
            "ERROR" => LogLevel::Error,
            "FATAL" => LogLevel::Fatal,
            _ => return None,
        };
        let include_execution_data =
            configuration.get("includeExecutionData").and_then(Value::as_bool).unwrap_or(false);
        let [destination] = configuration.get("destinations")?.as_array()?.as_slice() else { return None };
        let group = LogGroup::parse(destination.pointer("/cloudWatchLogsLogGroup/logGroupArn")?.as_str()?)?;
        Some(Logging { level, include_execution_data, group })
    }

    /// The records of an entry's events, each a JSON object as AWS delivers it to CloudWatch Logs.
    pub fn records<'a>(&'a self, entry: &'a LogEntry, region: &'a str) -> impl Iterator<Item = Value> + 'a {
        let context = Context {
            page: &entry.page,
            role_arn: &entry.role_arn,
            region,
            data: self.include_execution_data,
            payload_bytes: MAX_LOGGED_PAYLOAD,
        };
        entry.page.events.iter().map(move |event| record(&context, event, entry))
    }
}

fn record(context: &Context<'_>, event: &Event, entry: &LogEntry) -> Value {
    let (name, details) = context.describe(&event.kind);
    json!({
        "id": event.id.to_string(),
        "type": name,
        "details": details.map(|(_, details)| details).unwrap_or_default(),
        "previous_event_id": event.previous.to_string(),
        "event_timestamp": event.at_ms.to_string(),
        "execution_arn": &*entry.execution_arn,
        "redrive_count": entry.redrive_count.to_string(),
    })
}

impl LogLevel {
    /// The last level at which events of a kind are logged.
    ///
    /// Source: AWS Step Functions Developer Guide, "Log levels". Its table has no events of activities, Map Runs and
    /// evaluations; those are taken as it takes those of Lambda functions and inline Maps.
    #[must_use]
    pub fn of(kind: &EventKind) -> LogLevel {
        if kind.is_terminal() && !matches!(kind, EventKind::ExecutionSucceeded { .. }) {
            LogLevel::Fatal
        } else if is_error(kind) {
            LogLevel::Error
        } else {
            LogLevel::All
        }
    }

    /// Whether events of a kind are logged at this level.
    #[must_use]
    pub fn takes(self, kind: &EventKind) -> bool {
        LogLevel::of(kind) >= self
    }
}

fn is_error(kind: &EventKind) -> bool {
    match kind {
        EventKind::StateEntered { state_type, .. } => *state_type == StateType::Fail,
        EventKind::EvaluationFailed { .. }
        | EventKind::StateAborted { .. }
        | EventKind::TaskFailed { .. }
        | EventKind::TaskTimedOut { .. }
        | EventKind::MapStateFailed
        | EventKind::MapIterationFailed(_)
        | EventKind::MapIterationAborted(_)
        | EventKind::MapRunFailed(_)
        | EventKind::ParallelStateFailed => true,
        _ => false,
    }
}

impl LogGroup {
    /// From `arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME:*`.
    #[must_use]
    pub fn parse(arn: &str) -> Option<LogGroup> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "logs", region, account, "log-group", name, "*"] = parts.as_slice() else {
            return None;
        };
        let all = |text: &str, others: &str| {
            !text.is_empty()
                && text.chars().all(|c| c.is_ascii_alphanumeric() || (c.is_ascii() && others.contains(c)))
        };
        let sound = partition.starts_with("aws")
            && all(region, "-")
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && name.len() <= MAX_GROUP_NAME
            && all(name, ".-_/#");
        sound.then(|| LogGroup {
            account: (*account).to_owned(),
            region: (*region).to_owned(),
            name: (*name).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use dirigent_engine::history::HistoryPage;
    use dirigent_engine::{Fault, Iteration, PayloadRef, TaskResource};

    use super::*;

    const GROUP: &str = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/g:*";

    fn configuration(level: &str, rest: Value) -> String {
        let mut configuration = json!({
            "level": level,
            "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": GROUP } }],
        });
        configuration.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        configuration.to_string()
    }

    #[test]
    fn configurations() {
        let group = LogGroup::parse(GROUP).unwrap();
        assert_eq!(group.name, "/aws/vendedlogs/states/g");
        for (configuration, parsed) in [
            (configuration("ALL", json!({})), Some((LogLevel::All, false))),
            (configuration("ALL", json!({ "includeExecutionData": true })), Some((LogLevel::All, true))),
            (configuration("ERROR", json!({})), Some((LogLevel::Error, false))),
            (configuration("FATAL", json!({})), Some((LogLevel::Fatal, false))),
            (configuration("OFF", json!({})), None),
            (configuration("ALL", json!({ "destinations": [] })), None),
            (configuration("ALL", json!({ "destinations": [{}] })), None),
            ("{}".to_owned(), None),
            ("null".to_owned(), None),
        ] {
            let parsed = parsed.map(|(level, include_execution_data)| Logging {
                level,
                include_execution_data,
                group: group.clone(),
            });
            assert_eq!(Logging::parse(&configuration), parsed, "{configuration}");
        }
    }

    #[test]
    fn groups() {
        let long =
            |length: usize| format!("arn:aws:logs:r-1:000000000000:log-group:{}:*", "g".repeat(length));
        for (arn, sound) in [
            (GROUP.to_owned(), true),
            ("arn:aws-cn:logs:cn-north-1:000000000001:log-group:a.b-c_d#e/f:*".to_owned(), true),
            (long(MAX_GROUP_NAME), true),
            (long(MAX_GROUP_NAME + 1), false),
            ("arn:aws:logs:us-east-1:000000000000:log-group:g".to_owned(), false),
            ("arn:aws:logs:us-east-1:000000000000:log-group::*".to_owned(), false),
            ("arn:aws:logs:us-east-1:000000000000:log-group:g:x".to_owned(), false),
            ("arn:aws:logs:us-east-1:000000000000:log-group:g:*:*".to_owned(), false),
            ("arn:aws:logs:us-east-1:000000000000:log-group:g h:*".to_owned(), false),
            ("arn:aws:logs:us-east-1:000000000000:log-stream:g:*".to_owned(), false),
            ("arn:aws:logs:..:000000000000:log-group:g:*".to_owned(), false),
            ("arn:aws:logs:us-east-1:../../../../..:log-group:g:*".to_owned(), false),
            ("arn:aws:s3:us-east-1:000000000000:log-group:g:*".to_owned(), false),
        ] {
            assert_eq!(LogGroup::parse(&arn).is_some(), sound, "{arn}");
        }
    }

    #[test]
    fn levels() {
        let at = PayloadRef { chunk: 1, index: 0 };
        let text = || Arc::<str>::from("x");
        let resource = || TaskResource::Lambda { arn: text() };
        let iteration = || Iteration { name: text(), index: 0 };
        let entered = |state_type| EventKind::StateEntered { state_type, name: text(), input: at };
        let (none, error, fatal) = ((false, false), (true, false), (true, true));
        for (kind, (at_error, at_fatal)) in [
            (EventKind::ExecutionStarted { input: at }, none),
            (EventKind::ExecutionSucceeded { output: at }, none),
            (EventKind::ExecutionRedriven { count: 1 }, none),
            (EventKind::ExecutionFailed(Fault::default()), fatal),
            (EventKind::ExecutionAborted(Fault::default()), fatal),
            (EventKind::ExecutionTimedOut(Fault::default()), fatal),
            (entered(StateType::Fail), error),
            (entered(StateType::Task), none),
            (entered(StateType::Choice), none),
            (entered(StateType::Succeed), none),
            (EventKind::StateAborted { state_type: StateType::Wait }, error),
            (EventKind::StateAborted { state_type: StateType::Map }, error),
            (EventKind::TaskStarted { resource: resource() }, none),
            (EventKind::TaskSucceeded { resource: resource(), output: at, metering: None }, none),
            (EventKind::TaskSubmitted { resource: resource(), output: at, metering: None }, none),
            (EventKind::TaskFailed { resource: resource(), fault: Fault::default(), metering: None }, error),
            (
                EventKind::TaskTimedOut { resource: resource(), fault: Fault::default(), metering: None },
                error,
            ),
            (EventKind::MapStateStarted { length: 1 }, none),
            (EventKind::MapStateSucceeded, none),
            (EventKind::MapStateFailed, error),
            (EventKind::MapIterationStarted(iteration()), none),
            (EventKind::MapIterationSucceeded(iteration()), none),
            (EventKind::MapIterationFailed(iteration()), error),
            (EventKind::MapIterationAborted(iteration()), error),
            (EventKind::ParallelStateStarted, none),
            (EventKind::ParallelStateSucceeded, none),
            (EventKind::ParallelStateFailed, error),
            (EventKind::MapRunStarted { arn: text() }, none),
            (EventKind::MapRunSucceeded, none),
            (EventKind::MapRunFailed(Fault::default()), error),
            (EventKind::EvaluationFailed { fault: Fault::default(), location: None, state: text() }, error),
            (EventKind::ActivityStarted { worker: None }, none),
        ] {
            assert!(LogLevel::All.takes(&kind), "{kind:?}");
            assert_eq!(LogLevel::Error.takes(&kind), at_error, "{kind:?}");
            assert_eq!(LogLevel::Fatal.takes(&kind), at_fatal, "{kind:?}");
        }
    }

    #[test]
    fn records() {
        let input = PayloadRef { chunk: 7, index: 0 };
        let name: Arc<str> = "P".into();
        let events = [
            EventKind::ExecutionStarted { input },
            EventKind::StateEntered { state_type: StateType::Pass, name, input },
            EventKind::ParallelStateStarted,
            EventKind::ExecutionFailed(Fault::new("E", "why")),
        ];
        let entry = |text: &str| LogEntry {
            execution_arn: "arn".into(),
            role_arn: "role".into(),
            redrive_count: 2,
            page: HistoryPage::of_chunk(
                7,
                (7..)
                    .zip(events.clone())
                    .map(|(id, kind)| Event { id, previous: id - 1, at_ms: 1_700_000_000_123, kind })
                    .collect(),
                &[text.into()],
            ),
        };
        let records = |data: bool, text: &str| -> Vec<Value> {
            let rest = json!({ "includeExecutionData": data });
            Logging::parse(&configuration("ALL", rest)).unwrap().records(&entry(text), "us-east-1").collect()
        };
        let expected = |id: u64, name: &str, details: Value| {
            json!({
                "id": id.to_string(), "type": name, "details": details,
                "previous_event_id": (id - 1).to_string(), "event_timestamp": "1700000000123",
                "execution_arn": "arn", "redrive_count": "2",
            })
        };
        let short = json!({ "truncated": false });
        assert_eq!(
            records(true, r#"{"a":1}"#),
            [
                expected(
                    7,
                    "ExecutionStarted",
                    json!({ "input": r#"{"a":1}"#, "inputDetails": short, "roleArn": "role" })
                ),
                expected(
                    8,
                    "PassStateEntered",
                    json!({ "input": r#"{"a":1}"#, "inputDetails": short, "name": "P" })
                ),
                expected(9, "ParallelStateStarted", json!({})),
                expected(10, "ExecutionFailed", json!({ "error": "E", "cause": "why" })),
            ]
        );
        assert_eq!(
            records(false, r#"{"a":1}"#),
            [
                expected(7, "ExecutionStarted", json!({ "roleArn": "role" })),
                expected(8, "PassStateEntered", json!({ "name": "P" })),
                expected(9, "ParallelStateStarted", json!({})),
                expected(10, "ExecutionFailed", json!({ "error": "E", "cause": "why" })),
            ]
        );
        // Quotes are escaped, so they count twice.
        let fits = format!("\"{}\"", "x".repeat(MAX_LOGGED_PAYLOAD - 4));
        let first = records(true, &fits).swap_remove(0);
        assert_eq!((&first["details"]["input"], &first["details"]["inputDetails"]), (&json!(fits), &short));
        let first = records(true, &format!("{fits} ")).swap_remove(0);
        assert_eq!(first["details"]["inputDetails"], json!({ "truncated": true }));
        assert_eq!(first["details"]["input"], fits);
    }
}
