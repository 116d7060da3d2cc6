//! What is told of a state's run. Which values of the data flow a type shows is as recorded of AWS.

use dirigent_asl::{Flow, Kind, MapMode, State};
use dirigent_engine::Payload;
use dirigent_engine::core::{Findings, Handler, Status};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::request::{Level, Request};
use crate::error::ApiError;
use crate::faults;
use crate::shapes::integer;

/// Which values are shown, as far as that depends on the state and the request.
pub(super) struct Look {
    level: Level,
    input: Payload,
    json_path: bool,
    of: Of,
}

/// The types that differ in what they show.
enum Of {
    Task,
    Pass {
        has_result: bool,
    },
    Parallel,
    Map {
        /// The items lie at an `ItemsPointer` of what is read.
        at_pointer: bool,
    },
    Fail,
    /// Choice, Wait and Succeed have no work of their own.
    Other,
}

impl Look {
    pub(super) fn at(state: &State, request: &Request, input: &Payload) -> Look {
        let of = match &state.kind {
            Kind::Task(_) => Of::Task,
            Kind::Pass(pass) => Of::Pass { has_result: pass.result.is_some() },
            Kind::Parallel(_) => Of::Parallel,
            Kind::Map(map) => {
                let reader = match &map.mode {
                    MapMode::Distributed(distributed) => distributed.reader.as_ref(),
                    MapMode::Inline => None,
                };
                let at_pointer = reader.is_some_and(|reader| reader.config.items_pointer.is_some());
                Of::Map { at_pointer }
            }
            Kind::Fail(_) => Of::Fail,
            Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed => Of::Other,
        };
        let json_path = matches!(state.flow, Flow::JsonPath(_));
        Look { level: request.level, input: input.clone(), json_path, of }
    }

    pub(super) fn answer(&self, status: &Status, findings: &Findings) -> Result<Value, ApiError> {
        let mut body = Map::new();
        let handler = findings.error.as_ref().and_then(|(_, handler)| *handler);
        let word = match (status, handler) {
            (Status::Succeeded { output }, None) => {
                body.insert("output".into(), output.text().into());
                "SUCCEEDED"
            }
            (Status::Succeeded { output }, Some(_)) => {
                body.insert("output".into(), output.text().into());
                if let Some((fault, _)) = &findings.error {
                    faults::show(&mut body, fault);
                }
                "CAUGHT_ERROR"
            }
            // A test is over after five minutes. Source: AWS API Reference, "TestState".
            (Status::TimedOut(_), _) => {
                body.insert("error".into(), "States.Timeout".into());
                "FAILED"
            }
            (Status::Failed(fault) | Status::Aborted(fault), handler) => {
                faults::show(&mut body, fault);
                if matches!(handler, Some(Handler::Retrier { .. })) { "RETRIABLE" } else { "FAILED" }
            }
            (Status::Running, _) => {
                return Err(ApiError::unavailable("The host stopped before the test ended. Try again"));
            }
        };
        if let (Some(next), Status::Succeeded { .. }) = (&findings.next, status) {
            body.insert("nextState".into(), (&**next).into());
        }
        body.insert("status".into(), word.into());
        if self.level == Level::Debug {
            body.insert("inspectionData".into(), self.inspection(handler, findings));
        }
        Ok(Value::Object(body))
    }

