//! `dirigent:task/host`: the log, heartbeats and progress.

use wasmtime::component::{HasSelf, Linker};

use crate::{
    LogLevel, Progress,
    sandbox::{
        CallState,
        bindings::{host, types},
    },
};

/// Link the interface.
pub(super) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    host::add_to_linker::<_, HasSelf<CallState>>(linker, |state| state)
}

impl types::Host for CallState {}

impl host::Host for CallState {
    fn log(&mut self, level: host::Level, message: String) -> wasmtime::Result<()> {
        self.count_host_call()?;
        let level = match level {
            host::Level::Trace => LogLevel::Trace,
            host::Level::Debug => LogLevel::Debug,
            host::Level::Info => LogLevel::Info,
            host::Level::Warn => LogLevel::Warn,
            host::Level::Error => LogLevel::Error,
        };
        self.log.line(level, message);
        Ok(())
    }

    fn heartbeat(&mut self) -> wasmtime::Result<()> {
        self.count_host_call()?;
        self.signals.heartbeat();
        Ok(())
    }

    fn progress(&mut self, done: u64, total: Option<u64>, message: String) -> wasmtime::Result<()> {
        self.count_host_call()?;
        self.signals.progress(Progress { done, total, message });
        Ok(())
    }
}
