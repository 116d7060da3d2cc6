//! Who is outside in the simulator: workers of activities, and those whom plugins hand tokens to. They outlive crashes
//! of the host.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use dirigent_asl::Program;
use dirigent_store::FrameId;
use serde_json::json;

use crate::core::{Outside, Stimulus, TaskRun, TaskToken};
use crate::event::Fault;
use crate::payload::Payload;

/// How long a caller takes before each thing that it does, in milliseconds: less than any time-out of the cases.
const PACE_MS: i64 = 4_000;

/// What the host has around the execution.
#[derive(Default)]
pub(super) struct World(Cell<u64>);

impl Outside for World {
    fn has_activity(&self, arn: &str) -> bool {
        !arn.ends_with(":gone")
    }

    fn activity_name(&self, arn: &str) -> Arc<str> {
        arn.rsplit(':').next().unwrap_or_default().into()
    }

    fn secret(&self) -> u128 {
        self.0.set(self.0.get() + 1);
        u128::from(self.0.get()) << 64 | 0x5ec7e7
    }
}

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    token: TaskToken,
    /// When they act next.
    pub(super) at_ms: i64,
    beats: u32,
    result: Result<Payload, Fault>,
}

#[derive(Default)]
pub(super) struct Callers {
    all: Vec<Caller>,
    /// As it was before its last act, until that is answered.
    acting: Option<Caller>,
    /// Tokens that were handed out, by frame and attempt: each attempt has its own, also when it runs twice.
    seen: HashMap<TaskToken, (FrameId, u32)>,
}

impl Callers {
    /// A plugin runs that has a token to hand on.
    pub(super) fn handed(&mut self, program: &Program, run: &TaskRun, now_ms: i64) {
        let Some(text) = &run.token else { return };
        let token = TaskToken::parse(text).expect("the host's tokens are tokens");
        let attempt = (run.frame, run.retry_count);
        assert_eq!(*self.seen.entry(token).or_insert(attempt), attempt, "an attempt has a token of its own");
        let state = program.state(run.state);
        let dirigent_asl::Kind::Task(task) = &state.kind else { panic!("only tasks run") };
        let parameters = run.parameters.value();
        if let Some(shown) = parameters.get("Token") {
            assert_eq!(shown.as_str(), Some(text.as_str()), "parameters show the plugin's token");
        }
        let number = parameters["n"].as_i64().unwrap_or_default();
        let doubled = Ok(Payload::from_value(json!(number * 2)));
        let (beats, result) = match &*task.resource_text {
            "plugin:hand-on.waitForTaskToken" => (0, doubled),
            "plugin:beats.waitForTaskToken" => (5, doubled),
            "plugin:third-time.waitForTaskToken" if run.retry_count < 2 => {
                (0, Err(Fault::new("Custom.NotYet", "not yet")))
            }
            "plugin:third-time.waitForTaskToken" => (1, doubled),
            _ => return,
        };
        self.all.push(Caller { token, at_ms: now_ms + PACE_MS, beats, result });
    }

    /// A worker has a task of an activity.
    pub(super) fn taken(&mut self, token: TaskToken, input: &Payload, now_ms: i64) {
        let number = input.value().as_i64().unwrap_or_default();
        let result = Ok(Payload::from_value(json!(number * 2)));
        self.all.push(Caller { token, at_ms: now_ms + PACE_MS, beats: 2, result });
    }

    /// Whoever called has an answer, be it that nobody waits.
    pub(super) fn answered(&mut self) {
        self.acting = None;
    }

    /// The host has gone. Whoever was just calling calls again.
    pub(super) fn cut_off(&mut self) {
        if let Some(caller) = self.acting.take() {
            self.all.retain(|other| other.token != caller.token);
            self.all.push(caller);
        }
    }

    pub(super) fn earliest(&self) -> Option<i64> {
        self.all.iter().map(|caller| caller.at_ms).min()
    }

    /// What the one does whose turn it is.
    pub(super) fn act(&mut self) -> (i64, Stimulus) {
        let (index, _) =
            self.all.iter().enumerate().min_by_key(|(_, caller)| caller.at_ms).expect("there is one");
        self.acting = Some(self.all[index].clone());
        let caller = &mut self.all[index];
        let (at_ms, token) = (caller.at_ms, caller.token);
        if caller.beats > 0 {
            caller.beats -= 1;
            caller.at_ms += PACE_MS;
            return (at_ms, Stimulus::TokenHeartbeat(token));
        }
        // Payloads remember where they lie in one execution's history; a caller's answer lies nowhere yet.
        let result = self.all.swap_remove(index).result.map(|output| output.detached());
        (at_ms, Stimulus::TokenReturned { token, result })
    }
}
