//! Drives the epoch: every running guest gives its thread back to tokio once a tick, however busy it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle, Thread},
    time::Duration,
};

use parking_lot::Mutex;
use wasmtime::Engine;

/// How long a guest computes before others get their turn.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// A thread that ticks while calls run and sleeps without waking up while none does.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
    join: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    stop: AtomicBool,
    engines: Mutex<Vec<Engine>>,
}

/// A call that runs; the ticker ticks as long as there is one.
pub(crate) struct Running<'a>(&'a Shared);

impl Ticker {
    /// Start the thread. It ends when the ticker is dropped.
    pub(crate) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { engines: Mutex::new(vec![engine]), ..Shared::default() });
        let theirs = Arc::clone(&shared);
        let join = thread::Builder::new().name("plugin-epoch".into()).spawn(move || {
            while !theirs.stop.load(Ordering::Acquire) {
                if theirs.running.load(Ordering::Acquire) == 0 {
                    // Whoever starts the first call unparks; an unpark before the park makes it return at once.
                    thread::park();
                } else {
                    thread::sleep(TICK);
                    theirs.engines.lock().iter().for_each(Engine::increment_epoch);
                }
            }
        })?;
        Ok(Self { shared, thread: join.thread().clone(), join: Some(join) })
    }

    /// Tick for this engine as well.
    pub(crate) fn drive(&self, engine: Engine) {
        self.shared.engines.lock().push(engine);
    }

    /// Note that a call runs, until the guard is dropped.
    pub(crate) fn running(&self) -> Running<'_> {
        if self.shared.running.fetch_add(1, Ordering::AcqRel) == 0 {
            self.thread.unpark();
        }
        Running(&self.shared)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.thread.unpark();
        if let Some(join) = self.join.take() {
            let _ = join.join();
        }
    }
}
