//! `dirigent execution`: executions of a running host.

mod bulk;
mod event;
mod filter;
mod history;
mod list;
mod redrive;
mod show;
mod start;
mod stop;
mod tail;

use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};

use super::{Client, ClientArgs, unless_unread};

/// What `--help` says at its end.
pub(crate) const HELP: &str = "\
MACHINE is a name, NAME:VERSION, NAME:ALIAS, or an ARN.
EXECUTION is an ARN, or MACHINE/NAME as lists show it.

Examples:
  dirigent execution start orders --input @order.json --wait 30s
  dirigent execution list orders --status failed --since 2h
  dirigent execution show orders/order-7
  dirigent execution tail orders/order-7
  dirigent execution redrive --machine orders --status failed --onto latest --yes

Exit status: 0 when it was done; 1 when the execution failed or is not over in time, or when
some of several executions were refused; 2 when nothing could be done: no host, refused, or a
wrong command line.";

/// `dirigent execution`
#[derive(Debug, ClapArgs)]
pub(crate) struct Execution {
    #[command(flatten)]
    client: ClientArgs,
    #[command(subcommand)]
    command: ExecutionCommand,
}

#[derive(Debug, Subcommand)]
enum ExecutionCommand {
    /// Start an execution, and print its ARN, or its output if it is waited for.
    #[command(after_help = start::HELP)]
    Start(start::Start),
    /// List executions, newest first.
    #[command(after_help = list::HELP)]
    List(list::List),
    /// Show one execution, or its tasks.
    Show(show::Show),
    /// List the events of an execution.
    History(history::History),
    /// Stop executions: those that are named, or all that a filter finds.
    #[command(after_help = stop::HELP)]
    Stop(stop::Stop),
    /// Let executions that did not succeed go on where they stopped.
    #[command(after_help = redrive::HELP)]
    Redrive(redrive::Redrive),
    /// Follow an execution until it ends, or all that happens from now on.
    #[command(after_help = tail::HELP)]
    Tail(tail::Tail),
}

/// Carries out the command.
pub(crate) fn run(args: Execution) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client);
    unless_unread(match args.command {
        ExecutionCommand::Start(args) => start::start(&client, &args),
        ExecutionCommand::List(args) => list::list(&client, &args),
        ExecutionCommand::Show(args) => show::show(&client, &args),
        ExecutionCommand::History(args) => history::history(&client, &args),
        ExecutionCommand::Stop(args) => stop::stop(&client, &args),
        ExecutionCommand::Redrive(args) => redrive::redrive(&client, &args),
        ExecutionCommand::Tail(args) => tail::tail(&client, &args),
    })
}
