//! What one call may use, and the three places that say so: the operator's configuration, the plugin's manifest, the call.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// Work of a guest, in wasmtime's fuel: about one unit a WebAssembly instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fuel(pub u64);

impl fmt::Display for Fuel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number of bytes. Read from and written as text: `512`, `64KiB`, `16MiB`, `1GiB`; serde has it as a number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByteSize(pub u64);

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

impl ByteSize {
    /// This many KiB.
    pub const fn kib(n: u64) -> Self {
        Self(n * KIB)
    }

    /// This many MiB.
    pub const fn mib(n: u64) -> Self {
        Self(n * MIB)
    }

    /// The number as this machine's size; the largest one if it does not fit.
    pub(crate) fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "0 bytes"),
            n if n.is_multiple_of(GIB) => write!(f, "{}GiB", n / GIB),
            n if n.is_multiple_of(MIB) => write!(f, "{}MiB", n / MIB),
            n if n.is_multiple_of(KIB) => write!(f, "{}KiB", n / KIB),
            n => write!(f, "{n} bytes"),
        }
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let factor = match unit.trim() {
            "" | "B" => 1,
            "KiB" => KIB,
            "MiB" => MIB,
            "GiB" => GIB,
            _ => {
                return Err(format!(
                    "`{text}` is not a size: write a number of bytes, or \"64KiB\", \"16MiB\", \"1GiB\""
                ));
            }
        };
        digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).map(Self).ok_or_else(|| {
            format!("`{text}` is not a size: write a number of bytes, or \"64KiB\", \"16MiB\", \"1GiB\"")
        })
    }
}

/// How much of a call's log is kept. What is over is dropped and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLimits {
    /// Lines a call.
    pub lines: u32,
    /// Bytes a line.
    pub line: ByteSize,
}

/// What one call may use. In [`crate::RuntimeConfig`] it is both the default and the maximum: manifests and calls may
/// only lower it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Work. Over it: `Plugin.OutOfFuel`.
    pub fuel: Fuel,
    /// Linear memory, all memories of the component together. Over it: `Plugin.OutOfMemory`.
    pub memory: ByteSize,
    /// Size of the output, and of anything else handed to the host in one go. Over it: `Plugin.OutputTooLarge`.
    pub output: ByteSize,
    /// Wall-clock time from the moment the instance starts. Over it: `States.Timeout`.
    pub time: Duration,
    /// Calls of host functions (WASI's are counted but not limited: each needs fuel). Over it: `Plugin.OutOfHostCalls`.
    pub host_calls: u32,
    /// The log.
    pub log: LogLimits,
}

impl Limits {
    /// Enough for several seconds of computing on one core.
    pub const DEFAULT_FUEL: Fuel = Fuel(10_000_000_000);
    /// Room for interpreters (a Python component takes some 40 MiB) and a few times the largest payload.
    pub const DEFAULT_MEMORY: ByteSize = ByteSize::mib(256);
    /// Far above AWS's 256 KiB, which is a limit of the engine, not of the sandbox.
    pub const DEFAULT_OUTPUT: ByteSize = ByteSize::mib(16);
    /// AWS Lambda's longest timeout (AWS Lambda quotas: 900 seconds).
    pub const DEFAULT_TIME: Duration = Duration::from_secs(900);
    /// Above what any task needs that does not call in a loop without end.
    pub const DEFAULT_HOST_CALLS: u32 = 1_000_000;
    /// Together at most 1 MiB of log a call.
    pub const DEFAULT_LOG: LogLimits = LogLimits { lines: 256, line: ByteSize::kib(4) };

    /// These limits, lowered to whatever is lower in `overrides`.
    pub fn lowered_by(mut self, overrides: &LimitOverrides) -> Self {
        fn lower<T: Ord + Copy>(limit: &mut T, to: Option<T>) {
            *limit = to.map_or(*limit, |to| to.min(*limit));
        }
        lower(&mut self.fuel, overrides.fuel);
        lower(&mut self.memory, overrides.memory);
        lower(&mut self.output, overrides.output);
        lower(&mut self.time, overrides.time);
        lower(&mut self.host_calls, overrides.host_calls);
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: Self::DEFAULT_FUEL,
            memory: Self::DEFAULT_MEMORY,
            output: Self::DEFAULT_OUTPUT,
            time: Self::DEFAULT_TIME,
            host_calls: Self::DEFAULT_HOST_CALLS,
            log: Self::DEFAULT_LOG,
        }
    }
}

/// Limits that a manifest or a call lowers. `None` leaves a limit as it is; a value above the limit changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitOverrides {
    /// See [`Limits::fuel`].
    pub fuel: Option<Fuel>,
    /// See [`Limits::memory`].
    pub memory: Option<ByteSize>,
    /// See [`Limits::output`].
    pub output: Option<ByteSize>,
    /// See [`Limits::time`].
    pub time: Option<Duration>,
    /// See [`Limits::host_calls`].
    pub host_calls: Option<u32>,
}

impl LimitOverrides {
    /// The lower of both, limit by limit.
    pub(crate) fn strictest(self, other: &Self) -> Self {
        fn lower<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
            match (a, b) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        }
        Self {
            fuel: lower(self.fuel, other.fuel),
            memory: lower(self.memory, other.memory),
            output: lower(self.output, other.output),
            time: lower(self.time, other.time),
            host_calls: lower(self.host_calls, other.host_calls),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes, shown) in [
            ("0", 0, "0 bytes"),
            ("1000", 1000, "1000 bytes"),
            ("64KiB", 65_536, "64KiB"),
            ("64 MiB", 67_108_864, "64MiB"),
            ("2GiB", 2_147_483_648, "2GiB"),
        ] {
            let size: ByteSize = text.parse().unwrap();
            assert_eq!((size, size.to_string().as_str()), (ByteSize(bytes), shown), "{text}");
        }
        for text in ["", "MiB", "1MB", "-1", "1.5MiB", "99999999999GiB"] {
            assert!(text.parse::<ByteSize>().unwrap_err().contains("is not a size"), "{text}");
        }
    }

    #[test]
    fn overrides_only_lower() {
        let limits = Limits::default();
        let lower =
            LimitOverrides { fuel: Some(Fuel(5)), time: Some(Duration::from_secs(1)), ..Default::default() };
        let higher = LimitOverrides {
            fuel: Some(Fuel(u64::MAX)),
            output: Some(ByteSize(u64::MAX)),
            ..Default::default()
        };
        let lowered = limits.lowered_by(&lower);
        assert_eq!(lowered, Limits { fuel: Fuel(5), time: Duration::from_secs(1), ..limits });
        assert_eq!(limits.lowered_by(&higher), limits);
        assert_eq!(lower.strictest(&higher).fuel, Some(Fuel(5)));
        assert_eq!(lower.strictest(&higher).output, Some(ByteSize(u64::MAX)));
    }
}
