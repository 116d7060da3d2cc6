//! An execution as a value: its frames, its status, and the step that moves it on.

use std::collections::BTreeMap;
use std::sync::Arc;

use dirigent_asl::{MachineIndex, Program, StateIndex};
use dirigent_store::FrameId;

use super::callback::Stage;
use super::flow;
use super::frame::{Frame, FrameRow, Phase};
use super::info::{ExecutionInfo, Status};
use super::inspect::{Findings, StateTest};
use super::job::JobStage;
use super::map_run::{MapRun, RunItem};
use super::mocks::Mocks;
use super::redrive::Redrives;
use super::scope::{Entropy, MapItem, StateScope};
use super::stimulus::{Effect, Moment, Step, Stimulus, TaskRun, TimerKey, TimerPurpose};
use super::token::{TaskToken, TokenStatus};
use super::turn::Turn;
use crate::event::Fault;
use crate::history::Payloads;
use crate::limits::Limits;
use crate::payload::{Payload, PayloadRef};

/// A running or ended execution.
#[derive(Clone, Debug)]
pub struct Execution {
    /// What does not change.
    pub info: Arc<ExecutionInfo>,
    pub(crate) status: Status,
    pub(crate) stopped_ms: Option<i64>,
    pub(crate) redrives: Redrives,
    pub(crate) next_event: u64,
    pub(crate) next_frame: u32,
    pub(crate) frames: BTreeMap<FrameId, Frame>,
    /// What stands for its tasks' work, if it is a test case.
    pub(crate) mocks: Option<Mocks>,
    /// What a test of one state gives it; `None` but in a test.
    pub(crate) test: Option<Arc<StateTest>>,
    /// What the test has seen.
    pub(crate) findings: Option<Box<Findings>>,
    /// The texts that the events since the last look refer to; `None` where nobody wants them.
    pub(crate) referred: Option<Payloads>,
}

/// The machine of the top level.
pub(crate) const TOP_MACHINE: MachineIndex = MachineIndex(0);

/// The frame of the top level.
pub(crate) const TOP: FrameId = FrameId(0);

impl Execution {
    /// A new execution, which waits for [`Stimulus::Start`].
    #[must_use]
    pub fn new(info: ExecutionInfo) -> Execution {
        Execution {
            info: Arc::new(info),
            status: Status::Running,
            stopped_ms: None,
            redrives: Redrives::default(),
            next_event: 1,
            next_frame: 0,
            frames: BTreeMap::new(),
            mocks: None,
            test: None,
            findings: None,
            referred: None,
        }
    }

    /// A new execution, of an attempt of the Map Run whose child it is: 0, or how often that was redriven.
    #[must_use]
    pub fn in_attempt(info: ExecutionInfo, attempt: u32) -> Execution {
        let mut execution = Execution::new(info);
        execution.redrives.attempt = attempt;
        execution
    }

    /// An execution read back from the store.
    #[must_use]
    pub fn restore(
        info: ExecutionInfo,
        (status, stopped_ms): (Status, Option<i64>),
        redrives: Redrives,
        next_event: u64,
        next_frame: u32,
        frames: BTreeMap<FrameId, Frame>,
    ) -> Execution {
        Execution {
            info: Arc::new(info),
            status,
            stopped_ms,
            redrives,
            next_event,
            next_frame,
            frames,
            mocks: None,
            test: None,
            findings: None,
            referred: None,
        }
    }

    /// Keeps the texts that events refer to from now on, for [`Execution::take_referred`] to take after each step.
    pub(crate) fn keep_referred(&mut self) {
        self.referred = Some(Payloads::new());
    }

