//! Buckets in the host's own store, as one call uses them. A change and its record in the journal are one commit, so after a
//! crash it was made or it was not, and is made once.

use std::{future::Future, sync::Arc};

use async_trait::async_trait;

use super::{Outside, digest};
use crate::{
    Failure,
    journal::{JournalError, KeyValueChange, Tape, TapeError, Value},
};

/// Keys that one page has.
const KEYS_A_PAGE: usize = 1_000;
/// How often an increment is tried while others change the same value.
const TRIES: usize = 100;

/// The host's key-value store. Reads see every change that was durable before.
#[async_trait]
pub trait KeyValueStore: Send + Sync + 'static {
    /// The value of a key.
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, JournalError>;

    /// Keys of a bucket in their order, beginning after `after`, at most `limit`.
    async fn keys(
        &self,
        bucket: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, JournalError>;

    /// Make changes, all or none. Durable when it returns.
    async fn change(&self, changes: Vec<KeyValueChange>) -> Result<(), JournalError>;
}

/// A read or a change that did not succeed.
pub(crate) enum Problem {
    /// The guest is told, and may go on.
    Told(String),
    /// The call ends.
    Ends(Failure),
}

/// The key-value store as one call has it.
pub(crate) struct Buckets {
    pub(crate) outside: Outside,
    pub(crate) store: Option<Arc<dyn KeyValueStore>>,
}

impl Buckets {
    fn store(&self) -> Result<&dyn KeyValueStore, Problem> {
        self.store.as_deref().ok_or_else(|| Problem::Told("this host has no key-value store".into()))
    }

    fn problem(&self, error: JournalError) -> Problem {
        match error {
            JournalError::Full(why) => Problem::Told(why),
            error => Problem::Ends(self.outside.off_the_tape(&error.into())),
        }
    }

    fn off(&self, error: &TapeError) -> Problem {
        Problem::Ends(self.outside.off_the_tape(error))
    }

    /// A read, told again after a crash.
    async fn read(
        &self,
        reading: impl Future<Output = Result<Vec<u8>, JournalError>>,
    ) -> Result<Vec<u8>, Problem> {
        let Some(tape) = self.outside.tape() else {
            return reading.await.map_err(|error| self.problem(error));
        };
        let value = match tape.told().map_err(|error| self.off(&error))? {
            Some(value) => value,
            None => {
                let read = reading.await.map_err(|error| self.problem(error))?;
                tape.tell(|| Value::Bucket(read)).map_err(|error| self.off(&error))?
            }
        };
        match value {
            Value::Bucket(value) => Ok(value),
            _ => Err(Problem::Ends(self.outside.told_otherwise())),
        }
    }

    /// The value of a key.
    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Problem> {
        let store = self.store()?;
        let read = self.read(async { Ok(to_bytes(&store.get(bucket, key).await?)) }).await?;
        Ok(from_bytes(&read))
    }

    /// Make one change.
    pub(crate) async fn change(&self, change: KeyValueChange) -> Result<(), Problem> {
        let store = self.store()?;
        let Some((tape, place, fingerprint)) = self.place_of(&change) else {
            return store.change(vec![change]).await.map_err(|error| self.problem(error));
        };
        match tape.stored(place, fingerprint).map_err(|error| self.off(&error))? {
            Some(_) => Ok(()),
            None => {
                tape.store(place, fingerprint, Vec::new(), vec![change]).await.map_err(|error| match error {
                    TapeError::Journal(error) => self.problem(error),
                    error => self.off(&error),
                })
            }
        }
    }

    fn place_of(&self, change: &KeyValueChange) -> Option<(&Tape, u32, [u8; 32])> {
        let tape = self.outside.tape()?;
        let value = to_bytes(&change.value);
        let fingerprint = digest(&[change.bucket.as_bytes(), change.key.as_bytes(), &value]);
        Some((tape, tape.take_place(), fingerprint))
    }

    /// Add to a counter, which is there from then on.
    pub(crate) async fn increment(&self, bucket: &str, key: &str, delta: u64) -> Result<u64, Problem> {
        let store = self.store()?;
        let place = self.outside.tape().map(|tape| (tape, tape.take_place()));
        let fingerprint = digest(&[bucket.as_bytes(), key.as_bytes(), b"increment", &delta.to_le_bytes()]);
        if let Some((tape, place)) = place
            && let Some(answer) = tape.stored(place, fingerprint).map_err(|error| self.off(&error))?
        {
            return number(&answer).ok_or_else(not_a_number);
        }
        for _ in 0..TRIES {
            let before = store.get(bucket, key).await.map_err(|error| self.problem(error))?;
            let sum = match &before {
                Some(value) => number(value).ok_or_else(not_a_number)?.checked_add(delta),
                None => Some(delta),
            };
            let sum = sum.ok_or_else(|| Problem::Told("the sum is beyond 64 bits".into()))?;
            let value = sum.to_string().into_bytes();
            let change = KeyValueChange {
                bucket: bucket.into(),
                key: key.into(),
                value: Some(value.clone()),
                expect: Some(before),
            };
            let changed = match place {
                Some((tape, place)) => tape.store(place, fingerprint, value, vec![change]).await,
                None => store.change(vec![change]).await.map_err(TapeError::from),
            };
            match changed {
                Ok(()) => return Ok(sum),
                Err(TapeError::Journal(JournalError::Conflict)) => {}
                Err(TapeError::Journal(error)) => return Err(self.problem(error)),
                Err(error) => return Err(self.off(&error)),
            }
        }
        Err(Problem::Told(format!("the value was changed by others {TRIES} times meanwhile")))
    }

    /// A page of keys, and whether there may be more.
    pub(crate) async fn list(
        &self,
        bucket: &str,
        after: Option<&str>,
    ) -> Result<(Vec<String>, bool), Problem> {
        let store = self.store()?;
        let reading = async {
            let keys = store.keys(bucket, after, KEYS_A_PAGE).await?;
            Ok(serde_json::to_vec(&keys).unwrap_or_default())
        };
        let read = self.read(reading).await?;
        let keys: Vec<String> = serde_json::from_slice(&read).unwrap_or_default();
        let full = keys.len() >= KEYS_A_PAGE;
        Ok((keys, full))
    }
}

fn not_a_number() -> Problem {
    Problem::Told("the value is no whole number in decimal digits".into())
}

/// A counter is decimal digits, which people and other plugins can read.
fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// A value that may not be there, for the journal: nothing at all, or a byte and then the value.
fn to_bytes(value: &Option<Vec<u8>>) -> Vec<u8> {
    match value {
        None => Vec::new(),
        Some(value) => [&[1], value.as_slice()].concat(),
    }
}

fn from_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.split_first().map(|(_, value)| value.to_vec())
}
