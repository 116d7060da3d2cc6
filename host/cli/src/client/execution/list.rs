//! `dirigent execution list`, and walking over the pages of what a filter finds.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use serde_json::Value;

use super::filter::Filter;
use crate::client::json::{list as items, text};
use crate::client::{Client, PAGE, colour_of, line, times};
use crate::look::{Align, Cell, Table};

pub(super) const HELP: &str = "\
Examples:
  dirigent execution list
  dirigent execution list orders --status failed --status timed-out --error Plugin.OutOfFuel
  dirigent execution list --since 2026-11-23 --until 2h --json | jq -r .executionArn

What EXECUTION shows can be given to the other commands. With --json a line for each execution.";

/// Columns of the table.
const COLUMNS: &[(&str, Align)] = &[
    ("EXECUTION", Align::Left),
    ("STATUS", Align::Left),
    ("STARTED", Align::Left),
    ("TOOK", Align::Right),
    ("ERROR", Align::Left),
];

#[derive(Debug, ClapArgs)]
pub(super) struct List {
    /// The state machine; without it, executions of all.
    machine: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Those that failed with this error, such as States.Timeout.
    #[arg(long, value_name = "NAME")]
    error: Option<String>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value = "100")]
    limit: NonZeroUsize,
}

pub(super) fn list(client: &Client, args: &List) -> anyhow::Result<ExitCode> {
    let query = args.filter.query(client, args.machine.as_deref(), args.error.as_deref())?;
    let mut table = Table::new(COLUMNS);
    let limit = args.limit.get();
    let mut left = limit;
    let more = pages(client, &query, left.min(PAGE), |executions| {
        let shown = executions.len().min(left);
        left -= shown;
        for execution in &executions[..shown] {
            if client.json { line(&execution.to_string())? } else { table.row(row(client, execution)?) }
        }
        if !client.json && shown > 0 {
            table.write(&mut std::io::stdout(), client.look)?;
        }
        Ok(left > 0)
    })?;
    if more {
        eprintln!("There may be more: the newest {} are shown, --limit N shows N", limit);
    } else if left == limit && !client.json {
        eprintln!("There are no such executions");
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives page after page to `on`, until it wants no more. Returns whether there would have been more.
pub(super) fn pages(
    client: &Client,
    query: &[(&'static str, String)],
    size: usize,
    mut on: impl FnMut(Vec<Value>) -> anyhow::Result<bool>,
) -> anyhow::Result<bool> {
    let mut token: Option<String> = None;
    loop {
        let mut query = query.to_vec();
        query.push(("limit", size.to_string()));
        query.extend(token.map(|token| ("nextToken", token)));
        let mut page = client.host.get("/api/executions", &query)?;
        token = page["nextToken"].as_str().map(str::to_owned);
        let wants_more = on(items(&mut page, "executions"))?;
        if !wants_more || token.is_none() {
            return Ok(token.is_some());
        }
    }
}

fn row(client: &Client, execution: &Value) -> anyhow::Result<[Cell; 5]> {
    let status = text(execution, "status");
    Ok([
        client.short(text(execution, "executionArn"))?.into(),
        colour_of(status).map_or_else(|| status.into(), |colour| Cell::coloured(status, colour)),
        times::ago(&execution["startDate"]).into(),
        times::took(&execution["startDate"], &execution["stopDate"]).into(),
        text(execution, "error").into(),
    ])
}
