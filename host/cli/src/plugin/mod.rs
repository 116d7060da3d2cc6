//! `dirigent plugin`: writing, building and publishing plugins, and looking at those that are there.
//!
//! ```text
//! project.rs   a plugin's folder: what plugin.toml says, and which of its files are sources
//! build/       from a project to a component, one file a language
//! cases/       test cases, and what they fake
//! oci.rs       plugins in OCI registries
//! embedded.rs  what this binary carries for that: the contract, templates, libraries
//! ```

mod args;
mod build;
mod cases;
mod embedded;
mod inspect;
mod install;
mod list;
mod new;
mod oci;
mod project;
mod publish;
mod registry;
mod versions;

use std::process::ExitCode;

use args::Command;

use crate::client::plugin_logs;
pub(crate) use args::{Args, HELP};

pub(crate) async fn plugin(args: Args) -> anyhow::Result<ExitCode> {
    let Args { places, command } = args;
    match command {
        Command::New(new) => new::new(&new),
        Command::Build(build) => build::command(&build),
        Command::Test(test) => cases::test(&test, &places).await,
        Command::Publish(publish) => publish::publish(&publish, &places).await,
        Command::Install(install) => install::install(&install, &places).await,
        Command::Alias(alias) => versions::alias(&alias, &places),
        Command::Remove(remove) => versions::remove(&remove, &places),
        Command::List => list::list(&registry::plugins(&places).await?, places.json),
        Command::Logs(logs) => plugin_logs::logs(logs, places.json),
        Command::Inspect { plugin } => inspect::inspect(&plugin, &places).await,
    }
}
