//! Mocked responses: what stands for the work of tasks in an execution that is a test case.
//!
//! A test case names states, and for each of them what comes of its invocations, counted from 0: by the state's name, over
//! the whole execution, retries included. Such a task does nothing outside; its end lies in the step that schedules it. So
//! how often each state was invoked is durable with what came of it.
//!
//! Source: AWS developer guide, "Using mocked service integrations for testing in Step Functions Local".

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use dirigent_asl::{Resource, State, Task};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::errors::error_names;
use super::execution::Execution;
use super::turn::Turn;
use crate::event::Fault;
use crate::payload::Payload;

/// The members of what Lambda's Invoke answers, by which a mocked answer of it is told from a function's own result.
/// Source: AWS Lambda API, "Invoke", and what Step Functions adds.
const INVOKE_ANSWER: [&str; 7] = [
    "ExecutedVersion",
    "FunctionError",
    "LogResult",
    "Payload",
    "SdkHttpMetadata",
    "SdkResponseMetadata",
    "StatusCode",
];

/// States whose work is mocked, and their responses.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TestCase {
    name: Arc<str>,
    states: BTreeMap<Arc<str>, Responses>,
}

/// What comes of a state's invocations, from the first one on without a gap.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Responses(Vec<Response>);

/// What comes of some invocations in a row. The first of them follows the last one of the response before.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Response {
    last: u32,
    /// A text and no payload: a payload remembers where it lies in the history of one execution.
    result: Result<Arc<str>, Fault>,
}

/// Invocations that have no response, or two.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ResponsesError {
    /// There are no responses at all.
    #[error("there are no responses; give one for invocation \"0\"")]
    Empty,
    /// Some invocations before others have none.
    #[error("there is no response for invocation {0}; invocations count from 0, without a gap")]
    Gap(u32),
    /// An invocation has two.
    #[error("there are two responses for invocation {0}; leave one of them")]
    Overlap(u32),
}

impl Responses {
    /// Responses for ranges of invocations, in any order.
    ///
    /// # Errors
    /// When they do not cover all invocations from 0 to the last one, each once.
    pub fn new(
        mut responses: Vec<(RangeInclusive<u32>, Result<Payload, Fault>)>,
    ) -> Result<Responses, ResponsesError> {
        responses.sort_by_key(|(range, _)| *range.start());
        let mut next = Some(0);
        let mut ordered = Vec::with_capacity(responses.len());
        for (range, result) in responses {
            match next {
                Some(next) if *range.start() > next => return Err(ResponsesError::Gap(next)),
                Some(next) if *range.start() == next => {}
                _ => return Err(ResponsesError::Overlap(*range.start())),
            }
            next = range.end().checked_add(1);
            let result = result.map(|payload| payload.shared_text());
            ordered.push(Response { last: *range.end(), result });
        }
        if ordered.is_empty() { Err(ResponsesError::Empty) } else { Ok(Responses(ordered)) }
    }

    /// What comes of an invocation; `None` after the last one that has a response.
    fn at(&self, invocation: u32) -> Option<Result<Payload, Fault>> {
        let index = self.0.partition_point(|response| response.last < invocation);
        let result = self.0.get(index)?.result.clone();
        Some(result.map(Payload::from_text))
    }
}

impl TestCase {
    /// A test case of some name, with the responses of states by their names.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, states: BTreeMap<Arc<str>, Responses>) -> TestCase {
        TestCase { name: name.into(), states }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The names of the states whose work it mocks.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(|name| &**name)
    }
}

/// How often each mocked state was invoked, by its name.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Invocations(BTreeMap<Arc<str>, u32>);

/// The test case that an execution is, and how far it is.
#[derive(Clone, Debug)]
pub(crate) struct Mocks {
    case: Arc<TestCase>,
    pub(crate) invocations: Invocations,
}

impl Mocks {
    /// What comes of a state's next invocation, which is counted; `None` if the state is not mocked.
    fn next(&mut self, state: &Arc<str>) -> Option<Result<Payload, Fault>> {
        let responses = self.case.states.get(state)?;
        let count = self.invocations.0.entry(state.clone()).or_default();
        let invocation = *count;
        *count = count.saturating_add(1);
        let result = responses.at(invocation);
        // AWS: the execution fails. Nothing catches this error.
        Some(result.unwrap_or_else(|| {
            let cause = format!(
                "The test case '{}' has no mocked response for invocation {invocation} of the state '{state}'. Add one \
                 to the mock configuration",
                self.case.name
            );
            Err(Fault::new(error_names::RUNTIME, cause))
        }))
    }
}

