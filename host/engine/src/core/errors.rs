//! What goes wrong in a state, and what Retry and Catch make of it.
//!
//! Source: ASL specification, "Errors"; AWS developer guide, "Handling errors in Step Functions workflows".

use std::sync::Arc;

use dirigent_asl::{CatchFlow, Catcher, ErrorName, Jitter, Kind, Retrier, Transition};
use dirigent_expr::{EvalError, Jsonata, JsonataError, JsonataTemplateError, TemplateEvalError};
use dirigent_store::FrameId;
use serde_json::{Map, Value};

use super::flow;
use super::frame::Phase;
use super::inspect::Handler;
use super::states;
use super::turn::Turn;
use crate::event::{EventKind, Fault};
use crate::payload::Payload;

/// Error names of ASL that the engine raises or treats apart.
pub(crate) mod error_names {
    pub(crate) const RUNTIME: &str = "States.Runtime";
    pub(crate) const QUERY: &str = "States.QueryEvaluationError";
    pub(crate) const DATA_LIMIT: &str = "States.DataLimitExceeded";
    pub(crate) const TIMEOUT: &str = "States.Timeout";
    pub(crate) const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
    pub(crate) const NO_CHOICE: &str = "States.NoChoiceMatched";
    pub(crate) const INTRINSIC: &str = "States.IntrinsicFailure";
    pub(crate) const RESULT_PATH: &str = "States.ResultPathMatchFailure";
    /// A task does not know whether an effect of it has happened: the host stopped between.
    pub(crate) const IN_DOUBT: &str = "Plugin.InDoubt";
}

/// An error of a state.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Name and cause, as the history shows them.
    pub(crate) fault: Fault,
    /// The definition or its data are at fault: no Retry and no Catch applies.
    terminal: bool,
    /// The cause is a sentence of the engine's, which AWS begins with the state and the event of its entry.
    located: bool,
    /// It came with its own words. `States.ALL` stands for such a `States.DataLimitExceeded` too, as recorded of AWS,
    /// though not for one of the state's own data, as its developer guide says.
    reported: bool,
    /// It came of JSONata, which has an event of its own; and the field that it came of, where it is one.
    evaluation: Option<Option<Arc<str>>>,
    /// A missed heartbeat, which the history names like any time-out, and which Retry and Catch may tell apart.
    missed_heartbeat: bool,
}

impl Failure {
    /// An error that came with its own words: a task's, or a Fail state's.
    pub(crate) fn of(fault: Fault) -> Failure {
        let terminal = fault.error.as_deref() == Some(error_names::RUNTIME);
        Failure { fault, terminal, located: true, reported: true, evaluation: None, missed_heartbeat: false }
    }

    /// A missed heartbeat: `States.HeartbeatTimeout` for Retry and Catch, whatever name the history has.
    pub(crate) fn missed_heartbeat(fault: Fault) -> Failure {
        Failure { missed_heartbeat: true, ..Failure::of(fault) }
    }

    /// `States.Runtime`, which nothing catches.
    pub(crate) fn runtime(cause: impl Into<Arc<str>>) -> Failure {
        let fault = Fault::new(error_names::RUNTIME, cause);
        Failure { terminal: true, ..Failure::unreported(fault) }
    }

    /// An error of ASL that may be caught.
    pub(crate) fn named(error: &'static str, cause: impl Into<Arc<str>>) -> Failure {
        Failure::unreported(Fault::new(error, cause))
    }

    /// A fault that the engine found by itself.
    fn unreported(fault: Fault) -> Failure {
        Failure { located: false, reported: false, terminal: false, ..Failure::of(fault) }
    }

    /// `States.QueryEvaluationError`: JSONata's part of what goes wrong.
    pub(crate) fn query(location: Option<&str>, cause: impl Into<Arc<str>>) -> Failure {
        Failure { evaluation: Some(location.map(Arc::from)), ..Failure::named(error_names::QUERY, cause) }
    }

    /// Name and cause, with the state and the event of its entry where AWS says them.
    pub(crate) fn located_fault(mut self, state: &str, entered_event: u64) -> Fault {
        self.locate(state, entered_event);
        self.fault
    }

