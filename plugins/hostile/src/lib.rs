//! Misbehaves in the way its input names: `{"do": "loop"}`. For the tests of the sandbox; do not install it.

use std::hint::black_box;

use dirigent_plugin::{Context, Failure, clock, guest, heartbeat, keyvalue, log, progress, random};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum Behaviour {
    /// Compute without end.
    Loop,
    /// Call itself without end.
    Recurse,
    /// Allocate 64 KiB at a time without end.
    Allocate,
    /// Ask for this many bytes in one go, and say whether it got them.
    Grow { bytes: usize },
    /// Panic with this message.
    Panic { message: String },
    /// Trap without a panic.
    Trap,
    /// Read far outside of the memory.
    OutOfBounds,
    /// Answer with a string of this many bytes.
    Huge { bytes: usize },
    /// Log this many lines of this many bytes.
    Log { lines: u64, bytes: usize },
    /// Fail as a well-behaved task does.
    Fail { error: String, cause: String },
    /// Spin on the clock for this many milliseconds.
    Spin { milliseconds: u64 },
    /// Send this many heartbeats and reports of progress.
    Heartbeat { times: u64 },
    /// Answer with what the host tells and gives: the context, the time, random bytes.
    Look,
    /// Say that it is alive, then compute without end.
    BeatAndLoop,
    /// Answer with this text, JSON or not.
    Text { text: String },
    /// Open a bucket that no manifest asks for.
    Bucket,
    /// Count how often this instance was called: always 1, as instances are fresh.
    Count,
}

fn run(context: &Context, behaviour: Behaviour) -> Result<Value, Failure> {
    match behaviour {
        Behaviour::Loop => loop {
            black_box(0);
        },
        Behaviour::Recurse => Ok(json!(recurse(0))),
        Behaviour::Allocate => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(vec![1u8; 64 << 10]));
            }
        }
        Behaviour::Grow { bytes } => {
            let mut block: Vec<u8> = Vec::new();
            Ok(json!({ "granted": block.try_reserve_exact(bytes).is_ok() }))
        }
        Behaviour::Panic { message } => panic!("{message}"),
        Behaviour::Trap => std::process::abort(),
        Behaviour::OutOfBounds => {
            let far = black_box(0xffff_fff0_usize) as *const u8;
            // SAFETY: none. It reads outside of the memory on purpose; the sandbox has to answer with a trap.
            Ok(json!(unsafe { far.read_volatile() }))
        }
        Behaviour::Huge { bytes } => Ok(json!("x".repeat(bytes))),
        Behaviour::Log { lines, bytes } => {
            for n in 0..lines {
                log::info!("{n} {}", "y".repeat(bytes));
            }
            Ok(json!(lines))
        }
        Behaviour::Fail { error, cause } => Err(Failure::new(error, cause)),
        Behaviour::Spin { milliseconds } => {
            let end = clock::now() + std::time::Duration::from_millis(milliseconds);
            while clock::now() < end {}
            Ok(json!(milliseconds))
        }
        Behaviour::Heartbeat { times } => {
            for n in 1..=times {
                heartbeat();
                progress(n, Some(times), "beating");
            }
            Ok(json!(times))
        }
        Behaviour::Look => Ok(json!({
            "execution": context.execution_arn,
            "executionName": context.execution_name,
            "stateMachine": context.state_machine_arn,
            "stateMachineName": context.state_machine_name,
            "state": context.state_name,
            "resource": context.resource,
            "attempt": context.attempt,
            "idempotencyKey": context.idempotency_key,
            "taskToken": context.task_token,
            "deadline": context.deadline.map(|at| at.as_millis() as u64),
            "hostVersion": context.host_version,
            "now": clock::now().as_millis() as u64,
            "random": [random::u64(), random::u64()],
            "bytes": random::bytes(16).len(),
        })),
        Behaviour::BeatAndLoop => {
            heartbeat();
            loop {
                black_box(0);
            }
        }
        Behaviour::Text { .. } => unreachable!("answered by the export itself"),
        Behaviour::Bucket => Ok(json!(keyvalue::open("accounts").is_ok())),
        Behaviour::Count => {
            use std::sync::atomic::{AtomicU32, Ordering};
            static CALLS: AtomicU32 = AtomicU32::new(0);
            Ok(json!(CALLS.fetch_add(1, Ordering::Relaxed) + 1))
        }
    }
}

#[expect(unconditional_recursion, reason = "that is the behaviour")]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth + 1)) + 1)
}

// Not `plugin!`, which cannot answer with anything but JSON.
struct Plugin;

impl guest::Task for Plugin {
    fn run(context: Context, input: String) -> Result<String, Failure> {
        match serde_json::from_str(&input) {
            Ok(Behaviour::Text { text }) => Ok(text),
            _ => guest::run(&context, &input, run),
        }
    }
}

guest::bindings::export!(Plugin with_types_in guest::bindings);
