//! One result as it stands in a result file. Members are in the order in which AWS writes them: by name.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::WriteError;
use crate::formats::compact;

/// The result of a child execution that has ended. Names are those of `DescribeExecution`.
#[derive(Clone, Copy, Debug)]
pub struct ChildResult<'a> {
    /// The execution's ARN.
    pub execution_arn: &'a str,
    /// The execution's name.
    pub name: &'a str,
    /// The state machine's ARN, with the Map state's label.
    pub state_machine_arn: &'a str,
    /// The input as JSON text.
    pub input: &'a str,
    /// When it started, in milliseconds since 1970.
    pub start_date: i64,
    /// When it ended, in milliseconds since 1970.
    pub stop_date: i64,
    /// How often it was redriven.
    pub redrive_count: u32,
    /// `NOT_REDRIVABLE`, `REDRIVABLE_BY_MAP_RUN` and others.
    pub redrive_status: &'a str,
    /// Why it cannot be redriven, if it cannot.
    pub redrive_status_reason: Option<&'a str>,
    /// How it ended.
    pub outcome: Outcome<'a>,
}

/// How a child execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// `SUCCEEDED`.
    Succeeded {
        /// The output as JSON text.
        output: &'a str,
    },
    /// `FAILED`.
    Failed {
        /// The error's name.
        error: Option<&'a str>,
        /// Its cause.
        cause: Option<&'a str>,
    },
    /// `TIMED_OUT`.
    TimedOut {
        /// The error's name.
        error: Option<&'a str>,
        /// Its cause.
        cause: Option<&'a str>,
    },
    /// `ABORTED`.
    Aborted {
        /// The error's name.
        error: Option<&'a str>,
        /// Its cause.
        cause: Option<&'a str>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    execution_arn: &'a str,
    input: &'a str,
    input_details: Details,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a str>,
    output_details: Details,
    redrive_count: u32,
    redrive_status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_status_reason: Option<&'a str>,
    start_date: String,
    state_machine_arn: &'a str,
    status: &'static str,
    stop_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pending<'a> {
    input: &'a str,
    input_details: Details,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    included: bool,
}

const INCLUDED: Details = Details { included: true };

impl ChildResult<'_> {
    /// The execution's data, as `NONE` writes it.
    pub(super) fn to_json(self) -> String {
        let (status, output, error, cause) = match self.outcome {
            Outcome::Succeeded { output } => ("SUCCEEDED", Some(output), None, None),
            Outcome::Failed { error, cause } => ("FAILED", None, error, cause),
            Outcome::TimedOut { error, cause } => ("TIMED_OUT", None, error, cause),
            Outcome::Aborted { error, cause } => ("ABORTED", None, error, cause),
        };
        json(&Entry {
            cause,
            error,
            execution_arn: self.execution_arn,
            input: self.input,
            input_details: INCLUDED,
            name: self.name,
            output,
            output_details: INCLUDED,
            redrive_count: self.redrive_count,
            redrive_status: self.redrive_status,
            redrive_status_reason: self.redrive_status_reason,
            start_date: date(self.start_date),
            state_machine_arn: self.state_machine_arn,
            status,
            stop_date: date(self.stop_date),
        })
    }

    /// The output on one line.
    pub(super) fn compact<'b>(&self, output: &'b str) -> Result<Cow<'b, str>, WriteError> {
        if !output.contains(['\n', '\r']) {
            return Ok(Cow::Borrowed(output));
        }
        compact(output.into()).map(Cow::Owned).map_err(|problem| self.not_json(problem))
    }

    /// The elements of the output, or the output itself if it is no array.
    pub(super) fn flatten(&self, output: &str) -> Result<Vec<Box<RawValue>>, WriteError> {
        let output = compact(output.into()).map_err(|problem| self.not_json(problem))?;
        let elements = if output.starts_with('[') {
            serde_json::from_str(&output)
        } else {
            RawValue::from_string(output).map(|value| vec![value])
        };
        elements.map_err(|error| self.not_json(error.to_string()))
    }

    fn not_json(&self, problem: String) -> WriteError {
        WriteError::NotJson { execution: self.execution_arn.to_owned(), problem }
    }
}

/// What is known of an execution that was never started.
pub(super) fn pending(input: &str) -> String {
    json(&Pending { input, input_details: INCLUDED, status: "PENDING" })
}

fn json(entry: &impl Serialize) -> String {
    // Strings, numbers and booleans cannot fail to be JSON.
    serde_json::to_string(entry).unwrap_or_default()
}

/// `2025-02-04T01:49:50.099Z`.
fn date(millis: i64) -> String {
    let moment = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    format!("{moment:.3}")
}