    /// Begins the cause with the state and the event of its entry, if AWS does so and it does not yet.
    fn locate(&mut self, state: &str, entered_event: u64) {
        if !self.located {
            self.located = true;
            let cause = self.fault.cause.as_deref().unwrap_or_default();
            self.fault.cause = Some(Arc::from(format!(
                "An error occurred while executing the state '{state}' (entered at the event id #{entered_event}). {cause}"
            )));
        }
    }

    /// An expression that stands alone in a field.
    pub(crate) fn in_jsonata(field: &str, expression: &Jsonata, error: JsonataError) -> Failure {
        JsonataTemplateError { field: field.to_owned(), expression: expression.as_str().to_owned(), error }
            .into()
    }

    /// An expression of a field that must give a value of another type.
    pub(crate) fn unexpected_type(field: &str, expression: &str, expected: &str, value: &Value) -> Failure {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let cause = format!(
            "The JSONata expression '{expression}' specified for the field '{field}' returned an unexpected result \
             type. Expected '{expected}', but was '{found}' for value: {value}"
        );
        Failure::query(Some(field), cause)
    }

    /// A path or intrinsic function under a template's key, or in a field that AWS treats like one.
    pub(crate) fn in_field(field: &str, error: &EvalError) -> Failure {
        match error {
            EvalError::Path { path, document, .. } => Failure::runtime(format!(
                "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{document}'"
            )),
            EvalError::Intrinsic { expression, message, .. } => Failure::named(
                error_names::INTRINSIC,
                format!("The function '{expression}' had the following error: {message}"),
            ),
            EvalError::UndefinedVariable { name, .. } => Failure::runtime(format!(
                "The variable '${name}' specified for the field '{field}' is not defined"
            )),
        }
    }

    /// A path of `InputPath`, `OutputPath` and their like.
    pub(crate) fn in_path(error: &EvalError) -> Failure {
        match error {
            EvalError::Path { .. } => Failure::runtime(error.to_string()),
            other => Failure::in_field("", other),
        }
    }
}

impl From<TemplateEvalError> for Failure {
    fn from(error: TemplateEvalError) -> Failure {
        Failure::in_field(&error.field, &error.source)
    }
}

impl From<JsonataTemplateError> for Failure {
    fn from(error: JsonataTemplateError) -> Failure {
        Failure::query(Some(&error.field), error.to_string())
    }
}

