//! JSONata in processes of its own: workers, which are this same program, started anew with one argument.
//!
//! The crate that evaluates JSONata checks its bounds between steps, and a single step of a hostile expression can take
//! all memory or the rest of the day. A worker is a process that may take [`MEMORY`] and ends when an evaluation takes
//! longer than [`TIME`]. The execution whose expression it was gets an error, the worker is replaced, and nobody else
//! notices.
//!
//! - `pool`: the side of the host, which lends workers to the threads that evaluate
//! - `worker`: the side of the worker
//! - `wire`: what goes between them

mod pool;
mod wire;
mod worker;

use std::ffi::OsStr;
use std::io;
use std::time::Duration;

pub use pool::Pool;
pub use worker::work;

/// Longest evaluation. The engine ends most at one second by itself; this is for those that it cannot.
pub const TIME: Duration = Duration::from_millis(1100);

/// Most memory that a worker may take, in bytes: its heap, and stacks that it adds. With the pages of the program that it
/// touches it stays below 64 MiB.
pub const MEMORY: u64 = 40 << 20;

/// The argument that makes the program a worker.
const ARGUMENT: &str = "--jsonata-worker";

/// Exit code of a worker that ended itself, as an evaluation took longer than [`TIME`].
const OUT_OF_TIME: u8 = 75;

/// Whether this process was started as a worker. If so, [`work`] is all that it is to do.
#[must_use]
pub fn is_worker() -> bool {
    std::env::args_os().nth(1).as_deref() == Some(OsStr::new(ARGUMENT))
}

/// Has workers evaluate all expressions of this process from now on.
///
/// # Errors
/// When no worker can be started: this program cannot be found, or not be run.
pub fn install() -> io::Result<()> {
    let pool = Pool::of_this_program()?;
    dirigent_expr::jsonata_isolation::evaluate_with(Box::new(pool));
    Ok(())
}
