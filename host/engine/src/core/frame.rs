//! A frame: one line of control of an execution, such as the top level, a branch, or a Map's iteration.

use std::sync::Arc;

use dirigent_asl::{Program, StateIndex};
use dirigent_store::FrameId;
use serde::{Deserialize, Serialize};

use super::callback::{Callback, CallbackRow, Stage};
use super::job::{Job, JobRow, JobStage};
use super::map_run::{MapRun, MapRunRow};
use crate::payload::{Payload, PayloadRef};

/// Where a line of control stands. A phase holds just what that phase needs.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The frame that waits for this one, and this one's place among its children; the top level has none.
    pub(crate) parent: Option<Parent>,
    /// The state it is in, or about to enter.
    pub(crate) state: StateIndex,
    /// The state's input, before `InputPath`.
    pub(crate) input: Payload,
    /// The last event of this line, which the next one names as `previousEventId`.
    pub(crate) last_event: u64,
    /// The event with which the state was entered.
    pub(crate) entered_event: u64,
    /// When that was.
    pub(crate) entered_ms: i64,
    /// How often each retrier of the state has been used.
    pub(crate) retries: Vec<u32>,
    /// Counts this frame's waits, so that what comes too late is known as such.
    pub(crate) generation: u32,
    /// Variables set in this line; outer ones are found through `parent`.
    pub(crate) variables: Variables,
    /// The item, where this frame is a Map's iteration.
    pub(crate) item: Option<Payload>,
    /// What it is doing.
    pub(crate) phase: Phase,
}

/// Variables by name, in the order of their first assignment.
pub(crate) type Variables = Vec<(Arc<str>, Payload)>;

/// Who waits for a frame.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Parent {
    pub(crate) frame: FrameId,
    /// Index of the branch or the item.
    pub(crate) slot: u32,
}

/// What a frame is doing.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// About to enter its state.
    Ready,
    /// A task runs.
    Task { parameters: Payload, started: bool, deadline_ms: Option<i64>, heartbeat_seconds: Option<u64> },
    /// A Wait state waits.
    Wait { due_ms: i64 },
    /// A retrier waits before the next attempt.
    Backoff { due_ms: i64 },
    /// Branches run; each is a frame of its own.
    Parallel { open: u32 },
    /// Iterations run; each is a frame of its own.
    Map(MapProgress),
    /// Done, and waiting for its siblings.
    Done { output: Payload },
    /// A Map Run runs; its children are executions of their own.
    MapRun(Box<MapRun>),
    /// A task waits for a caller from outside.
    Callback(Callback),
    /// A job goes on outside.
    Job(Box<Job>),
    /// Given up, in an execution that did not succeed. A redrive goes on with the phase within, where children do the work
    /// or the state was not entered yet; without one it does the state's work from its start.
    Stopped(Option<Box<Phase>>),
}

/// How far a Map is. Items and results are not kept here: a step's cost must not grow with their number.
#[derive(Clone, Debug)]
pub(crate) struct MapProgress {
    /// The array.
    pub(crate) items: Payload,
    /// The state's effective input, which `ItemSelector` sees.
    pub(crate) input: Payload,
    pub(crate) length: u32,
    pub(crate) next: u32,
    pub(crate) running: u32,
    pub(crate) concurrency: u32,
}

impl Frame {
    pub(crate) fn new(parent: Option<Parent>, state: StateIndex, input: Payload, last_event: u64) -> Frame {
        Frame {
            parent,
            state,
            input,
            last_event,
            entered_event: 0,
            entered_ms: 0,
            retries: Vec::new(),
            generation: 0,
            variables: Vec::new(),
            item: None,
            phase: Phase::Ready,
        }
    }

    /// How often the state has been retried, over all its retriers.
    pub(crate) fn retry_count(&self) -> u32 {
        self.retries.iter().sum()
    }