impl Turn<'_> {
    /// The frame's state has failed: retry it, catch it, or fail its machine.
    pub(super) fn failed(&mut self, id: FrameId, mut failure: Failure) {
        let state = self.state_of(id);
        let entered = self.x.frames.get(&id).map_or(0, |frame| frame.entered_event);
        failure.locate(&state.name, entered);
        if let Some(location) = failure.evaluation.take() {
            let previous = self.before_evaluation(id);
            let kind = EventKind::EvaluationFailed {
                fault: failure.fault.clone(),
                location,
                state: state.name.clone(),
            };
            let event = self.emit(previous, kind);
            self.frame(id).last_event = event;
            states::children::evaluation_failed(self, id);
        }
        // Whatever the state had started ends with it, also when it is tried again.
        states::children::abort(self, id);
        let name: Arc<str> = match failure.missed_heartbeat {
            true => error_names::HEARTBEAT_TIMEOUT.into(),
            false => failure.fault.error.clone().unwrap_or_default(),
        };
        let handling = state.kind.errors().filter(|_| !failure.terminal);
        let retriers = handling.map(|handling| handling.retry.as_slice()).unwrap_or_default();
        let retrier = retriers
            .iter()
            .enumerate()
            .find(|(_, retrier)| retries(&retrier.errors, &name, failure.reported));
        if retrier.is_some() && self.history_is_full() {
            return;
        }
        if let Some((index, retrier)) = retrier
            && self.retry(id, index, retriers.len(), retrier, &failure)
        {
            return;
        }
        states::children::failed(self, id);
        let catchers = handling.map(|handling| handling.catch.as_slice()).unwrap_or_default();
        let catcher = catchers
            .iter()
            .enumerate()
            .find(|(_, catcher)| matches(&catcher.errors, &name, failure.reported));
        let handler = catcher.map(|(index, _)| Handler::Catcher { index });
        self.see(|findings| findings.error = Some((failure.fault.clone(), handler)));
        match catcher {
            Some((_, catcher)) => {
                states::children::forget(self, id);
                if let Err(failure) = self.caught(id, catcher, &failure) {
                    // A failure inside a catcher is final, or it would catch itself.
                    self.failed(id, Failure { terminal: true, ..failure });
                }
            }
            None => self.machine_failed(id, failure),
        }
    }

    /// The event that an EvaluationFailed follows. While a state has only been entered, that is what its entry
    /// followed; AWS's recordings have it so for all types but Wait.
    fn before_evaluation(&mut self, id: FrameId) -> u64 {
        let wait = matches!(self.state_of(id).kind, Kind::Wait(_));
        let (last, entered) = (self.frame(id).last_event, self.frame(id).entered_event);
        let entry = self.out.events.iter().rev().find(|event| event.id == entered);
        match entry {
            Some(entry) if last == entered && !wait => entry.previous,
            _ => last,
        }
    }

    /// Waits for another attempt, if the retrier has one left.
    fn retry(
        &mut self,
        id: FrameId,
        index: usize,
        retriers: usize,
        retrier: &Retrier,
        failure: &Failure,
    ) -> bool {
        let tested = self.x.test.as_ref().map(|test| test.retries);
        let frame = self.frame(id);
        frame.retries.resize(retriers, 0);
        let attempt = tested.unwrap_or(frame.retries[index]);
        if attempt >= retrier.max_attempts {
            return false;
        }
        frame.retries[index] += 1;
        let delay_ms = delay_ms(retrier, attempt, self.entropy.next());
        if tested.is_some() {
            let handler = Handler::Retrier { index, delay_ms };
            self.see(|findings| findings.error = Some((failure.fault.clone(), Some(handler))));
            self.fail_execution(failure.fault.clone());
            return true;
        }
        states::children::forget(self, id);
        let due_ms = self.now_ms.saturating_add(delay_ms);
        self.wait_for(id, Phase::Backoff { due_ms });
        true
    }

    fn caught(&mut self, id: FrameId, catcher: &Catcher, failure: &Failure) -> Result<(), Failure> {
        let mut error = Map::new();
        if let Some(name) = &failure.fault.error {
            error.insert("Error".into(), Value::from(&**name));
        }
        // A time-out has no cause in its event, and an empty one here.
        let cause = failure.fault.cause.as_deref().unwrap_or_default();
        error.insert("Cause".into(), Value::from(cause));
        let error = Payload::from_value(Value::Object(error));
        let input = self.frame(id).input.clone();
        let (output, assigned) = match &catcher.flow {
            CatchFlow::JsonPath { result, assign } => {
                let assigned = flow::assign(self, id, &error, assign.as_ref())?;
                (flow::place(result, &input, error)?, assigned)
            }
            CatchFlow::Jsonata { output, assign } => {
                let scope = self.scope(id, &input).with_error(&error);
                flow::render_both(&scope, output.as_ref(), assign.as_ref(), &error)?
            }
        };
        self.leave(id, output, assigned, Transition::To(catcher.next));
        Ok(())
    }
}

/// Whether a retrier takes the error up. [`error_names::IN_DOUBT`] has to be named for that: trying again may repeat an
/// effect that has happened, and a retrier of `States.ALL` was written without that in mind.
fn retries(names: &[ErrorName], error: &str, reported: bool) -> bool {
    match error {
        error_names::IN_DOUBT => {
            names.iter().any(|name| matches!(name, ErrorName::Is(name) if **name == *error))
        }
        _ => matches(names, error, reported),
    }
}

