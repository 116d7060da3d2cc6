//! `dirigent execution stop`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args as ClapArgs;
use serde_json::json;

use super::bulk::{Outcome, Selection};
use super::filter::Status;
use crate::client::Client;
use crate::client::host::HostError;
use crate::client::json::text;

pub(super) const HELP: &str = "\
Examples:
  dirigent execution stop orders/order-7 --error Recalled --cause 'the customer changed their mind'
  dirigent execution stop --machine orders --since 2h --yes
  dirigent execution stop --status running --yes

By filter, those that are running are stopped.";

#[derive(Debug, ClapArgs)]
pub(super) struct Stop {
    #[command(flatten)]
    selection: Selection,
    /// The error to put down.
    #[arg(long, value_name = "NAME")]
    error: Option<String>,
    /// The cause to put down.
    #[arg(long, value_name = "TEXT")]
    cause: Option<String>,
}

pub(super) fn stop(client: &Client, args: &Stop) -> anyhow::Result<ExitCode> {
    let mut params = json!({});
    for (name, value) in [("error", &args.error), ("cause", &args.cause)] {
        if let Some(value) = value {
            params[name] = value.as_str().into();
        }
    }
    let mut outcome = Outcome::new("stopped");
    match args.selection.named(None)? {
        Some(executions) => outcome.each(client, executions, |arn| {
            let mut params = params.clone();
            params["executionArn"] = arn.into();
            // AWS answers well for one that is over, which would say that it was stopped.
            let description = client.host.aws("DescribeExecution", &json!({ "executionArn": arn }))?;
            match text(&description, "status") {
                "RUNNING" => client.host.aws("StopExecution", &params),
                status => Err(HostError::Refused {
                    code: "ExecutionNotRunning".to_owned(),
                    message: format!("Execution is {status} and cannot be stopped"),
                }),
            }
        })?,
        None => {
            if args.selection.filter.statuses.iter().any(|status| *status != Status::Running) {
                bail!("only what is running can be stopped: leave out --status, or say --status running");
            }
            let query = args.selection.agreed_query(client, "stop", &[Status::Running], None)?;
            outcome.all(client, &query, "/api/executions/stop", &params)?;
        }
    }
    outcome.end(client)
}
