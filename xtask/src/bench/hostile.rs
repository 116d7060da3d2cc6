//! What hostile plugins cost those who run beside them: the latency of honest executions alone, and beside attacks.
//!
//! The target is a p99 that does not double. A machine's cores are shared by whoever computes, so the second table
//! row is honest executions beside as many honest ones that compute: what the attackers add is the difference.

use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Options;
use super::host::{self, Host};
use super::load::{self, Load, Measured, Request};
use crate::plugins;
use crate::project::Project;

/// How long each row is measured.
const RUN: Duration = Duration::from_secs(10);
/// The neighbours begin so much earlier, and end as much later.
const MARGIN: Duration = Duration::from_secs(1);
/// Connections of the executions that are measured.
const HONEST: usize = 2;

/// The neighbours: a name, what each does, and how many there are of it.
fn neighbours() -> Vec<(&'static str, Vec<Value>)> {
    let each = |behaviours: &[Value]| behaviours.to_vec();
    vec![
        ("nobody", Vec::new()),
        (
            "2 that compute for 20 ms each",
            each(&[json!({"do": "spin", "milliseconds": 20}), json!({"do": "spin", "milliseconds": 20})]),
        ),
        ("2 loops", each(&[json!({"do": "loop"}), json!({"do": "loop"})])),
        ("2 memory bombs", each(&[json!({"do": "allocate"}), json!({"do": "allocate"})])),
        (
            "2 log floods",
            each(&[
                json!({"do": "log", "lines": 1_000_000, "bytes": 100}),
                json!({"do": "log", "lines": 1_000_000, "bytes": 100}),
            ]),
        ),
        (
            "one of each of 6",
            each(&[
                json!({"do": "loop"}),
                json!({"do": "recurse"}),
                json!({"do": "allocate"}),
                json!({"do": "huge", "bytes": 50_000_000}),
                json!({"do": "heartbeat", "times": 10_000_000}),
                json!({"do": "panic", "message": "bang"}),
            ]),
        ),
    ]
}

pub(super) fn run(project: &Project, _: &Options) -> Result<()> {
    plugins::build_and_install(project)?;
    let binary = host::binary(project)?;
    let data = host::fresh_data(project)?;
    let host = Host::start(project, &binary, &data)?;
    let honest = json!({ "stateMachineArn": host.create("honest", &host::one_task("plugin:echo"))? });
    let attack = host.create("attack", &attacked())?;
    // Once, so that the component is compiled.
    load::one(&host.address, &start(&attack, &json!({"do": "count"})))?;
    println!("\n{:<32} {:>9} {:>9} {:>9} {:>7}  memory", "neighbours", "p50 ms", "p99 ms", "per s", "ratio");
    let mut alone = None;
    for (name, behaviours) in neighbours() {
        let inputs = behaviours.iter().map(|behaviour| start(&attack, behaviour)).collect();
        let measured = beside(&host, &honest.to_string(), inputs)?;
        let p99 = measured.percentile_ms(99.0);
        println!(
            "{name:<32} {:>9.2} {p99:>9.2} {:>9.0} {:>7.2}  {:.0} MiB",
            measured.percentile_ms(50.0),
            measured.rate(),
            p99 / *alone.get_or_insert(p99),
            host.memory_mib()?
        );
    }
    println!("\nratio: p99 beside the neighbours to p99 beside nobody");
    Ok(())
}

/// An attack that is caught, so that the execution succeeds.
fn attacked() -> Value {
    json!({ "StartAt": "S", "States": {
        "S": {
            "Type": "Task", "Resource": "plugin:hostile", "TimeoutSeconds": 1, "End": true,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Stopped" }],
        },
        "Stopped": { "Type": "Succeed" },
    }})
}

fn start(machine: &str, input: &Value) -> String {
    json!({ "stateMachineArn": machine, "input": input }).to_string()
}

/// Measures honest executions while each of these goes on and on.
fn beside(host: &Host, honest: &str, neighbours: Vec<String>) -> Result<Measured> {
    let threads: Vec<_> = neighbours
        .into_iter()
        .map(|body| {
            let address = host.address.clone();
            thread::spawn(move || {
                load::run(
                    &address,
                    &Request::to_its_end(&body),
                    &Load { connections: 1, time: RUN + 2 * MARGIN },
                )
                .map(|_| ())
            })
        })
        .collect();
    thread::sleep(MARGIN);
    let measured =
        load::run(&host.address, &Request::to_its_end(honest), &Load { connections: HONEST, time: RUN })?;
    for neighbour in threads {
        let Ok(ended) = neighbour.join() else { bail!("a neighbour's thread panicked") };
        ended?;
    }
    Ok(measured)
}
