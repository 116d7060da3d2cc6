//! Components that attack the host: each is stopped with its named error, and after each one the host serves as before.
//!
//! A process of its own, since its memory is measured.
#![allow(clippy::unwrap_used)]

mod abi;
mod files;
mod handles;
mod machine;
mod network;
#[path = "../it/support.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod support;
mod text;
mod wire;

use std::{fs, time::Duration};

use dirigent_runtime::{ByteSize, Call, Digest, Failure, Fuel, LimitOverrides, Runtime, error_names};
use serde_json::{Value, json};

use crate::support::{House, call, call_digest, context, eventually, output};

/// Memory that the process may have more of after all cases than before them. Most of it is the compiler's, and freed memory
/// that the allocator keeps.
const MEMORY_KEPT: u64 = 512 << 20;
/// Memory that the process may have more of at the worst moment.
const MEMORY_PEAK: u64 = 2 << 30;

/// Memory is the whole process's, so one table at a time.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// One attack.
struct Case {
    name: &'static str,
    component: Vec<u8>,
    input: Value,
    limits: LimitOverrides,
    error: &'static str,
    /// Texts that the cause has to contain.
    cause: &'static [&'static str],
}

/// Limits that stop any attack within a second, and let an honest task pass.
fn limits() -> LimitOverrides {
    LimitOverrides {
        fuel: Some(Fuel(100_000_000)),
        memory: Some(ByteSize::mib(8)),
        output: Some(ByteSize::mib(1)),
        time: Some(Duration::from_secs(30)),
        host_calls: Some(10_000),
    }
}

fn case(name: &'static str, component: Vec<u8>, error: &'static str, cause: &'static [&'static str]) -> Case {
    Case { name, component, input: Value::Null, limits: limits(), error, cause }
}

/// A figure of this process in bytes, such as `VmRSS` (Linux, proc(5)).
fn memory(figure: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(figure)).unwrap();
    line.trim_matches([':', ' ', '\t']).trim_end_matches(" kB").trim().parse::<u64>().unwrap() << 10
}

async fn attack(runtime: &Runtime, case: &Case) -> Result<String, Failure> {
    let resource = format!("plugin:{}", case.name);
    // One that is found broken before it is called does not resolve, once the host is sure that its file is whole.
    let found = eventually("resolved or broken", || match runtime.resolve(&resource) {
        Some(digest) => Some(Ok(digest)),
        None => Some(Err(runtime.explain_missing(&resource))).filter(is_final),
    });
    let digest = found.await?;
    let call = Call { limits: case.limits, ..Call::new(context(&resource), case.input.to_string()) };
    call_digest(runtime, digest, call).await.result
}

fn is_final(found: &Result<Digest, Failure>) -> bool {
    found.as_ref().err().is_none_or(|failure| failure.error != error_names::NOT_FOUND)
}

/// What is wrong with how a case ended, if anything.
fn complaint(case: &Case, ended: &Result<String, Failure>) -> Option<String> {
    let failure = match ended {
        Ok(output) => return Some(format!("{}: answered {output}", case.name)),
        Err(failure) => failure,
    };
    let as_named = failure.error == case.error
        && case.cause.iter().all(|expected| failure.cause.contains(expected))
        && failure.cause.len() < 4_000;
    (!as_named).then(|| format!("{}: expected {} {:?}, got {failure}", case.name, case.error, case.cause))
}

async fn all_are_stopped(cases: Vec<Case>) {
    let _turn = ONE_AT_A_TIME.lock().await;
    let house = House::with(&["echo"]);
    for case in &cases {
        house.install(case.name, "1.0.0", &case.component);
    }
    let before = memory("VmRSS");
    let runtime = house.open().await;
    let mut complaints = Vec::new();
    for case in &cases {
        complaints.extend(complaint(case, &attack(&runtime, case).await));
        let honest = call(&runtime, "plugin:echo", json!({ "after": case.name })).await;
        assert_eq!(output(&honest), json!({ "after": case.name }));
    }
    assert!(complaints.is_empty(), "{} of {}:\n{}", complaints.len(), cases.len(), complaints.join("\n"));
    drop(runtime);
    let (after, peak) = (memory("VmRSS"), memory("VmHWM"));
    // Threads of the compiler may be at their last component still.
    let given_back = || (memory("VmRSS") < before + MEMORY_KEPT).then_some(());
    eventually(
        &format!("{before} bytes before, {after} after, all but {MEMORY_KEPT} given back"),
        given_back,
    )
    .await;
    assert!(peak < before + MEMORY_PEAK, "{before} bytes before, {peak} at the most");
}

/// The text of a case is only an attack if the same without it is served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_template_itself_is_an_honest_task() {
    let house = House::with(&[]);
    house.install("honest", "1.0.0", &text::Text::default().bytes());
    let runtime = house.open().await;
    let digest = runtime.resolve("plugin:honest").unwrap();
    let call = Call { limits: limits(), ..Call::new(context("plugin:honest"), "[1]".to_owned()) };
    assert_eq!(output(&call_digest(&runtime, digest, call).await), Value::Null);
}
