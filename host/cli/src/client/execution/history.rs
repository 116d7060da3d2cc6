//! `dirigent execution history`.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::event::summary;
use crate::client::json::{list, readable_times, text};
use crate::client::{Client, PAGE, line, times};
use crate::look::{Align, Table};

/// Events of a page with their payloads: each may have 256 KiB, or more.
const PAGE_WITH_DATA: usize = 100;

/// Columns of the table.
const COLUMNS: &[(&str, Align)] =
    &[("ID", Align::Right), ("TIME", Align::Left), ("TYPE", Align::Left), ("DETAIL", Align::Left)];

#[derive(Debug, ClapArgs)]
pub(super) struct History {
    /// The execution: an ARN, or MACHINE/NAME.
    execution: String,
    /// The newest event first.
    #[arg(long)]
    reverse: bool,
    /// How many at most [default: all].
    #[arg(long, value_name = "N")]
    limit: Option<NonZeroUsize>,
    /// Include inputs and outputs: their beginnings in the table, all of them with --json.
    #[arg(long)]
    data: bool,
}

pub(super) fn history(client: &Client, args: &History) -> anyhow::Result<ExitCode> {
    let mut left = args.limit.map_or(usize::MAX, NonZeroUsize::get);
    let page = if args.data { PAGE_WITH_DATA } else { PAGE };
    let mut params = json!({
        "executionArn": client.execution_arn(&args.execution)?,
        "reverseOrder": args.reverse,
        "includeExecutionData": args.data,
        "maxResults": left.min(page),
    });
    let mut table = Table::new(COLUMNS);
    loop {
        let mut page = client.host.aws("GetExecutionHistory", &params)?;
        for mut event in list(&mut page, "events").into_iter().take(left) {
            left -= 1;
            if client.json {
                readable_times(&mut event);
                line(&event.to_string())?;
                continue;
            }
            let id = event["id"].to_string();
            let time = times::instant(&event["timestamp"]).map(times::local).unwrap_or_default();
            table.row([id.into(), time.into(), text(&event, "type").into(), summary(&event).into()]);
        }
        if !client.json {
            table.write(&mut std::io::stdout(), client.look)?;
        }
        match page["nextToken"].take() {
            Value::Null => return Ok(ExitCode::SUCCESS),
            _ if left == 0 => return Ok(ExitCode::SUCCESS),
            token => params["nextToken"] = token,
        }
    }
}
