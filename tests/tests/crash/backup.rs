//! A backup made under load, restored elsewhere: what was acknowledged before it was asked for is in it, and what was under
//! way at its moment goes on to its end, with the components that it was bound to.

use std::path::Path;
use std::process::Command;
use std::thread;

use dirigent_tests::host::{self, Setup};
use dirigent_tests::places;
use dirigent_tests::plugins::Registry;
use dirigent_tests::process::{self, Finished};
use dirigent_tests::wait::PATIENCE;
use serde_json::{Value, json};

use crate::workflow::{self, SHAPES, ended_well, input};

/// Callers that start executions until the host is gone.
const CALLERS: usize = 4;
/// Executions of each that are acknowledged before the backup is asked for.
const BEFORE: usize = 15;

#[track_caller]
fn dirigent(arguments: &[&str]) -> Finished {
    let mut command = Command::new(places::binary());
    command.args(arguments).env_remove("DIRIGENT_ENDPOINT").env_remove("DIRIGENT_LOG");
    process::run(&mut command, "", PATIENCE)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_was_under_way_goes_on_elsewhere() {
    let home = places::scratch();
    let (file, data) = (home.path().join("backup"), home.path().join("restored"));
    let (mut host, registry) = workflow::host();
    let machine = host.create("mix", &workflow::definition());
    let undisturbed: Vec<Vec<Value>> = (0..SHAPES)
        .map(|n| {
            let execution = host.start(&machine, &input(n));
            host.output(&execution);
            host.history(&execution)
        })
        .collect();
    let (acknowledged, reached) = std::sync::mpsc::channel();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (client, machine, acknowledged) = (host.clone(), machine.clone(), acknowledged.clone());
            thread::spawn(move || {
                for n in (caller..).step_by(CALLERS) {
                    let params = json!({ "stateMachineArn": machine, "name": format!("n{n}"), "input": input(n).to_string() });
                    match client.call("StartExecution", params) {
                        Ok(_) => drop(acknowledged.send(n)),
                        // The host is gone.
                        Err(_) => return,
                    }
                }
            })
        })
        .collect();
    drop(acknowledged);
    let before: Vec<usize> = reached.iter().take(CALLERS * BEFORE).collect();
    let made = dirigent(&["backup", path(&file), "--endpoint", host.url()]).success();
    assert!(made.starts_with(&format!("{} has ", file.display())), "{made}");
    host.kill9();
    callers.into_iter().for_each(|caller| caller.join().unwrap());

    dirigent(&["restore", path(&file), "--data", path(&data)]).success();
    let report = host::examined(&data);
    assert!(report["executions"]["running"].as_u64().unwrap() > 0, "nothing was under way: {report}");
    // The components come from the backup: the registry of this host has none.
    let empty = Registry::empty();
    let restored = Setup::new().registry(empty.path()).data(&data).start();
    for n in &before {
        let arn = format!("{}:n{n}", machine.replace(":stateMachine:", ":execution:"));
        ended_well(&restored, &arn, *n, &undisturbed[n % SHAPES]);
    }
    // Whatever else is in it was acknowledged or asked for, and ends as well.
    for item in restored.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine })) {
        let name = item["name"].as_str().unwrap();
        if let Some(n) = name.strip_prefix('n').and_then(|n| n.parse::<usize>().ok()) {
            let arn = item["executionArn"].as_str().unwrap();
            ended_well(&restored, arn, n, &undisturbed[n % SHAPES]);
        }
    }
    drop(registry);
}

#[test]
fn of_a_host_that_does_not_run() {
    let home = places::scratch();
    let (file, data) = (home.path().join("backup"), home.path().join("restored"));
    let registry = Registry::empty();
    let mut host = Setup::new().registry(registry.path()).start();
    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 3600, "End": true } } });
    let machine = host.create("wait", &wait);
    let execution = host.start(&machine, &json!({ "n": 1 }));

    let in_use = dirigent(&["backup", path(&file), "--data", path(host.data())]);
    assert_eq!(in_use.code, Some(2), "{}", in_use.stdout);
    assert!(in_use.stderr.contains("--endpoint"), "{}", in_use.stderr);
    assert!(!file.exists(), "it left something");

    host.kill9();
    let gone = dirigent(&["backup", path(&file), "--endpoint", host.url()]);
    assert_eq!(gone.code, Some(2), "{}", gone.stdout);
    assert!(gone.stderr.contains("no host answers"), "{}", gone.stderr);
    dirigent(&["backup", path(&file), "--data", path(host.data())]).success();
    let again = dirigent(&["backup", path(&file), "--data", path(host.data())]);
    assert!(again.code == Some(2) && again.stderr.contains("is there already"), "{}", again.stderr);

    let full = dirigent(&["restore", path(&file), "--data", path(host.data())]);
    assert!(full.code == Some(2) && full.stderr.contains("not empty"), "{}", full.stderr);
    let half = home.path().join("half");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&half, &bytes[..bytes.len() - 40]).unwrap();
    let cut = dirigent(&["restore", path(&half), "--data", path(&data)]);
    assert!(cut.code == Some(2) && cut.stderr.contains("cut off"), "{}", cut.stderr);
    assert!(!data.exists(), "it left something");

    dirigent(&["restore", path(&file), "--data", path(&data)]).success();
    let restored = Setup::new().registry(registry.path()).data(&data).start();
    let described = restored.must("DescribeExecution", json!({ "executionArn": execution }));
    assert_eq!(described["status"], "RUNNING");
}
