//! The mock configuration of Step Functions Local: test cases of state machines, and the responses that they use.
//!
//! ```json
//! { "StateMachines": { "MACHINE": { "TestCases": { "CASE": { "STATE": "RESPONSE" } } } },
//!   "MockedResponses": { "RESPONSE": { "0": { "Throw": { "Error": "E", "Cause": "C" } }, "1-2": { "Return": 7 } } } }
//! ```
//!
//! Source: AWS developer guide, "Configuration file for mocked service integrations".

mod duplicates;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use dirigent_engine::core::{Responses, TestCase};
use dirigent_engine::{CASE_MARK, Fault, Payload, TestCases};
use serde_json::{Map, Value};

/// Something that is wrong with a mock configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MockProblem {
    /// Where: a JSON pointer, empty for the whole file.
    pub place: String,
    /// What, and what to do.
    pub message: String,
}

impl fmt::Display for MockProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "/" } else { &self.place };
        write!(f, "{} ({place})", self.message)
    }
}

/// Reads a mock configuration.
///
/// # Errors
/// All that is wrong with it.
pub fn parse(text: &str) -> Result<TestCases, Vec<MockProblem>> {
    let value = serde_json::from_str(text).map_err(|error| {
        vec![MockProblem { place: String::new(), message: format!("the file is not JSON: {error}") }]
    })?;
    let mut reader = Reader::default();
    for place in duplicates::find(text) {
        reader.problem(&place, "a name is there twice; leave one of them");
    }
    let cases = reader.file(&value);
    if reader.problems.is_empty() { Ok(cases) } else { Err(reader.problems) }
}

type Members = Map<String, Value>;

/// Goes through the file, and on after each problem.
#[derive(Default)]
struct Reader {
    problems: Vec<MockProblem>,
}

impl Reader {
    fn file(&mut self, file: &Value) -> TestCases {
        let mut cases = TestCases::default();
        let Some(members) = self.members("", file, &["StateMachines", "MockedResponses"]) else {
            return cases;
        };
        let responses = self.responses(members.get("MockedResponses"));
        let at = "/StateMachines";
        let machines = members.get("StateMachines").and_then(|machines| self.object(at, machines));
        for (machine, value) in machines.into_iter().flatten() {
            let at = below(at, machine);
            let Some(members) = self.members(&at, value, &["TestCases"]) else { continue };
            let at = below(&at, "TestCases");
            let listed = members.get("TestCases").and_then(|listed| self.object(&at, listed));
            for (name, states) in listed.into_iter().flatten() {
                if let Some(states) = self.case(&below(&at, name), name, states, &responses) {
                    cases.insert(machine, TestCase::new(name.as_str(), states));
                }
            }
        }
        cases
    }

    /// The states of a test case, with their responses.
    fn case(
        &mut self,
        at: &str,
        name: &str,
        states: &Value,
        responses: &BTreeMap<&str, Option<Responses>>,
    ) -> Option<BTreeMap<Arc<str>, Responses>> {
        if name.is_empty() {
            let message = format!(
                "a test case has no name; give it one, by which MACHINE_ARN{CASE_MARK}NAME starts it"
            );
            self.problem(at, message);
        }
        let mut used = BTreeMap::new();
        for (state, response) in self.object(at, states)? {
            let at = below(at, state);
            match response.as_str().map(|response| (response, responses.get(response))) {
                Some((_, Some(Some(found)))) => drop(used.insert(state.as_str().into(), found.clone())),
                // What is wrong with that response is told where it is.
                Some((_, Some(None))) => {}
                Some((response, None)) => {
                    let message =
                        format!("there is no response named {response}; define it in MockedResponses");
                    self.problem(&at, message);
                }
                None => self.problem(&at, "must be a string: the name of a response in MockedResponses"),
            }
        }
        Some(used)
    }

    /// The responses by name; `None` for one that has problems.
    fn responses<'v>(&mut self, value: Option<&'v Value>) -> BTreeMap<&'v str, Option<Responses>> {
        let at = "/MockedResponses";
        let members = value.and_then(|value| self.object(at, value)).into_iter().flatten();
        members.map(|(name, value)| (name.as_str(), self.response(&below(at, name), value))).collect()
    }

    fn response(&mut self, at: &str, value: &Value) -> Option<Responses> {
        let before = self.problems.len();
        let mut ranges = Vec::new();
        for (index, outcome) in self.object(at, value)? {
            let at = below(at, index);
            let range = range(index);
            if range.is_none() {
                let message =
                    format!("{index} is no invocation; write a number from 0 on, or a range such as \"1-2\"");
                self.problem(&at, message);
            }
            let outcome = self.outcome(&at, outcome);
            ranges.extend(range.zip(outcome));
        }
        if self.problems.len() > before {
            return None;
        }
        Responses::new(ranges).map_err(|error| self.problem(at, error.to_string())).ok()
    }

    /// What comes of an invocation.
    fn outcome(&mut self, at: &str, value: &Value) -> Option<Result<Payload, Fault>> {
        let members = self.object(at, value)?;
        let mut entries = members.iter();
        match (entries.next(), entries.next()) {
            (Some((name, result)), None) if name == "Return" => Some(Ok(Payload::from_value(result.clone()))),
            (Some((name, fault)), None) if name == "Throw" => self.fault(&below(at, "Throw"), fault).map(Err),
            _ => {
                self.problem(at, "must have one member, which is either Return or Throw");
                None
            }
        }
    }

    fn fault(&mut self, at: &str, value: &Value) -> Option<Fault> {
        let members = self.members(at, value, &["Error", "Cause"])?;
        let mut text = |name: &str| {
            let text = members.get(name)?.as_str();
            if text.is_none() {
                self.problem(&below(at, name), "must be a string");
            }
            text
        };
        let (error, cause) = (text("Error"), text("Cause"));
        Some(Fault::new(error?, cause?))
    }

    /// An object that has these members, and no others.
    fn members<'v>(&mut self, at: &str, value: &'v Value, names: &[&str]) -> Option<&'v Members> {
        let members = self.object(at, value)?;
        for name in members.keys().filter(|name| !names.contains(&name.as_str())) {
            self.problem(
                &below(at, name),
                format!("{name} is not known; there may be {}", names.join(" and ")),
            );
        }
        for name in names.iter().filter(|name| !members.contains_key(**name)) {
            self.problem(at, format!("{name} is missing"));
        }
        Some(members)
    }

    fn object<'v>(&mut self, at: &str, value: &'v Value) -> Option<&'v Members> {
        let members = value.as_object();
        if members.is_none() {
            self.problem(at, "must be an object");
        }
        members
    }

    fn problem(&mut self, at: &str, message: impl Into<String>) {
        self.problems.push(MockProblem { place: at.to_owned(), message: message.into() });
    }
}

/// The pointer of a member.
fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// `"3"`, or `"1-2"`, both ends included.
fn range(text: &str) -> Option<RangeInclusive<u32>> {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = number(first)?..=number(last)?;
    (!range.is_empty()).then_some(range)
}

#[cfg(test)]
mod tests;
