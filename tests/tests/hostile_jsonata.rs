//! Hostile JSONata in the real binary: it costs its execution an error, and no other execution notices.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::Instant;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use serde_json::{Value, json};

/// Each would take all memory, or the rest of the day.
const HOSTILE: [&str; 6] = [
    "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
    "($d := function($s) { $d($s & $s) }; $d('x'))",
    "[1..$states.input.many]",
    "$replace($pad('', 900000, 'a'), 'a', $pad('', 1000, 'b'))",
    "($d := function($x, $n) { $n = 0 ? $x : $d([[$x], [$x]], $n - 1) }; $d(1, 40) = $d(1, 40))",
    "$distinct([1..100000])",
];

/// An expression that is catastrophic where regular expressions backtrack. Here they do not, and it gives a value.
const HARMLESS: &str = "$replace($states.input.text, /(a+)+$/, 'b')";

/// What the host itself may hold more than before.
const MOST_MEMORY: u64 = 64 << 20;

fn machine(host: &Host, name: &str, expression: &str) -> String {
    let state = json!({ "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true });
    host.create(name, &json!({ "QueryLanguage": "JSONata", "StartAt": "S", "States": { "S": state } }))
}

fn input() -> Value {
    json!({ "many": 100_000_000, "text": "a".repeat(100_000), "n": 20 })
}

#[test]
fn costs_its_execution_an_error_and_nobody_else_anything() {
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).start();
    let tame = machine(&host, "tame", "$states.input.n + 1");
    let apart = machine(&host, "apart", "$sum([1..$states.input.n])");
    let harmless = machine(&host, "harmless", HARMLESS);
    assert_eq!(host.output(&host.start(&harmless, &input())), "b");
    // A worker is there, and pages that are always touched are.
    for (machine, output) in [(&tame, 21), (&apart, 210)] {
        assert_eq!(host.output(&host.start(machine, &input())), output);
    }
    let before = host.peak_memory();
    let hostile: Vec<(usize, String)> = (0..2 * HOSTILE.len())
        .map(|number| {
            let machine = machine(&host, &format!("hostile-{number}"), HOSTILE[number % HOSTILE.len()]);
            (number, machine)
        })
        .collect();
    // A start answers after its first step, so each has a client of its own.
    let starters: Vec<_> = hostile
        .into_iter()
        .map(|(number, machine)| {
            let client = (*host).clone();
            std::thread::spawn(move || {
                let start = Instant::now();
                let execution = client.start(&machine, &input());
                let ended = client.ended(&execution);
                assert_eq!(
                    ended["error"],
                    "States.QueryEvaluationError",
                    "{}: {ended:.300}",
                    HOSTILE[number % HOSTILE.len()]
                );
                start.elapsed().as_millis()
            })
        })
        .collect();
    // Meanwhile the others go on as if nothing was.
    let (mut others, mut longest) = (0, 0);
    while starters.iter().any(|starter| !starter.is_finished()) {
        for (machine, output) in [(&tame, 21), (&apart, 210)] {
            let start = Instant::now();
            assert_eq!(host.output(&host.start(machine, &input())), output);
            longest = longest.max(start.elapsed().as_millis());
            others += 1;
        }
    }
    let slowest = starters.into_iter().map(|starter| starter.join().unwrap()).max().unwrap();
    let grown = host.peak_memory().saturating_sub(before);
    say(format!(
        "hostile JSONata: the slowest took {slowest} ms; {others} other executions meanwhile, the longest {longest} ms; \
         the host grew by {} MiB",
        grown >> 20
    ));
    assert!(others > 0 && grown < MOST_MEMORY, "{others} others, {grown} bytes more");
}
