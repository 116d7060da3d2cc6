//! What a run of the bench measured: printed as a table, kept as JSON, and compared.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::limits::Limits;

pub(super) struct Figures {
    pub(super) limits: Limits,
    pub(super) rows: Vec<Row>,
}

/// One scenario at one number of connections. What is each execution's is divided by their number.
pub(super) struct Row {
    pub(super) scenario: String,
    pub(super) connections: usize,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// Executions a second.
    pub(super) rate: f64,
    /// CPU time of the host, each.
    pub(super) cpu_us: f64,
    /// Memory of the host after it.
    pub(super) memory_mib: f64,
    /// Transactions, each.
    pub(super) commits: f64,
    /// KiB that went to the disk, each.
    pub(super) written_kib: f64,
    /// Of the disk, just before.
    pub(super) fdatasync_us: f64,
}

impl Row {
    pub(super) fn head() -> String {
        format!(
            "{:<16} {:>5} {:>9} {:>9} {:>8} {:>8} {:>8} {:>8} {:>9} {:>12} {:>9}",
            "scenario",
            "conns",
            "p50 ms",
            "p99 ms",
            "per s",
            "CPU µs",
            "commits",
            "KiB",
            "MiB",
            "p50 ÷ fsync",
            "÷ redb"
        )
    }

    /// With the change since an earlier run, if there is one.
    pub(super) fn line(&self, limits: &Limits, earlier: Option<&Row>) -> String {
        let mut line = format!(
            "{:<16} {:>5} {:>9.2} {:>9.2} {:>8.0} {:>8.0} {:>8.3} {:>8.1} {:>9.0} {:>12.1} {:>9}",
            self.scenario,
            self.connections,
            self.p50_ms,
            self.p99_ms,
            self.rate,
            self.cpu_us,
            self.commits,
            self.written_kib,
            self.memory_mib,
            self.p50_ms * 1_000.0 / self.fdatasync_us,
            limits
                .redb_per_s(self.connections)
                .map_or("-".to_owned(), |limit| format!("{:.2}", self.rate / limit)),
        );
        if let Some(earlier) = earlier {
            line += &format!(
                "   p50 {:+.0} %, rate {:+.0} %",
                (self.p50_ms / earlier.p50_ms - 1.0) * 100.0,
                (self.rate / earlier.rate - 1.0) * 100.0
            );
        }
        line
    }

    fn to_json(&self) -> Value {
        json!({
            "scenario": self.scenario,
            "connections": self.connections,
            "p50Milliseconds": self.p50_ms,
            "p99Milliseconds": self.p99_ms,
            "perSecond": self.rate,
            "cpuMicroseconds": self.cpu_us,
            "memoryMiB": self.memory_mib,
            "commits": self.commits,
            "writtenKiB": self.written_kib,
            "fdatasyncMicroseconds": self.fdatasync_us,
        })
    }

    fn from_json(row: &Value) -> Option<Row> {
        let number = |name: &str| row[name].as_f64();
        Some(Row {
            scenario: row["scenario"].as_str()?.to_owned(),
            connections: usize::try_from(row["connections"].as_u64()?).ok()?,
            p50_ms: number("p50Milliseconds")?,
            p99_ms: number("p99Milliseconds")?,
            rate: number("perSecond")?,
            cpu_us: number("cpuMicroseconds")?,
            memory_mib: number("memoryMiB")?,
            commits: number("commits")?,
            written_kib: number("writtenKiB")?,
            fdatasync_us: number("fdatasyncMicroseconds")?,
        })
    }
}

impl Figures {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, rows: Vec::new() }
    }

    pub(super) fn find(&self, scenario: &str, connections: usize) -> Option<&Row> {
        self.rows.iter().find(|row| row.scenario == scenario && row.connections == connections)
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let rows: Vec<_> = self.rows.iter().map(Row::to_json).collect();
        let all = json!({ "limits": self.limits.to_json(), "rows": rows });
        Ok(std::fs::write(path, serde_json::to_string_pretty(&all)?)?)
    }

    /// The figures of an earlier run.
    pub(super) fn read(path: &Path) -> Result<Figures> {
        let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let all: Value = serde_json::from_slice(&text)
            .with_context(|| format!("{} has no figures of a bench", path.display()))?;
        let rows = all["rows"].as_array().map(|rows| rows.iter().filter_map(Row::from_json).collect());
        let rows = rows.with_context(|| format!("{} has no figures of a bench", path.display()))?;
        Ok(Figures { limits: Limits::from_json(&all["limits"]), rows })
    }
}
