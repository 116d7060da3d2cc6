//! Lists of very many executions: each is there once, newest first, while further ones start.
//!
//! `DIRIGENT_EXECUTIONS` is how many there are before the lists are read. How long a first page takes is printed.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use dirigent_tests::client::{Client, text};
use dirigent_tests::host::Host;
use dirigent_tests::report::say;
use dirigent_tests::wait::PATIENCE;
use serde_json::{Value, json};

/// Executions by default.
const EXECUTIONS: usize = 100_000;
/// One of so many fails.
const FAILS: usize = 10_000;
/// Who starts them, each one after the other.
const STARTERS: usize = 32;
/// Who starts further ones while lists are read, and how many each of them starts at most.
const LATER_STARTERS: usize = 2;
const MOST_LATER: usize = 50_000;
/// So many of each there are when the lists begin to be read.
const LATER_FIRST: usize = 20;
/// How often a first page is asked for.
const FIRST_PAGES: usize = 50;

/// Which executions a list has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Any,
    Succeeded,
    Failed,
    Running,
}

use Status::{Any, Failed, Running, Succeeded};

impl Status {
    fn word(self) -> Option<&'static str> {
        match self {
            Any => None,
            Succeeded => Some("SUCCEEDED"),
            Failed => Some("FAILED"),
            Running => Some("RUNNING"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    /// ListExecutions
    Aws,
    /// GET /api/executions
    Search,
}

use Action::{Aws, Search};

/// A list: how it is asked for, of which executions, and how many on a page.
type List = (Action, Status, usize);

/// Read from their beginnings to their ends, all at the same time.
const READ: [List; 7] = [
    (Aws, Any, 1_000),
    (Aws, Any, 333),
    (Aws, Any, 100),
    (Aws, Succeeded, 1_000),
    (Aws, Failed, 3),
    (Search, Any, 1_000),
    (Search, Failed, 3),
];

/// Of which the first page is measured. No execution is running.
const MEASURED: [List; 7] = [
    (Aws, Any, 100),
    (Aws, Any, 1_000),
    (Aws, Failed, 100),
    (Aws, Running, 100),
    (Search, Any, 100),
    (Search, Failed, 100),
    (Search, Running, 100),
];

/// An execution that was started: whether it fails, and that it came as the n-th of a starter.
struct Known {
    fails: bool,
    starter: usize,
    nth: usize,
}

#[test]
fn each_is_listed_once_and_newest_first_while_others_start() {
    let count = std::env::var("DIRIGENT_EXECUTIONS").ok().and_then(|count| count.parse().ok());
    let count = count.unwrap_or(EXECUTIONS);
    let host = Host::start();
    let machine = host.create("many", &definition());

    let begin = Instant::now();
    let mut known = HashMap::new();
    thread::scope(|scope| {
        let starters = (0..STARTERS).map(|starter| {
            let numbers = (starter..count).step_by(STARTERS);
            let (host, machine) = (&host, &machine);
            scope.spawn(move || numbers.map(|number| start(host, machine, number)).collect::<Vec<_>>())
        });
        let starters: Vec<_> = starters.collect();
        starters.into_iter().enumerate().for_each(|(starter, started)| learn(&mut known, starter, started));
    });
    assert_eq!(known.len(), count, "each start has an execution of its own");
    say(format!("listing: {count} executions started in {:.1} s", begin.elapsed().as_secs_f64()));

    let begin = Instant::now();
    let done = AtomicBool::new(false);
    let (begun, all_begun) = mpsc::channel();
    let mut later = HashMap::new();
    let lists = thread::scope(|scope| {
        let starters: [_; LATER_STARTERS] = std::array::from_fn(|_| {
            let (host, machine, done, begun) = (&host, &machine, &done, begun.clone());
            scope.spawn(move || {
                let numbers = (0..MOST_LATER).take_while(|_| !done.load(Ordering::Relaxed));
                let numbers = numbers.inspect(|number| {
                    if *number == LATER_FIRST {
                        let _ = begun.send(());
                    }
                });
                numbers.map(|number| start(host, machine, number)).collect::<Vec<_>>()
            })
        });
        let begun = (0..LATER_STARTERS).all(|_| all_begun.recv_timeout(PATIENCE).is_ok());
        let readers = READ.map(|list| {
            scope.spawn({
                let (host, machine) = (&host, &machine);
                move || (list, read(host, machine, list))
            })
        });
        let lists = readers.map(ScopedJoinHandle::join);
        // Also when one could not be read: the scope waits for the starters.
        done.store(true, Ordering::Relaxed);
        starters.into_iter().enumerate().for_each(|(starter, started)| learn(&mut later, starter, started));
        assert!(begun, "further executions did not start");
        lists.map(Result::unwrap)
    });
    let time = begin.elapsed().as_secs_f64();
    say(format!(
        "listing: {} lists read in {time:.1} s, while {} executions started",
        READ.len(),
        later.len()
    ));
    for (list, found) in &lists {
        check(*list, found, &known, &later);
    }
    measure(&host, &machine);
}

/// Succeeds, or fails if it is told to.
fn definition() -> Value {
    json!({
        "StartAt": "Which",
        "States": {
            "Which": {
                "Type": "Choice",
                "Choices": [{ "Variable": "$", "NumericEquals": 1, "Next": "Fail" }],
                "Default": "Pass",
            },
            "Fail": { "Type": "Fail", "Error": "Asked.For" },
            "Pass": { "Type": "Pass", "End": true },
        },
    })
}

/// Starts the execution of a number, and says whether it fails.
fn start(host: &Client, machine: &str, number: usize) -> (String, bool) {
    let fails = number % FAILS == FAILS / 2;
    (host.start(machine, &json!(u8::from(fails))), fails)
}

fn learn(
    known: &mut HashMap<String, Known>,
    starter: usize,
    started: ScopedJoinHandle<'_, Vec<(String, bool)>>,
) {
    for (nth, (arn, fails)) in started.join().unwrap().into_iter().enumerate() {
        known.insert(arn, Known { fails, starter, nth });
    }
}

/// A list, page by page.
fn read(host: &Client, machine: &str, list: List) -> Vec<String> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let (page, next) = page(host, machine, list, token.as_deref());
        assert!(page.len() <= list.2, "{list:?}: a page of {}", page.len());
        found.extend(page);
        token = next;
        if token.is_none() {
            return found;
        }
    }
}

