//! `dirigent execution show`.

use std::process::ExitCode;

use clap::Args as ClapArgs;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::client::json::{list as items, text};
use crate::client::names::encoded;
use crate::client::{Client, document_out, line, times};
use crate::look::{Align, Table, fields, plain};

/// Columns of the table of tasks.
const TASKS: &[(&str, Align)] = &[
    ("STATE", Align::Left),
    ("STATUS", Align::Left),
    ("PLUGIN", Align::Left),
    ("FUEL", Align::Right),
    ("MEMORY", Align::Right),
    ("TIME", Align::Right),
    ("CPU", Align::Right),
    ("CALLS", Align::Right),
    ("RESOURCE", Align::Left),
];

#[derive(Debug, ClapArgs)]
pub(super) struct Show {
    /// The execution: an ARN, or MACHINE/NAME.
    execution: String,
    /// Show its tasks instead: plugin, fuel, peak memory, time, time on a thread, host calls, and what they logged.
    #[arg(long)]
    tasks: bool,
}

/// Payloads as they were given: a number keeps its digits.
#[derive(Deserialize)]
pub(super) struct Payloads<'a> {
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) output: Option<&'a RawValue>,
}

/// Where `/api` has an execution.
pub(super) fn path(arn: &str) -> String {
    format!("/api/executions/{}", encoded(arn))
}

pub(super) fn show(client: &Client, args: &Show) -> anyhow::Result<ExitCode> {
    let path = path(&client.execution_arn(&args.execution)?);
    if args.tasks {
        tasks(client, &path)?;
        return Ok(ExitCode::SUCCESS);
    }
    let answer = client.host.get_text(&path, &[])?;
    if client.json {
        line(&answer)?;
        return Ok(ExitCode::SUCCESS);
    }
    let execution: Value = serde_json::from_str(&answer)?;
    let payloads: Payloads<'_> = serde_json::from_str(&answer)?;
    let payload = |payload: Option<&RawValue>| payload.map(|json| json.get().to_owned()).unwrap_or_default();
    let took = match times::took(&execution["startDate"], &execution["stopDate"]) {
        took if took.is_empty() => String::new(),
        took => format!("{}, after {took}", times::with_age(&execution["stopDate"])),
    };
    let redrives = match execution["redriveCount"].as_u64() {
        None | Some(0) => String::new(),
        Some(count) => format!("{count}, the last {}", times::with_age(&execution["redriveDate"])),
    };
    let member = |name: &str| text(&execution, name).to_owned();
    let redrive = match text(&execution, "redriveStatusReason") {
        "" => member("redriveStatus"),
        reason => format!("{}: {reason}", member("redriveStatus")),
    };
    let rows = [
        ("name", member("name")),
        ("arn", member("executionArn")),
        ("machine", member("stateMachineArn")),
        ("status", member("status")),
        ("started", times::with_age(&execution["startDate"])),
        ("stopped", took),
        ("error", member("error")),
        ("cause", member("cause")),
        ("redrives", redrives),
        ("redrive", redrive),
        ("map run", member("mapRunArn")),
        ("revision", number(&execution["revision"])),
        ("tasks", metering(&execution["metering"])),
        ("input", payload(payloads.input)),
        ("output", payload(payloads.output)),
    ];
    fields(&mut std::io::stdout(), rows)?;
    Ok(ExitCode::SUCCESS)
}

/// What its tasks used together.
fn metering(metering: &Value) -> String {
    match metering["tasks"].as_u64() {
        None | Some(0) => String::new(),
        Some(tasks) => format!(
            "{tasks} run: {} fuel, {} of memory at most, {}, {} host calls",
            number(&metering["fuel"]),
            memory(&metering["peakMemory"]),
            micros(&metering["wallMicros"]),
            number(&metering["hostCalls"]),
        ),
    }
}

fn tasks(client: &Client, path: &str) -> anyhow::Result<()> {
    let mut answer = client.host.get(&format!("{path}/tasks"), &[])?;
    if client.json {
        return document_out(answer);
    }
    let tasks = items(&mut answer, "tasks");
    if answer["truncated"] == true {
        eprintln!("The history is so long that not all of it was read: there are more tasks");
    }
    if tasks.is_empty() {
        eprintln!("It has run no tasks");
        return Ok(());
    }
    let mut table = Table::new(TASKS);
    for task in &tasks {
        table.row([
            text(task, "state").into(),
            text(task, "status").into(),
            text(task, "plugin").into(),
            number(&task["fuel"]).into(),
            memory(&task["peakMemory"]).into(),
            micros(&task["wallMicros"]).into(),
            micros(&task["cpuMicros"]).into(),
            number(&task["hostCalls"]).into(),
            text(task, "resource").into(),
        ]);
    }
    table.write(&mut std::io::stdout(), client.look)?;
    for mut task in tasks {
        for log in items(&mut task, "logs") {
            line(&format!(
                "{}: {}: {}",
                plain(text(&task, "state")),
                text(&log, "level"),
                plain(text(&log, "message"))
            ))?;
        }
    }
    Ok(())
}

fn number(value: &Value) -> String {
    value.as_u64().map(|number| number.to_string()).unwrap_or_default()
}

fn memory(bytes: &Value) -> String {
    bytes.as_u64().map(|bytes| format!("{} KiB", bytes / 1024)).unwrap_or_default()
}

fn micros(micros: &Value) -> String {
    micros.as_u64().map(|micros| format!("{}.{:03}ms", micros / 1000, micros % 1000)).unwrap_or_default()
}
