//! How many executions a second the store takes, each as two commits (start and end), beside what the
//! disk and redb alone can do in the same run.
//!
//! `cargo bench -p dirigent-store` prints a table. Absolute numbers belong to the machine and the moment;
//! the ratios are what to look at:
//! - *of bare redb*: 1.00 means that queueing, conditions and waking up the callers cost nothing.
//! - *commits per fsync*: how well a group shares the one fsync it costs.
//!
//! The three are measured in turns, several rounds each, and the median counts, since a disk that others
//! use as well changes from second to second.

mod bare;
mod disk;
mod rows;
mod store;

use std::path::Path;
use std::time::Duration;

const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_millis(1_000);
const GROUPS: [usize; 3] = [1, 32, 128];

fn main() -> std::io::Result<()> {
    // `cargo test --benches` runs benches to see that they work; one short round is enough for that.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (rounds, round) = if measure { (ROUNDS, ROUND) } else { (1, Duration::from_millis(50)) };
    let dir = tempfile::tempdir()?;
    println!("executions a second, each two durable commits; median of {rounds} rounds of {round:?}");
    println!(
        "{:>6} | {:>11} | {:>10} | {:>10} | {:>12} | {:>17}",
        "group", "fdatasync/s", "bare redb", "store", "of bare redb", "commits per fsync"
    );
    for group in GROUPS {
        let mut results: [Vec<f64>; 3] = Default::default();
        for number in 0..rounds {
            let place = |what: &str| dir.path().join(format!("{what}-{group}-{number}"));
            results[0].push(disk::syncs_per_second(&place("disk"), round)?);
            results[1].push(per_second(&place("bare"), |dir| bare::executions(dir, group, round)));
            results[2].push(per_second(&place("store"), |dir| store::executions(dir, group, round)));
        }
        let [disk, bare, store] = results.map(median);
        println!(
            "{group:>6} | {disk:>11.0} | {bare:>10.0} | {store:>10.0} | {:>12.2} | {:>17.2}",
            store / bare,
            2.0 * store / disk
        );
    }
    Ok(())
}

fn per_second(dir: &Path, run: impl FnOnce(&Path) -> (u64, Duration)) -> f64 {
    let (executions, time) = run(dir);
    executions as f64 / time.as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