    /// Whether the frame waits for something that a restarted host must start again: anything but a timer, which the
    /// store keeps, and children, which are frames themselves.
    pub(crate) fn needs_host(&self) -> bool {
        match &self.phase {
            Phase::Ready | Phase::Task { .. } | Phase::MapRun(_) | Phase::Stopped(_) => true,
            Phase::Callback(callback) => matches!(callback.stage, Stage::Submitting { .. }),
            Phase::Job(job) => matches!(job.stage, JobStage::Polling),
            _ => false,
        }
    }
}

/// A frame at rest: payloads by reference, the state by its place in the definition, which any version of the
/// compiler finds again.
#[derive(Debug, Deserialize, Serialize)]
pub struct FrameRow {
    parent: Option<Parent>,
    state: String,
    input: PayloadRef,
    last_event: u64,
    entered_event: u64,
    entered_ms: i64,
    retries: Vec<u32>,
    generation: u32,
    variables: Vec<(Arc<str>, PayloadRef)>,
    item: Option<PayloadRef>,
    phase: PhaseRow,
}

#[derive(Debug, Deserialize, Serialize)]
enum PhaseRow {
    Ready,
    Task {
        parameters: PayloadRef,
        started: bool,
        deadline_ms: Option<i64>,
        heartbeat_seconds: Option<u64>,
    },
    Wait {
        due_ms: i64,
    },
    Backoff {
        due_ms: i64,
    },
    Parallel {
        open: u32,
    },
    Map {
        items: PayloadRef,
        input: PayloadRef,
        length: u32,
        next: u32,
        running: u32,
        concurrency: u32,
    },
    Done {
        output: PayloadRef,
    },
    MapRun(MapRunRow),
    Callback(CallbackRow),
    // Phases at rest are numbered by their place here, so new ones come last.
    Stopped(Option<Box<PhaseRow>>),
    /// A Map Run that has been redriven so often.
    RedrivenMapRun(MapRunRow, u32),
    Job(JobRow),
}

impl FrameRow {
    /// The frame at rest. `refer` gives the place of a payload in the history, writing it there if it is new.
    pub(crate) fn of(
        frame: &Frame,
        program: &Program,
        refer: &mut dyn FnMut(&Payload) -> PayloadRef,
    ) -> FrameRow {
        FrameRow {
            parent: frame.parent,
            state: program.state(frame.state).location.clone(),
            input: refer(&frame.input),
            last_event: frame.last_event,
            entered_event: frame.entered_event,
            entered_ms: frame.entered_ms,
            retries: frame.retries.clone(),
            generation: frame.generation,
            variables: frame.variables.iter().map(|(name, value)| (name.clone(), refer(value))).collect(),
            item: frame.item.as_ref().map(&mut *refer),
            phase: PhaseRow::of(&frame.phase, refer),
        }
    }

    /// The place of its state in the definition, as a JSON pointer.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.state
    }

    /// Every payload that the frame refers to.
    #[must_use]
    pub fn payloads(&self) -> Vec<PayloadRef> {
        let mut refs = vec![self.input];
        refs.extend(self.variables.iter().map(|(_, at)| *at));
        refs.extend(self.item);
        self.phase.payloads(&mut refs);
        refs
    }

    /// The frame again. `None` when its state is not in `program`, or a payload is missing.
    pub fn restore(
        self,
        program: &Program,
        payload: &dyn Fn(PayloadRef) -> Option<Payload>,
    ) -> Option<Frame> {
        let place = program.states().iter().position(|state| state.location == self.state)?;
        Some(Frame {
            parent: self.parent,
            state: StateIndex(u32::try_from(place).ok()?),
            input: payload(self.input)?,
            last_event: self.last_event,
            entered_event: self.entered_event,
            entered_ms: self.entered_ms,
            retries: self.retries,
            generation: self.generation,
            variables: self
                .variables
                .into_iter()
                .map(|(name, at)| Some((name, payload(at)?)))
                .collect::<Option<_>>()?,
            item: match self.item {
                Some(at) => Some(payload(at)?),
                None => None,
            },
            phase: self.phase.restore(payload)?,
        })
    }
}

