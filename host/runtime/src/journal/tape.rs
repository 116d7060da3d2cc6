//! Plays back what an attempt did before the host stopped, and records what it does from there on.

use std::{collections::HashMap, mem, sync::Arc};

use parking_lot::Mutex;

use super::{
    Journal, JournalError, JournalScope, KeyValueChange,
    record::{Answer, Record, Value, What},
};

/// Bytes of what an attempt was told that wait to be written with its next effect.
const WAITING_BYTES: usize = 4 << 20;
/// What an entry costs besides its text, about.
const ENTRY_BYTES: usize = 16;

/// The journal of one attempt. Clones share it.
#[derive(Clone)]
pub(crate) struct Tape(Arc<Shared>);

struct Shared {
    journal: Arc<dyn Journal>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What an earlier run of this attempt left, by place.
    past: HashMap<u32, Past>,
    next: u32,
    /// What was told since the last write.
    waiting: Vec<Vec<u8>>,
    waiting_bytes: usize,
}

enum Past {
    Told(Value),
    Intent { fingerprint: [u8; 32], answer: Option<Answer> },
    Stored { fingerprint: [u8; 32], answer: Vec<u8> },
}

/// How an effect begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// It was done before, with this answer.
    Done(Answer),
    /// It is to be done now; that it begins is durable.
    Now,
    /// It was begun before, and nobody knows whether it was done.
    InDoubt,
}

/// Why an attempt cannot go on over its journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TapeError {
    /// It does something else than it did the first time.
    #[error("at place {place} of its journal it {was}, and now it {now}")]
    Diverged { place: u32, was: &'static str, now: &'static str },
    #[error(transparent)]
    Journal(#[from] JournalError),
}

const TOLD: &str = "asked for the time, for random bytes, or for a value of a bucket or a step";
const SENT: &str = "sent a request";
const STORED: &str = "changed a bucket";
const ENDED: &str = "ends";

impl Tape {
    /// Over what there is from before.
    pub(crate) async fn open(journal: Arc<dyn Journal>) -> Result<Self, JournalError> {
        let mut state = State::default();
        for bytes in journal.read(JournalScope::Attempt).await? {
            let Record { place, what } = Record::from_bytes(&bytes)?;
            match what {
                What::Told(value) => {
                    state.past.insert(place, Past::Told(value));
                }
                What::Intent { fingerprint } => {
                    state.past.entry(place).or_insert(Past::Intent { fingerprint, answer: None });
                }
                What::Done(answer) => {
                    if let Some(Past::Intent { answer: known, .. }) = state.past.get_mut(&place) {
                        *known = Some(answer);
                    }
                }
                What::Stored { fingerprint, answer } => {
                    state.past.insert(place, Past::Stored { fingerprint, answer });
                }
            }
        }
        Ok(Self(Arc::new(Shared { journal, state: Mutex::new(state) })))
    }

    /// The next place, for an effect that begins now and is whole later.
    pub(crate) fn take_place(&self) -> u32 {
        self.0.state.lock().take_place()
    }

    /// What the attempt is told: what it was told before, or `now`, which is kept until its next effect.
    pub(crate) fn tell(&self, now: impl FnOnce() -> Value) -> Result<Value, TapeError> {
        let mut state = self.0.state.lock();
        let place = state.take_place();
        match state.past.get(&place) {
            Some(Past::Told(value)) => Ok(value.clone()),
            Some(past) => Err(past.diverged(place, TOLD)),
            None => {
                let value = now();
                let bytes = Record { place, what: What::Told(value.clone()) }.to_bytes();
                state.waiting_bytes += bytes.len() + ENTRY_BYTES;
                if state.waiting_bytes > WAITING_BYTES {
                    return Err(JournalError::Full(format!(
                        "the plugin was told more than {WAITING_BYTES} bytes (times, values of buckets) since its last effect"
                    ))
                    .into());
                }
                state.waiting.push(bytes);
                Ok(value)
            }
        }
    }

    /// What was told at the next place before, if anything was: for what takes time to find out.
    pub(crate) fn told(&self) -> Result<Option<Value>, TapeError> {
        let mut state = self.0.state.lock();
        let place = state.next;
        let value = match state.past.get(&place) {
            None => None,
            Some(Past::Told(value)) => Some(value.clone()),
            Some(past) => return Err(past.diverged(place, TOLD)),
        };
        if value.is_some() {
            state.next += 1;
        }
        Ok(value)
    }