impl Execution {
    /// The execution as a test case, none of whose states was invoked yet.
    #[must_use]
    pub fn of_case(mut self, case: Arc<TestCase>) -> Execution {
        self.mocks = Some(Mocks { case, invocations: Invocations::default() });
        self
    }
}

impl Turn<'_> {
    /// What stands for the next invocation of a Task's state: the mock of a test of that state alone, or the response of a
    /// test case. `None` if the task has to be run.
    pub(super) fn mocked_result(&mut self, state: &State, task: &Task) -> Option<Result<Payload, Fault>> {
        if let Some(mock) = self.mock() {
            return Some(mock.result);
        }
        let result = self.x.mocks.as_mut()?.next(&state.name)?;
        Some(match &task.resource {
            Resource::Lambda { .. } => result.map(function_result),
            _ => result,
        })
    }
}

/// A function's own result: one that is mocked as Lambda's API answers it is the answer's `Payload`, as recorded of AWS.
fn function_result(answer: Payload) -> Payload {
    let Value::Object(members) = answer.value() else { return answer };
    match members.get("Payload") {
        Some(payload) if members.keys().all(|name| INVOKE_ANSWER.contains(&name.as_str())) => {
            Payload::from_value(payload.clone())
        }
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    type Ranges = &'static [(u32, u32)];

    fn ok(value: Value) -> Result<Payload, Fault> {
        Ok(Payload::from_value(value))
    }

    #[test]
    fn responses_cover_invocations_without_gap_and_overlap() {
        let cases: [(Ranges, Option<ResponsesError>); 9] = [
            (&[(0, 0)], None),
            (&[(0, 0), (1, 2), (3, 3)], None),
            (&[(3, 3), (0, 0), (1, 2)], None),
            (&[(0, u32::MAX)], None),
            (&[], Some(ResponsesError::Empty)),
            (&[(1, 1)], Some(ResponsesError::Gap(0))),
            (&[(0, 0), (2, 2)], Some(ResponsesError::Gap(1))),
            (&[(0, 2), (2, 3)], Some(ResponsesError::Overlap(2))),
            (&[(0, u32::MAX), (7, 7)], Some(ResponsesError::Overlap(7))),
        ];
        for (ranges, error) in cases {
            let responses =
                ranges.iter().map(|(first, last)| (*first..=*last, ok(json!([first, last])))).collect();
            assert_eq!(Responses::new(responses).err(), error, "{ranges:?}");
        }
    }

    #[test]
    fn invocations_are_counted_by_state() {
        let error = || Fault::new("E", "why");
        let responses =
            Responses::new(vec![(0..=0, Err(error())), (1..=2, ok(json!(1))), (3..=3, ok(json!(2)))]);
        let states = BTreeMap::from([("S".into(), responses.expect("are sound"))]);
        let case = Arc::new(TestCase::new("C", states));
        let mut mocks = Mocks { case, invocations: Invocations::default() };
        assert_eq!(mocks.next(&"T".into()), None);
        let results: Vec<_> = (0..4).filter_map(|_| mocks.next(&"S".into())).collect();
        assert_eq!(results, [Err(error()), ok(json!(1)), ok(json!(1)), ok(json!(2))]);
        let beyond = mocks.next(&"S".into()).and_then(Result::err).expect("fails");
        assert_eq!(beyond.error.as_deref(), Some("States.Runtime"));
        assert!(beyond.cause.as_deref().is_some_and(|cause| cause.contains("invocation 4 of the state 'S'")));
    }

    #[test]
    fn results_of_functions() {
        for (mocked, result) in [
            (json!({ "StatusCode": 200, "Payload": { "a": 1 } }), json!({ "a": 1 })),
            (json!({ "Payload": null }), json!(null)),
            (json!({ "Payload": 1, "own": 2 }), json!({ "Payload": 1, "own": 2 })),
            (json!({ "StatusCode": 200 }), json!({ "StatusCode": 200 })),
            (json!(["Payload"]), json!(["Payload"])),
        ] {
            assert_eq!(function_result(Payload::from_value(mocked)).value(), &result);
        }
    }
}
