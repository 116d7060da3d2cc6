//! `cargo xtask test`: every check and test, with a line a step and honest counts at the end.

mod counts;
mod steps;

pub(crate) use self::counts::Counts;
pub(crate) use self::steps::host_triple;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use self::steps::{STEPS, Step};
use crate::project::Project;

/// What became of a step.
struct Report {
    name: &'static str,
    time: Duration,
    outcome: Outcome,
}

enum Outcome {
    /// It ran, and counted these tests.
    Ran(Counts),
    /// It failed, after it counted these tests.
    Failed(Counts, String),
    /// It could not run, as this step failed.
    Skipped(&'static str),
}

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut quick = false;
    let mut words = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--quick" => quick = true,
            "--list" => {
                STEPS.iter().for_each(|step| println!("{:<14} {}", step.name, step.about));
                return Ok(ExitCode::SUCCESS);
            }
            option if option.starts_with('-') => bail!("test has no option `{option}`; see cargo xtask help"),
            word => words.push(word),
        }
    }
    let chosen = choose(quick, &words);
    if chosen.is_empty() {
        bail!("no step is called {words:?}; `cargo xtask test --list` lists them");
    }
    let project = Project::find()?;
    let mut reports: Vec<Report> = Vec::new();
    for step in chosen {
        reports.push(execute(&project, step, quick, &reports));
    }
    Ok(summarize(&reports))
}

/// The steps to run, with those that they need, in order.
fn choose(quick: bool, words: &[&str]) -> Vec<&'static Step> {
    let mut chosen = vec![false; STEPS.len()];
    // Backwards, as a step needs only steps before it.
    for (position, step) in STEPS.iter().enumerate().rev() {
        let named = words.is_empty() || words.iter().any(|word| step.name.contains(word));
        let needed =
            STEPS.iter().zip(&chosen).any(|(other, chosen)| *chosen && other.needs.contains(&step.name));
        chosen[position] = needed || (named && !(quick && step.slow));
    }
    STEPS.iter().zip(chosen).filter_map(|(step, chosen)| chosen.then_some(step)).collect()
}

fn execute(project: &Project, step: &'static Step, quick: bool, before: &[Report]) -> Report {
    let name = step.name;
    let broken = step.needs.iter().find(|need| {
        before.iter().any(|report| report.name == **need && !matches!(report.outcome, Outcome::Ran(_)))
    });
    if let Some(need) = broken {
        println!("── {name}: skipped, as {need} failed");
        return Report { name, time: Duration::ZERO, outcome: Outcome::Skipped(need) };
    }
    println!("── {name}: {}", step.about);
    let begin = Instant::now();
    let mut counts = Counts::default();
    let outcome = match (step.run)(project, quick, &mut counts) {
        Ok(()) if counts.failed == 0 => Outcome::Ran(counts),
        Ok(()) => Outcome::Failed(counts, "tests failed".to_owned()),
        Err(error) => Outcome::Failed(counts, format!("{error:#}")),
    };
    let time = begin.elapsed();
    let report = Report { name, time, outcome };
    println!("── {}", report.line());
    report
}

/// Prints the table of steps and, as the last line, the sum.
fn summarize(reports: &[Report]) -> ExitCode {
    let mut total = Counts::default();
    let mut skipped_steps = 0;
    println!("\n── summary");
    for report in reports {
        println!("{}", report.line());
        match &report.outcome {
            Outcome::Ran(counts) => total.add(counts),
            Outcome::Failed(counts, _) => {
                total.add(counts);
                // A step that failed without a failing test still failed.
                total.failed += usize::from(counts.failed == 0);
            }
            Outcome::Skipped(_) => skipped_steps += 1,
        }
    }
    if total.skipped > 0 || skipped_steps > 0 {
        println!("{} tests were skipped, and {skipped_steps} steps", total.skipped);
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 && skipped_steps == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Report {
    fn line(&self) -> String {
        let what = match &self.outcome {
            Outcome::Ran(counts) if *counts == Counts::default() => "ok".to_owned(),
            Outcome::Ran(counts) => format!("ok, {counts}"),
            Outcome::Failed(counts, why) if *counts == Counts::default() => format!("FAILED: {why}"),
            Outcome::Failed(counts, why) => format!("FAILED, {counts}: {why}"),
            Outcome::Skipped(need) => format!("skipped, as {need} failed"),
        };
        format!("{:<14} {:>7.1} s  {what}", self.name, self.time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen_with_what_they_need() {
        let names =
            |quick, words: &[&str]| choose(quick, words).iter().map(|step| step.name).collect::<Vec<_>>();
        assert_eq!(names(false, &[]).len(), STEPS.len());
        assert!(!names(true, &[]).contains(&"suites"));
        assert_eq!(names(false, &["suites"]), ["guests", "console", "release", "suites"]);
        assert_eq!(names(false, &["fmt"]), ["fmt-host", "fmt-guests"]);
        assert!(names(false, &["nonsense"]).is_empty());
    }

    #[test]
    fn a_step_needs_only_steps_before_it() {
        for (position, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(
                    STEPS[..position].iter().any(|other| other.name == *need),
                    "{} needs {need}",
                    step.name
                );
            }
        }
    }
}
