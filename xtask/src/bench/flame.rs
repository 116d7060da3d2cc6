//! Where the time of a scenario goes: a flame graph of the host under its load.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::host::Host;
use super::load::{self, Load, Request};
use crate::project::Project;

const TIME: Duration = Duration::from_secs(8);
const CONNECTIONS: usize = 32;

/// Records the host for some seconds, and returns where the graph is.
pub(super) fn record(project: &Project, host: &Host, request: &Request) -> Result<PathBuf> {
    let dir = project.target().join("flame");
    fs::create_dir_all(&dir)?;
    let (data, graph) = (dir.join("perf.data"), dir.join("flame.svg"));
    let pid = host.pid().to_string();
    let mut perf = Command::new("perf")
        .args(["record", "--freq", "997", "--call-graph", "fp", "--pid", &pid, "--output"])
        .arg(&data)
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start perf; Debian has it as linux-perf")?;
    load::run(&host.address, request, &Load { connections: CONNECTIONS, time: TIME })?;
    // perf writes what it has when it is interrupted.
    Command::new("kill").args(["-INT", &perf.id().to_string()]).status()?;
    perf.wait()?;
    let script =
        "perf script --input \"$0\" 2>/dev/null | inferno-collapse-perf | inferno-flamegraph > \"$1\"";
    let drawn = Command::new("sh").args(["-c", script]).arg(&data).arg(&graph).status()?;
    if !drawn.success() || fs::metadata(&graph)?.len() == 0 {
        bail!("nothing draws the graph of {}: `cargo install inferno`", data.display());
    }
    Ok(graph)
}
