//! Doing something to many executions: to each that is named, or to all that a filter finds.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::filter::{Filter, Status};
use super::list::pages;
use crate::client::host::HostError;
use crate::client::json::{list, text};
use crate::client::{Client, confirm, document_out, line};
use crate::look::plain;

/// How many executions the host is asked to change at a time.
const BATCH: usize = 100;

/// Which executions are meant.
#[derive(Debug, ClapArgs)]
pub(super) struct Selection {
    /// Executions: ARNs, or MACHINE/NAME.
    #[arg(value_name = "EXECUTION")]
    executions: Vec<String>,
    /// Those of this state machine.
    #[arg(long, value_name = "MACHINE")]
    machine: Option<String>,
    #[command(flatten)]
    pub(super) filter: Filter,
    /// Do not ask before doing it to all that the filter finds.
    #[arg(long, short)]
    yes: bool,
}

impl Selection {
    /// The executions that are named; `None` when a filter is to find them, of which `error` may be a part.
    pub(super) fn named(&self, error: Option<&str>) -> anyhow::Result<Option<&[String]>> {
        let filtered = self.machine.is_some() || error.is_some() || !self.filter.is_empty();
        match (self.executions.is_empty(), filtered) {
            (true, true) => Ok(None),
            (false, false) => Ok(Some(&self.executions)),
            (true, false) => {
                bail!("which ones? Name executions, or say which with --machine, --status, --since, …")
            }
            (false, true) => {
                bail!("name executions, or say which with --machine, --status, --since, …: not both")
            }
        }
    }

    /// What to ask the host for, once somebody has agreed that `deed` is done to all that it finds. Without a status, it
    /// finds those of `usual`.
    pub(super) fn agreed_query(
        &self,
        client: &Client,
        deed: &str,
        usual: &[Status],
        error: Option<&str>,
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        let mut query = self.filter.query(client, self.machine.as_deref(), error)?;
        if self.filter.statuses.is_empty() {
            query.extend(usual.iter().map(|status| ("status", status.word().to_owned())));
        }
        let whose = self.machine.as_deref().unwrap_or("all state machines");
        confirm(&format!("{deed} the executions of {whose} that the filter finds"), self.yes)?;
        Ok(query)
    }
}

/// What came of it.
pub(super) struct Outcome {
    /// What is done to an execution, in the past.
    done_word: &'static str,
    done: Vec<String>,
    failed: Vec<Value>,
}

impl Outcome {
    pub(super) fn new(done_word: &'static str) -> Outcome {
        Outcome { done_word, done: Vec::new(), failed: Vec::new() }
    }

    /// Does it to those that are named, one after the other; a refusal does not keep it from the others.
    ///
    /// # Errors
    /// When a name is none, or the host is not there.
    pub(super) fn each(
        &mut self,
        client: &Client,
        executions: &[String],
        mut act: impl FnMut(&str) -> Result<Value, HostError>,
    ) -> anyhow::Result<()> {
        for name in executions {
            let arn = client.execution_arn(name)?;
            match act(&arn) {
                Ok(_) => self.done(client, &arn)?,
                Err(error @ HostError::Refused { .. }) if executions.len() == 1 => return Err(error.into()),
                Err(HostError::Refused { code, message }) => {
                    let failed = json!({ "executionArn": arn, "error": code, "message": message });
                    self.failed(client, failed)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Does it to all that `query` finds: page by page, so that each is found once, whatever becomes of it.
    pub(super) fn all(
        &mut self,
        client: &Client,
        query: &[(&'static str, String)],
        path: &str,
        params: &Value,
    ) -> anyhow::Result<()> {
        pages(client, query, BATCH, |executions| {
            if executions.is_empty() {
                return Ok(true);
            }
            let mut body = params.clone();
            body["executionArns"] =
                executions.iter().map(|execution| text(execution, "executionArn")).collect::<Value>();
            let mut answer = client.host.post(path, &body.to_string())?;
            for arn in list(&mut answer, "done") {
                self.done(client, arn.as_str().unwrap_or_default())?;
            }
            for failed in list(&mut answer, "failed") {
                self.failed(client, failed)?;
            }
            Ok(true)
        })?;
        if !client.json {
            eprintln!("{} {}, {} refused", self.done.len(), self.done_word, self.failed.len());
        }
        Ok(())
    }

    fn done(&mut self, client: &Client, arn: &str) -> anyhow::Result<()> {
        if !client.json {
            line(&format!("{} {}", self.done_word, client.short(arn)?))?;
        }
        self.done.push(arn.to_owned());
        Ok(())
    }

    fn failed(&mut self, client: &Client, failed: Value) -> anyhow::Result<()> {
        let arn = client.short(text(&failed, "executionArn"))?;
        eprintln!("dirigent: {arn}: {}: {}", text(&failed, "error"), plain(text(&failed, "message")));
        self.failed.push(failed);
        Ok(())
    }

    /// Prints it with `--json`, and says how the command ends.
    pub(super) fn end(self, client: &Client) -> anyhow::Result<ExitCode> {
        let code = match (self.done.is_empty(), self.failed.is_empty()) {
            (_, true) => ExitCode::SUCCESS,
            (false, false) => ExitCode::FAILURE,
            (true, false) => ExitCode::from(crate::TROUBLE),
        };
        if client.json {
            document_out(json!({ "done": self.done, "failed": self.failed }))?;
        }
        Ok(code)
    }
}
