//! Stories: programs in other languages that do and check something, and say `ok: …` of each step.

use std::process::Command;
use std::time::Duration;

use crate::process;
use crate::report::say;

/// Longest time of a story.
pub const STORY: Duration = Duration::from_secs(300);

/// Runs a story to its end, and shows how many steps it took.
///
/// # Panics
/// When it fails, or has fewer steps than `least`: such a story does not test.
#[track_caller]
pub fn tell(name: &str, command: &mut Command, least: usize) {
    let told = process::run(command, "", STORY).success();
    let steps = told.lines().filter(|line| line.starts_with("ok: ")).count();
    say(format!("{name}: {steps} steps"));
    assert!(steps >= least, "{steps} steps; at least {least} expected:\n{told}");
}
