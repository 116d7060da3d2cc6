//! The work of one step: entering and leaving states, starting and ending lines of control.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use dirigent_asl::{Kind, Program, State, StateIndex, Transition};
use dirigent_store::FrameId;

use super::errors::{Failure, error_names};
use super::execution::{Execution, TOP};
use super::frame::{Frame, Phase, Variables};
use super::info::Status;
use super::inspect::Findings;
use super::scope::Entropy;
use super::states;
use super::stimulus::{Effect, Moment, Outside, Step, Stimulus, TimerKey, TimerPurpose};
use super::token::TaskToken;
use crate::event::{Event, EventKind, Fault, StateType};
use crate::limits::Limits;
use crate::payload::{Payload, PayloadRef};

/// After so many events a step ends, to let other executions run and to keep commits small; the driver then takes
/// another with [`Stimulus::Continue`].
const EVENTS_PER_STEP: usize = 1_000;

/// One step of one execution.
pub(super) struct Turn<'a> {
    pub(super) x: &'a mut Execution,
    pub(super) program: &'a Program,
    pub(super) limits: &'a Limits,
    pub(super) now_ms: i64,
    pub(super) entropy: Entropy,
    pub(super) outside: &'a dyn Outside,
    /// The token of the task that is being scheduled, which its parameters may show.
    pub(super) token: Option<TaskToken>,
    /// Frames about to enter their state; the front one runs first, so that a branch runs on until it waits.
    ready: VecDeque<FrameId>,
    first_event: u64,
    /// What a test of one state sees; `None` but in a test.
    pub(super) findings: Option<RefCell<Box<Findings>>>,
    pub(super) out: Step,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        x: &'a mut Execution,
        program: &'a Program,
        limits: &'a Limits,
        moment: Moment<'a>,
    ) -> Turn<'a> {
        let first_event = x.next_event;
        let findings = x.findings.take().map(RefCell::new);
        Turn {
            x,
            program,
            limits,
            now_ms: moment.now_ms,
            entropy: Entropy::new(moment.entropy),
            outside: moment.outside,
            token: None,
            ready: VecDeque::new(),
            first_event,
            findings,
            out: Step::default(),
        }
    }

    /// Takes the stimulus in, then runs on.
    pub(super) fn take(&mut self, stimulus: Stimulus) {
        // Only a redrive does anything about an execution that has ended, and nothing about one that has not.
        if self.x.status.is_ended() != matches!(stimulus, Stimulus::Redrive(_)) {
            return;
        }
        match stimulus {
            Stimulus::Start => self.start(),
            Stimulus::Redrive(redrive) => self.redrive(*redrive),
            Stimulus::Continue => {
                let due = |frame: &Frame| matches!(frame.phase, Phase::Ready | Phase::Stopped(_));
                let ready = self.x.frames.iter().filter(|(_, frame)| due(frame)).map(|(id, _)| *id);
                self.ready.extend(ready);
            }
            Stimulus::TaskStarted { frame, generation } => states::task::started(self, frame, generation),
            Stimulus::TaskEnded { frame, generation, result, metering } => {
                states::task::ended(self, frame, generation, result, metering);
            }
            Stimulus::JobStarted { frame, generation, handle, metering } => {
                states::job::submitted(self, frame, generation, handle, metering);
            }
            Stimulus::JobRunning { frame, generation, again_ms } => {
                states::job::running(self, frame, generation, again_ms);
            }
            Stimulus::MapRunEnded { frame, generation, result } => {
                states::map_run::ended(self, frame, generation, result);
            }
            Stimulus::TimerFired(key) => self.timer_fired(key),
            Stimulus::ActivityTaken { frame, generation, worker } => {
                states::callback::taken(self, frame, generation, worker);
            }
            Stimulus::TokenReturned { token, result } => states::callback::returned(self, token, result),
            Stimulus::TokenHeartbeat(token) => states::callback::beaten(self, token),
            Stimulus::Stop(fault) => {
                self.end(Status::Aborted(fault.clone()), EventKind::ExecutionAborted(fault))
            }
        }
        self.run();
    }

    /// Closes the step: the effects that follow from where the frames now stand.
    pub(super) fn finish(mut self) -> Step {
        if !self.x.status.is_ended() && !self.ready.is_empty() {
            self.out.effects.push(Effect::Continue);
        }
        if self.x.status.is_ended() && self.out.record_changed {
            self.out.effects.push(Effect::Ended);
        }
        self.x.findings = self.findings.map(RefCell::into_inner);
        self.out
    }

    fn start(&mut self) {
        if self.x.next_frame != 0 {
            return;
        }
        let input = self.x.info.input.clone();
        let at = self.refer(&input);
        self.emit(0, EventKind::ExecutionStarted { input: at });
        if let Some(timer) = self.x.timeout_timer(self.program, self.limits) {
            self.out.set_timers.push(timer);
        }
        self.out.record_changed = true;
        // AWS's first StateEntered follows event 0, not ExecutionStarted.
        let start = self.program.machine(self.x.info.entry).start;
        let mut frame = Frame::new(None, start, input, 0);
        frame.variables = self.given_variables();
        self.spawn(frame);
    }

    fn timer_fired(&mut self, key: TimerKey) {
        match key.purpose {
            // One of an attempt before may still be on its way.
            TimerPurpose::ExecutionTimeout if key.generation != self.x.redrives.count => {}
            TimerPurpose::ExecutionTimeout => {
                // AWS names neither error nor cause here: the status says it.
                self.end(Status::TimedOut(Fault::default()), EventKind::ExecutionTimedOut(Fault::default()));
            }
            TimerPurpose::TaskTimeout | TimerPurpose::Heartbeat => match self.x.frames.get(&key.frame) {
                Some(Frame { phase: Phase::Job(_), .. }) => states::job::timed_out(self, key),
                _ => states::callback::timer_fired(self, key),
            },
            TimerPurpose::Resume => {
                let Some(frame) = self.x.frames.get(&key.frame) else { return };
                let awaited = TimerKey { generation: frame.generation, ..key }.to_u64() == key.to_u64();
                match frame.phase {
                    Phase::Wait { due_ms } if awaited => {
                        self.out.clear_timers.push((due_ms, key));
                        states::wait::done(self, key.frame);
                    }
                    Phase::Backoff { due_ms } if awaited => {
                        self.out.clear_timers.push((due_ms, key));
                        self.work(key.frame);
                    }
                    Phase::Job(_) => states::job::due(self, key),
                    _ => {}
                }
            }
        }
    }

    fn run(&mut self) {
        while self.out.events.len() < EVENTS_PER_STEP
            && !self.x.status.is_ended()
            && let Some(id) = self.ready.pop_front()
        {
            match self.frame(id).phase {
                Phase::Stopped(_) => self.take_up(id),
                _ => self.enter(id),
            }
        }
    }

    /// Makes a frame ready that is open already, behind those that are.
    pub(super) fn make_ready(&mut self, id: FrameId) {
        self.ready.push_back(id);
    }

    /// Takes that back.
    pub(super) fn make_unready(&mut self, id: FrameId) {
        self.ready.retain(|other| *other != id);
    }

    /// Fails the execution when its history has no room for more. Looked at before whatever may go on without end:
    /// entering a state, and trying one again.
    pub(super) fn history_is_full(&mut self) -> bool {
        let most = self.limits.history_events;
        if !self.x.info.is_kept() || self.x.next_event < most {
            return false;
        }
        let cause = format!("The execution reached the maximum number of history events ({most}).");
        self.fail_execution(Fault::new(error_names::RUNTIME, cause));
        true
    }

    /// Enters the state that the frame is ready for.
    fn enter(&mut self, id: FrameId) {
        if self.history_is_full() {
            return;
        }
        let now_ms = self.now_ms;
        let state = self.state_of(id);
        let retries = self.x.test.as_ref().map(|test| test.retries);
        let frame = self.frame(id);
        frame.retries.clear();
        frame.retries.extend(retries);
        frame.entered_ms = now_ms;
        let (input, previous) = (frame.input.clone(), frame.last_event);
        let input = self.refer(&input);
        let kind = EventKind::StateEntered {
            state_type: StateType::of(&state.kind),
            name: state.name.clone(),
            input,
        };
        let event = self.emit(previous, kind);
        let frame = self.frame(id);
        frame.last_event = event;
        frame.entered_event = event;
        self.work(id);
    }

    /// Does the state's work from its start: after entering it, and again at each retry.
    pub(super) fn work(&mut self, id: FrameId) {
        let program = self.program;
        let state = self.state_of(id);
        let done = match &state.kind {
            Kind::Pass(pass) => states::pass::run(self, id, state, pass),
            Kind::Choice(choice) => states::choice::run(self, id, state, choice),
            Kind::Wait(wait) => states::wait::run(self, id, state, wait),
            Kind::Succeed => states::end::succeed(self, id, state),
            Kind::Fail(fail) => states::end::fail(self, id, fail),
            Kind::Task(task) => states::task::run(self, id, state, task),
            Kind::Parallel(parallel) => states::parallel::run(self, id, program, parallel),
            Kind::Map(map) => states::map::run(self, id, state, map),
        };
        if let Err(failure) = done {
            self.failed(id, failure);
        }
    }

    /// Leaves the state with an output and goes on.
    pub(super) fn leave(&mut self, id: FrameId, output: Payload, assigned: Variables, next: Transition) {
        let state = self.state_of(id);
        let at = self.refer(&output);
        let assigned_at = assigned.iter().map(|(name, value)| (name.clone(), self.refer(value))).collect();
        let previous = self.frame(id).last_event;
        // A Fail state ends its machine without being exited; every other type comes through here.
        let kind = EventKind::StateExited {
            state_type: StateType::of(&state.kind),
            name: state.name.clone(),
            output: at,
            assigned: assigned_at,
        };
        let event = self.emit(previous, kind);
        let frame = self.frame(id);
        frame.last_event = event;
        for (name, value) in assigned {
            match frame.variables.iter_mut().find(|(known, _)| *known == name) {
                Some((_, slot)) => *slot = value,
                None => frame.variables.push((name, value)),
            }
        }
        match self.last_transition(next) {
            Transition::To(state) => {
                let frame = self.frame(id);
                frame.state = state;
                frame.input = output;
                frame.phase = Phase::Ready;
                self.ready.push_front(id);
            }
            Transition::End => self.machine_succeeded(id, output),
        }
    }

    /// The frame's machine has ended well.
    fn machine_succeeded(&mut self, id: FrameId, output: Payload) {
        let Some(parent) = self.frame(id).parent else {
            let at = self.refer(&output);
            return self.end(Status::Succeeded { output }, EventKind::ExecutionSucceeded { output: at });
        };
        self.frame(id).phase = Phase::Done { output };
        match &self.state_of(parent.frame).kind {
            Kind::Parallel(_) => states::parallel::branch_succeeded(self, id, parent),
            Kind::Map(map) => states::map::iteration_succeeded(self, id, parent, map),
            _ => debug_assert!(false, "only Parallel and Map have children"),
        }
    }

    /// The frame's machine has failed with an error that nobody in it caught.
    pub(super) fn machine_failed(&mut self, id: FrameId, failure: Failure) {
        match &mut self.frame(id).phase {
            // It stands in its state: one that is about to enter it does not fail.
            phase @ Phase::Ready => *phase = Phase::Stopped(None),
            _ => self.stop_frame(id),
        }
        let Some(parent) = self.frame(id).parent else {
            return self.fail_execution(failure.fault);
        };
        match &self.state_of(parent.frame).kind {
            Kind::Parallel(_) => states::parallel::branch_failed(self, id, parent),
            Kind::Map(_) => states::map::iteration_failed(self, id, parent),
            _ => debug_assert!(false, "only Parallel and Map have children"),
        }
        self.failed(parent.frame, failure);
    }

    pub(super) fn fail_execution(&mut self, fault: Fault) {
        self.end(Status::Failed(fault.clone()), EventKind::ExecutionFailed(fault));
    }

    /// Ends the execution: its tasks and timers go. Of one that did not succeed the frames stay, for a redrive.
    pub(super) fn end(&mut self, status: Status, kind: EventKind) {
        // A stop comes from outside and follows no event; the other ends follow the top level's last one.
        let previous = match kind {
            EventKind::ExecutionAborted(_) | EventKind::ExecutionTimedOut(_) => 0,
            _ => self.x.frames.get(&TOP).map_or(0, |frame| frame.last_event),
        };
        self.emit(previous, kind);
        self.see_variables();
        self.x.status = status;
        self.x.stopped_ms = Some(self.now_ms);
        self.out.record_changed = true;
        let redrivable = self.x.info.is_kept() && !matches!(self.x.status, Status::Succeeded { .. });
        let ids: Vec<FrameId> = self.x.frames.keys().copied().collect();
        for id in ids {
            if redrivable { self.stop_frame(id) } else { self.drop_frame(id) }
        }
        if let Some((due_ms, key)) = self.x.timeout_timer(self.program, self.limits) {
            self.clear_timer(key, due_ms);
        }
        self.ready.clear();
    }

    /// Adds a frame and makes it ready, behind those that are.
    pub(super) fn spawn(&mut self, frame: Frame) -> FrameId {
        let id = FrameId(self.x.next_frame);
        self.x.next_frame += 1;
        self.x.frames.insert(id, frame);
        self.out.dirty.insert(id);
        self.ready.push_back(id);
        id
    }

    /// Adds an event and returns its id.
    pub(super) fn emit(&mut self, previous: u64, kind: EventKind) -> u64 {
        let id = self.x.next_event;
        self.x.next_event += 1;
        self.out.events.push(Event { id, previous, at_ms: self.now_ms, kind });
        id
    }

    /// The place of a payload in the history; a new one is written into this step's chunk.
    pub(super) fn refer(&mut self, payload: &Payload) -> PayloadRef {
        let at = refer(&mut self.out.payloads, self.first_event, payload);
        if let Some(referred) = &mut self.x.referred {
            referred.insert(at, payload.shared_text());
        }
        at
    }

    /// The frame, which changes: whoever asks for it mutably is about to change it.
    pub(super) fn frame(&mut self, id: FrameId) -> &mut Frame {
        self.out.dirty.insert(id);
        self.x.frames.get_mut(&id).expect("a frame that is worked on is open")
    }

    pub(super) fn state_of(&self, id: FrameId) -> &'a State {
        self.program.state(self.state_index(id))
    }

    fn state_index(&self, id: FrameId) -> StateIndex {
        self.x.frames.get(&id).expect("a frame that is worked on is open").state
    }
}

/// The place of `payload`, which is appended to `payloads` of the chunk that begins with `first_event` if it lies
/// nowhere yet.
pub(crate) fn refer(payloads: &mut Vec<Arc<str>>, first_event: u64, payload: &Payload) -> PayloadRef {
    if let Some(at) = payload.stored() {
        return at;
    }
    let index = u32::try_from(payloads.len()).unwrap_or(u32::MAX);
    let at = PayloadRef { chunk: first_event, index };
    payloads.push(payload.shared_text());
    payload.set_stored(at);
    at
}
