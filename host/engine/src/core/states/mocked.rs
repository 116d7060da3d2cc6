//! A mocked task: the events that a task has, and none of its work.

use dirigent_asl::{Integration, Resource, Task};
use dirigent_store::FrameId;

use super::task;
use crate::core::errors::Failure;
use crate::core::turn::Turn;
use crate::event::{EventKind, Fault};
use crate::payload::Payload;

/// Ends the task, whose scheduling is out, as its mock says.
pub(super) fn run(turn: &mut Turn<'_>, id: FrameId, task: &Task, result: Result<Payload, Fault>) {
    let resource = task::shown(task);
    let started = match &task.resource {
        Resource::Activity { .. } => EventKind::ActivityStarted { worker: None },
        _ => EventKind::TaskStarted { resource: resource.clone() },
    };
    follow(turn, id, started);
    if submits(&task.resource) {
        // What the call of the service would have answered is not mocked: the result stands for how the task ends.
        let output = turn.refer(&Payload::empty_object());
        follow(turn, id, EventKind::TaskSubmitted { resource, output, metering: None });
    }
    let result = result.and_then(|output| task::within_limit(turn, task, output));
    task::conclude(turn, id, task, result.map_err(Failure::of), None);
}

/// Whether the task goes on after its call has answered.
fn submits(resource: &Resource) -> bool {
    match resource {
        Resource::Plugin { integration, .. } | Resource::Service { integration, .. } => {
            *integration != Integration::RequestResponse
        }
        Resource::Activity { .. } | Resource::Lambda { .. } => false,
    }
}

fn follow(turn: &mut Turn<'_>, id: FrameId, kind: EventKind) {
    let previous = turn.frame(id).last_event;
    let event = turn.emit(previous, kind);
    turn.frame(id).last_event = event;
}
