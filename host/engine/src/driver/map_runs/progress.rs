//! How far a Map Run is: counters, which children run, and whether it has failed.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::row::Counts;
use crate::core::{MapRunSettings, threshold_exceeded};
use crate::driver::objects::ChildStatus;
use crate::event::Fault;

/// The progress of a run, shared by its dispatcher and its children.
pub(super) struct Progress {
    state: Mutex<State>,
    /// Told when a child ends, the run fails, or its bounds change.
    changed: Notify,
}

#[derive(Default)]
struct State {
    settings: MapRunSettings,
    executions: Counts,
    items: Counts,
    pending_redrive: Pending,
    /// Children that run, and how many items each has.
    running: HashMap<u32, u32>,
    /// While a restarted host reads which children there are: those that end meanwhile.
    recovering: Option<HashMap<u32, ChildStatus>>,
    /// All items are known, so percentages can be taken.
    all_read: bool,
    failed: Option<Fault>,
    cancelled: bool,
}

/// What did not succeed in the attempt before, and has not been taken up again yet.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Pending {
    /// Children.
    pub executions: u64,
    /// Their items.
    pub items: u64,
}

/// Why a dispatcher stops.
pub(super) enum Stop {
    /// The run has failed.
    Failed(Fault),
    /// Its parent has given it up.
    Cancelled,
}

impl Progress {
    pub(super) fn new(settings: MapRunSettings, recovering: bool) -> Progress {
        let recovering = recovering.then(HashMap::new);
        Progress {
            state: Mutex::new(State { settings, recovering, ..State::default() }),
            changed: Notify::new(),
        }
    }

    pub(super) fn settings(&self) -> MapRunSettings {
        self.state.lock().settings.clone()
    }

    /// Other bounds: UpdateMapRun.
    pub(super) fn change(&self, change: impl FnOnce(&mut MapRunSettings)) -> MapRunSettings {
        let settings = {
            let mut state = self.state.lock();
            change(&mut state.settings);
            state.judge();
            state.settings.clone()
        };
        self.changed.notify_one();
        settings
    }

    /// Executions and items by status.
    pub(super) fn counts(&self) -> (Counts, Counts) {
        let state = self.state.lock();
        (state.executions, state.items)
    }

    /// How many children wait to be redriven; those that are count no more.
    pub(super) fn await_redrive(&self, pending: Pending) {
        self.state.lock().pending_redrive = pending;
    }

    pub(super) fn pending_redrive(&self) -> Pending {
        self.state.lock().pending_redrive
    }

    /// A child that waited to be redriven begins.
    pub(super) fn taken_up(&self, items: u32) {
        let pending = &mut self.state.lock().pending_redrive;
        pending.executions = pending.executions.saturating_sub(1);
        pending.items = pending.items.saturating_sub(u64::from(items));
    }

    /// Results of so many executions are where they belong.
    pub(super) fn results_written(&self) {
        let mut state = self.state.lock();
        let State { executions, items, .. } = &mut *state;
        for counts in [executions, items] {
            counts.results_written = counts.succeeded + counts.failed + counts.timed_out + counts.aborted;
        }
    }

    /// A child that an earlier process started.
    pub(super) fn found(&self, index: u32, items: u32, status: ChildStatus) {
        let mut state = self.state.lock();
        let ended = state.recovering.as_mut().and_then(|ended| ended.remove(&index));
        match (status, ended) {
            (ChildStatus::Running, None) => state.begin(index, items),
            (ChildStatus::Running, Some(ended)) => state.count(items, ended),
            (status, _) => state.count(items, status),
        }
        state.judge();
    }

    /// All children of earlier processes were found.
    pub(super) fn recovered(&self) {
        self.state.lock().recovering = None;
    }

    /// Waits for room and takes it for a child.
    pub(super) async fn begin(&self, index: u32, items: u32, most: u32) -> Result<(), Stop> {
        loop {
            {
                let mut state = self.state.lock();
                if let Some(stop) = state.stop() {
                    return Err(stop);
                }
                let wanted = state.settings.max_concurrency;
                let room = if wanted == 0 { most } else { wanted.min(most) };
                if state.running.len() < room as usize {
                    state.begin(index, items);
                    return Ok(());
                }
            }
            self.changed.notified().await;
        }
    }