/// Whether one of `names` stands for the error, which a task may have `reported`.
fn matches(names: &[ErrorName], error: &str, reported: bool) -> bool {
    let beyond_all = error == error_names::RUNTIME || (error == error_names::DATA_LIMIT && !reported);
    let timed_out = matches!(error, error_names::TIMEOUT | error_names::HEARTBEAT_TIMEOUT);
    names.iter().any(|name| match name {
        ErrorName::All => !beyond_all,
        ErrorName::TaskFailed => !beyond_all && !timed_out,
        // A missed heartbeat is a time-out too. Source: AWS developer guide, "Error names", States.Timeout.
        ErrorName::Is(name) => &**name == error || (&**name == error_names::TIMEOUT && timed_out),
    })
}

/// Milliseconds before the attempt that follows `attempt` earlier retries.
fn delay_ms(retrier: &Retrier, attempt: u32, entropy: u64) -> i64 {
    let most = retrier.max_delay_seconds.unwrap_or(dirigent_asl::MAX_SECONDS) as f64;
    let seconds = retrier.interval_seconds as f64
        * retrier.backoff_rate.powi(i32::try_from(attempt).unwrap_or(i32::MAX));
    let full = (seconds.min(most) * 1000.0) as i64;
    match retrier.jitter {
        Jitter::None => full,
        // Any time from at once to the full delay. Source: AWS developer guide, "Retrying after an error".
        Jitter::Full => (entropy % (full.unsigned_abs() + 1)) as i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retrier(
        interval_seconds: u64,
        backoff_rate: f64,
        max_delay_seconds: Option<u64>,
        jitter: Jitter,
    ) -> Retrier {
        Retrier {
            errors: vec![ErrorName::All],
            interval_seconds,
            max_attempts: 3,
            backoff_rate,
            max_delay_seconds,
            jitter,
        }
    }

    #[test]
    fn delays() {
        let cases = [
            (retrier(1, 2.0, None, Jitter::None), 0, 1_000),
            (retrier(1, 2.0, None, Jitter::None), 3, 8_000),
            (retrier(2, 1.5, None, Jitter::None), 1, 3_000),
            (retrier(3, 2.0, Some(5), Jitter::None), 2, 5_000),
            (retrier(1, 2.0, None, Jitter::None), 4_000, 99_999_999_000),
        ];
        for (retrier, attempt, want) in cases {
            assert_eq!(delay_ms(&retrier, attempt, 7), want);
        }
        let jittered = retrier(4, 1.0, None, Jitter::Full);
        for entropy in [0, 1, 4_000, 4_001, u64::MAX] {
            assert!((0..=4_000).contains(&delay_ms(&jittered, 0, entropy)));
        }
    }

    #[test]
    fn which_names_stand_for_which_errors() {
        use ErrorName::{All, Is, TaskFailed};
        let cases = [
            (All, "Custom", true),
            (All, "States.Timeout", true),
            (All, "States.DataLimitExceeded", false),
            (All, "States.Runtime", false),
            (TaskFailed, "Custom", true),
            (TaskFailed, "States.Timeout", false),
            (TaskFailed, "States.DataLimitExceeded", false),
            (Is("States.DataLimitExceeded".into()), "States.DataLimitExceeded", true),
            (Is("States.Timeout".into()), "States.HeartbeatTimeout", true),
            (Is("States.HeartbeatTimeout".into()), "States.Timeout", false),
            (Is("A".into()), "B", false),
        ];
        for (name, error, want) in cases {
            assert_eq!(matches(std::slice::from_ref(&name), error, false), want, "{name:?} {error}");
        }
        for (name, retried, caught) in [
            (All, false, true),
            (TaskFailed, false, true),
            (Is("Plugin.InDoubt".into()), true, true),
            (Is("A".into()), false, false),
        ] {
            let names = std::slice::from_ref(&name);
            assert_eq!(retries(names, "Plugin.InDoubt", true), retried, "{name:?}");
            assert_eq!(matches(names, "Plugin.InDoubt", true), caught, "{name:?}");
        }
        assert!(retries(&[All], "Custom", true));
        assert!(matches(&[All], "States.DataLimitExceeded", true));
        assert!(!matches(&[All], "States.Runtime", true));
    }
}
