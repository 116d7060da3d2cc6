//! `dirigent execution redrive`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::bulk::{Outcome, Selection};
use super::filter::Status;
use super::show;
use crate::client::Client;
use crate::input;

pub(super) const HELP: &str = "\
Examples:
  dirigent execution redrive orders/order-7
  dirigent execution redrive orders/order-7 --onto latest
  dirigent execution redrive orders/order-7 --state Charge --input '{\"amount\": 12}'
  dirigent execution redrive --machine orders --error Plugin.NotFound --since 7d --yes

An execution goes on where it stopped; what was done is not done again. By filter, those that
failed, timed out or were stopped are redriven, or those with the --status that is given.";

/// What is redriven by filter, unless a status is asked for.
const UNSUCCESSFUL: [Status; 3] = [Status::Failed, Status::TimedOut, Status::Aborted];

#[derive(Debug, ClapArgs)]
pub(super) struct Redrive {
    #[command(flatten)]
    selection: Selection,
    /// Those that failed with this error.
    #[arg(long, value_name = "NAME")]
    error: Option<String>,
    /// Go on with another definition: the latest, that of a version's ARN, or of a revision's number or id.
    #[arg(long, value_name = "latest|VERSION-ARN|REVISION")]
    onto: Option<String>,
    /// The state that --input or --result is for, when several stopped.
    #[arg(long, value_name = "NAME")]
    state: Option<String>,
    /// Give the stopped state another input: JSON, @FILE, or - for standard input.
    #[arg(long, value_name = "JSON|@FILE|-")]
    input: Option<String>,
    /// Do not run the stopped state again: this is its result.
    #[arg(long, value_name = "JSON|@FILE|-", conflicts_with = "input")]
    result: Option<String>,
}

pub(super) fn redrive(client: &Client, args: &Redrive) -> anyhow::Result<ExitCode> {
    let mut outcome = Outcome::new("redriven");
    match args.selection.named(args.error.as_deref())? {
        Some(executions) => {
            let body = body(args)?;
            outcome.each(client, executions, |arn| match body.as_str() {
                // As AWS has it.
                "{}" => client.host.aws("RedriveExecution", &json!({ "executionArn": arn })),
                body => client.host.post(&format!("{}/redrive", show::path(arn)), body),
            })?;
        }
        None => {
            if args.state.is_some() || args.input.is_some() || args.result.is_some() {
                bail!("--state, --input and --result are for executions that are named");
            }
            let query =
                args.selection.agreed_query(client, "redrive", &UNSUCCESSFUL, args.error.as_deref())?;
            let params =
                args.onto.as_deref().map_or_else(|| json!({}), |onto| json!({ "onto": self::onto(onto) }));
            outcome.all(client, &query, "/api/executions/redrive", &params)?;
        }
    }
    outcome.end(client)
}

/// The changes, as JSON text: payloads stay as they were given.
fn body(args: &Redrive) -> anyhow::Result<String> {
    let mut members = Vec::new();
    if let Some(onto) = &args.onto {
        members.push(format!("\"onto\":{}", self::onto(onto)));
    }
    if let Some(state) = &args.state {
        members.push(format!("\"state\":{}", Value::from(state.as_str())));
    }
    for (name, payload) in [("input", &args.input), ("result", &args.result)] {
        if let Some(payload) = payload {
            members.push(format!("\"{name}\":{}", input::json(name, payload)?.trim()));
        }
    }
    Ok(format!("{{{}}}", members.join(",")))
}

/// A revision is a number, the others are texts.
fn onto(text: &str) -> Value {
    text.parse::<u64>().map_or_else(|_| text.into(), Value::from)
}
