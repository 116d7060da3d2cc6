//! The simulator: the sans-IO core under virtual time and a seeded schedule, with crashes between any two effects.
//!
//! The same seed gives the same run. What it does is what the driver does: step, commit, effects; only that the clock,
//! the tasks and the order in which things happen are its own, and that it can lose its memory at any point.

mod callback_cases;
mod callers;
mod cases;
mod children;
mod generated;
mod jobs;
mod journaling;
mod outcome;
mod redrive_cases;
mod runs;
mod tasks;

use std::sync::Arc;

use dirigent_asl::Program;
use dirigent_store::{Batch, ExecutionId, FrameId, MachineId, MemoryStore, Store};
use serde_json::Value;

use callers::{Callers, World};
use jobs::Jobs;
use journaling::Journaling;
use outcome::{Ended, assert_shape, outline};
use tasks::task;

use crate::activities::queue;
use crate::core::{
    Effect, Execution, ExecutionInfo, Moment, Redrive, Status, Step, Stimulus, TaskRun, TimerKey,
};
use crate::limits::Limits;
use crate::payload::Payload;
use crate::recover;
use crate::rows::{self, ExecutionRow, StatusRow};

/// Longer than any case takes; a run that gets there does not end.
const MAX_ACTIONS: usize = 20_000;

/// No task takes longer than that, so later timers come after all tasks that are under way.
const LONGEST_TASK_MS: i64 = 24 * 60 * 60 * 1000;

const START_MS: i64 = 1_700_000_000_000;

/// At which action, counted from 0, the host crashes, and on which side of the commit.
#[derive(Clone, Copy, Debug)]
struct Crash {
    action: usize,
    committed: bool,
}

/// What is there to be done next.
#[derive(Clone, Debug)]
enum Pending {
    Task(TaskRun),
    Continue,
    Timer(i64, TimerKey),
    /// Frame and generation.
    MapRun(FrameId, u32),
}

struct Simulator<'a> {
    program: &'a Program,
    limits: Limits,
    rng: fastrand::Rng,
    now_ms: i64,
    store: MemoryStore,
    id: ExecutionId,
    input: Payload,
    execution: Execution,
    pending: Vec<Pending>,
    /// How often each task ran, for tasks that fail at first.
    crash: Option<Crash>,
    actions: usize,
    attended: Option<bool>,
    world: World,
    callers: Callers,
    /// Places in queues of activities that have workers.
    queued: Vec<(FrameId, u32)>,
    journaling: Journaling,
    jobs: Jobs,
    /// How often it is redriven, if it does not succeed before.
    redrives: u32,
    redrive: Redrive,
}

fn info(id: ExecutionId, input: Payload) -> ExecutionInfo {
    ExecutionInfo {
        id,
        arn: "arn:aws:states:us-east-1:000000000000:execution:m:x".into(),
        name: "x".into(),
        state_machine_arn: "arn:aws:states:us-east-1:000000000000:stateMachine:m".into(),
        state_machine_name: "m".into(),
        role_arn: "arn:aws:iam::000000000000:role/r".into(),
        input,
        started_ms: START_MS,
        express: false,
        kept_run: None,
        entry: crate::core::TOP_MACHINE,
    }
}

