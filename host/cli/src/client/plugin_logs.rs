//! `dirigent plugin logs`: what a plugin logged on a running host.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args as ClapArgs;
use jiff::Timestamp;
use serde_json::Value;

use super::host::Host;
use super::names::encoded;
use super::{Endpoint, line, times, unless_unread};
use crate::look::{Colour, Look, plain};

/// How often a host is asked for more.
const POLL: Duration = Duration::from_millis(500);

#[derive(Debug, ClapArgs)]
pub(crate) struct Logs {
    /// NAME, or NAME@VERSION.
    plugin: String,
    /// Go on with the lines that follow, until interrupted.
    #[arg(long, short)]
    follow: bool,
    /// Only lines from then on: a time, or how long ago, such as 1h.
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    since: Option<Timestamp>,
    #[command(flatten)]
    host: Endpoint,
}

/// Prints the lines; with `json` an object a line.
pub(crate) fn logs(args: Logs, json: bool) -> anyhow::Result<ExitCode> {
    unless_unread(print(args, json))
}

fn print(args: Logs, json: bool) -> anyhow::Result<ExitCode> {
    let host = Host::new(args.host.endpoint, args.host.token);
    let path = format!("/api/plugins/{}/logs", encoded(&args.plugin));
    let look = Look::of(&std::io::stdout());
    let mut after = 0;
    let mut printed = 0;
    loop {
        let mut query = vec![("after", after.to_string())];
        query.extend(args.since.map(|since| ("since", times::utc(since))));
        let answer = host.get(&path, &query)?;
        let lines = answer["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
        for one in lines {
            line(&if json { one.to_string() } else { shown(one, look) })?;
        }
        printed += lines.len();
        after = answer["after"].as_u64().unwrap_or(after);
        match (lines.is_empty(), args.follow) {
            (false, _) => {}
            (true, true) => std::thread::sleep(POLL),
            (true, false) => break,
        }
    }
    if printed == 0 {
        eprintln!(
            "{} has logged nothing lately: the host keeps the last lines of the executions since its start. `dirigent \
             plugin list` shows which plugins there are",
            args.plugin
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for people: when, how bad, where, and the text.
fn shown(one: &Value, look: Look) -> String {
    let text = |key: &str| one[key].as_str().unwrap_or_default();
    let time = times::instant(&one["time"]).map(times::local).unwrap_or_default();
    let level = format!("{:<5}", text("level"));
    let level = match text("level") {
        "error" => look.paint(Colour::Red, &level),
        "warn" => look.paint(Colour::Yellow, &level),
        _ => level,
    };
    let execution = text("executionArn").rsplit(':').next().unwrap_or_default();
    format!("{time} {level} {execution} {}: {}", plain(text("state")), plain(text("message")))
}