    /// Whether the run stops, and why.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.state.lock().stop()
    }

    /// A child has ended.
    pub(super) fn ended(&self, index: u32, status: ChildStatus) {
        {
            let mut state = self.state.lock();
            match state.running.remove(&index) {
                Some(items) => {
                    state.executions.running -= 1;
                    state.items.running -= u64::from(items);
                    state.count(items, status);
                    state.judge();
                }
                None => {
                    if let Some(recovering) = &mut state.recovering {
                        recovering.insert(index, status);
                    }
                }
            }
        }
        self.changed.notify_one();
    }

    /// The run fails, if it has not.
    pub(super) fn fail(&self, fault: Fault) {
        self.state.lock().failed.get_or_insert(fault);
        self.changed.notify_one();
    }

    /// The run's parent has given it up.
    pub(super) fn cancel(&self) {
        self.state.lock().cancelled = true;
        self.changed.notify_one();
    }

    /// No more items come.
    pub(super) fn all_read(&self) {
        let mut state = self.state.lock();
        state.all_read = true;
        state.judge();
    }

    /// Waits until no child runs, or the run stops before.
    pub(super) async fn drained(&self) -> Result<(), Stop> {
        loop {
            {
                let state = self.state.lock();
                if let Some(stop) = state.stop() {
                    return Err(stop);
                }
                if state.running.is_empty() {
                    return Ok(());
                }
            }
            self.changed.notified().await;
        }
    }

    /// Waits until a child ends or something else changes, but no longer than that.
    pub(super) async fn changes_within(&self, time: Duration) {
        // Nothing is lost when nothing changes: whoever waits looks again.
        let _ = tokio::time::timeout(time, self.changed.notified()).await;
    }

    /// Waits until no child runs, whatever else there is.
    pub(super) async fn quiet(&self) {
        while !self.state.lock().running.is_empty() {
            self.changed.notified().await;
        }
    }

    /// The children that run.
    pub(super) fn running(&self) -> Vec<u32> {
        self.state.lock().running.keys().copied().collect()
    }
}

impl State {
    fn stop(&self) -> Option<Stop> {
        if self.cancelled {
            return Some(Stop::Cancelled);
        }
        self.failed.clone().map(Stop::Failed)
    }

    fn begin(&mut self, index: u32, items: u32) {
        self.running.insert(index, items);
        self.executions.running += 1;
        self.items.running += u64::from(items);
    }

    fn count(&mut self, items: u32, status: ChildStatus) {
        for (counts, number) in [(&mut self.executions, 1), (&mut self.items, u64::from(items))] {
            let place = match status {
                ChildStatus::Succeeded => &mut counts.succeeded,
                ChildStatus::Failed => &mut counts.failed,
                ChildStatus::TimedOut => &mut counts.timed_out,
                ChildStatus::Aborted | ChildStatus::Running => &mut counts.aborted,
            };
            *place += number;
        }
    }

    /// Fails the run when more items failed than it tolerates. A stopped child counts as failed.
    fn judge(&mut self) {
        if self.cancelled || self.failed.is_some() {
            return;
        }
        let failed = self.items.failed + self.items.timed_out + self.items.aborted;
        // Until all items are known their number only grows, and with it what is tolerated.
        let total = self.all_read.then(|| self.items.total());
        if self.settings.exceeded_by(failed, total) {
            self.failed = Some(threshold_exceeded());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `total` items, `failed` fail: does the run?
    fn fails(count: Option<u64>, percentage: Option<f64>, failed: u32, total: u32) -> bool {
        let settings = MapRunSettings {
            tolerated_count: count,
            tolerated_percentage: percentage,
            ..MapRunSettings::default()
        };
        let progress = Progress::new(settings, false);
        for index in 0..total {
            progress.state.lock().begin(index, 1);
        }
        progress.all_read();
        for index in 0..total {
            let status = if index < failed { ChildStatus::Failed } else { ChildStatus::Succeeded };
            progress.ended(index, status);
        }
        progress.state.into_inner().failed.is_some()
    }

    #[test]
    fn thresholds() {
        for (count, percentage, failed, total, want) in [
            (None, None, 0, 10, false),
            (None, None, 1, 10, true),
            (Some(0), None, 1, 10, true),
            (Some(2), None, 2, 10, false),
            (Some(2), None, 3, 10, true),
            (None, Some(20.0), 2, 10, false),
            (None, Some(20.0), 3, 10, true),
            (None, Some(100.0), 10, 10, false),
            (Some(1), Some(50.0), 2, 10, true),
            (Some(8), Some(50.0), 6, 10, true),
            (Some(8), Some(50.0), 5, 10, false),
        ] {
            assert_eq!(
                fails(count, percentage, failed, total),
                want,
                "{count:?} {percentage:?} {failed}/{total}"
            );
        }
    }

    #[test]
    fn a_child_that_ends_while_others_are_found_counts_once() {
        let progress = Progress::new(MapRunSettings { tolerated_count: Some(9), ..Default::default() }, true);
        progress.ended(1, ChildStatus::Failed);
        progress.found(0, 1, ChildStatus::Succeeded);
        progress.found(1, 1, ChildStatus::Running);
        progress.found(2, 1, ChildStatus::Running);
        progress.recovered();
        progress.ended(2, ChildStatus::Succeeded);
        let (executions, _) = progress.counts();
        assert_eq!((executions.succeeded, executions.failed, executions.running), (2, 1, 0));
    }
}
