//! Budgets of fuel: what an attempt may use because its state machine's tags say so.
//!
//! The tags count as they are when an attempt begins, so a budget may be raised for executions that run. What an execution has
//! used is in its history: attempts that ended, and not those that were cancelled, nor polls that found their job at work.
//! Attempts at the same time may each use what was left as they began. A Map Run's children are executions of their own, under
//! the same tags. A state machine that is deleted has no tags.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::OnceCell;

use super::live::Lease;
use super::{Engine, EngineError};
use crate::event::{Fault, Metering};
use crate::history::HistoryError;

/// What the names of all tags with budgets begin with.
const BUDGET_TAGS: &str = "dirigent:budget.";
/// The tag with the fuel that each attempt of a task may use.
pub const TASK_FUEL_TAG: &str = "dirigent:budget.task.fuel";
/// The tag with the fuel that all attempts of an execution may use together.
pub const EXECUTION_FUEL_TAG: &str = "dirigent:budget.execution.fuel";

/// The error of an attempt that has used up what it may.
const OUT_OF_FUEL: &str = "Plugin.OutOfFuel";

/// Events that are read at a time.
const READ: usize = 1_000;

/// Whether a tag is none, or one with a budget that can be read.
#[must_use]
pub fn is_good_budget_tag(name: &str, value: &str) -> bool {
    match name {
        TASK_FUEL_TAG | EXECUTION_FUEL_TAG => units(value).is_some(),
        _ => !name.starts_with(BUDGET_TAGS),
    }
}

fn units(value: &str) -> Option<u64> {
    // `parse` would take a sign.
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| is_number)
}

/// What an attempt may use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FuelLimit {
    /// Units of fuel.
    pub units: u64,
    /// Whose budget that is and where it is raised: a sentence without its end, for the failure's cause.
    pub advice: String,
}

/// Units of fuel that an execution has used; of one that was read back, empty until that is asked for.
#[derive(Debug, Default)]
pub(super) struct Used(OnceCell<AtomicU64>);

impl Used {
    /// Of an execution that begins.
    pub(super) fn nothing() -> Used {
        Used(OnceCell::new_with(Some(AtomicU64::new(0))))
    }

    /// An attempt's end is about to be recorded.
    pub(super) fn add(&self, metering: &Metering) {
        if let Some(used) = self.0.get() {
            let add = |used: u64| Some(used.saturating_add(metering.fuel));
            // It always gives something, so it is always changed.
            let _ = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        }
    }

    async fn get(&self, lease: &Lease) -> Result<u64, EngineError> {
        let used = self.0.get_or_try_init(|| recorded(lease)).await?;
        Ok(used.load(Ordering::Relaxed))
    }
}

/// What the attempts used whose ends are in the history.
async fn recorded(lease: &Lease) -> Result<AtomicU64, EngineError> {
    let (engine, id) = (lease.engine(), lease.id());
    let (mut used, mut from) = (0_u64, 1);
    loop {
        let page = crate::history::read(&*engine.store, id, from, u64::MAX, READ, false).await;
        let page = page.map_err(|error: HistoryError| EngineError::from(error))?;
        let Some(last) = page.events.last() else { return Ok(AtomicU64::new(used)) };
        from = last.id + 1;
        let fuel = page.events.iter().filter_map(|event| Some(event.kind.metering()?.fuel));
        used = fuel.fold(used, u64::saturating_add);
    }
}

/// What the next attempt of an execution may use; `Ok(None)`: as much as its plugin may.
///
/// # Errors
/// `Plugin.OutOfFuel` when nothing is left. `States.Runtime` when the history cannot be read.
pub(super) async fn of_attempt(lease: &Lease) -> Result<Option<FuelLimit>, Fault> {
    let Some((task, execution)) = budgets(lease.engine(), &lease.live.execution.lock().info.arn) else {
        return Ok(None);
    };
    let of_task = task.map(|units| FuelLimit {
        units,
        advice: format!("That is the budget of a task of its state machine. Raise the tag {TASK_FUEL_TAG}"),
    });
    let of_execution = match execution {
        None => None,
        Some(budget) => {
            let used = lease.live.used.get(lease).await.map_err(|error| {
                Fault::new("States.Runtime", format!("cannot read what the execution has used: {error}"))
            })?;
            let advice = format!(
                "The execution's budget is {budget} units, and {used} were used before. Raise the tag \
                 {EXECUTION_FUEL_TAG} of its state machine"
            );
            Some(FuelLimit { units: budget.saturating_sub(used), advice })
        }
    };
    // Of two that are the same the first, which the next attempt has anew.
    let limit = of_task.into_iter().chain(of_execution).min_by_key(|limit| limit.units);
    match limit {
        Some(FuelLimit { units: 0, advice }) => {
            Err(Fault::new(OUT_OF_FUEL, format!("the task did not run, since no fuel is left. {advice}")))
        }
        limit => Ok(limit),
    }
}

/// The budgets of a task and of an execution that are in the tags of the execution's state machine, if any is.
fn budgets(engine: &Engine, execution_arn: &str) -> Option<(Option<u64>, Option<u64>)> {
    let machine = engine.catalog.get(&engine.machine_of_execution_arn(execution_arn))?;
    // One that is no number was refused when it was set.
    let find = |name: &str| units(&machine.tags.iter().find(|(key, _)| key == name)?.1);
    match (find(TASK_FUEL_TAG), find(EXECUTION_FUEL_TAG)) {
        (None, None) => None,
        both => Some(both),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_tags() {
        for (name, value, good) in [
            (TASK_FUEL_TAG, "0", true),
            (EXECUTION_FUEL_TAG, "18446744073709551615", true),
            (EXECUTION_FUEL_TAG, "18446744073709551616", false),
            (TASK_FUEL_TAG, "", false),
            (TASK_FUEL_TAG, "+5", false),
            (TASK_FUEL_TAG, "1_000", false),
            ("dirigent:budget.task.fule", "5", false),
            ("dirigent:history", "kept", true),
            ("any", "thing", true),
        ] {
            assert_eq!(is_good_budget_tag(name, value), good, "{name}={value}");
        }
    }
}
