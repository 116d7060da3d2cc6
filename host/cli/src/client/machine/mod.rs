//! `dirigent machine`: state machines of a running host.

mod change;
mod look_up;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{Client, ClientArgs, unless_unread};

/// What `--help` says at its end.
pub(crate) const HELP: &str = "\
MACHINE is a name, NAME:VERSION, NAME:ALIAS, or an ARN.

Examples:
  dirigent machine create orders --definition orders.asl.json --tag team=shop
  dirigent machine update orders --definition orders.asl.json --publish
  dirigent machine show orders --definition > orders.asl.json
  dirigent machine list --json

Exit status: 0 when it was done, 2 when it could not be: no host, refused, or a wrong command line.";

/// `dirigent machine`
#[derive(Debug, ClapArgs)]
pub(crate) struct Machine {
    #[command(flatten)]
    client: ClientArgs,
    #[command(subcommand)]
    command: MachineCommand,
}

#[derive(Debug, Subcommand)]
enum MachineCommand {
    /// Create a state machine, and print its ARN.
    Create(Create),
    /// Give a state machine another definition, for executions to come.
    Update(Update),
    /// List the state machines.
    List,
    /// Show one state machine.
    Show(Show),
    /// Delete a state machine with its versions and aliases.
    Delete(Delete),
    /// Publish the state machine as it is as a version, and print the version's ARN.
    Publish(Publish),
    /// List the versions of a state machine, newest first.
    Versions(Versions),
}

#[derive(Debug, ClapArgs)]
struct Create {
    /// The name, of at most 80 characters.
    name: String,
    /// The definition; - is standard input.
    #[arg(long, value_name = "FILE")]
    definition: PathBuf,
    /// Durable executions, or short ones in memory.
    #[arg(long = "type", value_enum, default_value = "standard", value_name = "TYPE")]
    machine_type: MachineType,
    /// The role, which this host keeps and does not use.
    #[arg(long, default_value = "arn:aws:iam::000000000000:role/dirigent", value_name = "ARN")]
    role: String,
    /// A tag; may be given several times.
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,
    /// Publish it as version 1, and print that version's ARN.
    #[arg(long)]
    publish: bool,
}

#[derive(Debug, ClapArgs)]
struct Update {
    /// The state machine.
    machine: String,
    /// The definition; - is standard input.
    #[arg(long, value_name = "FILE")]
    definition: PathBuf,
    /// Publish it as a version, and print that version's ARN.
    #[arg(long)]
    publish: bool,
}

#[derive(Debug, ClapArgs)]
struct Show {
    /// The state machine.
    machine: String,
    /// Print the definition alone, as it was given.
    #[arg(long)]
    definition: bool,
}

#[derive(Debug, ClapArgs)]
struct Delete {
    /// The state machine.
    machine: String,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, ClapArgs)]
struct Publish {
    /// The state machine.
    machine: String,
    /// What is new in it.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

#[derive(Debug, ClapArgs)]
struct Versions {
    /// The state machine.
    machine: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum MachineType {
    Standard,
    Express,
}

/// Carries out the command.
pub(crate) fn run(args: Machine) -> anyhow::Result<ExitCode> {
    let client = Client::new(args.client);
    let done = match args.command {
        MachineCommand::Create(args) => change::create(&client, &args),
        MachineCommand::Update(args) => change::update(&client, &args),
        MachineCommand::Delete(args) => change::delete(&client, &args),
        MachineCommand::Publish(args) => change::publish(&client, &args),
        MachineCommand::List => look_up::list(&client),
        MachineCommand::Show(args) => look_up::show(&client, &args),
        MachineCommand::Versions(args) => look_up::versions(&client, &args),
    };
    unless_unread(done.map(|()| ExitCode::SUCCESS))
}

fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
