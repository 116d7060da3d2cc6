//! A worker: it reads requests from its standard input and writes answers to its standard output until there are no more.

use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dirigent_expr::jsonata_isolation::{Compiled, Request, answer_to_json};

use crate::{OUT_OF_TIME, TIME, wire};

/// How often the watch looks.
const TICK: Duration = Duration::from_millis(25);
const WATCH_STACK: usize = 128 * 1024;

/// When the evaluation under way began, in milliseconds since the start, counted from 1; 0 is none.
static BEGAN: AtomicU64 = AtomicU64::new(0);

/// Works until standard input ends.
#[must_use]
pub fn work() -> ExitCode {
    limit_memory();
    let start = Instant::now();
    let watch =
        thread::Builder::new().name("watch".into()).stack_size(WATCH_STACK).spawn(move || watch(start));
    if watch.is_err() {
        return ExitCode::FAILURE;
    }
    let mut compiled = Compiled::default();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Ok(message) = wire::read(&mut input) {
        BEGAN.store(milliseconds(start) + 1, Ordering::Relaxed);
        let Some(request) = Request::from_json(&message) else { return ExitCode::FAILURE };
        drop(message);
        let answer = answer_to_json(&compiled.evaluate(&request));
        BEGAN.store(0, Ordering::Relaxed);
        if wire::write(&mut output, &answer).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

/// Ends the process when an evaluation takes too long; nothing within it could.
fn watch(start: Instant) {
    loop {
        thread::sleep(TICK);
        let began = BEGAN.load(Ordering::Relaxed);
        if began != 0 && milliseconds(start).saturating_sub(began) > TIME.as_millis() as u64 {
            std::process::exit(OUT_OF_TIME.into());
        }
    }
}

fn milliseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An allocation beyond the limit fails, and Rust ends the process then. Best effort: where the system knows no such
/// limit, the engine's own bounds are left.
#[cfg(unix)]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    let _ = setrlimit(Resource::Data, limit(crate::MEMORY));
    let _ = setrlimit(Resource::Core, limit(0));
}

#[cfg(not(unix))]
fn limit_memory() {}
