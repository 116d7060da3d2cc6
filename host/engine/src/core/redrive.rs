//! Redriving: an execution that ended without success goes on from the states that stopped it.
//!
//! Its frames were kept as they stood. A branch or iteration that was done stays done, a state that failed or was given
//! up does its work from its start, with its retriers unused, and a state that was not entered yet is.
//!
//! Source: AWS developer guide, "Restarting state machine executions with redrive in Step Functions".

use std::sync::Arc;

use dirigent_asl::{Kind, Transition};
use dirigent_store::FrameId;
use serde::{Deserialize, Serialize};

use super::execution::Execution;
use super::flow;
use super::frame::Phase;
use super::info::Status;
use super::map_run::MapRun;
use super::states;
use super::stimulus::{Amend, Effect, Redrive};
use super::turn::Turn;
use crate::event::EventKind;
use crate::payload::Payload;

/// A token of a client is known this long, in milliseconds.
/// Source: AWS API Reference, "RedriveExecution", `clientToken`.
pub const CLIENT_TOKEN_MS: i64 = 15 * 60 * 1000;

/// So many tokens are known. Source: as above.
pub const MAX_CLIENT_TOKENS: usize = 10;

/// How often an execution was redriven, and when.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Redrives {
    /// How often.
    pub count: u32,
    /// When last, in Unix milliseconds.
    pub last_ms: Option<i64>,
    /// The last tokens of clients, and when each was used.
    pub tokens: Vec<(Arc<str>, i64)>,
    /// For a Map Run's child: how often the run had been redriven when the child was last started or redriven. So a
    /// restarted host knows which children the run has still to take up again.
    pub attempt: u32,
}

impl Redrives {
    /// When a client's token was used for a redrive, if it is still known.
    #[must_use]
    pub fn by_token(&self, token: &str, now_ms: i64) -> Option<i64> {
        let used = self.tokens.iter().find(|(known, _)| **known == *token).map(|(_, at_ms)| *at_ms);
        used.filter(|at_ms| now_ms.saturating_sub(*at_ms) <= CLIENT_TOKEN_MS)
    }

    fn note(&mut self, now_ms: i64, redrive: &Redrive) {
        self.count += 1;
        self.last_ms = Some(now_ms);
        self.attempt = redrive.attempt;
        self.tokens.retain(|(_, at_ms)| now_ms.saturating_sub(*at_ms) <= CLIENT_TOKEN_MS);
        if let Some(token) = &redrive.client_token {
            self.tokens.push((token.clone(), now_ms));
        }
        let beyond = self.tokens.len().saturating_sub(MAX_CLIENT_TOKENS);
        self.tokens.drain(..beyond);
    }
}

/// A state that a redrive would run again.
#[derive(Clone, Debug, PartialEq)]
pub struct StoppedState {
    /// The frame.
    pub frame: FrameId,
    /// The state's name.
    pub name: Arc<str>,
}

impl Execution {
    /// Whether the execution, which was read with `program`, can go on with it: states that others work for must be of
    /// the type that they were, with as many branches.
    pub(crate) fn fits(&self, program: &dirigent_asl::Program) -> Result<(), String> {
        for (id, frame) in &self.frames {
            let Phase::Stopped(Some(phase)) = &frame.phase else { continue };
            let state = program.state(frame.state);
            let misfit = match (&**phase, &state.kind) {
                (Phase::Parallel { .. }, Kind::Parallel(parallel)) => {
                    let of = |parent: super::frame::Parent| parent.frame == *id;
                    let had = self.frames.values().filter(|frame| frame.parent.is_some_and(of)).count();
                    let has = parallel.branches.len();
                    (had != has).then(|| format!("had {had} branches, and has {has} now"))
                }
                (Phase::Map(_), Kind::Map(map)) => {
                    let inline = matches!(map.mode, dirigent_asl::MapMode::Inline);
                    (!inline).then(|| "was an inline Map, and is a Distributed one now".to_owned())
                }
                (Phase::MapRun(_), Kind::Map(map)) => {
                    let inline = matches!(map.mode, dirigent_asl::MapMode::Inline);
                    inline.then(|| "was a Distributed Map, and is an inline one now".to_owned())
                }
                (Phase::Ready, _) => None,
                _ => Some("is of another type now".to_owned()),
            };
            if let Some(misfit) = misfit {
                return Err(format!("the state {} {misfit}", state.name));
            }
        }
        Ok(())
    }