/// A page, and the token of the next one.
fn page(host: &Client, machine: &str, list: List, token: Option<&str>) -> (Vec<String>, Option<String>) {
    let (action, status, size) = list;
    let page = match action {
        Aws => {
            let params = [
                ("stateMachineArn", Some(json!(machine))),
                ("maxResults", Some(json!(size))),
                ("statusFilter", status.word().map(Value::from)),
                ("nextToken", token.map(Value::from)),
            ];
            let given = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            host.must("ListExecutions", Value::Object(given.collect()))
        }
        Search => {
            let status = status.word().map(|word| format!("&status={word}")).unwrap_or_default();
            let token = token.map(|token| format!("&nextToken={token}")).unwrap_or_default();
            let query = format!("stateMachineArn={machine}&limit={size}{status}{token}");
            let answer = host.get(&format!("/api/executions?{query}")).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.json()
        }
    };
    let executions = page["executions"].as_array().unwrap().iter();
    let found = executions.map(|item| text(&item["executionArn"]));
    (found.collect(), page["nextToken"].as_str().map(str::to_owned))
}

/// Holds that a list has each of the executions that it must have, that the later ones are before them, none is there twice,
/// and who was started by the same starter comes in the reverse order of the starts.
fn check(list: List, found: &[String], known: &HashMap<String, Known>, later: &HashMap<String, Known>) {
    let has = |one: &Known| match list.1 {
        Any => true,
        Succeeded => !one.fails,
        Failed => one.fails,
        Running => false,
    };
    let wanted = known.values().filter(|one| has(one)).count();
    let mut seen = HashSet::new();
    let mut last = HashMap::new();
    let mut of_known = 0;
    for arn in found {
        assert!(seen.insert(arn), "{list:?} has {arn} twice");
        let is_later = later.contains_key(arn);
        let one = known.get(arn).or_else(|| later.get(arn));
        let one = one.unwrap_or_else(|| panic!("{list:?} has {arn}, which was never started"));
        assert!(has(one), "{list:?} has {arn}, which it must not have");
        of_known += usize::from(!is_later);
        assert!(!is_later || of_known == 0, "{list:?} has {arn} behind one that was started before it");
        let before = last.insert((is_later, one.starter), one.nth);
        assert!(before.is_none_or(|before| before > one.nth), "{list:?} has {arn} before a newer one");
    }
    assert_eq!(of_known, wanted, "{list:?} lacks executions");
    let of_later = found.len() - of_known;
    let first = later.values().filter(|one| one.nth < LATER_FIRST && has(one)).count();
    assert!(of_later >= first, "{list:?} lacks executions that had started before it was asked for");
    say(format!("listing: {list:?}: {wanted} executions, and {of_later} later ones"));
}

/// Prints how long a first page takes.
fn measure(host: &Client, machine: &str) {
    for list in MEASURED {
        let mut times = [Duration::ZERO; FIRST_PAGES];
        for time in &mut times {
            let begin = Instant::now();
            page(host, machine, list, None);
            *time = begin.elapsed();
        }
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (p50, worst) = (ms(times[FIRST_PAGES / 2]), ms(times[FIRST_PAGES - 1]));
        say(format!("listing: first page of {list:?}: p50 {p50:.1} ms, worst {worst:.1} ms"));
    }
}
