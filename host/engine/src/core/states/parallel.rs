//! Parallel: a frame for each branch; the first failure ends them all.

use dirigent_asl::{Kind, Parallel, Program};
use dirigent_store::FrameId;

use super::children;
use crate::core::errors::Failure;
use crate::core::flow;
use crate::core::frame::{Frame, Parent, Phase};
use crate::core::turn::Turn;
use crate::event::EventKind;
use crate::payload::Payload;

pub(in crate::core) fn run(
    turn: &mut Turn<'_>,
    id: FrameId,
    program: &Program,
    parallel: &Parallel,
) -> Result<(), Failure> {
    let state = turn.state_of(id);
    let input = flow::parameters(turn, id, state)?;
    let previous = turn.frame(id).last_event;
    let started = turn.emit(previous, EventKind::ParallelStateStarted);
    let open = u32::try_from(parallel.branches.len()).unwrap_or(u32::MAX);
    let frame = turn.frame(id);
    frame.last_event = started;
    frame.phase = Phase::Parallel { open };
    if let Some(mock) = turn.mock() {
        let results = mock.result.map_err(Failure::of)?;
        succeed(turn, id, started, results);
        return Ok(());
    }
    for (slot, branch) in (0..).zip(&parallel.branches) {
        let parent = Some(Parent { frame: id, slot });
        turn.spawn(Frame::new(parent, program.machine(*branch).start, input.clone(), started));
    }
    Ok(())
}

/// A branch ended well; the last one ends the state.
pub(in crate::core) fn branch_succeeded(turn: &mut Turn<'_>, branch: FrameId, parent: Parent) {
    let id = parent.frame;
    let last_event = turn.frame(branch).last_event;
    let Phase::Parallel { open } = &mut turn.frame(id).phase else { return };
    *open -= 1;
    if *open > 0 {
        return;
    }
    let results = children::take_results(turn, id);
    succeed(turn, id, last_event, Payload::array(&results));
}

/// The results of all branches are there.
fn succeed(turn: &mut Turn<'_>, id: FrameId, last_event: u64, results: Payload) {
    turn.frame(id).last_event = last_event;
    turn.emit(last_event, EventKind::ParallelStateSucceeded);
    children::done(turn, id);
    let state = turn.state_of(id);
    let Kind::Parallel(parallel) = &state.kind else { return };
    match flow::output(turn, id, state, results) {
        Ok((output, assigned)) => turn.leave(id, output, assigned, parallel.next),
        Err(failure) => turn.failed(id, failure),
    }
}

/// A branch failed, and with it the state, whose Retry and Catch come next.
pub(in crate::core) fn branch_failed(turn: &mut Turn<'_>, branch: FrameId, parent: Parent) {
    let last_event = turn.frame(branch).last_event;
    turn.frame(parent.frame).last_event = last_event;
}
