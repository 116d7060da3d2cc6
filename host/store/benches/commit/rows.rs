//! The rows of a one-task execution, of the sizes that small payloads give them.

use dirigent_store::{Batch, ExecutionChange, ExecutionId, FrameId};

pub(crate) const RECORD: [u8; 200] = [1; 200];
pub(crate) const FRAME: [u8; 400] = [2; 400];
/// ExecutionStarted, TaskStateEntered, TaskScheduled.
pub(crate) const FIRST_CHUNK: [u8; 1_200] = [3; 1_200];
/// TaskStarted, TaskSucceeded, TaskStateExited, ExecutionSucceeded.
pub(crate) const LAST_CHUNK: [u8; 900] = [4; 900];
/// The event that the second chunk begins with.
pub(crate) const LAST_FIRST: u64 = 4;

/// A name as AWS gives it, a random UUID: it goes to any place of its table.
pub(crate) fn name(random: &mut fastrand::Rng) -> String {
    format!("{:032x}-{:03x}", random.u128(..), random.u16(..4096))
}

pub(crate) fn start(id: ExecutionId, name: String) -> Batch {
    Batch::execution(ExecutionChange {
        create_as: Some(name),
        record: Some(RECORD.to_vec()),
        put_frames: vec![(FrameId(0), FRAME.to_vec())],
        history: Some((1, FIRST_CHUNK.to_vec())),
        attention: Some(true),
        ..ExecutionChange::new(id)
    })
}

pub(crate) fn end(id: ExecutionId) -> Batch {
    Batch::execution(ExecutionChange {
        record: Some(RECORD.to_vec()),
        drop_frames: vec![FrameId(0)],
        history: Some((LAST_FIRST, LAST_CHUNK.to_vec())),
        attention: Some(false),
        ..ExecutionChange::new(id)
    })
}
