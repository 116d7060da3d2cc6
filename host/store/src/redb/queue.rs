//! What waits for the writer thread: batches and other requests, in the order of the calls.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::batch::Batch;
use crate::commit::{Commit, Decision};
use crate::error::{CommitError, StoreError};
use crate::store::{Pressure, Totals};

/// The most batches that share a transaction. More would only make the first of them wait longer:
/// at this size an fsync costs a batch next to nothing.
pub(crate) const MAX_GROUP_BATCHES: usize = 1024;
/// The most bytes of batches that share a transaction (the one that passes the limit is still taken).
/// Bounds the memory of a transaction, since redb keeps its changed pages until the commit.
pub(crate) const MAX_GROUP_BYTES: usize = 8 << 20;
/// How long the writer waits at most for the callers of the group before to come again: about as long
/// as a fast disk's fsync.
const MAX_GATHERING: Duration = Duration::from_micros(200);

/// How long the writer waits at most for batches that were announced: several times as long as a short task takes.
const MAX_FOLLOWING: Duration = Duration::from_micros(100);

pub(crate) enum Request {
    Commit(Batch, Decision),
    /// The same, and another one is about to follow.
    Followed(Batch, Decision),
    Reserve(u64, oneshot::Sender<Result<Range<u64>, StoreError>>),
}

impl Request {
    fn size(&self) -> usize {
        match self {
            Request::Commit(batch, _) | Request::Followed(batch, _) => batch.size(),
            Request::Reserve(..) => size_of::<Self>(),
        }
    }

    fn announces(&self) -> bool {
        matches!(self, Request::Followed(..))
    }

    /// Tells the one who asked that nothing was written.
    pub(crate) fn refuse(self, why: &Arc<str>) {
        match self {
            Request::Commit(_, decision) | Request::Followed(_, decision) => {
                decision.decide(Err(CommitError::Stopped { why: why.clone() }));
            }
            Request::Reserve(_, answer) => {
                // Whoever asked may have gone.
                let _ = answer.send(Err(StoreError::Stopped { why: why.clone() }));
            }
        }
    }
}

/// The queue between the callers and the one writer thread.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Request>,
    /// How many of them said that another one follows.
    announcing: usize,
    /// Waiting or being written.
    pressure: Pressure,
    totals: Totals,
    closing: bool,
    stopped: Option<Arc<str>>,
    /// How many requests were decided last, and until when as many are expected again.
    expected: Option<(usize, Instant)>,
    /// At how many waiting requests the writer wants to be woken up.
    wake_at: usize,
}

/// Requests that share a transaction.
pub(crate) struct Group {
    pub(crate) requests: Vec<Request>,
    bytes: usize,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock with the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a request, or refuses it at once if the writer has stopped.
    pub(crate) fn push(&self, request: Request) {
        let bytes = request.size();
        let mut state = self.lock();
        if let Some(why) = state.stopped.clone() {
            drop(state);
            return request.refuse(&why);
        }
        if state.closing {
            drop(state);
            return request.refuse(&closed());
        }
        state.pressure.queued_batches += 1;
        state.pressure.queued_bytes += bytes;
        state.announcing += usize::from(request.announces());
        state.waiting.push_back(request);
        if state.waiting.len() == state.wake_at {
            self.changed.notify_one();
        }
    }

    /// Queues a batch, as one or the other kind of request.
    pub(crate) fn push_commit(&self, batch: Batch, kind: fn(Batch, Decision) -> Request) -> Commit {
        let (decision, commit) = Commit::pair();
        self.push(kind(batch, decision));
        commit
    }

    /// Waits for requests and takes as many as a group may hold. `None`: closed, and all is written.
    ///
    /// The callers of the group before were told only now, and need a moment to ask for more. Without
    /// that moment the first of them would get an fsync to itself while the others wait, and groups
    /// would be half as large as they could be. A caller that is alone never waits for others.
    pub(crate) fn take_group(&self) -> Option<Group> {
        let mut state = self.lock();
        state.wake_at = 1;
        while state.waiting.is_empty() {
            if state.closing {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some((count, until)) = state.expected.take()
            && let Some(left) = until.checked_duration_since(Instant::now())
            && state.waiting.len() < count
            && !state.closing
        {
            state.wake_at = count;
            let gathered = self.changed.wait_timeout(state, left);
            state = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        state = self.wait_for_announced(state);
        let mut group =
            Group { requests: Vec::with_capacity(state.waiting.len().min(MAX_GROUP_BATCHES)), bytes: 0 };
        while group.requests.len() < MAX_GROUP_BATCHES && group.bytes < MAX_GROUP_BYTES {
            let Some(request) = state.waiting.pop_front() else { break };
            state.announcing -= usize::from(request.announces());
            group.bytes += request.size();
            group.requests.push(request);
        }
        Some(group)
    }

    /// Waits while all who wait have announced more, so that what comes in a moment needs no fsync of its own.
    fn wait_for_announced<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let until = Instant::now() + MAX_FOLLOWING;
        while state.announcing > 0 && state.announcing == state.waiting.len() && !state.closing {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            state.wake_at = state.waiting.len() + 1;
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    /// A group of `batches` requests and `bytes` bytes has been decided.
    pub(crate) fn decided(&self, batches: usize, bytes: usize) {
        let mut state = self.lock();
        state.expected = Some((batches, Instant::now() + MAX_GATHERING));
        state.totals.transactions += 1;
        state.totals.batches += batches as u64;
        let pressure = &mut state.pressure;
        // `stop` may have set both to zero already.
        pressure.queued_batches = pressure.queued_batches.saturating_sub(batches);
        pressure.queued_bytes = pressure.queued_bytes.saturating_sub(bytes);
    }

    /// Refuses everything that waits and everything to come. The first reason stays.
    pub(crate) fn stop(&self, why: &Arc<str>) {
        let mut state = self.lock();
        let why = state.stopped.get_or_insert_with(|| why.clone()).clone();
        state.pressure = Pressure::default();
        state.announcing = 0;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(|request| request.refuse(&why));
    }

    /// Takes no more requests; the writer ends when those that wait are written.
    pub(crate) fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_all();
    }

    pub(crate) fn totals(&self) -> Totals {
        self.lock().totals
    }

    pub(crate) fn pressure(&self) -> Pressure {
        self.lock().pressure
    }

    /// Why nothing is written any more, if so.
    pub(crate) fn stopped(&self) -> Option<Arc<str>> {
        let state = self.lock();
        state.stopped.clone().or_else(|| state.closing.then(closed))
    }
}

impl Group {
    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

fn closed() -> Arc<str> {
    "it was closed".into()
}
