//! What Parallel and Map share: the frames that work for a state's frame.

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

/// Gives up all that works below a frame, innermost first, with AWS's events for what was under way.
pub(super) fn abort(turn: &mut Turn<'_>, id: FrameId) {
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
        let (last_event, slot, iteration) = (frame.last_event, frame.parent.map_or(0, |p| p.slot), frame.item.is_some());
        let under_way = match &frame.phase {
            Phase::Done { .. } | Phase::Ready => false,
            Phase::Task { .. } | Phase::Wait { .. } | Phase::Backoff { .. } => true,
            Phase::Parallel { .. } | Phase::Map(_) => true,
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