    /// The texts that the events since the last call refer to, those included that earlier events were the first to
    /// need. Empty where they are not kept.
    pub(crate) fn take_referred(&mut self) -> Payloads {
        self.referred.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Takes a stimulus and goes on until every branch waits.
    ///
    /// A stimulus for a wait that is over, or for an execution that has ended, gives an empty step.
    #[must_use]
    pub fn step(
        &mut self,
        program: &Program,
        limits: &Limits,
        stimulus: Stimulus,
        moment: Moment<'_>,
    ) -> Step {
        let mut turn = Turn::new(self, program, limits, moment);
        turn.take(stimulus);
        turn.finish()
    }

    /// What a restarted host must do for the frames as they were last made durable.
    ///
    /// Timers are not among it: the store keeps them, and they fire again until their step is durable.
    #[must_use]
    pub fn resume(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut ready = false;
        for (id, frame) in &self.frames {
            match &frame.phase {
                Phase::Ready | Phase::Stopped(_) => ready = true,
                Phase::Task { .. } | Phase::Callback(_) | Phase::Job(_) => {
                    let again = |run| Effect::RunTask(Box::new(TaskRun { recovered: true, ..run }));
                    effects.extend(self.task_run(*id).map(again));
                }
                Phase::MapRun(_) => {
                    effects.push(Effect::StartMapRun { frame: *id, generation: frame.generation });
                }
                _ => {}
            }
        }
        if ready {
            effects.push(Effect::Continue);
        }
        effects
    }

    /// The task that a frame waits for.
    pub(crate) fn task_run(&self, id: FrameId) -> Option<TaskRun> {
        let frame = self.frames.get(&id)?;
        let mut job = None;
        let (parameters, deadline_ms, heartbeat_seconds, token) = match &frame.phase {
            Phase::Task { parameters, deadline_ms, heartbeat_seconds, .. } => {
                (parameters, *deadline_ms, *heartbeat_seconds, None)
            }
            // Both clocks are timers of the frame, which go on when the plugin has ended.
            Phase::Callback(callback) => match &callback.stage {
                Stage::Submitting { parameters, .. } => {
                    let token = self.token_of(id, frame.generation, callback.nonce);
                    let deadline_ms = callback.timeout_due_ms;
                    (parameters, deadline_ms, callback.heartbeat_seconds, Some(token.to_text()))
                }
                Stage::Submitted | Stage::Queued { .. } | Stage::Taken => return None,
            },
            Phase::Job(polled) if matches!(polled.stage, JobStage::Polling) => {
                job = Some(polled.handle.clone());
                (&polled.handle, polled.deadline_ms, None, None)
            }
            _ => return None,
        };
        Some(TaskRun {
            frame: id,
            generation: frame.generation,
            state: frame.state,
            parameters: parameters.clone(),
            retry_count: frame.retry_count(),
            entered_event: frame.entered_event,
            deadline_ms,
            heartbeat_seconds,
            token,
            job,
            recovered: false,
        })
    }

    /// The Map Run that a frame waits for, and its state.
    #[must_use]
    pub fn map_run(&self, id: FrameId, generation: u32) -> Option<(MapRun, StateIndex)> {
        let frame = self.frames.get(&id).filter(|frame| frame.generation == generation)?;
        match &frame.phase {
            Phase::MapRun(run) => Some(((**run).clone(), frame.state)),
            _ => None,
        }
    }

    /// Whether the Map that a frame is in has an `ItemSelector`.
    pub(crate) fn selects_items(&self, program: &Program, id: FrameId) -> bool {
        self.frames.get(&id).is_some_and(|frame| flow::selects_items(program.state(frame.state)))
    }

    /// What a child of a Map Run is given for an item: `ItemSelector`, or else the item.
    ///
    /// # Errors
    /// What the selector raises, with AWS's words.
    pub(crate) fn map_item(
        &self,
        program: &Program,
        id: FrameId,
        input: &Payload,
        item: &RunItem,
        moment: Moment<'_>,
    ) -> Result<Payload, Fault> {
        let Some(frame) = self.frames.get(&id) else { return Ok(item.value.clone()) };
        let state = program.state(frame.state);
        if !flow::selects_items(state) {
            return Ok(item.value.clone());
        }
        let item = MapItem {
            index: item.index,
            key: item.key.as_deref(),
            value: item.value.value(),
            source: Some(&item.source),
        };
        let entropy = Entropy::new(moment.entropy);
        let scope = StateScope::new(self, program, id, input, &entropy, moment.now_ms);
        flow::item(scope, state, item)
            .map_err(|failure| failure.located_fault(&state.name, frame.entered_event))
    }

    fn token_of(&self, frame: FrameId, generation: u32, nonce: u128) -> TaskToken {
        TaskToken { execution: self.info.id, frame, generation, nonce }
    }

    /// The token of the wait that a frame is in.
    pub(crate) fn awaited_token(&self, frame: FrameId, generation: u32) -> Option<TaskToken> {
        let waiting = self.frames.get(&frame).filter(|frame| frame.generation == generation)?;
        let Phase::Callback(callback) = &waiting.phase else { return None };
        Some(self.token_of(frame, generation, callback.nonce))
    }

    /// Whether what a task with a token has begun with has not ended yet.
    pub(crate) fn is_submitting(&self, frame: FrameId, generation: u32) -> bool {
        let waiting = self.frames.get(&frame).filter(|frame| frame.generation == generation);
        let submitting =
            |callback: &super::callback::Callback| matches!(callback.stage, Stage::Submitting { .. });
        waiting.is_some_and(|frame| matches!(&frame.phase, Phase::Callback(callback) if submitting(callback)))
    }

    /// The state that a frame is in, and when it was entered, in Unix milliseconds.
    pub(crate) fn standing(&self, frame: FrameId) -> Option<(StateIndex, i64)> {
        self.frames.get(&frame).map(|frame| (frame.state, frame.entered_ms))
    }

    /// Whether a token's task waits.
    #[must_use]
    pub fn token_status(&self, token: &TaskToken) -> TokenStatus {
        let frame = self.frames.get(&token.frame).filter(|frame| frame.generation == token.generation);
        match frame.map(|frame| &frame.phase) {
            // Nobody has the token of a task that is still in its queue.
            Some(Phase::Callback(callback)) if matches!(callback.stage, Stage::Queued { .. }) => {
                TokenStatus::Unknown
            }
            Some(Phase::Callback(callback)) if callback.nonce == token.nonce => TokenStatus::Open,
            Some(Phase::Callback(_)) => TokenStatus::Unknown,
            _ => TokenStatus::Closed,
        }
    }

    /// The task of an activity that a frame has in its queue: its token and its input.
    #[must_use]
    pub fn queued_task(&self, frame: FrameId, generation: u32) -> Option<(TaskToken, Payload)> {
        let waiting = self.frames.get(&frame).filter(|frame| frame.generation == generation)?;
        let Phase::Callback(callback) = &waiting.phase else { return None };
        let Stage::Queued { input, .. } = &callback.stage else { return None };
        Some((self.token_of(frame, generation, callback.nonce), input.clone()))
    }

    /// The token that a frame's state may show in its context object.
    pub(crate) fn shown_token(&self, id: FrameId) -> Option<TaskToken> {
        let frame = self.frames.get(&id)?;
        let Phase::Callback(callback) = &frame.phase else { return None };
        let submitted = matches!(callback.stage, Stage::Submitting { .. } | Stage::Submitted);
        submitted.then(|| self.token_of(id, frame.generation, callback.nonce))
    }

    /// How it stands.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// When it ended, in Unix milliseconds.
    #[must_use]
    pub fn stopped_ms(&self) -> Option<i64> {
        self.stopped_ms
    }

    /// How often it was redriven, and when.
    #[must_use]
    pub fn redrives(&self) -> &Redrives {
        &self.redrives
    }

    /// The id that the next event will have.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        self.next_event
    }

