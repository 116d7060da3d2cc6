//! What of a plugin is called: its task, or one of the three calls of a job. A component exports one interface or both.

use wasmtime::{
    Error, Result, Store,
    component::{Instance, InstancePre},
};

use super::{
    bindings::{handler, job, types, waiting},
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
    waiting: Option<waiting::handler::GuestIndices>,
    job: Option<job::GuestIndices>,
}

impl Exports {
    /// # Errors
    /// When the component exports none, or one of another shape: what is wrong with the task's.
    pub(crate) fn of(component: &InstancePre<CallState>) -> Result<Exports> {
        let handler = handler::GuestIndices::new(component);
        let waiting = waiting::handler::GuestIndices::new(component).ok();
        let job = job::GuestIndices::new(component).ok();
        match (handler, &waiting, &job) {
            (Err(error), None, None) => Err(error),
            (handler, ..) => Ok(Exports { handler: handler.ok(), waiting, job }),
        }
    }

    /// Whether it serves tasks.
    pub(crate) fn serves_tasks(&self) -> bool {
        self.handler.is_some() || self.waiting.is_some()
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
            Entry::Run if self.handler.is_none() => {
                let task = self.waiting.as_ref().ok_or_else(absent)?.load(&mut *store, instance)?;
                return wait_for(task, store, owned(context), input.to_owned()).await;
            }
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

/// Calls a task that waits inside. What it has started and not waited for ends with its instance.
async fn wait_for(
    task: waiting::handler::Guest,
    store: &mut Store<CallState>,
    context: waiting::types::Context,
    input: String,
) -> Result<Result<JobAnswer, types::Failure>> {
    let ended = store.run_concurrent(async |store| task.call_run(store, context, input).await).await??;
    Ok(ended.map(JobAnswer::Succeeded).map_err(|failure| {
        let waiting::types::Failure { error, cause } = failure;
        types::Failure { error, cause }
    }))
}

/// Functions that wait keep what they are given.
fn owned(context: types::Context<'_>) -> waiting::types::Context {
    waiting::types::Context {
        execution_arn: context.execution_arn.to_owned(),
        execution_name: context.execution_name.to_owned(),
        state_machine_arn: context.state_machine_arn.to_owned(),
        state_machine_name: context.state_machine_name.to_owned(),
        state_name: context.state_name.to_owned(),
        resource: context.resource.to_owned(),
        attempt: context.attempt,
        idempotency_key: context.idempotency_key.to_owned(),
        task_token: context.task_token.map(str::to_owned),
        deadline: context.deadline,
        host_version: context.host_version.to_owned(),
    }
}
