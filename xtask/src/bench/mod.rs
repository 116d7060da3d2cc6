//! `cargo xtask bench`: runs the host over the wire; by name also other benchmarks of the host and those of the crates, one
//! after the other.
//!
//! Each prints ratios against a limit that it measures in the same run, so one at a time matters more
//! than a quiet machine does.

mod figures;
mod finished;
mod flame;
mod host;
mod hostile;
mod idle;
mod limits;
mod load;
mod scenarios;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};

use crate::plugins;
use crate::process;
use crate::project::Project;

/// A benchmark of a crate.
struct Bench {
    package: &'static str,
    name: &'static str,
    /// Whether it runs plugins.
    plugins: bool,
}

const BENCHES: [Bench; 2] = [
    Bench { package: "dirigent-store", name: "commit", plugins: false },
    Bench { package: "dirigent-runtime", name: "call", plugins: true },
];

/// A benchmark of a running host.
type OfTheHost = fn(&Project, &Options) -> Result<()>;

const OF_THE_HOST: [(&str, OfTheHost); 4] =
    [("wire", wire::run), ("hostile", hostile::run), ("idle", idle::run), ("finished", finished::run)];

/// The benchmark that runs when none is named. The others take long, or much disk.
const WITHOUT_A_NAME: &str = "wire";

/// What the benchmarks of the host do besides.
#[derive(Default)]
struct Options {
    /// Where to keep the figures.
    save: Option<PathBuf>,
    /// Figures of an earlier run, to be compared with.
    compare: Option<PathBuf>,
    /// A scenario whose flame graph is wanted.
    flame: Option<String>,
    /// How many executions wait, or have ended.
    executions: Option<usize>,
}

impl Options {
    /// Takes the options out of the arguments; the rest are names of benchmarks.
    fn of(arguments: &[String]) -> Result<(Options, Vec<String>)> {
        let (mut options, mut names) = (Options::default(), Vec::new());
        let mut arguments = arguments.iter().cloned();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| anyhow!("{argument} needs a value"));
            match argument.as_str() {
                "--save" => options.save = Some(value()?.into()),
                "--compare" => options.compare = Some(value()?.into()),
                "--flame" => options.flame = Some(value()?),
                "--executions" => {
                    let count = value()?.parse();
                    options.executions = Some(
                        count.map_err(|_| anyhow!("--executions needs a whole number, such as 1000000"))?,
                    );
                }
                option if option.starts_with('-') => {
                    bail!(
                        "bench has no option `{option}`; there are --save FILE, --compare FILE, --flame SCENARIO and --executions N"
                    )
                }
                name => names.push(name.to_owned()),
            }
        }
        Ok((options, names))
    }
}

const LIMIT: Duration = Duration::from_secs(1800);

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let (options, mut wanted) = Options::of(arguments)?;
    if wanted.is_empty() {
        wanted.push(WITHOUT_A_NAME.to_owned());
    }
    let project = Project::find()?;
    let chosen: Vec<_> = BENCHES
        .iter()
        .map(|bench| (bench, format!("{}/{}", bench.package, bench.name)))
        .filter(|(_, title)| wanted.iter().any(|word| title.contains(word)))
        .collect();
    let of_the_host: Vec<_> = OF_THE_HOST
        .iter()
        .filter(|(name, _)| wanted.iter().any(|word| name.contains(word.as_str())))
        .collect();
    if chosen.is_empty() && of_the_host.is_empty() {
        let crates = BENCHES.map(|bench| format!("{}/{}", bench.package, bench.name));
        let all: Vec<_> = OF_THE_HOST.iter().map(|(name, _)| (*name).to_owned()).chain(crates).collect();
        bail!("no benchmark is called `{}`; there are {}", wanted.join(" "), all.join(", "));
    }
    for (name, run) in of_the_host {
        println!("bench: {name}");
        run(&project, &options)?;
    }
    if chosen.iter().any(|(bench, _)| bench.plugins) {
        plugins::build_and_install(&project)?;
    }
    for (bench, title) in chosen {
        println!("bench: {title}");
        let mut cargo = process::command("cargo");
        cargo.args(["bench", "--package", bench.package, "--bench", bench.name]).current_dir(project.root());
        process::run(cargo, LIMIT)?;
    }
    Ok(ExitCode::SUCCESS)
}
