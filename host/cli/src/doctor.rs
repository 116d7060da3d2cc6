//! `dirigent doctor`: whether a data directory holds together.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use dirigent_engine::Report;
use dirigent_store::{DATABASE_FILE, RedbOptions, RedbStore};
use serde_json::json;

use crate::args;

/// Something is wrong.
const UNSOUND: u8 = 1;

pub(crate) async fn doctor(args: args::Doctor) -> anyhow::Result<ExitCode> {
    let store = RedbStore::open_to_read(&args.data, &RedbOptions::default())?;
    let report = dirigent_engine::examine(&store)
        .await
        .with_context(|| format!("cannot examine {}", args.data.display()))?;
    let file_bytes = file_bytes(&args.data)?;
    if args.json {
        let mut shown = json!(report);
        shown["fileBytes"] = file_bytes.into();
        println!("{shown}");
    } else {
        print!("{}", text(&report, file_bytes));
    }
    Ok(if report.problem_count == 0 { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) })
}

fn file_bytes(data: &Path) -> anyhow::Result<u64> {
    let path = data.join(DATABASE_FILE);
    Ok(std::fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len())
}

fn text(report: &Report, file_bytes: u64) -> String {
    let mut text = String::new();
    let all = &report.executions;
    let _ = writeln!(
        text,
        "executions  {} ({} running, {} succeeded, {} failed, {} timed out, {} aborted)",
        all.total(),
        all.running,
        all.succeeded,
        all.failed,
        all.timed_out,
        all.aborted
    );
    let _ = writeln!(text, "events      {}", report.events);
    let _ = writeln!(text, "bytes       {} for each execution", report.bytes_per_execution);
    for (count, what) in [
        (report.being_deleted, "deleted executions have rows left, which the host goes on deleting"),
        (report.open_map_runs, "Map Runs of ended executions are open, which the host closes when it starts"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "            {count} {what}");
        }
    }
    let _ = writeln!(text, "\nTABLE             ROWS           BYTES        IN PAGES");
    for table in &report.tables {
        let _ = writeln!(
            text,
            "{:<10}  {:>10}  {:>14}  {:>14}",
            table.name, table.rows, table.bytes, table.page_bytes
        );
    }
    let _ = writeln!(text, "{:<10}  {:>10}  {:>14}  {:>14}\n", "file", "", "", file_bytes);
    for problem in &report.problems {
        let _ = writeln!(text, "{}: {}\n    {}", problem.place, problem.what, problem.advice);
    }
    let _ = match report.problem_count {
        0 => writeln!(text, "nothing is wrong"),
        1 => writeln!(text, "1 problem"),
        count if count > report.problems.len() as u64 => {
            writeln!(text, "{count} problems, of which the first {} are shown", report.problems.len())
        }
        count => writeln!(text, "{count} problems"),
    };
    text
}
