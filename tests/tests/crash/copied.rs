//! The data directory is copied as files while the host writes to it, as somebody does who does not know `dirigent backup`. Such
//! a copy may be torn. It is whole and goes on, or it is refused in words: never taken for what it is not.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use dirigent_tests::client::text;
use dirigent_tests::host::{Setup, examined};
use dirigent_tests::places;
use dirigent_tests::plugins::Registry;
use dirigent_tests::process;
use dirigent_tests::report::say;
use dirigent_tests::wait::PATIENCE;
use serde_json::json;

/// Copies that are made.
const COPIES: usize = 12;
/// Callers that start executions meanwhile.
const CALLERS: usize = 3;
/// Between two starts of a caller, so that what is copied stays small on a fast machine.
const APART: Duration = Duration::from_millis(5);
const FILE: &str = "dirigent.redb";

#[test]
fn a_copy_is_whole_or_is_refused() {
    let registry = Registry::with(&["echo"]);
    let setup = Setup::new().registry(registry.path());
    let host = setup.clone().start();
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "plugin:echo", "Next": "W" },
        "W": { "Type": "Wait", "Seconds": 1, "End": true } } });
    let machine = host.create("m", &definition);
    let home = places::scratch();
    let over = AtomicBool::new(false);
    let acknowledged: Vec<Vec<String>> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (client, machine, over) = ((*host).clone(), &machine, &over);
                scope.spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        client.start(machine, &json!({ "ballast": "x".repeat(5_000) }));
                        thread::sleep(APART);
                    }
                })
            })
            .collect();
        let mut before = Vec::new();
        for n in 0..COPIES {
            // What is there before a copy begins is in it, if it is whole.
            let listed = host.must("ListExecutions", json!({ "stateMachineArn": machine, "maxResults": 20 }));
            let listed = listed["executions"].as_array().unwrap();
            before.push(listed.iter().map(|item| text(&item["executionArn"])).collect());
            let copy = home.path().join(n.to_string());
            fs::create_dir(&copy).unwrap();
            let (from, to) = (host.data().join(FILE), copy.join(FILE));
            // A copy that takes its time has parts of many moments.
            if n % 2 == 0 { fs::copy(from, to).map(drop).unwrap() } else { copy_slowly(&from, &to) }
        }
        over.store(true, Ordering::Relaxed);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        before
    });
    let mut whole = 0;
    for (n, before) in acknowledged.iter().enumerate() {
        let copy = home.path().join(n.to_string());
        if !opens(&copy) {
            continue;
        }
        whole += 1;
        examined(&copy);
        let mut restored = setup.clone().data(&copy).start();
        for execution in before {
            restored.output(execution);
        }
        restored.kill9();
        examined(&copy);
    }
    say(format!(
        "crash: {whole} of {COPIES} copies of a file that was written to are whole, the others are refused"
    ));
}

fn copy_slowly(from: &Path, to: &Path) {
    let (mut from, mut to) = (fs::File::open(from).unwrap(), fs::File::create_new(to).unwrap());
    let mut part = vec![0; 32 << 10];
    loop {
        let read = from.read(&mut part).unwrap();
        if read == 0 {
            return;
        }
        to.write_all(&part[..read]).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
}

/// Whether the copy opens. One that does not is refused by the doctor and by the host, in words.
fn opens(copy: &Path) -> bool {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(places::binary());
        command.args(arguments).arg(copy).env_remove("DIRIGENT_LOG");
        process::run(&mut command, "", PATIENCE)
    };
    let doctor = run(&["doctor", "--data"]);
    if doctor.code == Some(2) {
        for said in [&doctor, &run(&["serve", "--listen=127.0.0.1:0", "--data"])] {
            assert_eq!(said.code, Some(2), "{}{}", said.stdout, said.stderr);
            assert!(said.stderr.contains("dirigent backup"), "{}", said.stderr);
        }
        return false;
    }
    true
}
