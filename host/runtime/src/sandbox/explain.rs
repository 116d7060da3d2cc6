//! Why a guest did not answer, in the Amazon States Language's words and in words for people.

use std::fmt::Write as _;

use wasmtime::{Error, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::{
    bindings::types,
    state::{CallState, Stop},
};
use crate::{Failure, JobAnswer, Limits, capabilities::cut, components::Identity, error_names};

/// Bytes of a function's name in a backtrace. Rust's generic names can be pages long.
const NAME_LIMIT: usize = 120;
/// Bytes that are quoted of the guest's last error line.
const QUOTE_LIMIT: usize = 2_000;

/// How a call ended.
pub(super) enum End {
    /// The guest answered.
    Answer(Result<JobAnswer, types::Failure>),
    /// It did not: a trap, or the host stopped it in a host call.
    Error(Error),
    /// The host ended it, for a reason of its own.
    Ended,
    /// Its time was over.
    TimedOut,
}

/// The failure for an error of wasmtime.
pub(super) fn explain(
    error: &Error,
    state: &CallState,
    who: &Identity,
    limits: &Limits,
    fuel_advice: Option<&str>,
) -> Failure {
    if let Some(Stop::HostCalls(limit)) = error.downcast_ref() {
        return Failure::new(
            error_names::OUT_OF_HOST_CALLS,
            format!(
                "plugin {who} made more than {limit} calls of host functions. Raise limits.host_calls in plugin.toml \
                 and the host's own limit, if that is not a loop without end"
            ),
        );
    }
    let trap = error.downcast_ref::<Trap>().copied();
    if trap == Some(Trap::OutOfFuel) {
        let mut cause = format!(
            "plugin {who} used all of its {} units of fuel (about one an instruction). {}, if that is not a loop \
             without end",
            limits.fuel,
            fuel_advice.unwrap_or("Raise limits.fuel in plugin.toml and the host's own limit")
        );
        add_frames(&mut cause, error);
        return Failure::new(error_names::OUT_OF_FUEL, cause);
    }
    if let Some(wanted) = state.memory.refused {
        let mut cause = format!(
            "plugin {who} wanted {wanted} bytes of memory and may have {}. Raise limits.memory in plugin.toml and the \
             host's own limit, or work on less at a time",
            limits.memory
        );
        add_last_error(&mut cause, state);
        add_frames(&mut cause, error);
        return Failure::new(error_names::OUT_OF_MEMORY, cause);
    }
    let root = error.root_cause().to_string();
    if let Some(import) = denied_import(&root) {
        let mut cause = format!(
            "plugin {who} called {import}, which this host does not offer or has not granted. Leave the call out, or see \
             [asks] in plugin.toml for what can be granted"
        );
        add_frames(&mut cause, error);
        return Failure::new(error_names::CAPABILITY_DENIED, cause);
    }
    if root.starts_with(TOO_MUCH_AT_ONCE) {
        return Failure::new(
            error_names::OUTPUT_TOO_LARGE,
            format!(
                "plugin {who} handed the host more than {} in one go, as its answer or in a host call. Hand over less \
                 (a key to where the data is, for instance), or raise limits.output in plugin.toml and the host's \
                 own limit",
                limits.output
            ),
        );
    }
    let mut cause = match (trap, error.downcast_ref::<I32Exit>()) {
        (Some(trap), _) => {
            format!("plugin {who} trapped: {}", trap.to_string().trim_start_matches("wasm trap: "))
        }
        (None, Some(I32Exit(code))) => format!("plugin {who} ended its process with the exit code {code}"),
        (None, None) => format!("plugin {who} failed: {root}"),
    };
    add_last_error(&mut cause, state);
    add_frames(&mut cause, error);
    Failure::new(error_names::TRAPPED, cause)
}

/// How wasmtime words `Store::set_hostcall_fuel` running out; its type is private. A test holds it.
const TOO_MUCH_AT_ONCE: &str = "too much data is being copied between the host and the guest";

/// The import that was called, from the words of wasmtime's stand-in for imports that nobody defines: it has no type of
/// its own. A test holds them.
fn denied_import(root: &str) -> Option<&str> {
    root.strip_prefix("unknown import: `")?.split('`').next()
}

fn add_last_error(cause: &mut String, state: &CallState) {
    if let Some(mut line) = state.log.last_error() {
        cut(&mut line, QUOTE_LIMIT);
        let _ = write!(cause, ". Its last error was: {line}");
    }
}

fn add_frames(cause: &mut String, error: &Error) {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return };
    let mut separator = ". Called: ";
    for frame in backtrace.frames() {
        let mut name = match frame.func_name() {
            Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
            None => format!("function {}", frame.func_index()),
        };
        cut(&mut name, NAME_LIMIT);
        let _ = write!(cause, "{separator}{name}");
        separator = " < ";
    }
}