    fn inspection(&self, handler: Option<Handler>, findings: &Findings) -> Value {
        let mut data = Map::new();
        let mut show = |name: &str, payload: Option<&Payload>| {
            if let Some(payload) = payload {
                data.insert(name.into(), payload.text().into());
            }
        };
        show("input", Some(&self.input));
        let after_input_path = findings.after_input_path.as_ref().filter(|_| self.json_path);
        let (selector, result_path) = (&findings.after_result_selector, &findings.after_result_path);
        match &self.of {
            Of::Task => {
                show("afterInputPath", after_input_path);
                show("afterParameters", findings.after_parameters.as_ref());
                show("afterArguments", findings.after_arguments.as_ref());
                show("result", findings.result.as_ref());
                show("afterResultSelector", selector.as_ref());
                show("afterResultPath", result_path.as_ref());
            }
            Of::Pass { has_result } if self.json_path => {
                if *has_result {
                    show("result", findings.result.as_ref());
                } else {
                    show("afterInputPath", after_input_path);
                    show("afterParameters", findings.after_parameters.as_ref());
                }
                show("afterResultSelector", selector.as_ref());
                show("afterResultPath", result_path.as_ref());
            }
            Of::Parallel => {
                show("afterResultSelector", selector.as_ref());
                show("afterResultPath", result_path.as_ref());
            }
            Of::Map { at_pointer } => {
                show("afterInputPath", after_input_path);
                show("afterItemSelector", findings.after_item_selector.as_ref());
                show("afterItemsPointer", findings.read_items.as_ref().filter(|_| *at_pointer));
                show("afterItemBatcher", findings.after_item_batcher.as_ref());
                show("afterResultSelector", selector.as_ref());
                show("afterResultPath", result_path.as_ref());
            }
            // It has no InputPath, and shows one.
            Of::Fail => show("afterInputPath", Some(&self.input).filter(|_| self.json_path)),
            Of::Other => show("afterInputPath", after_input_path),
            Of::Pass { .. } => {}
        }
        if let Of::Map { .. } = self.of {
            map_numbers(&mut data, findings);
            if let Some(items) = findings.items.as_ref().filter(|_| self.json_path) {
                data.insert("afterItemsPath".into(), spaced(items.value()).into());
            }
        }
        if !findings.variables.is_empty() {
            let named =
                findings.variables.iter().map(|(name, value)| (name.to_string(), value.value().clone()));
            data.insert("variables".into(), Value::Object(named.collect()).to_string().into());
        }
        if let Some(handler) = handler {
            data.insert("errorDetails".into(), error_details(handler));
        }
        Value::Object(data)
    }
}

fn map_numbers(data: &mut Map<String, Value>, findings: &Findings) {
    if let Some(most) = findings.max_concurrency {
        data.insert("maxConcurrency".into(), integer(most).into());
    }
    if let Some(count) = findings.tolerated_count {
        data.insert("toleratedFailureCount".into(), integer(count).into());
    }
    if let Some(percentage) = findings.tolerated_percentage {
        data.insert("toleratedFailurePercentage".into(), percentage.into());
    }
}

fn error_details(handler: Handler) -> Value {
    match handler {
        Handler::Retrier { index, delay_ms } => {
            json!({ "retryIndex": index, "retryBackoffIntervalSeconds": integer(delay_ms / 1_000) })
        }
        Handler::Catcher { index } => json!({ "catchIndex": index }),
    }
}

/// A value with a space behind each comma and colon, as AWS was recorded to print a Map's items.
fn spaced(value: &Value) -> String {
    struct Spaced;
    impl serde_json::ser::Formatter for Spaced {
        fn begin_array_value<W: ?Sized + std::io::Write>(
            &mut self,
            w: &mut W,
            first: bool,
        ) -> std::io::Result<()> {
            if first { Ok(()) } else { w.write_all(b", ") }
        }
        fn begin_object_key<W: ?Sized + std::io::Write>(
            &mut self,
            w: &mut W,
            first: bool,
        ) -> std::io::Result<()> {
            if first { Ok(()) } else { w.write_all(b", ") }
        }
        fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, w: &mut W) -> std::io::Result<()> {
            w.write_all(b": ")
        }
    }
    let mut text = Vec::new();
    let printed = value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Spaced));
    match (printed, String::from_utf8(text)) {
        (Ok(()), Ok(text)) => text,
        // Printing into memory does not fail.
        _ => value.to_string(),
    }
}