    /// Begin an effect outside of the host.
    pub(crate) async fn begin(&self, place: u32, fingerprint: [u8; 32]) -> Result<Begin, TapeError> {
        let records = {
            let mut state = self.0.state.lock();
            match state.past.get(&place) {
                Some(Past::Intent { fingerprint: before, answer }) if *before == fingerprint => {
                    return Ok(answer.clone().map_or(Begin::InDoubt, Begin::Done));
                }
                Some(past) => return Err(past.diverged(place, "sends another request")),
                None => state.take_waiting(Record { place, what: What::Intent { fingerprint } }),
            }
        };
        self.0.journal.append(JournalScope::Attempt, records, Vec::new()).await?;
        Ok(Begin::Now)
    }

    /// Write down what came of an effect.
    pub(crate) async fn end(&self, place: u32, answer: Answer) -> Result<(), TapeError> {
        let records = vec![Record { place, what: What::Done(answer) }.to_bytes()];
        Ok(self.0.journal.append(JournalScope::Attempt, records, Vec::new()).await?)
    }

    /// What a change of the host's own store answered before, if it was made.
    pub(crate) fn stored(&self, place: u32, fingerprint: [u8; 32]) -> Result<Option<Vec<u8>>, TapeError> {
        match self.0.state.lock().past.get(&place) {
            None => Ok(None),
            Some(Past::Stored { fingerprint: before, answer }) if *before == fingerprint => {
                Ok(Some(answer.clone()))
            }
            Some(past) => Err(past.diverged(place, "makes another change of a bucket")),
        }
    }

    /// Make changes of the host's own store, and write them down, in one commit.
    pub(crate) async fn store(
        &self,
        place: u32,
        fingerprint: [u8; 32],
        answer: Vec<u8>,
        changes: Vec<KeyValueChange>,
    ) -> Result<(), TapeError> {
        let (records, kept) = {
            let mut state = self.0.state.lock();
            let kept = (state.waiting.clone(), state.waiting_bytes);
            (state.take_waiting(Record { place, what: What::Stored { fingerprint, answer } }), kept)
        };
        let written = self.0.journal.append(JournalScope::Attempt, records, changes).await;
        if written == Err(JournalError::Conflict) {
            // Nothing was written; it will be tried again.
            let mut state = self.0.state.lock();
            let since = mem::take(&mut state.waiting);
            (state.waiting, state.waiting_bytes) = kept;
            state.waiting.extend(since);
        }
        Ok(written?)
    }

    /// Write down now what was told.
    pub(crate) async fn flush(&self) -> Result<(), TapeError> {
        let records = self.0.state.lock().take_all();
        if records.is_empty() {
            return Ok(());
        }
        Ok(self.0.journal.append(JournalScope::Attempt, records, Vec::new()).await?)
    }

    /// Whether everything that was done before was done again: an attempt that ends earlier is another one.
    pub(crate) fn finish(&self) -> Result<(), TapeError> {
        let state = self.0.state.lock();
        let left =
            state.past.iter().filter(|(place, past)| **place >= state.next && !matches!(past, Past::Told(_)));
        match left.min_by_key(|(place, _)| **place) {
            Some((place, past)) => Err(past.diverged(*place, ENDED)),
            None => Ok(()),
        }
    }
}

impl State {
    fn take_place(&mut self) -> u32 {
        let place = self.next;
        self.next += 1;
        place
    }

    fn take_waiting(&mut self, last: Record) -> Vec<Vec<u8>> {
        let mut records = self.take_all();
        records.push(last.to_bytes());
        records
    }

    fn take_all(&mut self) -> Vec<Vec<u8>> {
        self.waiting_bytes = 0;
        mem::take(&mut self.waiting)
    }
}

impl Past {
    fn diverged(&self, place: u32, now: &'static str) -> TapeError {
        let was = match self {
            Self::Told(_) => TOLD,
            Self::Intent { .. } => SENT,
            Self::Stored { .. } => STORED,
        };
        let now = if now == TOLD { "asks for something that is told" } else { now };
        TapeError::Diverged { place, was, now }
    }
}

#[cfg(test)]
mod tests;
