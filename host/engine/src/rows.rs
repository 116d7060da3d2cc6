//! How executions lie in the store: what the engine writes into the store's opaque rows, and reads back.
//!
//! Every row begins with a byte that names the version of its form; the rest is postcard.

use std::sync::Arc;

use dirigent_asl::Program;
use dirigent_store::{CatalogKey, CatalogKind, ExecutionChange, ExecutionId, FrameId, MachineId, Timer};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::core::{Execution, FrameRow, Redrives, Status, Step};
use crate::event::{Event, EventKind, Fault};
use crate::payload::{Payload, PayloadRef};

pub use crate::chunk::Chunk;

/// Version of the rows that this program writes.
const ROW_VERSION: u8 = 1;

/// A row cannot be read.
#[derive(Debug, Error)]
pub enum RowError {
    /// A newer program wrote it.
    #[error(
        "a row of version {0} was written by a newer version of Dirigent; this one reads up to {ROW_VERSION}"
    )]
    Newer(u8),
    /// It is damaged.
    #[error("a row cannot be decoded: {0}. Restore the data directory from a backup")]
    Damaged(#[from] postcard::Error),
    /// It has no bytes.
    #[error("a row is empty. Restore the data directory from a backup")]
    Empty,
}

/// The summary of an execution: what describing and listing need, without its frames and history.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ExecutionRow {
    /// Its name.
    pub name: Arc<str>,
    /// How it stands.
    pub status: StatusRow,
    /// When it began, in Unix milliseconds.
    pub started_ms: i64,
    /// When it ended.
    pub stopped_ms: Option<i64>,
    /// Where its input lies.
    pub input: PayloadRef,
    /// Which revision of its state machine it runs.
    pub revision: u32,
    /// The plugin that each resource is bound to, for as long as the execution lives.
    pub pins: Pins,
    /// How often it was redriven. Behind the rest at rest, where rows of earlier versions end.
    #[serde(skip)]
    pub redrives: Redrives,
}

impl ExecutionRow {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, RowError> {
        encode(&(self, &self.redrives))
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<ExecutionRow, RowError> {
        let (mut row, redrives) = decode_grown::<ExecutionRow, _>(bytes)?;
        row.redrives = redrives;
        Ok(row)
    }
}

/// Which component serves a resource: the resource as the definition or its parameters have it, and a SHA-256.
pub type Pins = Vec<(Arc<str>, [u8; 32])>;

/// The beginning of an [`ExecutionRow`], read where it lies, so that lists can pass over rows without copying them.
#[derive(Debug, Deserialize)]
pub struct RowHead<'a> {
    /// The execution's name.
    pub name: &'a str,
    /// How it stands.
    #[serde(borrow)]
    pub status: StatusRow<FaultHead<'a>>,
    /// When it began, in Unix milliseconds.
    pub started_ms: i64,
}

/// A [`Fault`] in a [`RowHead`].
#[derive(Debug, Deserialize)]
pub struct FaultHead<'a> {
    /// The error name.
    pub error: Option<&'a str>,
    /// The cause.
    pub cause: Option<&'a str>,
}

impl RowHead<'_> {
    /// Whether a row may be one that is looked for. One that cannot be read is, so that its reader says why it cannot.
    pub(crate) fn may(bytes: &[u8], be: impl FnOnce(&RowHead<'_>) -> bool) -> bool {
        let head =
            content(bytes).ok().and_then(|content| postcard::take_from_bytes::<RowHead<'_>>(content).ok());
        head.is_none_or(|(head, _)| be(&head))
    }
}

/// [`Status`] at rest.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum StatusRow<F = Fault> {
    /// It runs.
    Running,
    /// It ended well, and its output lies there.
    Succeeded(PayloadRef),
    /// It failed.
    Failed(F),
    /// It ran longer than its `TimeoutSeconds`.
    TimedOut(F),
    /// It was stopped.
    Aborted(F),
}

impl<F> StatusRow<F> {
    /// Why it did not succeed.
    pub fn fault(&self) -> Option<&F> {
        match self {
            StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) => Some(fault),
            StatusRow::Running | StatusRow::Succeeded(_) => None,
        }
    }
}

