//! `Retry` and `Catch`.

use std::sync::Arc;

use super::fields::{Fields, strings};
use super::state::result_place;
use super::{Compiler, Names, QueryLanguage};
use crate::MAX_SECONDS;
use crate::diagnostic::{Pointer, SCHEMA};
use crate::program::{CatchFlow, Catcher, ErrorHandling, ErrorName, Jitter, Retrier};

/// The error names that ASL reserves. Source: ASL specification, "Errors", and AWS developer guide, "Handling errors".
const RESERVED: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

const DEFAULT_INTERVAL_SECONDS: u64 = 1;
const DEFAULT_MAX_ATTEMPTS: u64 = 3;
const DEFAULT_BACKOFF_RATE: f64 = 2.0;
/// Source: AWS developer guide, "Retrying after an error": less than 31,622,400.
const MAX_MAX_DELAY_SECONDS: u64 = 31_622_399;

impl Compiler {
    pub(super) fn errors(&mut self, names: &Names, fields: &mut Fields<'_>) -> ErrorHandling {
        let mut handling = ErrorHandling::default();
        let place = fields.place("Retry");
        let retry = fields.array("Retry", &mut self.out).unwrap_or_default();
        for (index, value) in retry.iter().enumerate() {
            let last = index + 1 == retry.len();
            if let Some(mut fields) = Fields::of(value, place.index(index), &mut self.out) {
                handling.retry.extend(self.retrier(&mut fields, last));
                fields.finish(&mut self.out);
            }
        }
        let place = fields.place("Catch");
        let catch = fields.array("Catch", &mut self.out).unwrap_or_default();
        for (index, value) in catch.iter().enumerate() {
            let last = index + 1 == catch.len();
            if let Some(mut fields) = Fields::of(value, place.index(index), &mut self.out) {
                handling.catch.extend(self.catcher(names, &mut fields, last));
                fields.finish(&mut self.out);
            }
        }
        handling
    }

    fn retrier(&mut self, fields: &mut Fields<'_>, last: bool) -> Option<Retrier> {
        let errors = self.error_equals(fields, last);
        let out = &mut self.out;
        let interval_seconds =
            fields.integer("IntervalSeconds", 1, MAX_SECONDS, out).unwrap_or(DEFAULT_INTERVAL_SECONDS);
        let max_attempts = fields.integer("MaxAttempts", 0, MAX_SECONDS, out).unwrap_or(DEFAULT_MAX_ATTEMPTS);
        let backoff_rate = fields.number("BackoffRate", 1.0, out).unwrap_or(DEFAULT_BACKOFF_RATE);
        let max_delay_seconds = fields.integer("MaxDelaySeconds", 1, MAX_MAX_DELAY_SECONDS, out);
        if max_delay_seconds.is_some_and(|most| most <= interval_seconds) {
            let place = fields.place("MaxDelaySeconds");
            out.error(SCHEMA, &place, "MaxDelaySeconds must be greater than IntervalSeconds");
        }
        let jitter = match fields.string("JitterStrategy", out) {
            None | Some("NONE") => Jitter::None,
            Some("FULL") => Jitter::Full,
            Some(_) => {
                let place = fields.place("JitterStrategy");
                out.error(
                    SCHEMA,
                    &place,
                    "The field 'JitterStrategy' should have one of these values: [FULL, NONE]",
                );
                Jitter::None
            }
        };
        Some(Retrier {
            errors: errors?,
            interval_seconds,
            max_attempts: u32::try_from(max_attempts).unwrap_or(u32::MAX),
            backoff_rate,
            max_delay_seconds,
            jitter,
        })
    }

    fn catcher(&mut self, names: &Names, fields: &mut Fields<'_>, last: bool) -> Option<Catcher> {
        fields.require(&["Next"], &mut self.out);
        let errors = self.error_equals(fields, last);
        match self.language {
            QueryLanguage::JsonPath => fields.not_in("JSONPath", &["Output"], &mut self.out),
            QueryLanguage::Jsonata => fields.not_in("JSONata", &["ResultPath"], &mut self.out),
        }
        let flow = match self.language {
            QueryLanguage::JsonPath => result_place(fields, &mut self.out)
                .map(|result| CatchFlow::JsonPath { result, assign: self.assign(fields) }),
            QueryLanguage::Jsonata => Some(CatchFlow::Jsonata {
                output: fields.jsonata_template("Output", &mut self.out),
                assign: self.jsonata_assign(fields),
            }),
        };
        let at = fields.place("Next");
        let next =
            fields.string("Next", &mut self.out).and_then(|next| self.target(names, "Next", next, &at));
        Some(Catcher { errors: errors?, next: next?, flow: flow? })
    }

    fn error_equals(&mut self, fields: &mut Fields<'_>, last: bool) -> Option<Vec<ErrorName>> {
        if !fields.require(&["ErrorEquals"], &mut self.out) {
            return None;
        }
        let place = fields.place("ErrorEquals");
        let names = strings(fields, "ErrorEquals", &mut self.out);
        if names.is_empty() {
            // What is of the wrong type has been told of.
            if fields.get("ErrorEquals").and_then(|list| list.as_array()).is_some_and(Vec::is_empty) {
                self.out.error(SCHEMA, &place, "ErrorEquals needs at least one error name");
            }
            return None;
        }
        if names.iter().any(|name| &**name == "States.ALL") && (names.len() > 1 || !last) {
            let message =
                "States.ALL must stand alone in its ErrorEquals, and in the last retrier or catcher";
            self.out.error(SCHEMA, &place, message);
        }
        Some(names.into_iter().enumerate().map(|(i, name)| self.error_name(name, &place.index(i))).collect())
    }

    fn error_name(&mut self, name: Arc<str>, at: &Pointer) -> ErrorName {
        match &*name {
            "States.ALL" => return ErrorName::All,
            "States.TaskFailed" => return ErrorName::TaskFailed,
            other if other.starts_with("States.Http.StatusCode.") => {}
            other if other.starts_with("States.") && !RESERVED.contains(&other) => {
                let message = format!(
                    "'{other}' is no error name of ASL. Names that begin with 'States.' are reserved"
                );
                self.out.warning(SCHEMA, at, message);
            }
            _ => {}
        }
        ErrorName::Is(name)
    }
}
