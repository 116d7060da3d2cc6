//! Lines that show though a test passes: the test harness keeps what `println!` prints to itself.

use std::io::Write as _;

/// Writes a line to standard error.
pub fn say(line: impl AsRef<str>) {
    // A closed standard error is no reason to fail a test.
    let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
}

/// Says that something is not tested, and why. Only for what lies outside of the project.
pub fn skipped(why: impl AsRef<str>) {
    say(format!("SKIPPED: {}", why.as_ref()));
}
