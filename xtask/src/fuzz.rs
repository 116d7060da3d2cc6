//! `cargo xtask fuzz`: runs the targets of `fuzz/`, each for some time, on the stable compiler.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::project::Project;
use crate::test::{Counts, host_triple};

const TARGETS: [&str; 4] = ["definition", "jsonpath", "jsonata", "intrinsics"];
/// How long a target runs, if nothing else is said.
const SECONDS: u64 = 60;
/// How long the build may take, on a slow machine that has compiled nothing yet.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);
/// How long a target may take beyond its time: to read its corpus, and for the input under way.
const GRACE: Duration = Duration::from_secs(120);
/// What libFuzzer may take for one input, in seconds and in MiB, and how long an input is at most, in bytes.
const BOUNDS: [&str; 3] = ["-timeout=20", "-rss_limit_mb=1024", "-max_len=4096"];

/// Has LLVM count what an input reaches. These options are stable; they are what `cargo fuzz` gives the compiler.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut targets = Vec::new();
    let mut seconds = SECONDS;
    let mut input = None;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let number = arguments.next().context("--seconds takes a number")?;
                seconds = number.parse().with_context(|| format!("--seconds {number}: not a number"))?;
            }
            "--input" => input = Some(PathBuf::from(arguments.next().context("--input takes a file")?)),
            name => match TARGETS.iter().find(|target| **target == name) {
                Some(target) => targets.push(*target),
                None => bail!("there is no target `{name}`; there are {}", TARGETS.join(", ")),
            },
        }
    }
    let project = Project::find()?;
    if let Some(input) = input {
        let [target] = targets[..] else { bail!("--input takes one target") };
        let input = std::path::absolute(input).context("cannot find the input")?;
        let fuzz = Fuzz::build(&project)?;
        let mut command = fuzz.command(target);
        command.arg(input);
        process::run(command, GRACE)?;
        return Ok(ExitCode::SUCCESS);
    }
    if targets.is_empty() {
        targets = TARGETS.to_vec();
    }
    let fuzz = Fuzz::build(&project)?;
    for target in targets {
        fuzz.run(target, seconds)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs every target, each as one test.
pub(crate) fn run_all(project: &Project, seconds: u64, counts: &mut Counts) -> Result<()> {
    let fuzz = Fuzz::build(project)?;
    for target in TARGETS {
        match fuzz.run(target, seconds) {
            Ok(()) => counts.passed += 1,
            Err(error) => {
                println!("{error:#}");
                counts.failed += 1;
            }
        }
    }
    Ok(())
}

/// The targets, built.
struct Fuzz<'p> {
    project: &'p Project,
    dir: PathBuf,
    /// Where the programs are.
    programs: PathBuf,
}

impl<'p> Fuzz<'p> {
    fn build(project: &'p Project) -> Result<Self> {
        let dir = project.root().join("fuzz");
        // Naming the machine keeps what runs while building, such as macros, without instrumentation.
        let triple = host_triple()?;
        let mut command = process::command("cargo");
        command
            .args(["build", "--release", "--target", &triple])
            .current_dir(&dir)
            .env("RUSTFLAGS", INSTRUMENTED);
        if !has_cxx() {
            println!(
                "there is no C++ compiler for libFuzzer (`c++`; Debian's package g++): inputs are made blindly, \
                 without looking at what they reach"
            );
            command.args(["--no-default-features"]).env_remove("RUSTFLAGS");
        }
        process::run(command, BUILD_LIMIT)?;
        let programs = dir.join("target").join(&triple).join("release");
        Ok(Self { project, dir, programs })
    }

    fn command(&self, target: &str) -> Command {
        let mut command = process::command(self.programs.join(target));
        command.args(BOUNDS).current_dir(&self.dir);
        command
    }

    /// Runs a target. An input that it fails with is named in the error, and how to run it again.
    fn run(&self, target: &str, seconds: u64) -> Result<()> {
        // What it finds interesting stays for the next run; the seeds are only read.
        let found = self.dir.join("target/corpus").join(target);
        let failures = self.dir.join("target/failures").join(target);
        for folder in [&found, &failures] {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let mut command = self.command(target);
        command.arg(&found).arg(self.dir.join("corpus").join(target));
        command.arg(format!("-dict={}", self.dir.join(format!("dictionaries/{target}.dict")).display()));
        command.arg(format!("-artifact_prefix={}/", failures.display()));
        command.arg(format!("-max_total_time={seconds}"));
        let before = SystemTime::now();
        // Only the last lines say something, unless it fails.
        let mut lines = Vec::new();
        let status = process::stream_all(command, Duration::from_secs(seconds) + GRACE, |line| {
            lines.push(line.to_owned());
        })?;
        if status.success() {
            let done = lines.iter().rfind(|line| line.starts_with("Done ")).map_or("done", String::as_str);
            println!("fuzz {target}: {done}");
            return Ok(());
        }
        lines.iter().filter(|line| says_something(line)).for_each(|line| println!("{line}"));
        match newest(&failures, before) {
            Some(input) => {
                let input = self.project.relative(&input);
                bail!(
                    "fuzz {target} found an input that fails: {input}\nrun it again with: cargo xtask fuzz {target} \
                     --input {input}"
                )
            }
            None => bail!("fuzz {target} failed ({status})"),
        }
    }
}

/// Whether a line of libFuzzer's is about more than its progress.
fn says_something(line: &str) -> bool {
    let progress = line.starts_with('#')
        || line.starts_with("INFO:")
        || line.contains("NEW_FUNC[")
        || line.contains("# Uses:");
    !progress && !line.contains("WARNING: Failed to find function")
}

fn has_cxx() -> bool {
    let mut compiler = process::command(std::env::var_os("CXX").unwrap_or_else(|| "c++".into()));
    compiler.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    compiler.status().is_ok_and(|status| status.success())
}

/// The newest file in a folder that is newer than a moment.
fn newest(folder: &Path, than: SystemTime) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten();
    let dated = files.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())));
    dated.filter(|(modified, _)| *modified >= than).max().map(|(_, path)| path)
}
