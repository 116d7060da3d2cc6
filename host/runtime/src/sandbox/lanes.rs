//! Short calls run where they are; long ones move to a few threads that stand back. So a plugin that computes without end delays
//! other plugins that do, and hardly anybody else.

use std::{
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use tokio::{runtime, task::JoinHandle};

/// How long a call may compute before it counts as a long one: some ten times what a plain plugin needs.
const SHORT: Duration = Duration::from_micros(500);
/// How far the threads for long calls stand back (POSIX `nice`). Further back they would hardly run at all beside others, and
/// make these wait for locks that they hold.
const NICENESS: i32 = 10;

/// Threads for long calls.
pub(crate) struct Lanes {
    /// None once it is dropped.
    long: Option<runtime::Runtime>,
}

impl Lanes {
    /// Start the threads, one less than there are processors, and one at least. They sleep while no call is long.
    pub(crate) fn start() -> io::Result<Self> {
        let threads = available_parallelism().map_or(1, |processors| processors.get() - 1).max(1);
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

    /// Run a call to its end, in the lane that it belongs to. `was_long` is kept for the component: one whose last call was long
    /// begins in the long lane. Also says how long it had a thread. None: it panicked there, or the host is stopping.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        mut call: Pin<Box<dyn Future<Output = T> + Send>>,
        was_long: &Arc<AtomicBool>,
    ) -> Option<(T, Duration)> {
        let mut computed = Duration::ZERO;
        if !was_long.load(Ordering::Relaxed) {
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
                return Some((ended, computed));
            }
        }
        was_long.store(true, Ordering::Relaxed);
        let was_long = Arc::clone(was_long);
        let mut moved = Moved(self.long.as_ref()?.spawn(async move {
            let ended = poll_fn(|waker| {
                let began = Instant::now();
                let polled = call.as_mut().poll(waker);
                computed += began.elapsed();
                polled
            });
            let ended = ended.await;
            was_long.store(computed > SHORT, Ordering::Relaxed);
            (ended, computed)
        }));
        // Until it ends it counts as long, also when nobody waits for its end.
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
