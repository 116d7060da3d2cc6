//! Recordings of AWS Step Functions itself, replayed against the host, and compared with the lists of what passes.
//!
//! `conformance/passing.json` lists the cases that pass, `passing-strict.json` those that pass though nothing is left out
//! of the comparison (`--strict`), and `failing.json` the others with the reason. A case that passed once does not fail
//! again unnoticed, and one that begins to pass is moved. `DIRIGENT_UPDATE=1` writes all lists anew and keeps the
//! reasons.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod buckets;
mod lambda;
mod lists;
mod logs;
mod mocked;
mod replay;
mod table;

use std::path::Path;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::places;
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::{say, skipped};
use dirigent_tests::wait::plugins_ready;

use lists::Lists;
use replay::{Case, Replay};

/// At least this many cases pass, whatever the lists say.
const LEAST: usize = 340;

/// Cases that list all there is, which are compared on a host of their own.
const ALONE: [&str; 1] = ["test_sfn_api_activities/test_sfn_api_activities__test_list_activities.json"];

#[test]
fn aws_recordings() {
    let (Some(script), Some(recordings)) =
        (places::shared("conformance/replay.py"), places::shared("conformance/stepfunctions"))
    else {
        return skipped("the recordings of AWS: there is no ../shared/conformance beside the checkout");
    };
    // What the cases of the first class call needs no plugins.
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).start();
    let mut cases = both_ways(&host, &script, "sfn-only", &recordings.join("sfn-only"));
    drop(host);
    for file in ALONE {
        let place = recordings.join("sfn-only").join(file);
        for case in on_hosts_of_their_own(&script, "sfn-only", &place) {
            cases.iter_mut().filter(|other| other.id == case.id).for_each(|other| *other = case.clone());
        }
    }
    let functions = lambda::Functions::prepare(&recordings.join("lambda"));
    let host = Setup::new().registry(functions.registry()).start();
    // Some cases have time limits that a component of 18 MiB is not compiled in.
    plugins_ready(&host);
    cases.extend(both_ways(&host, &script, "lambda", functions.cases()));
    drop(host);
    let buckets = buckets::Buckets::prepare(&recordings);
    let folder = buckets.folder().to_string_lossy();
    let setup = Setup::new().registry(registry.path()).argument("--buckets").argument(&folder);
    cases.extend(both_ways(&setup.start(), &script, "s3", buckets.cases()));
    let mocked = mocked::Mocked::prepare(&recordings.join("mocked"));
    let file = mocked.configuration();
    let setup = Setup::new().registry(registry.path()).argument("--mocks").argument(&file.to_string_lossy());
    cases.extend(both_ways(&setup.start(), &script, "mocked", mocked.cases()));
    let logs = logs::Logs::prepare(&recordings);
    let host = Setup::new().registry(registry.path()).start();
    let mut logging = both_ways(&host, &script, "logs", logs.cases());
    logs.compare(&host.data().join("logs"), &mut logging);
    cases.extend(logging);
    drop(host);
    table::show(&cases);

    if std::env::var_os("DIRIGENT_UPDATE").is_some() {
        Lists::read().updated(&cases).write();
    }
    let faults = Lists::read().faults(&cases);
    let passed = cases.iter().filter(|case| case.passed()).count();
    let strictly = cases.iter().filter(|case| case.strictly).count();
    say(format!("conformance: {passed} of {} pass, {strictly} with --strict", cases.len()));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(passed >= LEAST, "{passed} cases pass; at least {LEAST} have to");
}

/// Replays cases twice, each time on a host that nothing else has happened on.
fn on_hosts_of_their_own(script: &Path, class: &'static str, cases: &Path) -> Vec<Case> {
    let registry = Registry::empty();
    let fresh = || Setup::new().registry(registry.path()).start();
    let mut replayed = both_ways(&fresh(), script, class, cases);
    for case in &mut replayed {
        let again = Replay { url: fresh().url(), script, cases }.run(false);
        let own = again.into_iter().find(|row| row.id == case.id);
        if let Some(row) = own {
            (case.outcome, case.message) = (row.outcome, row.message);
        }
    }
    replayed
}

/// Replays the cases of a class twice: as their source compares them, and strictly.
fn both_ways(host: &Host, script: &Path, class: &'static str, cases: &Path) -> Vec<Case> {
    let replay = Replay { url: host.url(), script, cases };
    let strict = replay.run(true);
    let strictly = |id: &str| strict.iter().any(|row| row.id == id && row.outcome == "passed");
    let case = |row: replay::Row| Case {
        class,
        area: row.area,
        strictly: strictly(&row.id),
        id: row.id,
        outcome: row.outcome,
        message: row.message,
    };
    replay.run(false).into_iter().map(case).collect()
}