/// Encodes a row.
pub(crate) fn encode<T: Serialize>(row: &T) -> Result<Vec<u8>, RowError> {
    Ok(postcard::to_extend(row, vec![ROW_VERSION])?)
}

/// Decodes a row.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RowError> {
    Ok(postcard::from_bytes(content(bytes)?)?)
}

/// Decodes a row that was made longer: what an earlier version did not write has its default.
pub(crate) fn decode_grown<T, Added>(bytes: &[u8]) -> Result<(T, Added), RowError>
where
    T: DeserializeOwned,
    Added: DeserializeOwned + Default,
{
    let (row, rest) = postcard::take_from_bytes(content(bytes)?)?;
    let added = if rest.is_empty() { Added::default() } else { postcard::from_bytes(rest)? };
    Ok((row, added))
}

fn content(bytes: &[u8]) -> Result<&[u8], RowError> {
    match bytes {
        [] => Err(RowError::Empty),
        [ROW_VERSION, rest @ ..] => Ok(rest),
        [version, ..] => Err(RowError::Newer(*version)),
    }
}

/// The key of a row of a kind that an execution has one of.
pub(crate) fn execution_key(kind: CatalogKind, id: ExecutionId) -> CatalogKey {
    CatalogKey::new(kind, [&id.machine.0.to_be_bytes()[..], &id.sequence.to_be_bytes()].concat())
}

/// The execution of such a key's name.
pub(crate) fn execution_of(name: &[u8]) -> Option<ExecutionId> {
    let (machine, sequence) = name.split_first_chunk::<4>()?;
    let sequence = u64::from_be_bytes(sequence.try_into().ok()?);
    Some(ExecutionId::new(MachineId(u32::from_be_bytes(*machine)), sequence))
}

/// What a step changes in the store. `attended` is whether the store has the execution marked for a restarted host,
/// as far as that is known; the mark is written when it changes.
pub(crate) fn change(
    execution: &Execution,
    program: &Program,
    step: &mut Step,
    revision: u32,
    pins: Option<Pins>,
    attended: &mut Option<bool>,
) -> Result<ExecutionChange, RowError> {
    let id = execution.info.id;
    let mut change = ExecutionChange::new(id);
    let first_event = step.events.first().map_or(execution.next_event(), |event| event.id);
    let mut payloads = std::mem::take(&mut step.payloads);
    let mut refer = |payload: &Payload| crate::core::refer(&mut payloads, first_event, payload);

    for frame in &step.dirty {
        if let Some(row) = execution.frame_row(*frame, program, &mut refer) {
            change.put_frames.push((*frame, encode(&row)?));
        }
    }
    // A frame that came and went within this step was never written.
    change.drop_frames = step.dropped.iter().copied().collect();
    if let Some(pins) = pins.filter(|_| step.record_changed) {
        let row = record(execution, revision, pins, &mut refer);
        change.record = Some(row.encode()?);
    }
    let timer = |(due_ms, key): &(i64, crate::core::TimerKey)| Timer {
        due_ms: *due_ms,
        execution: id,
        key: key.to_u64(),
    };
    change.set_timers = step.set_timers.iter().map(timer).collect();
    change.clear_timers = step.clear_timers.iter().map(timer).collect();
    // A frame that just changed nearly always decides it, so the many that have not are seldom looked at.
    let changed = step.dirty.iter().any(|frame| execution.frame_needs_host(*frame));
    let needed = !execution.status().is_ended() && (changed || execution.needs_host());
    change.attention = (attended.replace(needed) != Some(needed)).then_some(needed);
    // Chunks are found by their first event, so a payload without an event would have no place of its own.
    debug_assert!(payloads.is_empty() || !step.events.is_empty(), "a step writes payloads only with events");
    if !step.events.is_empty() {
        let events = std::mem::take(&mut step.events);
        let chunk = Chunk { payloads, events };
        change.history = Some((first_event, chunk.encode()?));
        step.events = chunk.events;
        step.payloads = chunk.payloads;
    }
    Ok(change)
}

