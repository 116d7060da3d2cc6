//! What the machine allows, measured in the run that is compared with it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process;
use crate::project::Project;

const BENCH_LIMIT: Duration = Duration::from_secs(1_800);

#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// A 4 KiB append with fdatasync, median.
    fdatasync_us: f64,
    /// Executions of two commits a second that redb alone writes, in groups of so many.
    redb: Vec<(usize, f64)>,
    /// Fresh instances and calls a second of wasmtime alone, on one thread.
    calls_per_s: f64,
}

impl Limits {
    pub(super) fn measure(project: &Project, data: &Path) -> Result<Limits> {
        println!("bench: measuring what the disk, the database and the sandbox allow");
        let store = bench(project, "dirigent-store", "commit")?;
        let calls = bench(project, "dirigent-runtime", "call")?;
        Ok(Limits {
            fdatasync_us: fdatasync_us(data, Duration::from_secs(1))?,
            redb: store.lines().filter_map(redb_row).collect(),
            calls_per_s: calls
                .lines()
                .find_map(bare_calls)
                .context("the sandbox's bench has no bare loop")?,
        })
    }

    /// What redb alone does in groups of as many as there are connections; the largest that was measured for more.
    pub(super) fn redb_per_s(&self, connections: usize) -> Option<f64> {
        let fits = |(group, _): &&(usize, f64)| *group <= connections;
        self.redb.iter().rfind(fits).map(|(_, rate)| *rate)
    }

    pub(super) fn to_json(&self) -> Value {
        let redb: serde_json::Map<_, _> =
            self.redb.iter().map(|(group, rate)| (group.to_string(), json!(rate))).collect();
        json!({ "fdatasyncMicroseconds": self.fdatasync_us, "redbPerSecond": redb, "callsPerSecond": self.calls_per_s })
    }

    pub(super) fn from_json(limits: &Value) -> Limits {
        let number = |name: &str| limits[name].as_f64().unwrap_or_default();
        let redb = limits["redbPerSecond"].as_object().into_iter().flatten();
        Limits {
            fdatasync_us: number("fdatasyncMicroseconds"),
            redb: redb.filter_map(|(group, rate)| Some((group.parse().ok()?, rate.as_f64()?))).collect(),
            calls_per_s: number("callsPerSecond"),
        }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limits: a 4 KiB append with fdatasync {:.0} µs", self.fdatasync_us)?;
        for (group, rate) in &self.redb {
            write!(f, "; redb alone {rate:.0} executions/s in groups of {group}")?;
        }
        write!(f, "; wasmtime alone {:.0} calls/s on one thread", self.calls_per_s)
    }
}

fn bench(project: &Project, package: &str, name: &str) -> Result<String> {
    let mut cargo = process::command("cargo");
    cargo.args(["bench", "--quiet", "--package", package, "--bench", name]).current_dir(project.root());
    process::output(cargo, BENCH_LIMIT)
}

/// `    32 |        4071 |      19400 |      16000 |         0.82 |              7.86`
fn redb_row(line: &str) -> Option<(usize, f64)> {
    let mut fields = line.split('|').map(str::trim);
    let group = fields.next()?.parse().ok()?;
    Some((group, fields.nth(1)?.parse().ok()?))
}

/// `1 thread(s): bare 113404/s p50 8.7µs   runtime  91954/s …`
fn bare_calls(line: &str) -> Option<f64> {
    let (rate, _) = line.strip_prefix("1 thread(s): bare")?.split_once("/s")?;
    rate.trim().parse().ok()
}

/// Median time of a 4 KiB append with fdatasync, in microseconds.
pub(super) fn fdatasync_us(dir: &Path, time: Duration) -> Result<f64> {
    let path = dir.join("fdatasync");
    let file: File = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let page = [7_u8; 4096];
    let mut times = Vec::new();
    let begin = Instant::now();
    let mut offset = 0;
    while begin.elapsed() < time {
        let start = Instant::now();
        file.write_all_at(&page, offset)?;
        file.sync_data()?;
        times.push(start.elapsed());
        offset += page.len() as u64;
    }
    std::fs::remove_file(&path)?;
    times.sort();
    Ok(times[times.len() / 2].as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_the_crates_benches() {
        let row = "    32 |        4071 |      19400 |      16000 |         0.82 |              7.86";
        assert_eq!(redb_row(row), Some((32, 19400.0)));
        assert_eq!(redb_row(" group | fdatasync/s |  bare redb"), None);
        assert_eq!(bare_calls("1 thread(s): bare 113404/s p50 8.7µs   runtime  91954/s"), Some(113_404.0));
        assert_eq!(bare_calls("2 thread(s): bare 113404/s"), None);
    }
}
