//! Commands that ask a running host: `dirigent machine …` and `dirigent execution …`.
//!
//! What AWS has goes over AWS's wire, the rest over the host's own `/api`.

pub(crate) mod backup;
mod credentials;
pub(crate) mod execution;
mod follow;
mod host;
mod json;
pub(crate) mod machine;
mod names;
pub(crate) mod plugin_logs;
mod stream;
mod times;

use std::cell::OnceCell;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use serde_json::Value;

use crate::look::{Colour, Look};
pub(crate) use credentials::Token;
use host::Host;

/// The most items of a page of a list. Source: AWS API Reference, `maxResults`.
const PAGE: usize = 1_000;

/// What every one of these commands has, apart from its own options.
const HEADING: &str = "Host and output";

/// Where the host is, and for whom the output is.
#[derive(Debug, ClapArgs)]
pub(crate) struct ClientArgs {
    /// Where the host listens.
    #[arg(
        long,
        global = true,
        help_heading = HEADING,
        env = "DIRIGENT_ENDPOINT",
        default_value = "http://127.0.0.1:8083",
        value_name = "URL",
        value_parser = host::endpoint
    )]
    endpoint: String,
    /// The token to ask with, where the host wants one; @FILE is the one in a file.
    #[arg(long, global = true, help_heading = HEADING, env = "DIRIGENT_TOKEN", hide_env_values = true, value_name = "TOKEN|@FILE")]
    token: Option<Token>,
    /// Print JSON, for programs: a document, or a line for each item of what may be long. Times are RFC 3339 in UTC.
    #[arg(long, global = true, help_heading = HEADING)]
    json: bool,
}

/// Where the host is, for a command that has nothing else of these.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Endpoint {
    /// Where the host listens.
    #[arg(
        long,
        env = "DIRIGENT_ENDPOINT",
        default_value = "http://127.0.0.1:8083",
        value_name = "URL",
        value_parser = host::endpoint
    )]
    pub(crate) endpoint: String,
    /// The token to ask with, where the host wants one; @FILE is the one in a file.
    #[arg(long, env = "DIRIGENT_TOKEN", hide_env_values = true, value_name = "TOKEN|@FILE")]
    pub(crate) token: Option<Token>,
}

/// A host to ask, and how to show what it answers.
struct Client {
    host: Host,
    json: bool,
    /// Of standard output.
    look: Look,
    /// What ARNs of the host's own account begin with, once it was asked.
    prefix: OnceCell<Option<String>>,
}

impl Client {
    fn new(args: ClientArgs) -> Client {
        let look = Look::of(&std::io::stdout());
        Client { host: Host::new(args.endpoint, args.token), json: args.json, look, prefix: OnceCell::new() }
    }

    /// Prints a document with `--json`, else what `text` says.
    fn print(&self, document: Value, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.json { document_out(document) } else { line(&text()) }
    }
}

/// Prints a JSON document, with its times as RFC 3339.
fn document_out(mut document: Value) -> anyhow::Result<()> {
    json::readable_times(&mut document);
    line(&serde_json::to_string_pretty(&document)?)
}

/// Prints a line. Unlike `println!` it does not panic when nobody reads any more.
fn line(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Ends in order when the reader of the output has gone, as `| head` does.
fn unless_unread(done: anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    match done {
        Err(error)
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) =>
        {
            Ok(ExitCode::SUCCESS)
        }
        other => other,
    }
}

/// Asks a person to agree, unless `--yes` did so.
fn confirm(what: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("{what}? There is no terminal to ask at: say --yes to do it");
    }
    eprint!("{what}? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    if !["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        bail!("nothing was done");
    }
    Ok(())
}

/// The colour of a status.
fn colour_of(status: &str) -> Option<Colour> {
    match status {
        "SUCCEEDED" => Some(Colour::Green),
        "FAILED" | "TIMED_OUT" => Some(Colour::Red),
        "ABORTED" | "PENDING_REDRIVE" => Some(Colour::Yellow),
        "RUNNING" => Some(Colour::Cyan),
        _ => None,
    }
}
