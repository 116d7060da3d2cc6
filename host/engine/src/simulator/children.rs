//! Map Runs in the simulator: children run to their ends one after the other, under a clock of their own.

use std::collections::BTreeMap;

use dirigent_asl::{Kind, Program};
use dirigent_store::FrameId;

use super::callers::World;
use super::{START_MS, info, task};
use crate::core::{Effect, Execution, MapRunItems, Moment, RunItem, Status, Stimulus};
use crate::event::Fault;
use crate::limits::Limits;
use crate::payload::Payload;

/// The result of the run that a frame waits for; that of the first child that fails is the run's error.
pub(super) fn map_run(
    parent: &Execution,
    program: &Program,
    frame: FrameId,
    generation: u32,
    redrives: u32,
) -> Result<Payload, Fault> {
    let Some((run, state)) = parent.map_run(frame, generation) else { return Err(Fault::default()) };
    let Kind::Map(map) = &program.state(state).kind else { panic!("only Maps have runs") };
    let MapRunItems::Given(items) = &run.items else { panic!("the simulator reads no objects") };
    let world = World::default();
    let moment = Moment { now_ms: START_MS, entropy: 1, outside: &world };
    let mut results = Vec::new();
    for (index, item) in (0..).zip(items.value().as_array().into_iter().flatten()) {
        let value = Payload::from_value(item.clone());
        let item = RunItem { index, value, key: None, source: "STATE_DATA".into() };
        let input = parent.map_item(program, frame, &run.input, &item, moment)?;
        let mut child = Execution::new(crate::core::ExecutionInfo {
            entry: map.processor,
            ..info(parent.info.id, input.detached())
        });
        results.push(run_child(&mut child, program, redrives)?.detached());
    }
    Ok(Payload::array(&results))
}

fn run_child(child: &mut Execution, program: &Program, redrives: u32) -> Result<Payload, Fault> {
    let limits = Limits::aws();
    let world = World::default();
    let mut now_ms = START_MS;
    let mut stimuli = vec![Stimulus::Start];
    let mut timers = BTreeMap::new();
    loop {
        let stimulus = match stimuli.pop() {
            Some(stimulus) => stimulus,
            None => {
                let ((due_ms, key), ()) = timers.pop_first().expect("a child that runs waits for something");
                now_ms = now_ms.max(due_ms);
                Stimulus::TimerFired(key)
            }
        };
        let moment = Moment { now_ms, entropy: 1, outside: &world };
        let step = child.step(program, &limits, stimulus, moment);
        match child.status() {
            Status::Running => {}
            Status::Succeeded { output } => return Ok(output.clone()),
            Status::Failed(fault) | Status::TimedOut(fault) | Status::Aborted(fault) => {
                return Err(fault.clone());
            }
        }
        timers.extend(step.set_timers.into_iter().map(|timer| (timer, ())));
        for timer in &step.clear_timers {
            timers.remove(timer);
        }
        for effect in step.effects {
            stimuli.extend(match effect {
                Effect::RunTask(run) => Some(Stimulus::TaskEnded {
                    frame: run.frame,
                    generation: run.generation,
                    result: task(program, &run, redrives),
                    metering: None,
                }),
                Effect::StartMapRun { frame, generation } => {
                    let result = map_run(child, program, frame, generation, redrives);
                    Some(Stimulus::MapRunEnded { frame, generation, result })
                }
                Effect::Continue => Some(Stimulus::Continue),
                _ => None,
            });
        }
    }
}
