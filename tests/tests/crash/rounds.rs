//! The host dies again and again at random moments while executions are started and read without a pause, on one data
//! directory. `DIRIGENT_CRASH_ROUNDS` has it die more often than CI does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use dirigent_tests::client::{ApiError, Client, text};
use dirigent_tests::history::{check, kinds};
use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use serde_json::{Value, json};

use crate::starting::{EVENTS, definition};

/// How often it dies in CI.
const ROUNDS: u64 = 100;
/// Callers that start executions.
const CALLERS: u64 = 4;
/// Executions of a caller and round: more would take longer to look at than to run.
const STARTS: u64 = 25;
/// Longest life of a host, once it listens.
const LIFE: Duration = Duration::from_millis(250);

/// Histories as they were read last, by execution.
type Seen = BTreeMap<String, Vec<Value>>;

/// Starts executions, and reads the history of each once, until the host is gone. Returns those that were acknowledged.
fn start_and_read(client: &Client, machine: &str, caller: &str, over: &AtomicBool) -> Result<Seen, String> {
    let mut seen = Seen::new();
    for n in 0..STARTS {
        let name = format!("{caller}-{n}");
        let params = json!({ "stateMachineArn": machine, "name": name, "input": json!(name).to_string() });
        let started = client.call("StartExecution", params);
        let execution = match started {
            Ok(answer) => text(&answer["executionArn"]),
            Err(error) if error.code == ApiError::NO_ANSWER => break,
            Err(error) => return Err(format!("{name}: {error}")),
        };
        seen.insert(execution, Vec::new());
        // One that was started earlier, which has come further.
        let Some(execution) = seen.keys().nth(usize::try_from(n / 2).unwrap_or(0)).cloned() else { continue };
        match client.call("GetExecutionHistory", json!({ "executionArn": execution })) {
            Ok(page) => {
                let events = page["events"].as_array().cloned().unwrap_or_default();
                seen.insert(execution, events);
            }
            Err(error) if error.code == ApiError::NO_ANSWER => break,
            Err(error) => return Err(format!("{execution}: {error}")),
        }
        if over.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(seen)
}

#[test]
fn of_load_and_deaths_at_random_moments() {
    let rounds = std::env::var("DIRIGENT_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: u64 = rounds.unwrap_or(ROUNDS);
    let seed = fastrand::u64(..);
    say(format!("crash: seed {seed}"));
    let mut random = fastrand::Rng::with_seed(seed);
    let registry = Registry::with(&["echo"]);
    let mut host = Setup::new().registry(registry.path()).start();
    let machine = host.create("m", &definition());
    let mut seen = Seen::new();
    for round in 0..rounds {
        let over = AtomicBool::new(false);
        let life = Duration::from_millis(random.u64(0..u64::try_from(LIFE.as_millis()).unwrap_or(1)));
        let of_round = thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|caller| {
                    let (client, machine, over) = ((*host).clone(), &machine, &over);
                    scope.spawn(move || start_and_read(&client, machine, &format!("{round}-{caller}"), over))
                })
                .collect();
            thread::sleep(life);
            over.store(true, Ordering::Relaxed);
            host.kill9();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        });
        host.examined();
        of_round.into_iter().for_each(|of_caller| seen.extend(of_caller.unwrap()));
        host.restart();
    }
    for (execution, before) in &seen {
        let name = execution.rsplit_once(':').unwrap().1;
        assert_eq!(host.output(execution), json!(name), "{execution}");
        let history = host.history(execution);
        check(&history);
        assert_eq!(kinds(&history), EVENTS, "{execution}");
        assert!(
            history.starts_with(before),
            "what was seen of {execution} has changed: {before:?} {history:?}"
        );
    }
    let listed = host.pages("ListExecutions", "executions", json!({ "stateMachineArn": machine })).len();
    let unanswered = usize::try_from(rounds * CALLERS).unwrap();
    assert!((seen.len()..=seen.len() + unanswered).contains(&listed), "{listed} of {}", seen.len());
    say(format!("crash: {rounds} deaths, {} acknowledged executions, {listed} in all", seen.len()));
    assert!(seen.len() as u64 > rounds * 2, "hardly anything was under way: {}", seen.len());
}
