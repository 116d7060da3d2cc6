//! What expressions of a state see: its input, the context object, variables; each made on first need.

use std::cell::{Cell, OnceCell};

use dirigent_expr::Scope;
use dirigent_store::FrameId;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::execution::Execution;
use super::frame::Frame;
use super::inspect::TESTED_STATE;
use super::token::TaskToken;
use crate::payload::Payload;
use dirigent_asl::Program;

/// A deterministic source of entropy for one step.
pub(crate) struct Entropy(Cell<u64>);

impl Entropy {
    pub(crate) fn new(seed: u64) -> Entropy {
        Entropy(Cell::new(seed))
    }

    /// The next number of the sequence (SplitMix64: tiny, and any seed will do).
    pub(crate) fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A UUID of version 4.
    pub(super) fn uuid(&self) -> String {
        let bytes = (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

/// The item that an `ItemSelector` selects from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapItem<'a> {
    /// Its index, from 0.
    pub(crate) index: u64,
    /// The member's name, where the items are the members of an object.
    pub(crate) key: Option<&'a str>,
    /// The item.
    pub(crate) value: &'a Value,
    /// Where it came from: `STATE_DATA`, or the URI of a bucket or object; a Distributed Map's only.
    pub(crate) source: Option<&'a str>,
}

/// The scope of one state of one frame.
pub(super) struct StateScope<'a> {
    x: &'a Execution,
    program: &'a Program,
    id: FrameId,
    input: &'a Payload,
    item: Option<MapItem<'a>>,
    result: Option<&'a Payload>,
    error: Option<&'a Payload>,
    token: Option<TaskToken>,
    now_ms: i64,
    entropy: &'a Entropy,
    context: OnceCell<Value>,
}

impl<'a> StateScope<'a> {
    pub(super) fn new(
        x: &'a Execution,
        program: &'a Program,
        id: FrameId,
        input: &'a Payload,
        entropy: &'a Entropy,
        now_ms: i64,
    ) -> StateScope<'a> {
        let (item, result, error, token) = (None, None, None, None);
        let context = OnceCell::new();
        StateScope { x, program, id, input, item, result, error, token, now_ms, entropy, context }
    }

    /// With the task's token.
    pub(super) fn with_token(self, token: Option<TaskToken>) -> StateScope<'a> {
        StateScope { token, ..self }
    }

    /// With `$states.result`.
    pub(super) fn with_result(self, result: Option<&'a Payload>) -> StateScope<'a> {
        StateScope { result, ..self }
    }

    /// With `$states.errorOutput`.
    pub(super) fn with_error(self, error: &'a Payload) -> StateScope<'a> {
        StateScope { error: Some(error), ..self }
    }

    /// The scope of a Map's `ItemSelector`, which sees the item that it is about to select from.
    pub(super) fn with_item(self, item: MapItem<'a>) -> StateScope<'a> {
        StateScope { item: Some(item), ..self }
    }

    fn frame(&self) -> Option<&'a Frame> {
        self.x.frames.get(&self.id)
    }

    /// The frame and those that wait for it, innermost first.
    fn lineage(&self) -> impl Iterator<Item = &'a Frame> {
        let x = self.x;
        std::iter::successors(self.frame(), move |frame| frame.parent.and_then(|p| x.frames.get(&p.frame)))
    }

    /// The context object. Source: AWS developer guide, "Accessing execution data from the Context object".
    fn context_object(&self) -> Value {
        if let Some(context) = self.x.test.as_ref().and_then(|test| test.context.as_ref()) {
            return context.clone();
        }
        let info = &self.x.info;
        // A test may do without a role.
        let role_arn = Some(&*info.role_arn).filter(|role_arn| !role_arn.is_empty());
        let mut context = Map::new();
        let mut execution = json!({
            "Id": &*info.arn,
            "Input": info.input.value(),
            "StartTime": timestamp(info.started_ms),
            "Name": &*info.name,
            "RoleArn": role_arn,
        });
        // AWS's Express executions are not redriven, and do not say how often they were.
        if info.is_kept() {
            execution["RedriveCount"] = self.x.redrives.count.into();
            if let Some(last_ms) = self.x.redrives.last_ms {
                execution["RedriveTime"] = timestamp(last_ms).into();
            }
        }
        context.insert("Execution".into(), execution);
        context.insert(
            "StateMachine".into(),
            json!({ "Id": &*info.state_machine_arn, "Name": &*info.state_machine_name }),
        );
        if let Some(frame) = self.frame() {
            let state = self.program.state(frame.state);
            let name = if self.x.test.is_some() { TESTED_STATE } else { &state.name };
            let mut about = json!({ "Name": name, "EnteredTime": timestamp(frame.entered_ms) });
            // Only states that can be retried count it.
            if state.kind.errors().is_some() {
                about["RetryCount"] = frame.retry_count().into();
            }
            context.insert("State".into(), about);
        }
        let outer = || {
            self.lineage().find_map(|frame| {
                let (index, value) = (frame.parent?.slot.into(), frame.item.as_ref()?.value());
                Some(MapItem { index, key: None, value, source: None })
            })
        };
        if let Some(item) = self.item.or_else(outer) {
            let mut about = json!({ "Index": item.index, "Value": item.value });
            for (name, text) in [("Key", item.key), ("Source", item.source)] {
                if let Some(text) = text {
                    about[name] = text.into();
                }
            }
            context.insert("Map".into(), json!({ "Item": about }));
        }
        if let Some(token) = self.token {
            context.insert("Task".into(), json!({ "Token": token.to_text() }));
        }
        Value::Object(context)
    }
}

impl Scope for StateScope<'_> {
    fn input(&self) -> &Value {
        self.input.value()
    }

    fn context(&self) -> &Value {
        self.context.get_or_init(|| self.context_object())
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.lineage()
            .find_map(|frame| frame.variables.iter().find(|(known, _)| &**known == name))
            .map(|(_, value)| value.value())
    }

    fn random(&self) -> u64 {
        self.entropy.next()
    }

    fn result(&self) -> Option<&Value> {
        self.result.map(Payload::value)
    }

    fn error_output(&self) -> Option<&Value> {
        self.error.map(Payload::value)
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.now_ms)
    }
}

/// A time as the context object shows it: ISO 8601 with milliseconds.
pub(crate) fn timestamp(unix_ms: i64) -> String {
    match Timestamp::from_millisecond(unix_ms) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => String::new(),
    }
}