    /// Whether a restarted host must load it by itself, because some frame waits for more than a timer.
    #[must_use]
    pub fn needs_host(&self) -> bool {
        self.frames.values().any(Frame::needs_host)
    }

    /// Whether that frame is such a one.
    pub(crate) fn frame_needs_host(&self, id: FrameId) -> bool {
        self.frames.get(&id).is_some_and(Frame::needs_host)
    }

    /// A frame as it is kept at rest.
    #[must_use]
    pub fn frame_row(
        &self,
        id: FrameId,
        program: &Program,
        refer: &mut dyn FnMut(&Payload) -> PayloadRef,
    ) -> Option<FrameRow> {
        self.frames.get(&id).map(|frame| FrameRow::of(frame, program, refer))
    }

    /// The timer of the execution's own time-out.
    pub(crate) fn timeout_timer(&self, program: &Program, limits: &Limits) -> Option<(i64, TimerKey)> {
        // The definition's time-out is the parent's, not its Map's children's.
        let machine = program.timeout_seconds().filter(|_| self.info.entry == TOP_MACHINE);
        let seconds = match (machine, self.info.express) {
            (seconds, true) => Some(seconds.unwrap_or(u64::MAX).min(limits.express_seconds)),
            (seconds, false) => seconds,
        }?;
        // A redrive begins the time anew.
        let Redrives { count, last_ms, .. } = self.redrives;
        let since_ms = last_ms.unwrap_or(self.info.started_ms);
        let due_ms = since_ms.saturating_add_unsigned(seconds.saturating_mul(1000));
        Some((due_ms, TimerKey { frame: TOP, generation: count, purpose: TimerPurpose::ExecutionTimeout }))
    }
}
