//! What of a plugin is called: its task, or one of the three calls of a job. A component exports one interface or both.

use wasmtime::{
    Error, Result, Store,
    component::{Instance, InstancePre},
};

use super::{
    bindings::{handler, job, types},
    state::CallState,
};
use crate::{JobAnswer, JobEntry};

/// What is called.
pub(crate) enum Entry {
    /// The task: `handler.run`.
    Run,
    /// A call of a job.
    Job(JobEntry),
}

/// The interfaces that a component exports.
pub(crate) struct Exports {
    handler: Option<handler::GuestIndices>,
    job: Option<job::GuestIndices>,
}

impl Exports {
    /// # Errors
    /// When the component exports none, or one of another shape: what is wrong with the task's.
    pub(crate) fn of(component: &InstancePre<CallState>) -> Result<Exports> {
        let handler = handler::GuestIndices::new(component);
        let job = job::GuestIndices::new(component).ok();
        match (handler, job) {
            (Err(error), None) => Err(error),
            (handler, job) => Ok(Exports { handler: handler.ok(), job }),
        }
    }

    /// Whether it serves tasks.
    pub(crate) fn serves_tasks(&self) -> bool {
        self.handler.is_some()
    }

    /// Whether it serves jobs.
    pub(crate) fn serves_jobs(&self) -> bool {
        self.job.is_some()
    }

    /// Calls a fresh instance.
    pub(super) async fn call(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
        entry: &Entry,
        context: types::Context<'_>,
        input: &str,
    ) -> Result<Result<JobAnswer, types::Failure>> {
        let absent = || Error::msg("the component does not export what is called");
        let entry = match entry {
            Entry::Run => {
                let task = self.handler.as_ref().ok_or_else(absent)?.load(&mut *store, instance)?;
                return Ok(task.call_run(store, context, input).await?.map(JobAnswer::Succeeded));
            }
            Entry::Job(entry) => entry,
        };
        let guest = self.job.as_ref().ok_or_else(absent)?.load(&mut *store, instance)?;
        Ok(match entry {
            JobEntry::Start => guest.call_start(store, context, input).await?.map(JobAnswer::Started),
            JobEntry::Poll(handle) => {
                guest.call_poll(store, context, handle).await?.map(|status| match status {
                    job::PollStatus::Running(again_ms) => JobAnswer::Running(again_ms),
                    job::PollStatus::Succeeded(output) => JobAnswer::Succeeded(output),
                })
            }
            JobEntry::Cancel(handle) => {
                guest.call_cancel(store, context, handle).await?.map(|()| JobAnswer::Cancelled)
            }
        })
    }
}
