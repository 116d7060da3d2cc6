//! The host over the wire: how long an execution takes, how many there are in a second, and what each costs.
//!
//! Every figure stands beside the limits of the machine, measured in the same run, since these machines are noisy: what
//! compares between runs is the ratio. `--save FILE` keeps the figures, `--compare FILE` shows those of an earlier run beside
//! them, and `--flame NAME` runs one scenario alone, and draws where its time goes.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::figures::{Figures, Row};
use super::host::{self, Host};
use super::limits::{self, Limits};
use super::load::{self, Load, Request};
use super::scenarios::{self, Scenario};
use super::{Options, flame};
use crate::plugins;
use crate::project::Project;

/// How long each load runs, after a warm-up of a fifth of it.
const RUN: Duration = Duration::from_secs(5);

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    let scenarios = chosen(options.flame.as_deref())?;
    let earlier = options.compare.as_deref().map(Figures::read).transpose()?;
    plugins::build_and_install(project)?;
    let binary = host::binary(project)?;
    let data = host::fresh_data(project)?;
    let limits = Limits::measure(project, &data)?;
    println!("{limits}\n");

    // Once to fill the compile cache, and then as a user meets it.
    drop(Host::start(project, &binary, &data)?);
    let host = Host::start(project, &binary, &data)?;
    println!(
        "start with a warm cache: {:.0} ms; idle memory: {:.1} MiB\n",
        host.started_ms,
        host.memory_mib()?
    );

    let mut figures = Figures::new(limits);
    println!("{}", Row::head());
    for scenario in scenarios {
        let request = scenario.prepare(&host)?;
        for &connections in scenario.connections {
            let row = measure(&host, scenario.name, &request, connections, &data)?;
            let before = earlier.as_ref().and_then(|figures| figures.find(scenario.name, connections));
            println!("{}", row.line(&figures.limits, before));
            figures.rows.push(row);
        }
        if options.flame.is_some() {
            let path = flame::record(project, &host, &request)?;
            println!("{:<16} the flame graph is in {}", scenario.name, path.display());
        }
    }
    println!("\nmemory after all that: {:.1} MiB", host.memory_mib()?);
    let file = options.save.clone().unwrap_or_else(|| PathBuf::from("target/bench.json"));
    figures.write(&project.root().join(&file)).with_context(|| format!("cannot write {}", file.display()))?;
    println!("the figures are in {}", file.display());
    Ok(())
}

/// All scenarios, or the one whose flame graph is wanted.
fn chosen(flame: Option<&str>) -> Result<Vec<Scenario>> {
    let (chosen, others): (Vec<_>, Vec<_>) =
        scenarios::all().into_iter().partition(|scenario| flame.is_none_or(|name| name == scenario.name));
    if chosen.is_empty() {
        let names: Vec<_> = others.iter().map(|scenario| scenario.name).collect();
        bail!("--flame needs a scenario; there are {}", names.join(", "));
    }
    Ok(chosen)
}

fn measure(
    host: &Host,
    name: &'static str,
    request: &Request,
    connections: usize,
    data: &std::path::Path,
) -> Result<Row> {
    load::run(&host.address, request, &Load { connections, time: RUN / 5 })?;
    let fdatasync_us = limits::fdatasync_us(data, Duration::from_millis(300))?;
    let (cpu, written, commits) = (host.cpu_us()?, host.written()?, host.commits()?);
    let measured = load::run(&host.address, request, &Load { connections, time: RUN })?;
    let count = measured.count() as f64;
    Ok(Row {
        scenario: name.to_owned(),
        connections,
        p50_ms: measured.percentile_ms(50.0),
        p99_ms: measured.percentile_ms(99.0),
        rate: measured.rate(),
        cpu_us: (host.cpu_us()? - cpu) / count,
        memory_mib: host.memory_mib()?,
        commits: (host.commits()? - commits) / count,
        written_kib: (host.written()? - written) / count / 1024.0,
        fdatasync_us,
    })
}
