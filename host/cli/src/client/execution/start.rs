//! `dirigent execution start`.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::tail;
use crate::client::follow::follow;
use crate::client::json::text;
use crate::client::{Client, document_out, line, names, times};
use crate::input;

pub(super) const HELP: &str = "\
Examples:
  dirigent execution start orders --input '{\"id\": 7}'
  dirigent execution start orders --name order-7 --input @order.json --wait
  dirigent execution start price --input - --sync < order.json

With --wait or --sync the output goes to standard output, and the exit status is 0 when the
execution succeeded, and 1 when it failed or is not over in time (it goes on then).";

/// Longest wait for an Express execution: the widest `express-seconds` that a host has by default.
const EXPRESS: Duration = Duration::from_secs(86_400);

#[derive(Debug, ClapArgs)]
pub(super) struct Start {
    /// The state machine.
    machine: String,
    /// The name of the execution, which no other of the state machine has [default: a random one].
    #[arg(long)]
    name: Option<String>,
    /// The input: JSON, @FILE, or - for standard input.
    #[arg(long, default_value = "{}", value_name = "JSON|@FILE|-")]
    input: String,
    /// Wait until it ends, or no longer than TIME, such as 30s.
    #[arg(long, value_name = "TIME", num_args = 0..=1, value_parser = times::span)]
    wait: Option<Option<Duration>>,
    /// Run an Express execution, and wait until it ends.
    #[arg(long, conflicts_with = "wait")]
    sync: bool,
}

pub(super) fn start(client: &Client, args: &Start) -> anyhow::Result<ExitCode> {
    let input = input::json("input", &args.input)?;
    let mut params =
        json!({ "stateMachineArn": names::machine(&client.host, &args.machine)?, "input": input });
    if let Some(name) = &args.name {
        params["name"] = name.as_str().into();
    }
    if args.sync {
        return ended(client, client.host.aws_within("StartSyncExecution", &params, EXPRESS)?);
    }
    let started = client.host.aws("StartExecution", &params)?;
    let arn = text(&started, "executionArn").to_owned();
    let Some(limit) = args.wait else {
        client.print(started, || arn)?;
        return Ok(ExitCode::SUCCESS);
    };
    if !names::is_execution(&arn) {
        bail!("started {arn}, an Express execution, which is waited for with --sync only");
    }
    eprintln!("started {arn}");
    let path = tail::events_path(&arn);
    let end = follow(&client.host, &path, &[], limit, |event| {
        Ok(if event.name == tail::END { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let description = client.host.aws("DescribeExecution", &json!({ "executionArn": arn }))?;
    if end.is_none() && text(&description, "status") == "RUNNING" {
        eprintln!("dirigent: it goes on. To follow it: dirigent execution tail {}", names::short(&arn));
        if client.json {
            document_out(description)?;
        }
        return Ok(ExitCode::FAILURE);
    }
    ended(client, description)
}

/// Prints the output of an execution, or why there is none.
fn ended(client: &Client, description: Value) -> anyhow::Result<ExitCode> {
    let status = text(&description, "status").to_owned();
    if status != "SUCCEEDED" {
        let [error, cause] = ["error", "cause"].map(|name| text(&description, name));
        let colon = if error.is_empty() || cause.is_empty() { "" } else { ": " };
        eprintln!("dirigent: the execution is {status}: {error}{colon}{cause}");
    }
    if client.json {
        document_out(description)?;
    } else if status == "SUCCEEDED" {
        line(text(&description, "output"))?;
    }
    Ok(if status == "SUCCEEDED" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
