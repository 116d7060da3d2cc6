//! Where the time of a scenario goes: a flame graph of the host under its load.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use inferno::collapse::Collapse;
use inferno::collapse::perf::Folder;
use inferno::flamegraph;

use super::host::Host;
use super::load::{self, Load, Request};
use crate::project::Project;

const TIME: Duration = Duration::from_secs(8);
/// Samples a second. Each has a copy of the stack, since the host is built without frame pointers.
const FREQUENCY: &str = "499";
const CONNECTIONS: usize = 32;

/// Records the host for some seconds, and returns where the graph is.
pub(super) fn record(project: &Project, host: &Host, request: &Request) -> Result<PathBuf> {
    let dir = project.target().join("flame");
    fs::create_dir_all(&dir)?;
    let (data, graph) = (dir.join("perf.data"), dir.join("flame.svg"));
    let pid = host.pid().to_string();
    let mut perf = Command::new("perf")
        .args(["record", "--freq", FREQUENCY, "--call-graph", "dwarf", "--pid", &pid, "--output"])
        .arg(&data)
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start perf, which Debian has in its package linux-perf")?;
    load::run(&host.address, request, &Load { connections: CONNECTIONS, time: TIME })?;
    // perf writes what it has when it is interrupted.
    Command::new("kill").args(["-INT", &perf.id().to_string()]).status()?;
    perf.wait()?;
    draw(&data, &graph).with_context(|| format!("cannot draw what perf recorded in {}", data.display()))?;
    Ok(graph)
}

/// Draws the stacks of a recording.
fn draw(data: &Path, graph: &Path) -> Result<()> {
    let mut script = Command::new("perf")
        // Looking up what was inlined where takes minutes.
        .args(["script", "--no-inline", "--input"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let samples = script.stdout.take().context("perf script has no output")?;
    let mut stacks = Vec::new();
    Folder::default().collapse(BufReader::new(samples), &mut stacks)?;
    script.wait()?;
    if stacks.is_empty() {
        bail!("there is no sample in it: may perf record here? See /proc/sys/kernel/perf_event_paranoid");
    }
    let mut options = flamegraph::Options::default();
    flamegraph::from_reader(&mut options, stacks.as_slice(), fs::File::create(graph)?)?;
    Ok(())
}
