//! Short calls run where they are; long ones move to threads that get the processor when nobody else wants it. So a plugin
//! that computes without end delays other plugins that do, and hardly anybody else.

use std::{
    future::{Future, poll_fn},
    io,
    pin::Pin,
    task::Poll,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use tokio::{runtime, task::JoinHandle};

/// How long a call may compute before it counts as a long one: some fifty times what a plain plugin needs.
const SHORT: Duration = Duration::from_millis(4);
/// The lowest priority that there is (POSIX `nice`).
const NICENESS: i32 = 19;

/// Threads for long calls.
pub(crate) struct Lanes {
    /// None once it is dropped.
    long: Option<runtime::Runtime>,
}

impl Lanes {
    /// Start the threads, as many as there are processors. They sleep while no call is long.
    pub(crate) fn start() -> io::Result<Self> {
        let threads = available_parallelism().map_or(1, usize::from);
        let long = runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("plugin-long")
            .on_thread_start(|| {
                // On Linux it is the thread's own (setpriority(2), "C library/kernel differences").
                if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                    tracing::warn!("long calls of plugins cannot get a lower priority: {error}");
                }
            })
            .enable_all()
            .build()?;
        Ok(Self { long: Some(long) })
    }

    /// Run a call to its end, in the lane that it belongs to. None: it panicked there, or the host is stopping.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        mut call: Pin<Box<dyn Future<Output = T> + Send>>,
    ) -> Option<T> {
        let mut computed = Duration::ZERO;
        let short = poll_fn(|waker| {
            let began = Instant::now();
            let polled = call.as_mut().poll(waker);
            computed += began.elapsed();
            match polled {
                Poll::Ready(ended) => Poll::Ready(Some(ended)),
                Poll::Pending if computed > SHORT => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        if let Some(ended) = short.await {
            return Some(ended);
        }
        let long = self.long.as_ref()?;
        let mut moved = Moved(long.spawn(call));
        (&mut moved.0).await.ok()
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        if let Some(long) = self.long.take() {
            // Waiting for it is not allowed where this may be dropped.
            long.shutdown_background();
        }
    }
}

/// A call in the long lane, which ends when nobody waits for it.
struct Moved<T>(JoinHandle<T>);

impl<T> Drop for Moved<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