impl PhaseRow {
    fn of(phase: &Phase, refer: &mut dyn FnMut(&Payload) -> PayloadRef) -> PhaseRow {
        match phase {
            Phase::Ready => PhaseRow::Ready,
            Phase::Task { parameters, started, deadline_ms, heartbeat_seconds } => PhaseRow::Task {
                parameters: refer(parameters),
                started: *started,
                deadline_ms: *deadline_ms,
                heartbeat_seconds: *heartbeat_seconds,
            },
            Phase::Wait { due_ms } => PhaseRow::Wait { due_ms: *due_ms },
            Phase::Backoff { due_ms } => PhaseRow::Backoff { due_ms: *due_ms },
            Phase::Parallel { open } => PhaseRow::Parallel { open: *open },
            Phase::Map(map) => PhaseRow::Map {
                items: refer(&map.items),
                input: refer(&map.input),
                length: map.length,
                next: map.next,
                running: map.running,
                concurrency: map.concurrency,
            },
            Phase::Done { output } => PhaseRow::Done { output: refer(output) },
            Phase::MapRun(run) if run.redrives > 0 => {
                PhaseRow::RedrivenMapRun(MapRunRow::of(run, refer), run.redrives)
            }
            Phase::MapRun(run) => PhaseRow::MapRun(MapRunRow::of(run, refer)),
            Phase::Callback(callback) => PhaseRow::Callback(CallbackRow::of(callback, refer)),
            Phase::Job(job) => PhaseRow::Job(JobRow::of(job, refer)),
            Phase::Stopped(rest) => {
                PhaseRow::Stopped(rest.as_ref().map(|phase| Box::new(PhaseRow::of(phase, refer))))
            }
        }
    }

    fn payloads(&self, refs: &mut Vec<PayloadRef>) {
        match self {
            PhaseRow::Task { parameters, .. } => refs.push(*parameters),
            PhaseRow::Map { items, input, .. } => refs.extend([*items, *input]),
            PhaseRow::Done { output } => refs.push(*output),
            PhaseRow::MapRun(run) | PhaseRow::RedrivenMapRun(run, _) => refs.extend(run.payloads()),
            PhaseRow::Callback(callback) => refs.extend(callback.payload()),
            PhaseRow::Job(job) => refs.push(job.payload()),
            PhaseRow::Stopped(Some(phase)) => phase.payloads(refs),
            PhaseRow::Ready
            | PhaseRow::Wait { .. }
            | PhaseRow::Backoff { .. }
            | PhaseRow::Parallel { .. }
            | PhaseRow::Stopped(None) => {}
        }
    }

    fn restore(self, payload: &dyn Fn(PayloadRef) -> Option<Payload>) -> Option<Phase> {
        Some(match self {
            PhaseRow::Ready => Phase::Ready,
            PhaseRow::Task { parameters, started, deadline_ms, heartbeat_seconds } => {
                Phase::Task { parameters: payload(parameters)?, started, deadline_ms, heartbeat_seconds }
            }
            PhaseRow::Wait { due_ms } => Phase::Wait { due_ms },
            PhaseRow::Backoff { due_ms } => Phase::Backoff { due_ms },
            PhaseRow::Parallel { open } => Phase::Parallel { open },
            PhaseRow::Map { items, input, length, next, running, concurrency } => Phase::Map(MapProgress {
                items: payload(items)?,
                input: payload(input)?,
                length,
                next,
                running,
                concurrency,
            }),
            PhaseRow::Done { output } => Phase::Done { output: payload(output)? },
            PhaseRow::MapRun(run) => Phase::MapRun(Box::new(run.restore(payload)?)),
            PhaseRow::RedrivenMapRun(run, redrives) => {
                Phase::MapRun(Box::new(super::map_run::MapRun { redrives, ..run.restore(payload)? }))
            }
            PhaseRow::Callback(callback) => Phase::Callback(callback.restore(payload)?),
            PhaseRow::Job(job) => Phase::Job(Box::new(job.restore(payload)?)),
            PhaseRow::Stopped(None) => Phase::Stopped(None),
            PhaseRow::Stopped(Some(phase)) => Phase::Stopped(Some(Box::new(phase.restore(payload)?))),
        })
    }
}
