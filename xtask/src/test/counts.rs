//! Counts of tests, from what cargo's test harness prints.

use std::fmt;

/// How many tests passed, failed, and were not run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    /// Tests that said they skip and whose harness has not printed its last line yet. It will count them
    /// as passed.
    saying_so: usize,
}

impl Counts {
    /// Adds what a line of output tells: a test's `SKIPPED: why`, as it returns without having tested
    /// anything, or a harness's last line,
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    pub(crate) fn read(&mut self, line: &str) {
        // Output of several tests at once may put it behind the beginning of another line.
        if line.contains("SKIPPED: ") {
            self.saying_so += 1;
        }
        let Some((_, result)) = line.split_once("test result: ") else { return };
        let Some((_, numbers)) = result.split_once(". ") else { return };
        for item in numbers.split("; ") {
            let Some((count, what)) = item.split_once(' ') else { continue };
            let Ok(count) = count.parse::<usize>() else { continue };
            match what {
                "passed" => {
                    let skipped = std::mem::take(&mut self.saying_so).min(count);
                    self.passed += count - skipped;
                    self.skipped += skipped;
                }
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }

    /// Adds what vitest's last lines tell: `Tests  1 failed | 3 passed | 2 skipped (6)`.
    pub(crate) fn read_vitest(&mut self, line: &str) {
        let Some(numbers) = line.trim_start().strip_prefix("Tests  ") else { return };
        for item in numbers.split(" | ") {
            let mut words = item.split_whitespace();
            let Some(Ok(count)) = words.next().map(str::parse::<usize>) else { continue };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed") => self.failed += count,
                Some("skipped" | "todo") => self.skipped += count,
                _ => {}
            }
        }
    }

    pub(crate) fn add(&mut self, other: &Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test a ... ok",
            "test result: FAILED. 2 passed; 5 failed; 0 ignored; 7 measured; 9 filtered out; finished in 1.5s",
            "test result: soon",
            "SKIPPED: there is no browser",
            "test b ... SKIPPED: there is no network",
            "test result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "",
        ] {
            counts.read(line);
        }
        assert_eq!(counts.to_string(), "9 passed, 5 failed, 3 skipped");
    }

    #[test]
    fn lines_of_vitest() {
        let mut counts = Counts::default();
        for line in [
            " Test Files  1 failed | 11 passed (12)",
            "      Tests  116 passed (116)",
            "      Tests  1 failed | 3 passed | 2 skipped (6)",
            "      Tests  no tests",
            "   Duration  9.19s (transform 445ms, tests 4.77s)",
        ] {
            counts.read_vitest(line);
        }
        assert_eq!(counts.to_string(), "119 passed, 1 failed, 2 skipped");
    }
}
