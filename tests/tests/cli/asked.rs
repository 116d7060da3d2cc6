//! A host, and commands that ask it.

use std::ops::Deref;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::process::Finished;
use serde_json::Value;

use crate::home::Home;

/// A host with the plugins `echo` and `hostile`, and a folder in which commands run.
pub(crate) struct Asked {
    pub(crate) home: Home,
    host: Host,
    _registry: Registry,
}

impl Deref for Asked {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}

impl Asked {
    pub(crate) fn new() -> Asked {
        let registry = Registry::with(&["echo", "hostile"]);
        let host = Setup::new().registry(registry.path()).start();
        Asked { home: Home::new(), host, _registry: registry }
    }

    /// Runs a command.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with("", arguments)
    }

    /// Runs a command, with this on standard input.
    #[track_caller]
    pub(crate) fn run_with(&self, stdin: &str, arguments: &[&str]) -> Finished {
        self.home.dirigent_with(stdin, [arguments, &["--endpoint", self.host.url()]].concat())
    }

    /// What a command prints that must succeed.
    #[track_caller]
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        self.run(arguments).success()
    }

    /// The document that a command prints for programs.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}"))
    }

    /// The columns of the rows that a command prints for people, below the heads.
    #[track_caller]
    pub(crate) fn table(&self, arguments: &[&str], heads: &[&str]) -> Vec<Vec<String>> {
        columns(&self.text(arguments), heads)
    }

    /// Runs a command that must fail so: an exit status, nothing on standard output, and this in what it says.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, arguments: &[&str], message: &str) {
        failed(&self.run(arguments), code, arguments, message);
    }
}

#[track_caller]
pub(crate) fn failed(ran: &Finished, code: i32, arguments: &[&str], message: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{arguments:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(message), "{arguments:?}: {message} is not in {}", ran.stderr);
}

/// Cuts a table where its heads begin and end: a cell that is not below its head is found in a wrong column.
#[track_caller]
pub(crate) fn columns(text: &str, heads: &[&str]) -> Vec<Vec<String>> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    assert_eq!(first.split_whitespace().collect::<Vec<_>>(), heads, "{text}");
    // Two spaces stand between columns, and a column of numbers is aligned to the right.
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let blank = |at: usize| rows.iter().all(|row| row.get(at).is_none_or(|c| *c == ' '));
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut bounds = vec![0];
    for at in 0..widest {
        if blank(at) && at + 1 < widest && blank(at + 1) && !blank(at.saturating_sub(1)) {
            bounds.push(at);
        }
    }
    bounds.push(widest);
    let cut = |row: &Vec<char>| {
        let part = |bound: &[usize]| {
            row.iter().skip(bound[0]).take(bound[1] - bound[0]).collect::<String>().trim().to_owned()
        };
        bounds.windows(2).map(part).collect()
    };
    rows.iter().skip(1).map(cut).collect()
}
