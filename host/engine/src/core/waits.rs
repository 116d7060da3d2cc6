//! What frames wait for: waits that begin, and what becomes of them when a frame goes or is stopped.

use dirigent_asl::StateIndex;
use dirigent_store::FrameId;

use super::frame::{Frame, Phase};
use super::states;
use super::stimulus::{Effect, TimerKey, TimerPurpose};
use super::turn::Turn;

/// Where a frame stands, as whoever gives up what it waits for has to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) generation: u32,
    pub(crate) state: StateIndex,
    pub(crate) retry_count: u32,
    pub(crate) entered_event: u64,
}

impl Frame {
    pub(super) fn at(&self) -> At {
        At {
            generation: self.generation,
            state: self.state,
            retry_count: self.retry_count(),
            entered_event: self.entered_event,
        }
    }
}

impl Turn<'_> {
    /// Drops a frame and what it waits for.
    pub(super) fn drop_frame(&mut self, id: FrameId) {
        let Some(frame) = self.x.frames.remove(&id) else { return };
        self.give_up(id, &frame.phase, frame.at());
        self.make_unready(id);
        self.out.dirty.remove(&id);
        self.out.dropped.insert(id);
    }

    /// Gives up what a frame waits for, and keeps the frame for a redrive. One that is done stays so.
    pub(super) fn stop_frame(&mut self, id: FrameId) {
        let Some(frame) = self.x.frames.get_mut(&id) else { return };
        if matches!(frame.phase, Phase::Done { .. } | Phase::Stopped(_)) {
            return;
        }
        let at = frame.at();
        let phase = std::mem::replace(&mut frame.phase, Phase::Stopped(None));
        self.give_up(id, &phase, at);
        self.make_unready(id);
        if let Phase::Ready | Phase::Parallel { .. } | Phase::Map(_) | Phase::MapRun(_) = phase {
            self.frame(id).phase = Phase::Stopped(Some(Box::new(phase)));
        }
        self.out.dirty.insert(id);
    }

    /// Ends what a frame in that phase has under way outside.
    fn give_up(&mut self, id: FrameId, phase: &Phase, at: At) {
        let At { generation, state, .. } = at;
        match phase {
            Phase::Task { .. } => self.out.effects.push(Effect::CancelTask { frame: id, generation }),
            Phase::MapRun(run) => self.out.effects.push(Effect::CancelMapRun { run: run.id.clone() }),
            Phase::Wait { due_ms } | Phase::Backoff { due_ms } => {
                let key = TimerKey { frame: id, generation, purpose: TimerPurpose::Resume };
                self.clear_timer(key, *due_ms);
            }
            Phase::Callback(callback) => {
                let kind = &self.program.state(state).kind;
                states::callback::dropped(self, id, generation, kind, callback);
            }
            Phase::Job(job) => states::job::dropped(self, id, at, job),
            _ => {}
        }
    }

    pub(super) fn clear_timer(&mut self, key: TimerKey, due_ms: i64) {
        // A timer that this very step was about to set never gets there.
        let before = self.out.set_timers.len();
        self.out.set_timers.retain(|(_, set)| *set != key);
        if self.out.set_timers.len() == before {
            self.out.clear_timers.push((due_ms, key));
        }
    }

    /// Makes the frame wait anew: what came for earlier waits is too late from now on.
    pub(super) fn wait_for(&mut self, id: FrameId, phase: Phase) -> u32 {
        let frame = self.frame(id);
        frame.generation = frame.generation.wrapping_add(1);
        let generation = frame.generation;
        let due = match &phase {
            Phase::Wait { due_ms } | Phase::Backoff { due_ms } => Some(*due_ms),
            Phase::Job(job) => job.due_ms(),
            _ => None,
        };
        frame.phase = phase;
        if let Some(due_ms) = due {
            let key = TimerKey { frame: id, generation, purpose: TimerPurpose::Resume };
            self.out.set_timers.push((due_ms, key));
        }
        generation
    }
}
