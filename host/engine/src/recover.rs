//! An execution read back from the store, as its last commit left it.

use std::collections::BTreeMap;

use dirigent_asl::Program;
use dirigent_store::{Store, StoreError};
use thiserror::Error;

use crate::core::{Execution, ExecutionInfo, FrameRow, Status};
use crate::history::{self, HistoryError, Payloads};
use crate::payload::Payload;
use crate::rows::{self, ExecutionRow, RowError, StatusRow};

/// An execution cannot be read back.
#[derive(Debug, Error)]
pub enum RecoverError {
    /// A frame stands in a state that its definition does not have, or refers to a payload that is not there.
    #[error(
        "frame {frame}, in {place}, does not fit its definition or its history. Restore the data directory from a backup"
    )]
    Frame {
        /// The frame.
        frame: u32,
        /// The place of its state in the definition.
        place: String,
    },
    /// Its history cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// The execution whose summary is `row`, which has not succeeded. `info` is complete but for the input, which is read
/// here.
///
/// # Errors
/// When the store cannot be read, or does not hold together.
pub async fn execution(
    store: &dyn Store,
    row: &ExecutionRow,
    program: &Program,
    mut info: ExecutionInfo,
) -> Result<Execution, RecoverError> {
    let id = info.id;
    let frame_rows = rows::frames(&store.frames(id, usize::MAX).await?)?;
    let mut refs = vec![row.input];
    for (_, frame) in &frame_rows {
        refs.extend(frame.payloads());
    }
    let mut payloads = Payloads::new();
    history::fetch(store, id, refs, &mut payloads).await?;
    let payload = |at| payloads.get(&at).map(|text| Payload::from_store(text.clone(), at));

    if let Some(input) = payload(row.input) {
        info.input = input;
    }
    let mut frames = BTreeMap::new();
    for (frame_id, frame) in frame_rows {
        let place = frame.place().to_owned();
        let frame = FrameRow::restore(frame, program, &payload)
            .ok_or(RecoverError::Frame { frame: frame_id.0, place })?;
        frames.insert(frame_id, frame);
    }
    let next_event = history::last_event(store, id).await? + 1;
    // Ids of dropped frames may come again: whatever waited for those frames is gone with the process that ran it.
    let next_frame = frames.last_key_value().map_or(0, |(last, _)| last.0 + 1);
    let status = match &row.status {
        StatusRow::Failed(fault) => Status::Failed(fault.clone()),
        StatusRow::TimedOut(fault) => Status::TimedOut(fault.clone()),
        StatusRow::Aborted(fault) => Status::Aborted(fault.clone()),
        StatusRow::Running | StatusRow::Succeeded(_) => Status::Running,
    };
    let status = (status, row.stopped_ms);
    Ok(Execution::restore(info, status, row.redrives.clone(), next_event, next_frame, frames))
}
