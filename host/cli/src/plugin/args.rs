//! The command line of `dirigent plugin`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::build::Language;

pub(crate) const HELP: &str = "\
From nothing to a plugin that runs in a workflow:
  dirigent plugin new hello --lang rust
  dirigent plugin publish hello
  dirigent run hello/workflow.asl.json --input '{\"name\": \"Ada\"}'

An AWS Lambda handler becomes a plugin as it is:
  dirigent plugin build --lambda handler.py --name charge
  dirigent plugin publish charge";

/// Write, build, test and publish plugins, and look at those of a registry.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) places: Places,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Where plugins are, and for whom the output is.
#[derive(Debug, ClapArgs)]
pub(super) struct Places {
    /// The directory of plugins.
    #[arg(long, global = true, default_value = ".dirigent/registry", value_name = "DIR")]
    pub(super) registry: PathBuf,
    /// Where compiled plugins are kept.
    #[arg(long, global = true, default_value = ".dirigent/plugins", value_name = "DIR")]
    pub(super) cache: PathBuf,
    /// Print JSON.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a folder with a new plugin: source, manifest, test cases, and a workflow that calls it.
    New(New),
    /// Build a plugin's component, DIR/plugin.wasm.
    Build(Build),
    /// Put a plugin into a registry, where hosts find it; builds it first if its sources are newer.
    Publish(Publish),
    /// List the plugins and whether they can be called.
    List,
    /// Show one plugin: what it serves, asks for, imports, and may use.
    Inspect {
        /// NAME, or NAME@VERSION.
        plugin: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct New {
    /// What the plugin is called: a Task reaches it as plugin:NAME.
    #[arg(value_parser = super::project::name)]
    pub(super) name: String,
    /// The language to write it in.
    #[arg(long, value_enum, value_name = "LANG")]
    pub(super) lang: Language,
    /// The folder to make [default: NAME].
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Build {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR", conflicts_with_all = ["lambda", "out"])]
    pub(super) dir: PathBuf,
    /// Make a plugin of this AWS Lambda handler (.py, .js or .mjs), unchanged; FILE:FUNCTION names its function too.
    #[arg(long, value_name = "FILE")]
    pub(super) lambda: Option<PathBuf>,
    /// The handler's function in FILE [default: lambda_handler in Python, handler in JavaScript].
    #[arg(long, value_name = "FUNCTION", requires = "lambda")]
    pub(super) handler: Option<String>,
    /// What the function's plugin is called [default: FILE without its ending].
    #[arg(long, requires = "lambda", value_parser = super::project::name)]
    pub(super) name: Option<String>,
    /// The folder for the function's plugin [default: NAME].
    #[arg(long, value_name = "DIR", requires = "lambda")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) how: How,
}

/// How to build.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(super) struct How {
    /// Install what the build needs and this machine lacks. Without it the build says what is missing.
    #[arg(long)]
    pub(super) install: bool,
    /// Show what the tools of the language write, not only when they fail.
    #[arg(long)]
    pub(super) verbose: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Publish {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) how: How,
}
