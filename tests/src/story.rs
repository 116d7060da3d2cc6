//! Stories: programs in other languages that do and check something, and say `ok: …` of each step.

use std::process::Command;
use std::time::Duration;

use crate::process;
use crate::report::say;

/// Runs a story to its end, but no longer than `limit`, and shows how many steps it took.
///
/// # Panics
/// When it fails, or has fewer steps than `least`: such a story does not test.
#[track_caller]
pub fn tell(name: &str, command: &mut Command, limit: Duration, least: usize) {
    let told = process::run(command, "", limit).success();
    let steps = told.lines().filter(|line| line.starts_with("ok: ")).count();
    say(format!("{name}: {steps} steps"));
    assert!(steps >= least, "{steps} steps; at least {least} expected:\n{told}");
}
