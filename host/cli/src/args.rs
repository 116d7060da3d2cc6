//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use dirigent_api::MAX_CONNECTIONS;
use dirigent_engine::Limits;
use dirigent_runtime::ByteSize;
use dirigent_store::DiskFault;

use crate::client::{Endpoint, execution, machine};
use crate::logs::{DEFAULT_FILE_BYTES, DEFAULT_FILES};
use crate::plugin;
use crate::token;

/// Run Amazon States Language workflows on your own machine.
///
/// Dirigent speaks the AWS Step Functions API, keeps every execution durable, and runs every Task as a sandboxed
/// WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "dirigent", version, max_term_width = 100)]
pub(crate) struct Args {
    /// What to log, such as `debug` or `warn,plugin=info`.
    #[arg(long, global = true, env = "DIRIGENT_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the AWS Step Functions API.
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// Run one execution of a definition, and show each state as it happens.
    #[command(after_help = RUN_HELP)]
    Run(Run),
    /// Create, change and look at state machines of a running host.
    #[command(after_help = machine::HELP)]
    Machine(machine::Machine),
    /// Start, look at, stop and redrive executions of a running host.
    #[command(after_help = execution::HELP)]
    Execution(execution::Execution),
    /// Check definitions, and show every problem with its place.
    Validate(Validate),
    /// Copy all that a host keeps to a file, while it runs or not.
    #[command(after_help = BACKUP_HELP)]
    Backup(Backup),
    /// Make a data directory of a backup.
    #[command(after_help = RESTORE_HELP)]
    Restore(Restore),
    /// Check that a data directory holds together, and show what is in it.
    #[command(after_help = DOCTOR_HELP)]
    Doctor(Doctor),
    /// List the limits of executions and requests.
    Limits(LimitArgs),
    /// Write, build, test and publish plugins, and look at those of a registry.
    #[command(after_help = plugin::HELP)]
    Plugin(plugin::Args),
    /// Make secrets for access keys and tokens.
    #[command(after_help = token::HELP)]
    Token(token::Args),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

const SERVE_HELP: &str = "\
Examples:
  dirigent serve --data ./data --registry ./registry
  aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083

Drop a component into REGISTRY/NAME/VERSION/plugin.wasm and it is live: a Task reaches it as
\"Resource\": \"plugin:NAME\".

Without access keys and tokens in dirigent.toml everybody who reaches the host may do everything, so it listens on
loopback only. `dirigent token --help` shows how to write them.";

const BACKUP_HELP: &str = "\
Examples:
  dirigent backup monday.backup
  dirigent backup monday.backup --data ./data

It has the state machines, the executions with their histories, the buckets of plugins, and the components
that executions are bound to, all as of one moment. It does not have what belongs to the host and not to
executions: DATA/dirigent.toml, the registry, the buckets of Distributed Maps, and logs.";

const RESTORE_HELP: &str = "\
Examples:
  dirigent restore monday.backup --data ./data
  dirigent serve --data ./data --registry ./registry

A host on the restored directory goes on with what was under way at the moment of the backup. Where the host that
was copied goes on as well, tasks run twice.";

const DOCTOR_HELP: &str = "\
Examples:
  dirigent doctor --data ./data
  dirigent doctor --data ./data --json

No host may have the directory open, and nothing in it is changed. Exit status: 0 when nothing is wrong,
1 when something is, 2 when it could not be examined.";

const RUN_HELP: &str = "\
Examples:
  dirigent run hello.asl.json --input '{\"name\": \"Ada\"}'
  dirigent run order.asl.json --input @order.json --registry ./registry
  dirigent run order.asl.json --mocks MockConfigFile.json --case HappyPath

Progress goes to standard error, the output to standard output. Exit status: 0 when the execution
succeeded, 1 when it failed, 2 when it could not be run.";

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// Where to listen. Port 0 takes a free one, which the first line of output names.
    #[arg(long, default_value = "127.0.0.1:8083", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Listen on an address that others can reach, though everybody may do everything: without this, an address other than
    /// loopback wants access keys or tokens in the configuration.
    #[arg(long)]
    pub(crate) insecure: bool,
    /// The directory that keeps executions. One process at a time.
    #[arg(long, default_value = ".dirigent", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The directory of plugins [default: DATA/registry].
    #[arg(long, value_name = "DIR")]
    pub(crate) registry: Option<PathBuf>,
    /// Who may ask the host, what plugins may reach, and connections with their credentials [default: DATA/dirigent.toml, if
    /// there is one].
    #[arg(long, value_name = "FILE", env = "DIRIGENT_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The directory of buckets, for Distributed Maps: a bucket is a sub-directory [default: DATA/buckets].
    #[arg(long, value_name = "DIR", conflicts_with = "s3")]
    pub(crate) buckets: Option<PathBuf>,
    /// Use the buckets of S3, or of what is compatible with it at this URL. Credentials, region and so on come from
    /// the environment (AWS_ACCESS_KEY_ID, AWS_REGION, …).
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub(crate) s3: Option<String>,
    /// The directory of logs, for state machines with a loggingConfiguration: a log group is a sub-directory
    /// [default: DATA/logs].
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Option<PathBuf>,
    /// The size at which a file of logs is full, and another one begins.
    #[arg(long, default_value_t = DEFAULT_FILE_BYTES, value_name = "SIZE")]
    pub(crate) logs_file_size: ByteSize,
    /// How many files of a log group are kept.
    #[arg(long, default_value_t = DEFAULT_FILES, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) logs_files: u32,
    /// Send what is logged to the OpenTelemetry collector at this URL too, such as http://127.0.0.1:4318.
    #[arg(long, value_name = "URL", value_parser = collector)]
    pub(crate) otlp: Option<String>,
    /// The account number in ARNs.
    #[arg(long, default_value = "000000000000", value_name = "NUMBER", value_parser = account)]
    pub(crate) account: String,
    /// The region in ARNs.
    #[arg(long, default_value = "us-east-1", value_name = "NAME")]
    pub(crate) region: String,
    /// How many connections may be open at a time; one beyond is answered with status 503 and closed.
    #[arg(long, default_value_t = MAX_CONNECTIONS, value_name = "NUMBER", value_parser = connections)]
    pub(crate) connections: usize,
    /// What shall go wrong with the database's file, for tests of crashes.
    #[arg(long, hide = true, value_name = "FAULT")]
    pub(crate) disk_fault: Option<DiskFault>,
    /// How long executions are kept after their end, such as 90d or 12h; then they are deleted with their histories. At
    /// least 1s [default: for ever].
    #[arg(long, value_name = "DURATION", value_parser = retention)]
    pub(crate) retention: Option<Duration>,
    /// A mock configuration, as Step Functions Local has it: executions of MACHINE_ARN#CASE get its responses in place
    /// of what their tasks would do.
    #[arg(long, value_name = "FILE", env = "SFN_MOCK_CONFIG")]
    pub(crate) mocks: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// The definition.
    #[arg(value_name = "FILE.asl.json")]
    pub(crate) definition: PathBuf,
    /// The input: JSON, @FILE, or - for standard input.
    #[arg(long, default_value = "{}", value_name = "JSON|@FILE|-")]
    pub(crate) input: String,
    /// The directory of plugins.
    #[arg(long, default_value = ".dirigent/registry", value_name = "DIR")]
    pub(crate) registry: PathBuf,
    /// Where compiled plugins are kept.
    #[arg(long, default_value = ".dirigent/plugins", value_name = "DIR")]
    pub(crate) cache: PathBuf,
    /// What plugins may reach, and connections with their credentials [default: .dirigent/dirigent.toml, if there is one].
    #[arg(long, value_name = "FILE", env = "DIRIGENT_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The directory of buckets, for Distributed Maps: a bucket is a sub-directory.
    #[arg(long, default_value = ".dirigent/buckets", value_name = "DIR")]
    pub(crate) buckets: PathBuf,
    /// A mock configuration, as Step Functions Local has it; the state machine has the definition's file name up to
    /// its first dot.
    #[arg(long, value_name = "FILE", requires = "case")]
    pub(crate) mocks: Option<PathBuf>,
    /// The test case of the mock configuration to run.
    #[arg(long, value_name = "NAME", requires = "mocks")]
    pub(crate) case: Option<String>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Show no progress.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Backup {
    /// The file to write, which is not there yet.
    #[arg(value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// The data directory, where no host runs on it that could be asked.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) host: Endpoint,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Restore {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// The data directory to make, which is not there yet, or empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Doctor {
    /// The data directory.
    #[arg(long, default_value = ".dirigent", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Validate {
    /// Definitions; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Which limits hold.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct LimitArgs {
    /// AWS's quotas (256 KiB payloads, 25,000 events, …), or wide ones of our own.
    #[arg(long, default_value = "aws", value_enum)]
    limits: LimitsName,
    /// With --limits off: set a limit, such as payload-bytes=1MiB. `dirigent limits` lists them.
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, u64)>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum LimitsName {
    Aws,
    Off,
}

impl LimitArgs {
    /// The limits that were asked for.
    pub(crate) fn limits(&self) -> anyhow::Result<Limits> {
        if self.limits == LimitsName::Aws {
            anyhow::ensure!(
                self.settings.is_empty(),
                "AWS's limits are what they are: say --limits off with --limit"
            );
            return Ok(Limits::aws());
        }
        let mut limits = Limits::off();
        for (name, value) in &self.settings {
            limits.set(name, *value)?;
        }
        Ok(limits)
    }
}

/// `NAME=VALUE`. A value is a number, or a size where the name ends in `-bytes`.
fn setting(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as payload-bytes=1MiB")?;
    let number = if name.ends_with("-bytes") {
        value.parse::<ByteSize>().map(|size| size.0)?
    } else {
        value.replace('_', "").parse().map_err(|_| format!("`{value}` is not a whole number"))?
    };
    Ok((name.to_owned(), number))
}

fn collector(text: &str) -> Result<String, String> {
    let sound = text.starts_with("http://") || text.starts_with("https://");
    if sound { Ok(text.to_owned()) } else { Err("a collector's URL begins with http:// or https://".into()) }
}

/// A time span with a unit; days too, which are 24 hours here.
fn retention(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("`{text}` is no time to keep executions: write it like 90d, 12h or 30m, at least 1s");
    let span = text.parse::<jiff::Span>().map_err(|_| wrong())?;
    let span = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(span).ok().filter(|span| *span >= Duration::from_secs(1)).ok_or_else(wrong)
}

fn connections(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.ok_or_else(|| format!("`{text}` is no number of connections: at least 1, at most 1000000"))
}

fn account(text: &str) -> Result<String, String> {
    let sound = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound { Ok(text.to_owned()) } else { Err("an account number has twelve digits".into()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn settings() {
        for (text, read) in [
            ("payload-bytes=1MiB", Some(("payload-bytes", 1 << 20))),
            ("payload-bytes=4096", Some(("payload-bytes", 4096))),
            ("history-events=1_000", Some(("history-events", 1000))),
            ("history-events=1KiB", None),
            ("payload-bytes=much", None),
            ("tags", None),
        ] {
            assert_eq!(setting(text).ok(), read.map(|(name, value)| (name.to_owned(), value)), "{text}");
        }
    }

    #[test]
    fn collectors() {
        for (text, sound) in [
            ("http://127.0.0.1:4318", true),
            ("https://collector.example/otlp/", true),
            ("127.0.0.1:4318", false),
            ("grpc://127.0.0.1:4317", false),
        ] {
            assert_eq!(collector(text).is_ok(), sound, "{text}");
        }
    }

    #[test]
    fn retentions() {
        for (text, seconds) in [
            ("1s", Some(1)),
            ("90d", Some(90 * 86_400)),
            ("1d12h", Some(36 * 3_600)),
            ("2w", Some(14 * 86_400)),
            ("999ms", None),
            ("0s", None),
            ("-1d", None),
            ("1month", None),
            ("90", None),
            ("", None),
        ] {
            assert_eq!(retention(text).ok().map(|span| span.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn the_command_line_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_examples_of_help_are_command_lines() {
        let mut examples = Vec::new();
        collect(&Args::command(), &mut examples);
        assert!(examples.len() > 10, "{examples:?}");
        for example in examples {
            let parsed = Args::try_parse_from(words(&example));
            assert!(parsed.is_ok(), "{example}: {}", parsed.err().map(|e| e.to_string()).unwrap_or_default());
        }
    }

    /// The lines of a command's help that begin with `dirigent`, and of its subcommands'.
    fn collect(command: &clap::Command, examples: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        examples.extend(
            help.lines().map(str::trim).filter(|line| line.starts_with("dirigent ")).map(str::to_owned),
        );
        command.get_subcommands().for_each(|command| collect(command, examples));
    }

    /// The words of a command line as a shell has them, up to what is the shell's own or an explanation.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        let line = line.split("   ").next().unwrap_or_default();
        for c in line.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                '|' | '<' | '>' if !quoted => break,
                other => words.last_mut().into_iter().for_each(|word| word.push(other)),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }
}
