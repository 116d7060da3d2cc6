//! The host dies while 200 executions are under way.

use std::collections::BTreeSet;
use std::thread::{self, sleep};
use std::time::Duration;

use dirigent_tests::history::kinds;
use dirigent_tests::host::Host;
use dirigent_tests::report::say;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

use crate::workflow::{self, SHAPES, ended_well, input};

/// How many executions run when the host dies.
const RUNNING: usize = 200;

/// Callers that start them.
const CALLERS: usize = 8;

/// Executions of the workflow: number and ARN.
type Started = Vec<(usize, String)>;

/// An undisturbed run of every shape: their histories.
fn undisturbed(host: &Host, machine: &str) -> Vec<Vec<Value>> {
    let started: Vec<String> = (0..SHAPES).map(|n| host.start(machine, &input(n))).collect();
    started
        .iter()
        .map(|execution| {
            host.output(execution);
            host.history(execution)
        })
        .collect()
}

/// Starts executions until this many of them run at the same time.
fn start_until_running(host: &Host, machine: &str) -> Started {
    let mut started = Started::new();
    loop {
        let params = json!({ "stateMachineArn": machine, "statusFilter": "RUNNING", "maxResults": 1_000 });
        let running = host.pages("ListExecutions", "executions", params).len();
        if running >= RUNNING {
            return started;
        }
        // On a slow machine the first ones end before the last ones start: then there are some more.
        let from = started.len();
        let missing = from..from + (RUNNING - running).max(CALLERS);
        let starters: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (client, machine) = ((**host).clone(), machine.to_owned());
                let own = missing.clone().skip(caller).step_by(CALLERS);
                thread::spawn(move || -> Started {
                    own.map(|n| (n, client.start(&machine, &input(n)))).collect()
                })
            })
            .collect();
        started.extend(starters.into_iter().flat_map(|starter| starter.join().unwrap()));
    }
}

/// Every execution that was acknowledged is there once, and ends as it would have.
fn all_end_well(host: &Host, machine: &str, started: &Started, undisturbed: &[Vec<Value>]) {
    for (n, execution) in started {
        ended_well(host, execution, *n, &undisturbed[n % SHAPES]);
    }
    let listed = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine }));
    let arns: BTreeSet<&str> = listed.iter().map(|item| item["executionArn"].as_str().unwrap()).collect();
    assert_eq!(listed.len(), arns.len(), "an execution is listed twice");
    assert_eq!(arns.len(), started.len() + SHAPES, "executions that nobody started, or lost ones");
}

#[test]
fn all_end_as_they_would_have() {
    let (mut host, _registry) = workflow::host();
    let machine = host.create("mix", &workflow::definition());
    let undisturbed = undisturbed(&host, &machine);
    let started = start_until_running(&host, &machine);
    host.kill9();
    host.examined();
    host.restart();
    // Again, when the waits are over and everything happens at once.
    eventually("an execution is in its Parallel", || {
        let (_, first) = &started[0];
        kinds(&host.history(first)).contains(&"ParallelStateStarted").then_some(())
    });
    host.kill9();
    host.examined();
    host.restart();
    all_end_well(&host, &machine, &started, &undisturbed);
}

#[test]
fn also_after_many_deaths_at_random_moments() {
    let seed = fastrand::u64(..);
    say(format!("crash: seed {seed}"));
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut host, _registry) = workflow::host();
    let machine = host.create("mix", &workflow::definition());
    let undisturbed = undisturbed(&host, &machine);
    let started = start_until_running(&host, &machine);
    for _ in 0..8 {
        sleep(Duration::from_millis(random.u64(0..700)));
        host.kill9();
        host.examined();
        host.restart();
    }
    all_end_well(&host, &machine, &started, &undisturbed);
}
