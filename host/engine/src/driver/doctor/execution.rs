//! One execution: whether its record, its history and its frames say the same, and the store has what it waits for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dirigent_asl::Program;
use dirigent_store::{ExecutionId, FrameId, Store};

use super::{Examination, PROGRAMS, ProblemKind, place};
use crate::catalog::revisions::read_revision;
use crate::chunk::Chunk;
use crate::core::{Frame, FrameRow};
use crate::driver::EngineError;
use crate::driver::map_runs::ids::is_child;
use crate::driver::map_runs::row as map_run;
use crate::event::{Event, EventKind};
use crate::history::payload_refs;
use crate::names;
use crate::payload::{Payload, PayloadRef};
use crate::rows::{self, ExecutionRow, StatusRow};

/// Chunks that are read at a time.
const CHUNKS: usize = 64;

/// What the chunks of a history have.
#[derive(Default)]
struct History {
    /// How many payloads, by chunk.
    payloads: HashMap<u64, usize>,
    last: Option<Event>,
}

impl History {
    fn has(&self, at: PayloadRef) -> bool {
        self.payloads.get(&at.chunk).is_some_and(|count| (at.index as usize) < *count)
    }
}

impl Examination<'_> {
    pub(super) async fn execution(&mut self, id: ExecutionId, record: &[u8]) -> Result<(), EngineError> {
        let row = match ExecutionRow::decode(record) {
            Ok(row) => row,
            Err(error) => {
                self.report.problem((&error).into(), place(id), format!("its record: {error}"));
                return Ok(());
            }
        };
        let counts = &mut self.report.executions;
        *match &row.status {
            StatusRow::Running => &mut counts.running,
            StatusRow::Succeeded(_) => &mut counts.succeeded,
            StatusRow::Failed(_) => &mut counts.failed,
            StatusRow::TimedOut(_) => &mut counts.timed_out,
            StatusRow::Aborted(_) => &mut counts.aborted,
        } += 1;
        // A Map Run's child is found by its number.
        if !is_child(id) {
            match self.store.find(id.machine, &row.name).await? {
                Some(found) if found == id => self.names += 1,
                _ => self.report.problem(
                    ProblemKind::NameMissing,
                    place(id),
                    format!("it is not found by its name {}", row.name),
                ),
            }
        }
        let history = self.history(id, &row).await?;
        self.compare(id, &row, &history);
        self.stand(id, &row, &history).await
    }

    /// Reads a history, and looks whether it is whole.
    async fn history(&mut self, id: ExecutionId, row: &ExecutionRow) -> Result<History, EngineError> {
        let mut history = History::default();
        let mut refs = vec![row.input];
        if let StatusRow::Succeeded(output) = row.status {
            refs.push(output);
        }
        // Of an Express child only the end is written, with the events of the attempt in which it ended.
        let may_begin_later = is_child(id) && row.redrives.attempt > 0;
        let mut next = 0;
        loop {
            let chunks = self.store.history(id, next, u64::MAX, CHUNKS).await?;
            // The store begins with the chunk that holds the event asked for, if there is one.
            let chunks: Vec<_> = chunks.into_iter().filter(|(first, _)| *first >= next).collect();
            for (first, bytes) in &chunks {
                self.chunks += 1;
                let expected = if next == 0 { 1 } else { next };
                if *first != expected && !(may_begin_later && *first > expected) {
                    let what = format!("its history goes on with event {first} where {expected} is next");
                    self.report.problem(ProblemKind::HistoryBroken, place(id), what);
                }
                next = first + 1;
                let chunk = match Chunk::decode(bytes) {
                    Ok(chunk) => chunk,
                    Err(error) => {
                        let what = format!("its history from event {first} on: {error}");
                        self.report.problem((&error).into(), place(id), what);
                        continue;
                    }
                };
                history.payloads.insert(*first, chunk.payloads.len());
                self.report.events += chunk.events.len() as u64;
                self.events(id, *first, &chunk);
                refs.extend(chunk.events.iter().flat_map(|event| payload_refs(&event.kind)));
                next = first + chunk.events.len().max(1) as u64;
                history.last = chunk.events.into_iter().next_back().or(history.last);
            }
            if chunks.len() < CHUNKS {
                break;
            }
        }
        for at in refs.into_iter().filter(|at| !history.has(*at)) {
            let what =
                format!("payload {} of the chunk that begins with event {} is not there", at.index, at.chunk);
            self.report.problem(ProblemKind::PayloadMissing, place(id), what);
        }
        Ok(history)
    }

    fn events(&mut self, id: ExecutionId, first: u64, chunk: &Chunk) {
        if chunk.events.is_empty() {
            let what = format!("the chunk that begins with event {first} has no events");
            self.report.problem(ProblemKind::HistoryBroken, place(id), what);
        }
        for (expected, event) in (first..).zip(&chunk.events) {
            if event.id != expected || event.previous >= event.id {
                let what = format!(
                    "event {} follows event {}, in the place of event {expected}",
                    event.id, event.previous
                );
                self.report.problem(ProblemKind::HistoryBroken, place(id), what);
            }
        }
    }

    /// Whether the record says what the last event says.
    fn compare(&mut self, id: ExecutionId, row: &ExecutionRow, history: &History) {
        let last = history.last.as_ref().map(|event| &event.kind);
        let agrees = match (&row.status, last) {
            (StatusRow::Running, Some(last)) => !last.is_terminal(),
            (StatusRow::Succeeded(_), Some(EventKind::ExecutionSucceeded { .. }))
            | (StatusRow::Failed(_), Some(EventKind::ExecutionFailed(_)))
            | (StatusRow::TimedOut(_), Some(EventKind::ExecutionTimedOut(_)))
            | (StatusRow::Aborted(_), Some(EventKind::ExecutionAborted(_))) => true,
            _ => false,
        };
        if !agrees {
            let last = last.map_or("nothing".to_owned(), variant);
            let what = format!("its record says {}, and its history ends with {last}", variant(&row.status));
            self.report.problem(ProblemKind::StatusDisagrees, place(id), what);
        }
        let has_end = row.stopped_ms.is_some();
        if has_end == (row.status == StatusRow::Running) {
            let what = format!(
                "its record says {}, and {} end",
                variant(&row.status),
                if has_end { "has an" } else { "no" }
            );
            self.report.problem(ProblemKind::StatusDisagrees, place(id), what);
        }
    }

    /// Whether it stands where it can go on, and the store has what it waits for.
    async fn stand(
        &mut self,
        id: ExecutionId,
        row: &ExecutionRow,
        history: &History,
    ) -> Result<(), EngineError> {
        let mut frame_rows = Vec::new();
        for (frame, bytes) in self.store.frames(id, usize::MAX).await? {
            self.frames += 1;
            match rows::decode::<FrameRow>(&bytes) {
                Ok(row) => frame_rows.push((frame, row)),
                Err(error) => {
                    self.report.problem(
                        (&error).into(),
                        place(id),
                        format!("its frame {}: {error}", frame.0),
                    );
                }
            }
        }
        if matches!(row.status, StatusRow::Succeeded(_)) && !frame_rows.is_empty() {
            let what = format!("it has succeeded, and has {} frames", frame_rows.len());
            self.report.problem(ProblemKind::Leftover, place(id), what);
        }
        let program = self.program(id, row).await?;
        if program.is_none() {
            let what =
                format!("revision {} of its definition is not there, or does not compile", row.revision);
            self.report.problem(ProblemKind::RevisionMissing, place(id), what);
        }
        let frames = self.restore(id, program.as_deref(), frame_rows, history);
        if row.status != StatusRow::Running {
            return Ok(());
        }
        if frames.is_empty() {
            self.report.problem(
                ProblemKind::FrameMissing,
                place(id),
                "it runs, and has no frame to go on from",
            );
        }
        let (_, run) = names::execution(&row.name);
        let times_out = program.is_some_and(|program| program.timeout_seconds().is_some()) || run.is_some();
        if times_out && !is_child(id) && !self.waiting.take_timeouts(id) {
            self.report.problem(ProblemKind::TimerMissing, place(id), "its TimeoutSeconds have no timer");
        }
        self.needs(id, &frames).await
    }

    fn restore(
        &mut self,
        id: ExecutionId,
        program: Option<&Program>,
        rows: Vec<(FrameId, FrameRow)>,
        history: &History,
    ) -> BTreeMap<FrameId, Frame> {
        let mut frames = BTreeMap::new();
        for (frame, row) in rows {
            for at in row.payloads().into_iter().filter(|at| !history.has(*at)) {
                let what = format!(
                    "payload {} of the chunk that begins with event {}, which frame {} needs, is not there",
                    at.index, at.chunk, frame.0
                );
                self.report.problem(ProblemKind::PayloadMissing, place(id), what);
            }
            let Some(program) = program else { continue };
            let at = row.place().to_owned();
            // What payloads say is not looked at.
            match row.restore(program, &|_| Some(Payload::empty_object())) {
                Some(restored) => drop(frames.insert(frame, restored)),
                None => {
                    let what =
                        format!("its frame {} is in {at}, which its definition does not have", frame.0);
                    self.report.problem(ProblemKind::FrameDoesNotFit, place(id), what);
                }
            }
        }
        frames
    }

    /// Whether there is what its frames wait for.
    async fn needs(&mut self, id: ExecutionId, frames: &BTreeMap<FrameId, Frame>) -> Result<(), EngineError> {
        let mut attention = false;
        for (frame_id, frame) in frames {
            let needs = frame.needs(*frame_id);
            attention |= needs.attention;
            for (due_ms, key) in needs.timers {
                if !self.waiting.take_timer(id, due_ms, key) {
                    let what = format!("its frame {} waits for a timer that is not set", frame_id.0);
                    self.report.problem(ProblemKind::TimerMissing, place(id), what);
                }
            }
            if needs.queue_place && !self.waiting.take_place(id, *frame_id, frame.generation) {
                let what = format!("its frame {} waits for a worker, and is in no queue", frame_id.0);
                self.report.problem(ProblemKind::QueuePlaceMissing, place(id), what);
            }
            if let Some(open) = needs.open_children {
                let below =
                    frames.values().filter(|below| below.above() == Some(*frame_id) && !below.is_done());
                let below = below.count();
                if below != open as usize {
                    let what =
                        format!("{below} branches of its frame {} run, where {open} should", frame_id.0);
                    self.report.problem(ProblemKind::FrameMissing, place(id), what);
                }
            }
            if let Some(run) = needs.map_run
                && let Some(number) = map_run::find(self.store, &run).await?
                && map_run::get(self.store, number).await?.is_none_or(|row| row.parent != id)
            {
                let what = format!("its Map Run {run} is not there, or another execution's");
                self.report.problem(ProblemKind::MapRunBroken, place(id), what);
            }
        }
        if !self.waiting.take_mark(id) && attention {
            self.report.problem(
                ProblemKind::MarkMissing,
                place(id),
                "a restarted host must load it, and does not know",
            );
        }
        Ok(())
    }

    /// The definition that it runs.
    async fn program(
        &mut self,
        id: ExecutionId,
        row: &ExecutionRow,
    ) -> Result<Option<Arc<Program>>, EngineError> {
        let mut of = (id.machine, row.revision);
        if is_child(id) {
            // A child runs a part of the definition at the root.
            match map_run::get(self.store, id.machine).await {
                Ok(Some(run)) => of = (run.state_machine, run.revision),
                Ok(None) | Err(EngineError::Row(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        if let Some(known) = self.programs.get(&of) {
            return Ok(known.clone());
        }
        if self.programs.len() >= PROGRAMS {
            self.programs.clear();
        }
        // One that cannot be decoded is named with the catalog.
        let revision = read_revision(self.store, of.0, of.1).await.ok().flatten();
        let program = revision.and_then(|revision| revision.program());
        self.programs.insert(of, program.clone());
        Ok(program)
    }
}

/// The name of an enum's value, without what it holds.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}
