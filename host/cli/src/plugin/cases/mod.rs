//! `dirigent plugin test`: a plugin against the cases of a file, in the real sandbox.

mod case;
mod compare;
mod http;
mod keyvalue;
mod run;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use dirigent_runtime::LogLine;
use serde_json::{Value, json};

use super::args::{Places, Test};
use super::project::Project;
use super::publish;
use crate::look::{Colour, Look, plain};
use case::Case;
use run::{Report, Subject};

/// How long a case may take, if the plugin's own limit is not shorter.
const CASE_LIMIT: Duration = Duration::from_secs(60);

pub(super) async fn test(args: &Test, places: &Places) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.dir)?;
    let file = args.cases.clone().unwrap_or_else(|| project.dir.join("cases.json"));
    let cases = case::read(&file)?;
    let chosen: Vec<&Case> =
        cases.iter().filter(|case| args.case.as_ref().is_none_or(|part| case.name.contains(part))).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        bail!("no case of {} has that in its name. There are: {}", file.display(), names.join(", "));
    }
    let (component, manifest) = publish::built(&project, args.how)?;
    let subject = Subject { project, component, manifest, cache: places.cache.clone() };
    let output = Output { json: places.json, logs: args.logs, look: Look::of(&std::io::stdout()) };
    output.begin(&subject.project, chosen.len());
    let mut reports = Vec::new();
    for case in chosen {
        let report =
            subject.run(case).await.with_context(|| format!("cannot run the case `{}`", case.name))?;
        output.ended(case, &report);
        reports.push((case, report));
    }
    output.sum(&subject.project, &reports)
}

/// For whom the results are.
struct Output {
    json: bool,
    logs: bool,
    look: Look,
}

impl Output {
    fn begin(&self, project: &Project, cases: usize) {
        if !self.json {
            let noun = if cases == 1 { "case" } else { "cases" };
            println!("running {cases} {noun} of {}@{}", project.name, project.version);
        }
    }

    fn ended(&self, case: &Case, report: &Report) {
        if self.json {
            return;
        }
        let (word, colour) =
            if report.problems.is_empty() { ("ok", Colour::Green) } else { ("FAILED", Colour::Red) };
        println!("case {} ... {}", plain(&case.name), self.look.paint(colour, word));
        if self.logs && report.problems.is_empty() {
            log_lines(&report.logs);
        }
    }

    fn sum(&self, project: &Project, reports: &[(&Case, Report)]) -> anyhow::Result<ExitCode> {
        let failed: Vec<_> = reports.iter().filter(|(_, report)| !report.problems.is_empty()).collect();
        if self.json {
            let document = json!({
                "plugin": format!("{}@{}", project.name, project.version),
                "passed": reports.len() - failed.len(),
                "failed": failed.len(),
                "cases": reports.iter().map(|(case, report)| as_json(case, report)).collect::<Vec<_>>(),
            });
            println!("{}", serde_json::to_string_pretty(&document)?);
        } else {
            for (case, report) in &failed {
                println!("\n{}", plain(&case.name));
                report.problems.iter().for_each(|problem| println!("  {}", plain(problem)));
                log_lines(&report.logs);
            }
            println!("\n{} passed, {} failed", reports.len() - failed.len(), failed.len());
        }
        Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn log_lines(logs: &[LogLine]) {
    for line in logs {
        println!("  log {}: {}", level(line), plain(&line.message));
    }
}

fn level(line: &LogLine) -> String {
    format!("{:?}", line.level).to_lowercase()
}

fn as_json(case: &Case, report: &Report) -> Value {
    let logs = report.logs.iter().map(|line| json!({ "level": level(line), "message": line.message }));
    json!({
        "name": case.name,
        "passed": report.problems.is_empty(),
        "problems": report.problems,
        "logs": logs.collect::<Vec<_>>(),
        "fuel": report.metering.fuel,
        "cpuMicros": u64::try_from(report.metering.cpu.as_micros()).unwrap_or(u64::MAX),
        "peakMemory": report.metering.peak_memory,
        "hostCalls": report.metering.host_calls,
    })
}
