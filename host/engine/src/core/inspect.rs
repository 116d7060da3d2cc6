//! A test of one state: what it is given in place of the world around it, and what is seen of its data flow.
//!
//! The state goes the way that it goes in any execution; what is here is looked at where an execution has none of it.
//! The execution of a test ends with its state: a transition, or a retrier that would try again, is noted and not taken.
//!
//! Source: AWS Step Functions API Reference, "TestState", "InspectionData".

use std::sync::Arc;

use dirigent_asl::Transition;
use serde_json::Value;

use super::execution::{Execution, TOP};
use super::frame::Variables;
use super::info::ExecutionInfo;
use super::turn::Turn;
use crate::event::Fault;
use crate::payload::Payload;

/// The name that a state under test has in its context object, as recorded of AWS, whatever its name is.
pub const TESTED_STATE: &str = "StateName";

/// What a test gives a state.
#[derive(Clone, Debug, Default)]
pub struct StateTest {
    /// Stands for the state's work.
    pub mock: Option<Mock>,
    /// Stands for the context object.
    pub context: Option<Value>,
    /// Variables that are set before the state, by name.
    pub variables: Vec<(Arc<str>, Payload)>,
    /// How often the retrier that applies has been used.
    pub retries: u32,
}

/// What stands for the work of a Task, Parallel or Map state.
#[derive(Clone, Debug)]
pub struct Mock {
    /// Its result, or its error.
    pub result: Result<Payload, Fault>,
    /// How many of a Map's iterations failed.
    pub failed_iterations: Option<u64>,
    /// The content of the object that a Map's `ItemReader` reads.
    pub reader_data: Option<Arc<str>>,
}

/// What a test has seen of its state. What the state has not come to is `None`.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// After `InputPath`.
    pub after_input_path: Option<Payload>,
    /// After `Parameters`.
    pub after_parameters: Option<Payload>,
    /// After `Arguments`.
    pub after_arguments: Option<Payload>,
    /// A Map's items.
    pub items: Option<Payload>,
    /// The items that an `ItemReader` read.
    pub read_items: Option<Payload>,
    /// The inputs that `ItemSelector` made, in an array.
    pub after_item_selector: Option<Payload>,
    /// The inputs that `ItemBatcher` made, in an array.
    pub after_item_batcher: Option<Payload>,
    /// The result of the state's work.
    pub result: Option<Payload>,
    /// After `ResultSelector`.
    pub after_result_selector: Option<Payload>,
    /// After `ResultPath`.
    pub after_result_path: Option<Payload>,
    /// A Map's `MaxConcurrency`.
    pub max_concurrency: Option<u32>,
    /// A Map's `ToleratedFailureCount`.
    pub tolerated_count: Option<u64>,
    /// A Map's `ToleratedFailurePercentage`.
    pub tolerated_percentage: Option<f64>,
    /// The variables when the state was done, by name.
    pub variables: Vec<(Arc<str>, Payload)>,
    /// Where the state goes.
    pub next: Option<Arc<str>>,
    /// The error, and what takes it up.
    pub error: Option<(Fault, Option<Handler>)>,
}

/// What takes up an error of a state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Handler {
    /// A retrier.
    Retrier {
        /// Its index in `Retry`.
        index: usize,
        /// Milliseconds that it waits for.
        delay_ms: i64,
    },
    /// A catcher.
    Catcher {
        /// Its index in `Catch`.
        index: usize,
    },
}

/// Payloads that a test gathers in an array, as long as that is no larger than a payload may be: a selector can make
/// much of little.
#[derive(Debug)]
pub(crate) struct Gathered {
    text: String,
    most: usize,
}

impl Gathered {
    pub(crate) fn new(most: usize) -> Gathered {
        Gathered { text: String::new(), most }
    }

    pub(crate) fn push(&mut self, item: &Payload) {
        if self.text.len() <= self.most {
            self.text.push(if self.text.is_empty() { '[' } else { ',' });
            self.text.push_str(item.text());
        }
    }

    /// The array, unless it is too large.
    pub(crate) fn array(mut self) -> Option<Payload> {
        if self.text.is_empty() {
            self.text.push('[');
        }
        self.text.push(']');
        (self.text.len() <= self.most).then(|| Payload::from_text(self.text))
    }
}

impl Execution {
    /// An execution that tests the state that `info.entry` begins with.
    #[must_use]
    pub fn of_test(info: ExecutionInfo, test: StateTest) -> Execution {
        Execution { test: Some(Arc::new(test)), findings: Some(Box::default()), ..Execution::new(info) }
    }

    /// What stands for a Map Run, in a test; `None` where it is a run like any other.
    pub(crate) fn mocked_run(&self) -> Option<Mock> {
        self.test.as_ref()?.mock.clone()
    }

    /// Notes what a test shall see outside of a step.
    pub(crate) fn see(&mut self, note: impl FnOnce(&mut Findings)) {
        if let Some(findings) = &mut self.findings {
            note(findings);
        }
    }

    /// Takes out what a test has seen.
    pub fn take_findings(&mut self) -> Option<Findings> {
        self.findings.take().map(|findings| *findings)
    }
}

impl Turn<'_> {
    /// Notes what a test shall see. Without a test this does nothing, and `note` is not called.
    pub(super) fn see(&self, note: impl FnOnce(&mut Findings)) {
        if let Some(findings) = &self.findings {
            note(&mut findings.borrow_mut());
        }
    }

    /// What stands for the state's work.
    pub(super) fn mock(&self) -> Option<Mock> {
        self.x.test.as_ref()?.mock.clone()
    }

    /// The variables that the top level begins with.
    pub(super) fn given_variables(&self) -> Variables {
        self.x.test.as_ref().map(|test| test.variables.clone()).unwrap_or_default()
    }

    /// Where a state under test would go is the end of its test.
    pub(super) fn last_transition(&self, next: Transition) -> Transition {
        if self.findings.is_none() {
            return next;
        }
        if let Transition::To(state) = next {
            let name = self.program.state(state).name.clone();
            self.see(|findings| findings.next = Some(name));
        }
        Transition::End
    }

    /// Notes the variables of a test that ends.
    pub(super) fn see_variables(&self) {
        if let Some(top) = self.x.frames.get(&TOP) {
            self.see(|findings| findings.variables.clone_from(&top.variables));
        }
    }
}
