//! What Parallel and Map share: the frames that work for a state's frame.

use dirigent_asl::Kind;
use dirigent_store::FrameId;

use crate::core::frame::Phase;
use crate::core::turn::Turn;
use crate::event::{EventKind, Iteration, StateType};
use crate::payload::Payload;

/// Takes the outputs of all children, in the order of their slots, and drops the frames.
pub(super) fn take_results(turn: &mut Turn<'_>, id: FrameId) -> Vec<Payload> {
    let mut results: Vec<(u32, FrameId, Payload)> = Vec::new();
    for (child, frame) in &turn.x.frames {
        if let (Some(parent), Phase::Done { output }) = (frame.parent, &frame.phase)
            && parent.frame == id
        {
            results.push((parent.slot, *child, output.clone()));
        }
    }
    results.sort_by_key(|(slot, ..)| *slot);
    results
        .into_iter()
        .map(|(_, child, output)| {
            turn.drop_frame(child);
            output
        })
        .collect()
}

/// The children's work is over; what may still go wrong in the state is not theirs.
pub(super) fn done(turn: &mut Turn<'_>, id: FrameId) {
    turn.frame(id).phase = Phase::Ready;
}

/// The event of a state whose children failed, when no retrier takes them up again.
pub(in crate::core) fn failed(turn: &mut Turn<'_>, id: FrameId) {
    let kind = match turn.frame(id).phase {
        Phase::Parallel { .. } => EventKind::ParallelStateFailed,
        Phase::Map(_) | Phase::MapRun(_) => EventKind::MapStateFailed,
        _ => return,
    };
    done(turn, id);
    let previous = turn.frame(id).last_event;
    let event = turn.emit(previous, kind);
    turn.frame(id).last_event = event;
}

/// A Map whose items or settings did not evaluate has failed as a Map, though it never started.
pub(in crate::core) fn evaluation_failed(turn: &mut Turn<'_>, id: FrameId) {
    let unstarted = !matches!(turn.frame(id).phase, Phase::Map(_) | Phase::MapRun(_));
    if unstarted && matches!(turn.state_of(id).kind, Kind::Map(_)) {
        let previous = turn.frame(id).last_event;
        let event = turn.emit(previous, EventKind::MapStateFailed);
        turn.frame(id).last_event = event;
    }
}

/// Gives up all that works below a frame, innermost first, with AWS's events for what was under way.
pub(in crate::core) fn abort(turn: &mut Turn<'_>, id: FrameId) {
    if !matches!(turn.x.frames.get(&id).map(|f| &f.phase), Some(Phase::Parallel { .. } | Phase::Map(_))) {
        return;
    }
    let children: Vec<FrameId> = turn
        .x
        .frames
        .iter()
        .filter(|(_, frame)| frame.parent.is_some_and(|parent| parent.frame == id))
        .map(|(child, _)| *child)
        .collect();
    for child in children {
        abort(turn, child);
        let Some(frame) = turn.x.frames.get(&child) else { continue };
        let (last_event, slot, iteration) =
            (frame.last_event, frame.parent.map_or(0, |p| p.slot), frame.item.is_some());
        let under_way = match &frame.phase {
            Phase::Done { .. } | Phase::Ready => false,
            Phase::Task { .. } | Phase::Wait { .. } | Phase::Backoff { .. } | Phase::Callback(_) => true,
            Phase::Parallel { .. } | Phase::Map(_) | Phase::MapRun(_) => true,
        };
        if under_way {
            let state_type = StateType::of(&turn.state_of(child).kind);
            turn.emit(last_event, EventKind::StateAborted { state_type });
        }
        let finished = matches!(turn.x.frames.get(&child).map(|f| &f.phase), Some(Phase::Done { .. }));
        if iteration && !finished {
            let name = turn.state_of(id).name.clone();
            turn.emit(last_event, EventKind::MapIterationAborted(Iteration { name, index: u64::from(slot) }));
        }
        turn.drop_frame(child);
    }
}
