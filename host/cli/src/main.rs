//! The binary `dirigent`: its commands, a file each.

mod access;
mod args;
mod backup;
mod client;
mod config;
mod console;
mod descriptors;
mod doctor;
mod input;
mod journal_host;
mod limits;
mod locate;
mod logs;
mod look;
mod mocks;
mod object_host;
mod plugin;
mod plugin_host;
mod plugin_totals;
mod progress;
mod recent_logs;
mod run;
mod serve;
mod token;
mod validate;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};

/// The command could not do its work. (1 says: it did, and the answer is no.)
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    // First, as a worker has no room for anything else.
    if dirigent_evaluator::is_worker() {
        return dirigent_evaluator::work();
    }
    let args = Args::parse();
    init_logging(&args);
    let evaluates = matches!(args.command, Command::Serve(_) | Command::Run(_));
    if evaluates && let Err(error) = dirigent_evaluator::install() {
        tracing::warn!(%error, "JSONata is evaluated in this process, where nothing bounds some hostile expressions");
    }
    let done = match args.command {
        Command::Serve(serve) => block_on(serve::serve(serve)),
        Command::Run(run) => block_on(run::run(run)),
        Command::Validate(validate) => validate::validate(&validate),
        Command::Plugin(plugin) => block_on(plugin::plugin(plugin)),
        Command::Machine(args) => client::machine::run(args),
        Command::Execution(args) => client::execution::run(args),
        Command::Backup(args) => backup::backup(args),
        Command::Restore(args) => backup::restore(&args),
        Command::Doctor(args) => block_on(doctor::doctor(args)),
        Command::Limits(args) => limits::limits(&args),
        Command::Token(args) => token::token(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "dirigent", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("dirigent: {error:#}");
        ExitCode::from(TROUBLE)
    })
}

/// After so many polls of tasks a worker looks for I/O. A plugin that computes is polled for a tick of 10 ms at a time,
/// so this bounds how long such plugins keep others from being heard; tokio's 61 would make that most of a second.
const POLLS_BETWEEN_IO: u32 = 5;

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().event_interval(POLLS_BETWEEN_IO).global_queue_interval(POLLS_BETWEEN_IO);
    runtime.build()?.block_on(work)
}

/// Logs go to standard error: a server's from `info` on, the other commands' only when something is off.
fn init_logging(args: &Args) {
    let default = if matches!(args.command, Command::Serve(_)) { "info" } else { "warn" };
    let filter = args.log.as_deref().unwrap_or(default);
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|error| {
        eprintln!("dirigent: --log {filter}: {error}. Using {default}");
        tracing_subscriber::EnvFilter::new(default)
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}
