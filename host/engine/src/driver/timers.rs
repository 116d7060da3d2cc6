//! Timers: the store keeps all of them, memory only those that are due soon.
//!
//! One task sleeps until the next one is due. Every half horizon it reads from the store what falls due within the next
//! horizon, so a million sleepers cost what the next minute's cost.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use dirigent_store::{Batch, ExecutionChange, ExecutionId, Timer};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

use super::live::{Durability, Lease, Live};
use super::{Engine, now_ms};
use crate::core::{Stimulus, TimerKey, TimerPurpose};

/// How far ahead timers are held in memory.
const HORIZON: Duration = Duration::from_secs(60);

/// How many timers are read from the store at a time.
const PAGE: usize = 4_096;

/// How often a timer in memory looks whether its execution is still there, and all of them what the clock says.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How many timers fire at the same time.
const MAX_FIRING: usize = 512;

/// Timers that are due soon.
#[derive(Default)]
pub(super) struct Timers {
    soon: Mutex<Soon>,
    /// Told when the earliest timer changes.
    earlier: Arc<Notify>,
}

#[derive(Default)]
struct Soon {
    timers: BTreeSet<Timer>,
    /// Timers due before this are in memory, in Unix milliseconds.
    until_ms: i64,
}

impl Engine {
    /// Notes a timer that is durable now.
    pub(super) fn set_timer(self: &Arc<Self>, lease: &Lease, due_ms: i64, key: TimerKey) {
        if lease.live.durability != Durability::EachStep {
            // An Express execution's timers live and end with it, in memory. What it waits for keeps it there; its own
            // time-out does not.
            if key.purpose == TimerPurpose::ExecutionTimeout {
                let live = Arc::downgrade(&lease.live);
                tokio::spawn(time_out_in_memory(self.clone(), lease.id(), live, due_ms, key));
            } else {
                tokio::spawn(fire_in_memory(lease.clone(), due_ms, key));
            }
            return;
        }
        let timer = Timer { due_ms, execution: lease.id(), key: key.to_u64() };
        let mut soon = self.timers.soon.lock();
        if due_ms < soon.until_ms {
            let first = soon.timers.first().is_none_or(|first| timer < *first);
            soon.timers.insert(timer);
            if first {
                self.timers.earlier.notify_one();
            }
        }
    }
}

impl Engine {
    /// Drops a timer that is durably cleared, so that it does not wake its execution for nothing. A heartbeat clears
    /// one each time.
    pub(super) fn forget_timer(&self, lease: &Lease, due_ms: i64, key: TimerKey) {
        if lease.live.durability == Durability::EachStep {
            let timer = Timer { due_ms, execution: lease.id(), key: key.to_u64() };
            self.timers.soon.lock().timers.remove(&timer);
        }
    }
}

async fn time_out_in_memory(
    engine: Arc<Engine>,
    id: ExecutionId,
    live: Weak<Live>,
    due_ms: i64,
    key: TimerKey,
) {
    while now_ms() < due_ms {
        let left = Duration::from_millis(u64::try_from(due_ms - now_ms()).unwrap_or(0));
        tokio::time::sleep(left.min(LOOK_AGAIN)).await;
        if live.strong_count() == 0 {
            return;
        }
    }
    if let Ok(Some(lease)) = Lease::of(&engine, id).await {
        engine.apply_and_perform(&lease, Stimulus::TimerFired(key)).await;
    }
}

async fn fire_in_memory(lease: Lease, due_ms: i64, key: TimerKey) {
    // The lease of a timer that outlives its execution would keep it in memory, so the wait ends with the execution.
    let due = Duration::from_millis(u64::try_from(due_ms - now_ms()).unwrap_or(0));
    let step = LOOK_AGAIN;
    let start = tokio::time::Instant::now();
    while start.elapsed() < due {
        tokio::time::sleep((due - start.elapsed()).min(step)).await;
        if lease.live.execution.lock().status().is_ended() {
            return;
        }
    }
    lease.engine().clone().apply_and_perform(&lease, Stimulus::TimerFired(key)).await;
}

/// Starts the task that fires timers. It ends with the engine.
pub(super) fn start(engine: &Arc<Engine>) {
    let engine = Arc::downgrade(engine);
    tokio::spawn(async move {
        let firing = Arc::new(Semaphore::new(MAX_FIRING));
        while let Some(engine) = engine.upgrade() {
            let sleep = match look_ahead(&engine).await {
                Ok(()) => fire_due(&engine, &firing).await,
                Err(error) => {
                    tracing::error!(%error, "cannot read timers; trying again");
                    Duration::from_secs(1)
                }
            };
            // The wait must not keep the engine. A notification that comes just now is kept for whoever asks next.
            let earlier = engine.timers.earlier.clone();
            drop(engine);
            let _ = tokio::time::timeout(sleep, earlier.notified()).await;
        }
    });
}

/// Reads what falls due within the horizon, when half of it is used up.
async fn look_ahead(engine: &Arc<Engine>) -> Result<(), dirigent_store::StoreError> {
    let horizon_ms = i64::try_from(HORIZON.as_millis()).unwrap_or(i64::MAX);
    let now = now_ms();
    if engine.timers.soon.lock().until_ms - now > horizon_ms / 2 {
        return Ok(());
    }
    let until_ms = now + horizon_ms;
    // From here on new timers are noted, so none falls between them and what is read.
    engine.timers.soon.lock().until_ms = until_ms;
    let mut after = None;
    loop {
        let page = engine.store.timers(after, until_ms, PAGE).await?;
        let last = page.len() < PAGE;
        after = page.last().copied();
        engine.timers.soon.lock().timers.extend(page);
        if last {
            return Ok(());
        }
    }
}

/// Fires what is due, and says how long nothing will be.
async fn fire_due(engine: &Arc<Engine>, firing: &Arc<Semaphore>) -> Duration {
    loop {
        let next = {
            let mut soon = engine.timers.soon.lock();
            match soon.timers.first() {
                Some(first) if first.due_ms <= now_ms() => soon.timers.pop_first(),
                Some(first) => {
                    let wait = u64::try_from(first.due_ms - now_ms()).unwrap_or(0);
                    // The clock may be set meanwhile, and what waits here would not notice.
                    return Duration::from_millis(wait).min(LOOK_AGAIN);
                }
                None => return LOOK_AGAIN,
            }
        };
        let (Some(timer), Ok(permit)) = (next, firing.clone().acquire_owned().await) else { continue };
        let engine = engine.clone();
        tokio::spawn(async move {
            fire(&engine, timer).await;
            drop(permit);
        });
    }
}

async fn fire(engine: &Arc<Engine>, timer: Timer) {
    let fired = match (TimerKey::from_u64(timer.key), Lease::of(engine, timer.execution).await) {
        (Some(key), Ok(Some(lease))) => engine.apply_and_perform(&lease, Stimulus::TimerFired(key)).await,
        (_, Ok(None)) => false,
        (None, Ok(Some(_))) => {
            return tracing::error!(?timer, "a timer was set by a newer version of Dirigent");
        }
        (_, Err(error)) => return tracing::error!(%error, ?timer, "a timer's execution cannot be loaded"),
    };
    if !fired {
        // Nobody waits for it any more. Without this it would be read again at every look ahead.
        let mut change = ExecutionChange::new(timer.execution);
        change.clear_timers.push(timer);
        if let Err(error) = engine.store.commit(Batch::execution(change)).await {
            tracing::warn!(%error, "a timer that nobody waits for could not be cleared");
        }
    }
}
