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

/// Whether frames work for that one.
fn has_children(turn: &Turn<'_>, id: FrameId) -> bool {
    matches!(turn.x.frames.get(&id).map(|f| &f.phase), Some(Phase::Parallel { .. } | Phase::Map(_)))
}

fn of(turn: &Turn<'_>, id: FrameId) -> Vec<FrameId> {
    let children = turn.x.frames.iter().filter(|(_, frame)| frame.parent.is_some_and(|p| p.frame == id));
    children.map(|(child, _)| *child).collect()
}

/// Drops all frames below one whose failure is retried or caught. The frame stands as if its state were just entered.
pub(in crate::core) fn forget(turn: &mut Turn<'_>, id: FrameId) {
    match turn.frame(id).phase {
        Phase::Parallel { .. } | Phase::Map(_) => {
            of(turn, id).into_iter().for_each(|child| drop_all(turn, child));
            done(turn, id);
        }
        Phase::MapRun(_) => done(turn, id),
        _ => {}
    }
}

fn drop_all(turn: &mut Turn<'_>, id: FrameId) {
    let phase = turn.x.frames.get(&id).map(|frame| &frame.phase);
    let phase = match phase {
        Some(Phase::Stopped(Some(phase))) => Some(&**phase),
        other => other,
    };
    if matches!(phase, Some(Phase::Parallel { .. } | Phase::Map(_))) {
        of(turn, id).into_iter().for_each(|child| drop_all(turn, child));
    }
    turn.drop_frame(id);
}

/// Gives up all that works below a frame, innermost first, with AWS's events for what was under way. The frames stay:
/// unless the failure is retried or caught, a redrive goes on with them.
pub(in crate::core) fn abort(turn: &mut Turn<'_>, id: FrameId) {
    if !has_children(turn, id) {
        return;
    }
    for child in of(turn, id) {
        abort(turn, child);
        let Some(frame) = turn.x.frames.get(&child) else { continue };
        if matches!(frame.phase, Phase::Stopped(_)) {
            continue;
        }
        let (last_event, slot, iteration) =
            (frame.last_event, frame.parent.map_or(0, |p| p.slot), frame.item.is_some());
        let under_way = match &frame.phase {
            Phase::Done { .. } | Phase::Ready | Phase::Stopped(_) => false,
            Phase::Task { .. } | Phase::Wait { .. } | Phase::Backoff { .. } | Phase::Callback(_) => true,
            Phase::Job(_) => true,
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
        turn.stop_frame(child);
    }
}