impl<'a> Simulator<'a> {
    fn new(program: &'a Program, input: &Value, seed: u64, crash: Option<Crash>) -> Simulator<'a> {
        let id = ExecutionId::new(MachineId(1), 1);
        let input = Payload::from_value(input.clone());
        Simulator {
            program,
            limits: Limits::aws(),
            rng: fastrand::Rng::with_seed(seed),
            now_ms: START_MS,
            store: MemoryStore::default(),
            id,
            execution: Execution::new(info(id, input.clone())),
            input,
            pending: Vec::new(),
            crash,
            actions: 0,
            attended: None,
            world: World::default(),
            callers: Callers::default(),
            queued: Vec::new(),
            journaling: Journaling::default(),
            jobs: Jobs::default(),
            redrives: 0,
            redrive: Redrive::default(),
        }
    }

    fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Redriven so often, unless it succeeds before.
    fn redriven(mut self, redrives: u32) -> Self {
        self.redrives = redrives;
        self
    }

    /// Runs to the end.
    async fn run(mut self) -> Ended {
        self.act(Stimulus::Start).await;
        loop {
            while !self.execution.status().is_ended() {
                assert!(self.actions < MAX_ACTIONS, "the run does not end");
                let stimulus = self.choose();
                if let Some(stimulus) = self.write_journal(stimulus).await {
                    self.act(stimulus).await;
                }
                self.cancel_jobs().await;
            }
            let succeeded = matches!(self.execution.status(), Status::Succeeded { .. });
            while self.cancel_jobs().await {}
            if succeeded || self.execution.redrives().count >= self.redrives {
                return self.check().await;
            }
            self.act(Stimulus::Redrive(Box::new(self.redrive.clone()))).await;
        }
    }

    /// Takes one of the pending things: any task or continuation, or else the earliest timer.
    fn choose(&mut self) -> Stimulus {
        let now: Vec<usize> = (0..self.pending.len())
            .filter(|index| !matches!(self.pending[*index], Pending::Timer(..)))
            .collect();
        // Who is outside acts in the order of time, between the timers.
        let timer = self.pending.iter().filter_map(|pending| match pending {
            Pending::Timer(due_ms, _) => Some(*due_ms),
            _ => None,
        });
        let caller = self.callers.earliest().filter(|at_ms| timer.min().is_none_or(|due_ms| *at_ms < due_ms));
        let outside = self.rng.u8(..4) == 0;
        if !self.queued.is_empty() && (now.is_empty() || outside) {
            let (frame, generation) = self.queued.swap_remove(self.rng.usize(..self.queued.len()));
            return Stimulus::ActivityTaken { frame, generation, worker: None };
        }
        if caller.is_some() && (now.is_empty() || outside) {
            let (at_ms, stimulus) = self.callers.act();
            self.now_ms = self.now_ms.max(at_ms);
            return stimulus;
        }
        let earliest = (0..self.pending.len())
            .filter_map(|index| match self.pending[index] {
                Pending::Timer(due_ms, key) => Some((due_ms, key, index)),
                _ => None,
            })
            .min();
        // Now and then a timer comes before a task that is under way, if one is left at all.
        let overtakes = |earliest: Option<(i64, TimerKey, usize)>| {
            caller.is_none() && earliest.is_some_and(|(due_ms, ..)| due_ms < self.now_ms + LONGEST_TASK_MS)
        };
        let chosen = match (now.is_empty(), earliest) {
            (false, earliest) if !overtakes(earliest) || self.rng.u8(..4) > 0 => {
                now[self.rng.usize(..now.len())]
            }
            (_, Some((.., index))) => index,
            _ => panic!("nothing is pending, and the execution has not ended: {:?}", self.execution),
        };
        match self.pending.swap_remove(chosen) {
            Pending::Continue => Stimulus::Continue,
            Pending::MapRun(frame, generation) => {
                let result =
                    children::map_run(&self.execution, self.program, frame, generation, self.times());
                Stimulus::MapRunEnded { frame, generation, result }
            }
            Pending::Timer(due_ms, key) => {
                self.now_ms = self.now_ms.max(due_ms);
                Stimulus::TimerFired(key)
            }
            Pending::Task(run) => {
                self.now_ms += self.rng.i64(0..50);
                if let Some(stimulus) = self.jobs.ask(&self.execution, self.program, &run) {
                    return stimulus;
                }
                Stimulus::TaskEnded {
                    frame: run.frame,
                    generation: run.generation,
                    result: task(self.program, &run, self.times()),
                    metering: None,
                }
            }
        }
    }

    fn times(&self) -> u32 {
        self.execution.redrives().count
    }

    /// Step, commit, effects, with the crash where it is due.
    async fn act(&mut self, stimulus: Stimulus) {
        let action = self.actions;
        self.actions += 1;
        let crash = self.crash.filter(|crash| crash.action == action);
        let start = matches!(stimulus, Stimulus::Start);
        let moment = Moment { now_ms: self.now_ms, entropy: self.rng.u64(..), outside: &self.world };
        let taken = match &stimulus {
            Stimulus::ActivityTaken { frame, generation, .. } => {
                self.execution.queued_task(*frame, *generation)
            }
            _ => None,
        };
        let mut step = self.execution.step(self.program, &self.limits, stimulus, moment);
        assert_shape(&step);
        let over = self.journaling.book.settle(&self.execution, &step);
        let mut change =
            rows::change(&self.execution, self.program, &mut step, 1, Some(Vec::new()), &mut self.attended)
                .expect("rows encode");
        change.create_as = start.then(|| "x".to_owned());
        if crash.is_some_and(|crash| !crash.committed) {
            return self.crash(start).await;
        }
        if !step.is_empty() {
            let queue = step.queue.iter().map(|change| queue::change(self.id, change));
            let catalog = queue.chain(over).chain(jobs::rows(&self.execution, self.program, &step)).collect();
            self.store
                .commit(Batch { executions: vec![change], catalog })
                .await
                .expect("the store takes the commit");
            self.journaling.committed(&step, self.execution.status().is_ended());
            self.jobs.committed(&self.execution, &step);
        }
        if crash.is_some() {
            return self.crash(false).await;
        }
        // A worker has its answer when its task is durably taken, and not if the host goes just then.
        if let (Some((token, input)), false) = (taken, step.is_empty()) {
            self.callers.taken(token, &input, self.now_ms);
        }
        self.callers.answered();
        self.note(&step);
        self.check_journals().await;
        if !step.queue.is_empty() {
            self.read_queues().await;
        }
    }

    /// Keeps what is to be done. Timers are read from the store, as after a crash, to show that they are all there.
    fn note(&mut self, step: &Step) {
        for effect in &step.effects {
            match effect {
                Effect::RunTask(run) => {
                    self.callers.handed(self.program, run, self.now_ms);
                    self.pending.push(Pending::Task((**run).clone()));
                }
                Effect::Continue => self.pending.push(Pending::Continue),
                Effect::StartMapRun { frame, generation } => {
                    self.pending.push(Pending::MapRun(*frame, *generation));
                }
                // Its end would come too late, which a step ignores; that it does is part of what is tested.
                Effect::CancelMapRun { .. } | Effect::StopStarted { .. } => {}
                Effect::CancelTask { frame, generation } => self.pending.retain(|pending| {
                    !matches!(pending, Pending::Task(run) if run.frame == *frame && run.generation == *generation)
                }),
                Effect::Ended => {}
            }
        }
        let rng = &mut self.rng;
        self.pending.retain(|pending| match pending {
            // A timer that is cleared may be on its way already.
            Pending::Timer(_, key) => {
                !step.clear_timers.iter().any(|(_, cleared)| cleared == key) || rng.u8(..4) == 0
            }
            _ => true,
        });
        self.pending.extend(step.set_timers.iter().map(|(due_ms, key)| Pending::Timer(*due_ms, *key)));
    }

    /// What workers would find if they asked now.
    async fn read_queues(&mut self) {
        self.queued.clear();
        for (activity, id, frame, generation) in queue::all(&self.store).await {
            assert_eq!(id, self.id);
            assert!(
                self.execution.queued_task(frame, generation).is_some(),
                "a place in a queue has a task that waits"
            );
            if activity != "idle" {
                self.queued.push((frame, generation));
            }
        }
    }

    /// All memory is lost; the store says how to go on.
    async fn crash(&mut self, never_started: bool) {
        self.pending.clear();
        self.callers.cut_off();
        self.attended = None;
        if never_started {
            // Nothing of it was durable and nobody was told, so the client tries again.
            self.journaling = Journaling::default();
            self.execution = Execution::new(info(self.id, self.input.detached()));
            self.crash = None;
            return Box::pin(self.act(Stimulus::Start)).await;
        }
        let row = ExecutionRow::decode(&self.store.record(self.id).await.expect("reads").expect("exists"))
            .expect("decodes");
        if let StatusRow::Succeeded(_) = row.status {
            self.execution.status = Status::Succeeded { output: Payload::empty_object() };
            return;
        }
        self.execution =
            recover::execution(&self.store, &row, self.program, info(self.id, self.input.detached()))
                .await
                .expect("recovers");
        if self.execution.status().is_ended() {
            return;
        }
        self.journaling.restart(&self.store, self.id).await;
        let attention = self.store.attention(None, 10).await.expect("reads");
        assert_eq!(attention.contains(&self.id), self.execution.needs_host(), "attention is kept true");
        let effects = Step { effects: self.execution.resume(), ..Step::default() };
        assert!(
            effects.effects.is_empty() || self.execution.needs_host(),
            "what a host must start again has its attention"
        );
        self.note(&effects);
        for timer in self.store.timers(None, i64::MAX, 10_000).await.expect("reads") {
            let key = TimerKey::from_u64(timer.key).expect("a known key");
            self.pending.push(Pending::Timer(timer.due_ms, key));
        }
        self.read_queues().await;
    }
}

fn compile(definition: &Value) -> Arc<Program> {
    let (program, diagnostics) = Program::compile(definition);
    Arc::new(program.unwrap_or_else(|| panic!("{diagnostics:?}")))
}
