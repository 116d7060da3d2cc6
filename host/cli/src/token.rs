//! `dirigent token new`: a secret for an access key or a token.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args as ClapArgs, Subcommand};

pub(crate) const HELP: &str = "\
Examples:
  dirigent token new > ada.token

In dirigent.toml of the data directory:
  [token.ada]                      # for the console, `dirigent`, curl and Prometheus
  secret = { file = \"ada.token\" }
  role = \"admin\"                   # or \"run\", or \"read\"

  [access_key.CIRUNNER]            # for AWS's clients: the id, and its secret
  secret = { env = \"CI_SECRET_ACCESS_KEY\" }
  role = \"run\"

As soon as there is one, everybody has to say who they are.";

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a new secret: 43 characters with 256 random bits. Nothing keeps it.
    New,
}

pub(crate) fn token(args: &Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::New => {
            println!("{}", dirigent_api::new_secret().context("the system has no randomness")?);
            Ok(ExitCode::SUCCESS)
        }
    }
}
