//! `dirigent execution start`.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args as ClapArgs;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::show::{self, Payloads};
use super::tail;
use crate::client::follow::follow;
use crate::client::host::HostError;
use crate::client::json::text;
use crate::client::{Client, document_out, line, names, times};
use crate::input;
use crate::look::plain;

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
    let mut params = json!({ "stateMachineArn": client.machine_arn(&args.machine)?, "input": input });
    if let Some(name) = &args.name {
        params["name"] = name.as_str().into();
    }
    if args.sync {
        let ended = client.host.aws_within("StartSyncExecution", &params, EXPRESS)?;
        if client.json {
            document_out(ended.clone())?;
        }
        return end(client, &ended, Some(text(&ended, "output")));
    }
    let started = client.host.aws("StartExecution", &params)?;
    let arn = text(&started, "executionArn").to_owned();
    let Some(limit) = args.wait else {
        client.print(started, || arn)?;
        return Ok(ExitCode::SUCCESS);
    };
    if names::is_express(&arn)
        && let Err(HostError::Refused { .. }) =
            client.host.aws("DescribeExecution", &json!({ "executionArn": arn }))
    {
        bail!(
            "started {arn}, an Express execution that is not kept: such a one is waited for with --sync only"
        );
    }
    eprintln!("started {arn}");
    let path = tail::events_path(&arn);
    let over = follow(&client.host, &path, &[], limit, |event| {
        Ok(if event.name == tail::END { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let answer = client.host.get_text(&show::path(&arn), &[])?;
    if client.json {
        line(&answer)?;
    }
    let description: Value = serde_json::from_str(&answer)?;
    if over.is_none() && text(&description, "status") == "RUNNING" {
        eprintln!("dirigent: it goes on. To follow it: dirigent execution tail {}", client.short(&arn)?);
        return Ok(ExitCode::FAILURE);
    }
    let payloads: Payloads<'_> = serde_json::from_str(&answer)?;
    end(client, &description, payloads.output.map(RawValue::get))
}

/// Prints the output of an execution, or why there is none.
fn end(client: &Client, description: &Value, output: Option<&str>) -> anyhow::Result<ExitCode> {
    let how = match text(description, "status") {
        "SUCCEEDED" => {
            if !client.json {
                line(output.unwrap_or_default())?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        "ABORTED" => "was stopped",
        "TIMED_OUT" => "timed out",
        _ => "failed",
    };
    let fault = ["error", "cause"].map(|name| text(description, name));
    let parts = fault.into_iter().filter(|part| !part.is_empty()).map(|part| format!(": {}", plain(part)));
    eprintln!("dirigent: the execution {how}{}", parts.collect::<String>());
    Ok(ExitCode::FAILURE)
}
