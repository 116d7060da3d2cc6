//! What is written into a journal.

use serde::{Deserialize, Serialize};

use super::JournalError;

/// The version of the records' form, their first byte.
const FORM: u8 = 1;

/// One entry of an attempt's journal. `place` counts what the attempt did and was told, in its own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) place: u32,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum What {
    /// It was told something.
    Told(Value),
    /// It is about to do something outside.
    Intent {
        /// SHA-256 of all of it.
        fingerprint: [u8; 32],
    },
    /// It has done that, with this answer.
    Done(Answer),
    /// It did something in the host's own store, in the commit that this record is in.
    Stored {
        /// SHA-256 of all of it.
        fingerprint: [u8; 32],
        /// What it was told.
        answer: Vec<u8>,
    },
}

/// What an attempt was told that may be otherwise the next time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Value {
    /// Nanoseconds of the clock on the wall, since 1970.
    Wall(u128),
    /// Nanoseconds of a clock that only goes forward.
    Monotonic(u64),
    /// What the attempt's randomness is made of.
    Seed([u8; 32]),
    /// What was in a bucket.
    Bucket(Vec<u8>),
    /// What was known of a step.
    Step(Vec<u8>),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// A response.
    Response {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: Vec<(String, Vec<u8>)>,
        /// Its body.
        body: Vec<u8>,
    },
    /// None, for this reason.
    Error(SendProblem),
}

/// Why there was no response, as WASI words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SendProblem {
    Name,
    Connect,
    Time,
    TooLarge(u64),
    Exchange(String),
}

impl Record {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        bytes.extend(postcard::to_stdvec(self).unwrap_or_default());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, JournalError> {
        let read = match bytes.split_first() {
            Some((&FORM, rest)) => postcard::from_bytes(rest).ok(),
            _ => None,
        };
        read.ok_or_else(|| JournalError::Closed("it has a record that this host cannot read".into()))
    }
}