    /// The states that a redrive would run again, in the order of their frames.
    #[must_use]
    pub fn stopped_states(&self, program: &dirigent_asl::Program) -> Vec<StoppedState> {
        let stopped = self.frames.iter().filter(|(_, frame)| matches!(frame.phase, Phase::Stopped(None)));
        let state = |state| program.state(state).name.clone();
        stopped.map(|(id, frame)| StoppedState { frame: *id, name: state(frame.state) }).collect()
    }
}

impl Turn<'_> {
    pub(super) fn redrive(&mut self, redrive: Redrive) {
        if matches!(self.x.status, Status::Running | Status::Succeeded { .. }) {
            return;
        }
        self.x.redrives.note(self.now_ms, &redrive);
        self.x.status = Status::Running;
        self.x.stopped_ms = None;
        self.out.record_changed = true;
        let count = self.x.redrives.count;
        self.emit(self.x.next_event - 1, EventKind::ExecutionRedriven { count });
        if let Some(timer) = self.x.timeout_timer(self.program, self.limits) {
            self.out.set_timers.push(timer);
        }
        let ids: Vec<FrameId> = self.x.frames.keys().copied().collect();
        for id in ids {
            let frame = self.frame(id);
            let Phase::Stopped(rest) = &mut frame.phase else { continue };
            match rest.take().map(|phase| *phase) {
                None => self.make_ready(id),
                Some(Phase::MapRun(run)) => self.redrive_map_run(id, *run),
                Some(phase) => {
                    let enters = matches!(phase, Phase::Ready);
                    frame.phase = phase;
                    if enters {
                        self.make_ready(id);
                    }
                }
            }
            // What comes next follows the line's own last event, by which readers of a history find the state.
            self.frame(id).retries.clear();
        }
        if let Some(amend) = redrive.amend {
            match amend.with {
                // It is entered again, so that the history has the input.
                Amend::Input(input) => {
                    let frame = self.frame(amend.frame);
                    frame.input = input.detached();
                    frame.phase = Phase::Ready;
                }
                Amend::Result(result) => self.take_result(amend.frame, result),
            }
        }
    }

    /// Does the work of a state again that was entered before the execution stopped.
    pub(super) fn take_up(&mut self, id: FrameId) {
        if self.history_is_full() {
            return;
        }
        self.frame(id).phase = Phase::Ready;
        self.work(id);
    }

    /// Takes a result for what the state would have come to.
    fn take_result(&mut self, id: FrameId, result: Payload) {
        let state = self.state_of(id);
        let next = match &state.kind {
            Kind::Task(task) => task.next,
            Kind::Parallel(parallel) => parallel.next,
            Kind::Map(map) => map.next,
            Kind::Pass(pass) => pass.next,
            Kind::Wait(wait) => wait.next,
            Kind::Succeed | Kind::Choice(_) | Kind::Fail(_) => Transition::End,
        };
        self.make_unready(id);
        self.frame(id).phase = Phase::Ready;
        match flow::output(self, id, state, result) {
            Ok((output, assigned)) => self.leave(id, output, assigned, next),
            Err(failure) => self.failed(id, failure),
        }
    }

    /// Goes on with a Map Run: its children that did not succeed are redriven, and those that never began begin.
    fn redrive_map_run(&mut self, id: FrameId, mut run: MapRun) {
        run.redrives += 1;
        let arn = states::map_run::arn(&self.x.info.state_machine_arn, &run);
        let previous = self.frame(id).last_event;
        let event = self.emit(previous, EventKind::MapRunRedriven { arn, count: run.redrives });
        self.frame(id).last_event = event;
        let generation = self.wait_for(id, Phase::MapRun(Box::new(run)));
        self.out.effects.push(Effect::StartMapRun { frame: id, generation });
    }
}
