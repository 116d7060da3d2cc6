//! `dirigent execution tail`: what happens, as it happens.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args as ClapArgs;
use serde_json::Value;

use super::event::Narrator;
use super::show;
use crate::client::follow::follow;
use crate::client::json::text;
use crate::client::{Client, line, names, times};
use crate::look;

pub(super) const HELP: &str = "\
Examples:
  dirigent execution tail orders/order-7      from its first event on, until it ends
  dirigent execution tail orders              all executions of a state machine, from now on
  dirigent execution tail --json              all there are, a JSON document a line

Exit status for an execution: 0 when it succeeded, 1 when it did not. The others go on until
they are interrupted. A host that is started again meanwhile is found again.";

/// The name of the last event of an execution's stream.
pub(super) const END: &str = "end";

/// The name of an event that says that others were left out.
const LAGGED: &str = "lagged";

/// How many executions are remembered at a time, to name the states of their tasks.
const MAX_REMEMBERED: usize = 1_000;

#[derive(Debug, ClapArgs)]
pub(super) struct Tail {
    /// An execution, or a state machine; without it, all executions.
    #[arg(value_name = "EXECUTION|MACHINE")]
    what: Option<String>,
}

/// Where the events of an execution are.
pub(super) fn events_path(arn: &str) -> String {
    format!("{}/events", show::path(arn))
}

pub(super) fn tail(client: &Client, args: &Tail) -> anyhow::Result<ExitCode> {
    match &args.what {
        Some(name) if names::is_execution(name) => one(client, &client.execution_arn(name)?),
        machine => many(client, machine.as_deref()),
    }
}

fn one(client: &Client, arn: &str) -> anyhow::Result<ExitCode> {
    let mut narrator = Narrator::default();
    let mut started_ms = None;
    let status = follow(&client.host, &events_path(arn), &[], None, |event| {
        if event.name == END {
            let end = parse(&event.data)?;
            return Ok(ControlFlow::Break(text(&end, "status").to_owned()));
        }
        if client.json {
            line(&event.data)?;
            return Ok(ControlFlow::Continue(()));
        }
        let event = parse(&event.data)?;
        let at_ms = times::instant(&event["timestamp"]).unwrap_or_default().as_millisecond();
        let when = look::seconds(at_ms - *started_ms.get_or_insert(at_ms));
        if let Some((mark, what)) = narrator.tell(&event) {
            line(&client.look.progress(&when, mark, &what))?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(if status.as_deref() == Some("SUCCEEDED") { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn many(client: &Client, machine: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut query = Vec::new();
    if let Some(machine) = machine {
        query.push(("stateMachineArn", client.machine_arn(machine)?));
    }
    let mut narrators: HashMap<String, Narrator> = HashMap::new();
    follow(&client.host, "/api/events", &query, None, |event| {
        if event.name == LAGGED {
            eprintln!("dirigent: {} steps were too fast to follow", parse(&event.data)?["missed"]);
            return Ok(ControlFlow::<()>::Continue(()));
        }
        if client.json {
            line(&event.data)?;
            return Ok(ControlFlow::Continue(()));
        }
        let happening = parse(&event.data)?;
        let (arn, event) = (text(&happening, "executionArn"), &happening["event"]);
        if narrators.len() >= MAX_REMEMBERED && !narrators.contains_key(arn) {
            narrators.clear();
        }
        let told = narrators.entry(arn.to_owned()).or_default().tell(event);
        if let Some((mark, what)) = told {
            let when = times::instant(&event["timestamp"]).map(times::clock).unwrap_or_default();
            let what = format!("{}  {what}", client.short(arn)?);
            line(&client.look.progress(&when, mark, &what))?;
            if mark.is_end() {
                narrators.remove(arn);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn parse(data: &str) -> anyhow::Result<Value> {
    serde_json::from_str(data).context("the host sent an event that is not JSON")
}
