//! What calls of plugins used: one attempt's, an execution's, and all of a plugin's.

use std::collections::BTreeMap;

use dirigent_engine::{Metering, Spent};
use serde::Serialize;
use utoipa::ToSchema;

/// Error names that are told apart for a plugin; it chooses its own, so there may be any number.
const MAX_FAILURES: usize = 32;

/// Bytes of an error name that is told apart.
const MAX_FAILURE_NAME: usize = 128;

/// Under what the failures of further names are counted.
const OTHER_FAILURES: &str = "other";

/// What a task, or all of an execution's, or all of a plugin's, used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Units of fuel.
    pub fuel: u64,
    /// Greatest memory, in bytes.
    pub peak_memory: u64,
    /// Time on the clock, in microseconds.
    pub wall_micros: u64,
    /// Calls to the host.
    pub host_calls: u64,
    /// Time in which it had a thread, in microseconds.
    pub cpu_micros: u64,
    /// Bytes of input.
    pub input_bytes: u64,
    /// Bytes of output.
    pub output_bytes: u64,
    /// Bytes of bodies of requests that it sent.
    pub sent_bytes: u64,
    /// Bytes of bodies of responses that it got.
    pub received_bytes: u64,
}

impl Usage {
    pub(crate) fn of(metering: &Metering) -> Usage {
        let Spent { cpu_us, input_bytes, output_bytes, sent_bytes, received_bytes } = metering.spent;
        Usage {
            fuel: metering.fuel,
            peak_memory: metering.peak_memory,
            wall_micros: metering.wall_us,
            host_calls: metering.host_calls.into(),
            cpu_micros: cpu_us,
            input_bytes,
            output_bytes,
            sent_bytes,
            received_bytes,
        }
    }

    /// Both together.
    pub(crate) fn and(self, other: &Usage) -> Usage {
        Usage {
            fuel: self.fuel.saturating_add(other.fuel),
            peak_memory: self.peak_memory.max(other.peak_memory),
            wall_micros: self.wall_micros.saturating_add(other.wall_micros),
            host_calls: self.host_calls.saturating_add(other.host_calls),
            cpu_micros: self.cpu_micros.saturating_add(other.cpu_micros),
            input_bytes: self.input_bytes.saturating_add(other.input_bytes),
            output_bytes: self.output_bytes.saturating_add(other.output_bytes),
            sent_bytes: self.sent_bytes.saturating_add(other.sent_bytes),
            received_bytes: self.received_bytes.saturating_add(other.received_bytes),
        }
    }
}

/// What all calls of a version of a plugin used since the host started.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
pub struct PluginUsage {
    /// Calls that are over.
    pub calls: u64,
    /// How many of them were cancelled. What these used is not known, and in no sum.
    pub cancelled: u64,
    /// How many of them failed, by error name. Of names there are at most 32; the failures of further ones are under `other`.
    pub failures: BTreeMap<String, u64>,
    /// What they used.
    #[serde(flatten)]
    pub used: Usage,
}

impl PluginUsage {
    /// Counts a call that has ended, with the error if it failed.
    pub fn count(&mut self, metering: &Metering, error: Option<&str>) {
        self.calls += 1;
        self.used = self.used.and(&Usage::of(metering));
        let Some(error) = error else { return };
        let told_apart = self.failures.contains_key(error)
            || (self.failures.len() < MAX_FAILURES - 1 && error.len() <= MAX_FAILURE_NAME);
        let name = if told_apart { error } else { OTHER_FAILURES };
        *self.failures.entry(name.to_owned()).or_default() += 1;
    }

    /// Counts a call that was cancelled.
    pub fn count_cancelled(&mut self) {
        self.calls += 1;
        self.cancelled += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_add_up() {
        let mut usage = PluginUsage::default();
        let spent = Spent { cpu_us: 1, input_bytes: 2, output_bytes: 3, sent_bytes: 4, received_bytes: 5 };
        for (peak_memory, error) in [(64, None), (128, Some("A")), (32, Some("A")), (1, Some("B"))] {
            let metering =
                Metering { fuel: 10, peak_memory, wall_us: 7, host_calls: 2, spent, ..Metering::default() };
            usage.count(&metering, error);
        }
        usage.count_cancelled();
        let failures = BTreeMap::from([("A".to_owned(), 2), ("B".to_owned(), 1)]);
        let used = Usage {
            fuel: 40,
            peak_memory: 128,
            wall_micros: 28,
            host_calls: 8,
            cpu_micros: 4,
            input_bytes: 8,
            output_bytes: 12,
            sent_bytes: 16,
            received_bytes: 20,
        };
        assert_eq!(usage, PluginUsage { calls: 5, cancelled: 1, failures, used });
    }

    #[test]
    fn error_names_are_bounded() {
        let mut usage = PluginUsage::default();
        for n in 0..100 {
            usage.count(&Metering::default(), Some(&format!("Error{n}")));
        }
        usage.count(&Metering::default(), Some("Error0"));
        usage.count(&Metering::default(), Some(&"x".repeat(MAX_FAILURE_NAME + 1)));
        assert_eq!(usage.failures.len(), MAX_FAILURES);
        assert_eq!((usage.failures["Error0"], usage.failures[OTHER_FAILURES]), (2, 70));
    }
}
