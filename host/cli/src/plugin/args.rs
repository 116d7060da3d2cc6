//! The command line of `dirigent plugin`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::build::Language;
use crate::client::plugin_logs::Logs;

pub(crate) const HELP: &str = "\
From nothing to a plugin that runs in a workflow:
  dirigent plugin new hello --lang rust
  dirigent plugin publish hello
  dirigent run hello/workflow.asl.json --input '{\"name\": \"Ada\"}'

An AWS Lambda handler becomes a plugin as it is:
  dirigent plugin build --lambda handler.py --name charge
  dirigent plugin publish charge";

const TEST_HELP: &str = "\
A case of cases.json is an object; `name` and one of `output` and `error` have to be there:
  {
    \"name\": \"charges the card\",
    \"input\": { \"order\": 7 },
    \"output\": { \"charge\": \"ch_1\" },
    \"error\": { \"name\": \"Card.Declined\", \"cause\": \"what it has to contain\" },
    \"http\": [
      { \"request\": { \"method\": \"POST\", \"url\": \"https://api.example.com/v1\", \"headers\": {}, \"body\": {} },
        \"response\": { \"status\": 201, \"headers\": {}, \"body\": { \"id\": \"ch_1\" } } }
    ],
    \"keyvalue\": { \"before\": { \"orders\": { \"7\": \"open\" } }, \"after\": { \"orders\": { \"7\": \"paid\" } } },
    \"config\": { \"currency\": \"EUR\" },
    \"environment\": { \"TABLE\": \"orders\" },
    \"connections\": [\"payments\"],
    \"directories\": { \"/templates\": \"fixtures/templates\" },
    \"context\": { \"attempt\": 1, \"stateName\": \"Charge\", \"taskToken\": \"token\" },
    \"logs\": [\"what a line has to contain\"]
  }

A response may be { \"error\": \"connect\" } (or name, timeout, broken). A request that the case does not have fails
it, and so does one that is not made. Nothing leaves this process. The manifest's [asks] count as in a host.
Exit status: 0 when all cases pass, 1 when one fails, 2 when they could not be run.";

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
    /// Run a plugin on the cases of a file, in the real sandbox with all that is outside of it faked.
    #[command(after_help = TEST_HELP)]
    Test(Test),
    /// Put a plugin into a registry, where hosts find it; builds it first if its sources are newer.
    ///
    /// `--registry oci://HOST/REPOSITORY[:TAG]` is a registry of OCI artifacts, with DIRIGENT_OCI_USERNAME and
    /// DIRIGENT_OCI_PASSWORD as credentials, if they are set.
    Publish(Publish),
    /// Get a plugin from an OCI registry, and put it into the registry directory.
    Install(Install),
    /// Give a version a name, or several versions one with weights: plugin:NAME@ALIAS is then one of them.
    ///
    /// The alias `default` is what the plugin's bare name means. An execution stays with what it began with.
    Alias(Alias),
    /// Remove a version from the registry, unless an alias names it. Executions that began with it keep it.
    Remove(Remove),
    /// List the plugins and whether they can be called.
    List,
    /// Show what a plugin logged lately on a running host.
    Logs(Logs),
    /// Show one plugin: what it serves, asks for, imports, and may use.
    Inspect {
        /// NAME or NAME@VERSION of the registry; or the folder or the component of a plugin that is not in it.
        #[arg(value_name = "NAME|DIR|FILE")]
        plugin: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct Alias {
    /// The plugin.
    pub(super) name: String,
    /// The alias, such as stable or canary.
    pub(super) alias: String,
    /// The version, or versions with weights: 1.2.0=90 1.3.0=10.
    #[arg(value_name = "VERSION[=WEIGHT]", conflicts_with = "delete")]
    pub(super) versions: Vec<String>,
    /// Delete the alias.
    #[arg(long)]
    pub(super) delete: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Remove {
    /// NAME@VERSION.
    pub(super) plugin: String,
    /// Remove it though an alias names it.
    #[arg(long)]
    pub(super) force: bool,
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
pub(super) struct Test {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// The file of cases [default: DIR/cases.json].
    #[arg(long, value_name = "FILE")]
    pub(super) cases: Option<PathBuf>,
    /// Run only the cases with this in their names.
    #[arg(long, value_name = "NAME")]
    pub(super) case: Option<String>,
    /// Show what cases log, and not only that of failed ones.
    #[arg(long)]
    pub(super) logs: bool,
    #[command(flatten)]
    pub(super) how: How,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Install {
    /// Where the plugin is.
    #[arg(value_name = "oci://HOST/REPOSITORY:TAG")]
    pub(super) from: String,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Publish {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) how: How,
}
