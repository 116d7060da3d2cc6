//! Reading what happened: pages of a history, and the payloads that its events refer to.

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_store::{ExecutionId, Store, StoreError};
use thiserror::Error;

use crate::event::{Event, EventKind};
use crate::payload::{Payload, PayloadRef};
use crate::rows::{Chunk, RowError};

/// Chunks read at a time. A chunk holds the events of one commit.
const CHUNKS_PER_READ: usize = 64;

/// A part of a history.
#[derive(Debug, Default)]
pub struct HistoryPage {
    /// Events, in the order asked for.
    pub events: Vec<Event>,
    payloads: Payloads,
}

/// Payload texts by where they lie.
pub(crate) type Payloads = HashMap<PayloadRef, Arc<str>>;

/// A history cannot be read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
}

impl HistoryPage {
    /// The text of a payload that an event of this page refers to.
    #[must_use]
    pub fn text(&self, at: PayloadRef) -> Option<&str> {
        self.payloads.get(&at).map(|text| &**text)
    }

    /// A page of events with those payloads of `known` that they refer to.
    pub(crate) fn of_events(events: Vec<Event>, known: &Payloads) -> HistoryPage {
        let refs = events.iter().flat_map(|event| payload_refs(&event.kind));
        let payloads = refs.filter_map(|at| Some((at, known.get(&at)?.clone()))).collect();
        HistoryPage { events, payloads }
    }

    /// Bytes of all its payloads.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        self.payloads.values().map(|text| text.len()).sum()
    }

    /// A page of events that are not in a store, with their chunk's payloads.
    #[must_use]
    pub fn of_chunk(first_event: u64, events: Vec<Event>, payloads: &[Arc<str>]) -> HistoryPage {
        let payloads =
            (0..).zip(payloads).map(|(index, text)| (PayloadRef { chunk: first_event, index }, text.clone()));
        HistoryPage { events, payloads: payloads.collect() }
    }
}

/// Events `from` (inclusive) `to` (exclusive), in order, at most `limit` of them, with their payloads where `data`.
pub(crate) async fn read(
    store: &dyn Store,
    id: ExecutionId,
    from: u64,
    to: u64,
    limit: usize,
    data: bool,
) -> Result<HistoryPage, HistoryError> {
    let mut page = HistoryPage::default();
    let mut next = from;
    while page.events.len() < limit && next < to {
        let chunks = store.history(id, next, to, CHUNKS_PER_READ).await?;
        let before = next;
        for (first, bytes) in &chunks {
            let chunk = Chunk::decode(bytes)?;
            next = first + chunk.events.len() as u64;
            if data {
                keep_payloads(&mut page.payloads, *first, &chunk);
            }
            // The store begins with the chunk that holds `next`, or with the last one when none does.
            let wanted = chunk.events.into_iter().filter(|event| (before..to).contains(&event.id));
            page.events.extend(wanted);
        }
        if next <= before {
            break;
        }
    }
    page.events.truncate(limit);
    if data {
        let missing: Vec<PayloadRef> =
            page.events.iter().flat_map(|event| payload_refs(&event.kind)).collect();
        fetch(store, id, missing, &mut page.payloads).await?;
    }
    Ok(page)
}

/// The id of the last event; 0 when there is none.
pub(crate) async fn last_event(store: &dyn Store, id: ExecutionId) -> Result<u64, HistoryError> {
    let last = store.history(id, u64::MAX - 1, u64::MAX, 1).await?;
    match last.first() {
        Some((first, bytes)) => Ok(first + Chunk::decode(bytes)?.events.len() as u64 - 1),
        None => Ok(0),
    }
}

/// Reads the payloads at `refs` that `known` lacks into it.
pub(crate) async fn fetch(
    store: &dyn Store,
    id: ExecutionId,
    refs: impl IntoIterator<Item = PayloadRef>,
    known: &mut Payloads,
) -> Result<(), HistoryError> {
    for at in refs {
        if known.contains_key(&at) {
            continue;
        }
        if let Some(bytes) = store.history_chunk(id, at.chunk).await? {
            keep_payloads(known, at.chunk, &Chunk::decode(&bytes)?);
        }
    }
    Ok(())
}

/// One payload.
pub(crate) async fn payload(
    store: &dyn Store,
    id: ExecutionId,
    at: PayloadRef,
) -> Result<Option<Payload>, HistoryError> {
    let known = payloads(store, id, [at]).await?;
    Ok(known.get(&at).map(|text| Payload::from_store(text.clone(), at)))
}

/// Some payloads, each chunk read once.
pub(crate) async fn payloads(
    store: &dyn Store,
    id: ExecutionId,
    at: impl IntoIterator<Item = PayloadRef>,
) -> Result<Payloads, HistoryError> {
    let mut known = Payloads::new();
    fetch(store, id, at, &mut known).await?;
    Ok(known)
}

fn keep_payloads(known: &mut Payloads, first: u64, chunk: &Chunk) {
    for (index, text) in (0..).zip(&chunk.payloads) {
        known.insert(PayloadRef { chunk: first, index }, text.clone());
    }
}

/// The payloads that an event refers to.
pub(crate) fn payload_refs(kind: &EventKind) -> Vec<PayloadRef> {
    match kind {
        EventKind::ExecutionStarted { input } | EventKind::StateEntered { input, .. } => vec![*input],
        EventKind::ExecutionSucceeded { output }
        | EventKind::TaskSucceeded { output, .. }
        | EventKind::TaskSubmitted { output, .. } => vec![*output],
        EventKind::TaskScheduled { parameters, .. } => vec![*parameters],
        EventKind::StateExited { output, assigned, .. } => {
            std::iter::once(*output).chain(assigned.iter().map(|(_, at)| *at)).collect()
        }
        _ => Vec::new(),
    }
}
