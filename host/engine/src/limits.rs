//! The limits of executions: AWS's quotas, or safe ones of our own.

use thiserror::Error;

/// What an execution or a request may use. Every limit has a name; none is infinite.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Greatest size of an input, an output or a task's result, in bytes of UTF-8.
    pub payload_bytes: usize,
    /// Greatest number of events in a history of a Standard execution.
    pub history_events: u64,
    /// How many iterations of an inline Map run at a time when `MaxConcurrency` is 0 or greater than this.
    pub inline_concurrency: u32,
    /// How many children of a Map Run run at a time when `MaxConcurrency` is 0 or greater than this.
    pub map_run_concurrency: u32,
    /// How many items an inline Map takes. AWS names no number: there the size of a payload bounds it.
    pub inline_items: usize,
    /// Longest run of an Express execution, in seconds.
    pub express_seconds: u64,
    /// Greatest size of a definition, in bytes.
    pub definition_bytes: usize,
    /// Greatest size of a request's body, in bytes. AWS says 1 MB for a request and 1 MiB for a definition in it: a
    /// definition of that size needs room for its quotes and escapes, so its limit is twice that.
    pub request_bytes: usize,
    /// Most tags of a resource.
    pub tags: usize,
    /// How long after its end an execution can be redriven, in days.
    pub redrive_days: u64,
}

impl Limits {
    /// AWS's quotas. Source: AWS developer guide, "Step Functions service quotas".
    #[must_use]
    pub fn aws() -> Limits {
        Limits {
            payload_bytes: 256 * 1024,
            history_events: 25_000,
            inline_concurrency: 40,
            map_run_concurrency: 10_000,
            inline_items: usize::MAX,
            express_seconds: 5 * 60,
            definition_bytes: 1024 * 1024,
            request_bytes: 2 * 1024 * 1024,
            tags: 50,
            redrive_days: 14,
        }
    }

    /// Our own: wide enough for any sensible workflow, narrow enough that one execution cannot take the host down.
    #[must_use]
    pub fn off() -> Limits {
        Limits {
            payload_bytes: 64 * 1024 * 1024,
            history_events: 10_000_000,
            inline_concurrency: 1_000,
            map_run_concurrency: 10_000,
            inline_items: 1_000_000,
            express_seconds: 24 * 60 * 60,
            definition_bytes: 16 * 1024 * 1024,
            request_bytes: 80 * 1024 * 1024,
            tags: 1_000,
            redrive_days: 3_650,
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::aws()
    }
}

/// A limit by its name, for whoever sets one or lists all.
#[derive(Debug)]
pub struct Limit {
    /// Its name, such as `payload-bytes`. One that ends in `-bytes` or `-seconds` says its unit; the others are numbers.
    pub name: &'static str,
    /// What it bounds, and what happens beyond it.
    pub about: &'static str,
    /// The greatest value that it may be given: beyond it one execution or request could take the host down.
    pub most: u64,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

/// A limit in the table: its field, and the field's type.
macro_rules! limit {
    ($name:literal, $field:ident: $type:ty, $most:expr, $about:literal) => {
        Limit {
            name: $name,
            about: $about,
            most: $most,
            get: |limits| limits.$field as u64,
            set: |limits, value| limits.$field = <$type>::try_from(value).unwrap_or(<$type>::MAX),
        }
    };
}

/// Every limit that can be set.
#[rustfmt::skip]
pub const LIMITS: &[Limit] = &[
    limit!("payload-bytes", payload_bytes: usize, 1 << 30,
        "an input, an output, a task's result; beyond it States.DataLimitExceeded"),
    limit!("history-events", history_events: u64, 1_000_000_000,
        "events of a Standard execution; beyond it the execution fails with States.Runtime"),
    limit!("inline-concurrency", inline_concurrency: u32, 100_000,
        "iterations of an inline Map at a time; more wait"),
    limit!("inline-items", inline_items: usize, 100_000_000,
        "items of an inline Map; beyond it States.Runtime"),
    limit!("map-run-concurrency", map_run_concurrency: u32, 100_000,
        "children of a Map Run at a time; more wait"),
    limit!("express-seconds", express_seconds: u64, 99_999_999,
        "run of an Express execution; beyond it the execution is TIMED_OUT"),
    limit!("definition-bytes", definition_bytes: usize, 1 << 30,
        "a definition; beyond it ValidationException"),
    limit!("request-bytes", request_bytes: usize, 2 << 30,
        "the body of a request; beyond it status 413"),
    limit!("tags", tags: usize, 100_000,
        "tags of a resource; beyond it TooManyTags"),
    limit!("redrive-days", redrive_days: u64, 36_500,
        "days after its end that an execution can be redriven; beyond it ExecutionNotRedrivable"),
];

/// A limit cannot be set so.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum LimitError {
    /// There is no limit of that name.
    #[error("there is no limit `{0}`; `dirigent limits` lists them")]
    Unknown(String),
    /// The value is out of range.
    #[error("{name} is a number from 1 to {most}, and not {value}")]
    OutOfRange {
        /// The limit.
        name: &'static str,
        /// The value.
        value: u64,
        /// The greatest value it may have.
        most: u64,
    },
}

impl Limits {
    /// Sets the limit of that name.
    ///
    /// # Errors
    /// When there is none, or the value is out of its range.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), LimitError> {
        let limit = LIMITS.iter().find(|limit| limit.name == name);
        let limit = limit.ok_or_else(|| LimitError::Unknown(name.to_owned()))?;
        if value == 0 || value > limit.most {
            return Err(LimitError::OutOfRange { name: limit.name, value, most: limit.most });
        }
        (limit.set)(self, value);
        Ok(())
    }
}

impl Limit {
    /// What it is among `limits`; `None` where nothing but other limits bounds it.
    #[must_use]
    pub fn of(&self, limits: &Limits) -> Option<u64> {
        Some((self.get)(limits)).filter(|value| *value != usize::MAX as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set_and_read_by_its_name() {
        for limit in LIMITS {
            let mut limits = Limits::off();
            let off = limit.of(&limits);
            assert!(off.is_some_and(|off| off <= limit.most), "{}: {off:?}", limit.name);
            assert_eq!(limits.set(limit.name, 7), Ok(()));
            assert_eq!(limit.of(&limits), Some(7), "{}", limit.name);
            // Nothing else has changed.
            let changed = LIMITS.iter().filter(|other| other.of(&limits) != other.of(&Limits::off()));
            assert_eq!(changed.count(), 1, "{}", limit.name);
        }
    }

    #[test]
    fn what_cannot_be_set() {
        let mut limits = Limits::off();
        assert_eq!(limits.set("payload", 1), Err(LimitError::Unknown("payload".into())));
        let refused = LimitError::OutOfRange { name: "tags", value: 0, most: 100_000 };
        assert_eq!(limits.set("tags", 0), Err(refused));
        assert_eq!(limits, Limits::off());
    }
}
