//! WASI 0.2 and 0.3 with nothing granted: clocks, randomness and the manifest's environment work, and all the rest is there but
//! empty.
//!
//! Many toolchains import all of WASI whether the plugin's author calls it or not, so the interfaces have to exist. What
//! they get: no directory but those that were granted, which are read-only, no address that may be connected to or bound, no
//! name lookup, no environment variable of the host's, no arguments, an empty standard input. A refusal is an error code in
//! the guest, as WASI has it. Standard output and error are lines of the task's log.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::{
    FsPerms, WasiCtx, WasiCtxView, WasiView, async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use super::{
    TaskLog,
    clocks::{Monotonic, Random, Wall},
};
use crate::{
    LogLevel,
    outside::Outside,
    sandbox::{Abi, CallState},
};

/// Bytes a guest may write to standard output or error in one go, and the longest line put together from several writes.
const WRITE_LIMIT: usize = 8 << 10;
/// Random bytes a guest may take in one go.
const RANDOM_LIMIT: u64 = 1 << 20;
/// Handles (streams, pollables, …) a guest may hold.
const HANDLES: usize = 1_000;

/// Link all of WASI 0.2, and of 0.3 where that is wanted.
pub(super) fn link(linker: &mut Linker<CallState>, abi: Abi) -> wasmtime::Result<()> {
    if abi == Abi::Async {
        wasmtime_wasi::p3::add_to_linker(linker)?;
    }
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

/// What WASI keeps for one call.
pub(crate) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
}

impl Wasi {
    fn new(log: &TaskLog, outside: &Outside) -> Self {
        // A builder grants nothing by itself; see its documentation for each of the defaults.
        let mut builder = WasiCtx::builder();
        builder
            .stdout(LogStream::new(log, LogLevel::Info))
            .stderr(LogStream::new(log, LogLevel::Warn))
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(RANDOM_LIMIT);
        for (name, path) in outside.grant().directories() {
            if let Err(error) = builder.preopened_dir(path, name, FsPerms::ReadOnly) {
                tracing::warn!(path = %path.display(), "a directory that was granted cannot be opened: {error:#}");
            }
        }
        if let Some(tape) = outside.tape() {
            builder
                .wall_clock(Wall(outside.clone(), tape.clone()))
                .monotonic_clock(Monotonic::new(outside.clone(), tape.clone()))
                .secure_random(Random::new(outside.clone(), tape.clone()))
                .insecure_random(Random::new(outside.clone(), tape.clone()))
                // Nobody may rely on it, so it need not differ.
                .insecure_random_seed(0);
        }
        for (name, value) in &outside.who().environment {
            builder.env(name, value);
        }
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self { context: builder.build(), table }
    }

    /// What the guest holds handles to.
    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }
}

/// What WASI keeps for a call, made when it is first asked for.
pub(super) fn open<'a>(wasi: &'a mut Option<Box<Wasi>>, log: &TaskLog, outside: &Outside) -> &'a mut Wasi {
    wasi.get_or_insert_with(|| Box::new(Wasi::new(log, outside)))
}

impl CallState {
    pub(super) fn wasi(&mut self) -> &mut Wasi {
        open(&mut self.wasi, &self.log, &self.outside)
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        // Every WASI function passes here, so this counts them.
        self.host_calls = self.host_calls.saturating_add(1);
        let Wasi { context, table } = self.wasi();
        WasiCtxView { ctx: context, table }
    }
}

/// Standard output or error: complete lines go to the log.
#[derive(Clone)]
struct LogStream {
    log: TaskLog,
    level: LogLevel,
    partial: std::sync::Arc<parking_lot::Mutex<Vec<u8>>>,
}

impl LogStream {
    fn new(log: &TaskLog, level: LogLevel) -> Self {
        Self { log: log.clone(), level, partial: Default::default() }
    }

    fn line(&self, bytes: &[u8]) {
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        self.log.line(self.level, String::from_utf8_lossy(bytes).into_owned());
    }

    fn push(&self, bytes: &[u8]) {
        let mut partial = self.partial.lock();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            partial.extend_from_slice(piece);
            if partial.ends_with(b"\n") || partial.len() >= WRITE_LIMIT {
                self.line(partial.strip_suffix(b"\n").unwrap_or(&partial));
                partial.clear();
            }
        }
    }
}

impl Drop for LogStream {
    fn drop(&mut self) {
        // The stream's last handle: whatever was written without a final newline is a line as well.
        if std::sync::Arc::strong_count(&self.partial) == 1 {
            let rest = std::mem::take(&mut *self.partial.lock());
            if !rest.is_empty() {
                self.line(&rest);
            }
        }
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// The form that WASI 0.3 asks for.
impl AsyncWrite for LogStream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = bytes.len().min(WRITE_LIMIT);
        self.push(&bytes[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl OutputStream for LogStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_LIMIT)
    }
}

#[async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}