/// What is written of an execution of which only the end is: its record, and a history of a start and an end.
pub(crate) fn ended(execution: &Execution, revision: u32) -> Result<ExecutionChange, RowError> {
    let mut change = ExecutionChange::new(execution.info.id);
    let mut payloads = Vec::new();
    // Each attempt adds a start and an end.
    let first = 1 + 2 * u64::from(execution.redrives().attempt);
    // Its payloads lay in chunks that were never written.
    let mut refer = |payload: &Payload| crate::core::refer(&mut payloads, first, &payload.detached());
    let row = record(execution, revision, Pins::new(), &mut refer);
    let end = match &row.status {
        StatusRow::Succeeded(output) => EventKind::ExecutionSucceeded { output: *output },
        StatusRow::Failed(fault) => EventKind::ExecutionFailed(fault.clone()),
        StatusRow::TimedOut(fault) => EventKind::ExecutionTimedOut(fault.clone()),
        StatusRow::Running | StatusRow::Aborted(_) => EventKind::ExecutionAborted(Fault::default()),
    };
    let at_ms = execution.stopped_ms().unwrap_or(row.started_ms);
    let start = EventKind::ExecutionStarted { input: row.input };
    let events = vec![
        Event { id: first, previous: 0, at_ms: row.started_ms, kind: start },
        Event { id: first + 1, previous: 0, at_ms, kind: end },
    ];
    change.record = Some(row.encode()?);
    change.history = Some((first, Chunk { payloads, events }.encode()?));
    Ok(change)
}

fn record(
    execution: &Execution,
    revision: u32,
    pins: Pins,
    refer: &mut dyn FnMut(&Payload) -> PayloadRef,
) -> ExecutionRow {
    ExecutionRow {
        name: execution.info.row_name(),
        status: match execution.status() {
            Status::Running => StatusRow::Running,
            Status::Succeeded { output } => StatusRow::Succeeded(refer(output)),
            Status::Failed(fault) => StatusRow::Failed(fault.clone()),
            Status::TimedOut(fault) => StatusRow::TimedOut(fault.clone()),
            Status::Aborted(fault) => StatusRow::Aborted(fault.clone()),
        },
        started_ms: execution.info.started_ms,
        stopped_ms: execution.stopped_ms(),
        input: refer(&execution.info.input),
        revision,
        pins,
        redrives: execution.redrives().clone(),
    }
}

/// The frames of an execution, decoded.
pub(crate) fn frames(rows: &[(FrameId, Vec<u8>)]) -> Result<Vec<(FrameId, FrameRow)>, RowError> {
    rows.iter().map(|(id, bytes)| Ok((*id, decode(bytes)?))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rows_beginning_says_what_the_row_says() {
        let fault = |error: Option<&str>| Fault { error: error.map(Arc::from), cause: Some("why".into()) };
        let output = PayloadRef { chunk: 300, index: 2 };
        for status in [
            StatusRow::Running,
            StatusRow::Succeeded(output),
            StatusRow::Failed(fault(Some("Shop.Closed"))),
            StatusRow::TimedOut(fault(None)),
            StatusRow::Aborted(Fault::default()),
        ] {
            let row = ExecutionRow {
                name: "größe".into(),
                status,
                started_ms: 1_700_000_000_000,
                stopped_ms: None,
                input: output,
                revision: 3,
                pins: vec![("plugin:echo".into(), [7; 32])],
                redrives: Redrives::default(),
            };
            // As it is written now, and as it was before redrives were a part of it.
            for bytes in [row.encode().unwrap(), encode(&row).unwrap()] {
                let mut said = None;
                RowHead::may(&bytes, |head| {
                    // Both print alike.
                    said = Some(format!("{:?} {} {:?}", head.name, head.started_ms, head.status));
                    true
                });
                let wanted = format!("{:?} {} {:?}", row.name, row.started_ms, row.status);
                assert_eq!(said.map(|said| said.replace("FaultHead", "Fault")), Some(wanted));
            }
        }
        for damaged in [&[][..], &[ROW_VERSION], &[ROW_VERSION + 1, 1, b'a', 0, 0]] {
            assert!(RowHead::may(damaged, |_| false), "{damaged:?} is left for its reader to refuse");
        }
    }
}
