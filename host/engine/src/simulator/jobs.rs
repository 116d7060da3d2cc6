//! Jobs in the simulator: what plugins start outside outlives crashes of the host, and is asked for, or cancelled.

use std::collections::HashMap;

use dirigent_asl::{Integration, Kind, Program, Resource};
use dirigent_store::{Batch, CatalogChange, Expect, MemoryStore, Store};
use serde_json::{Value, json};

use super::cases::{Case, case, one, racing, task};
use super::{Simulator, runs};
use crate::core::{Execution, Phase, Step, Stimulus, TaskRun};
use crate::driver::{jobs, tasks};
use crate::event::Fault;
use crate::payload::Payload;

/// The services that jobs run on.
#[derive(Default)]
pub(super) struct Jobs {
    /// By handle, which is the key that the job was started with.
    all: HashMap<String, Job>,
}

#[derive(Default)]
struct Job {
    /// How often it was asked for.
    polls: u32,
    /// The execution has its handle.
    submitted: bool,
    ended: bool,
    cancelled: bool,
}

fn is_job(program: &Program, run: &TaskRun) -> Option<String> {
    let Kind::Task(task) = &program.state(run.state).kind else { return None };
    match &task.resource {
        Resource::Plugin { reference, integration: Integration::Sync } => Some(reference.clone()),
        _ => None,
    }
}

impl Jobs {
    /// Calls the plugin of a task that is a job.
    pub(super) fn ask(
        &mut self,
        execution: &Execution,
        program: &Program,
        run: &TaskRun,
    ) -> Option<Stimulus> {
        let reference = is_job(program, run)?;
        let TaskRun { frame, generation, .. } = *run;
        let key = tasks::job_key(execution, frame, run.entered_event, run.retry_count);
        let Some(handle) = &run.job else {
            // Started again with the same key, it is the job that is there.
            self.all.entry(key.clone()).or_default();
            let handle = Payload::from_value(json!(key));
            return Some(Stimulus::JobStarted { frame, generation, handle, metering: None });
        };
        assert_eq!(handle.value(), &json!(key), "a job is asked for by its own handle");
        let job = self.all.get_mut(&key).expect("only what was started is asked for");
        job.polls += 1;
        let ends = |result| Some(Stimulus::TaskEnded { frame, generation, result, metering: None });
        let again_ms = match &*reference {
            "job-forever" => None,
            "job-trap" => return ends(Err(Fault::new("Plugin.Trapped", "it trapped"))),
            // The first attempt's job fails.
            "job-second-time" if run.retry_count == 0 && job.polls > 1 => {
                job.ended = true;
                return ends(Err(Fault::new("Job.Failed", "not yet")));
            }
            "job" | "job-second-time" if job.polls > 3 => {
                job.ended = true;
                return ends(Ok(Payload::from_value(json!("done"))));
            }
            _ => Some(5_000),
        };
        Some(Stimulus::JobRunning { frame, generation, again_ms })
    }

    /// What is durable of a step.
    pub(super) fn committed(&mut self, execution: &Execution, step: &Step) {
        let changed = step.dirty.iter().filter_map(|frame| execution.frames.get(frame));
        for frame in changed {
            if let Phase::Job(job) = &frame.phase {
                let handle = job.handle.value().as_str().expect("handles are texts");
                self.all.get_mut(handle).expect("it was started").submitted = true;
            }
        }
    }

    /// Every job of which the execution knew has ended or is cancelled.
    pub(super) async fn check(&self, store: &MemoryStore) {
        assert!(jobs::read(store).await.expect("reads").is_empty(), "no job is left to be cancelled");
        for (handle, job) in &self.all {
            assert!(
                job.ended || job.cancelled || !job.submitted,
                "the job {handle} goes on, and nobody waits for it"
            );
            assert!(!(job.ended && job.cancelled), "the job {handle} had ended, and was cancelled");
        }
    }
}

/// How the jobs that a step has lost are written.
pub(super) fn rows(execution: &Execution, program: &Program, step: &Step) -> Vec<CatalogChange> {
    let lost = jobs::lost(execution, program, step, |_, _| Some([0; 32])).expect("rows encode");
    lost.into_iter().map(|(change, _)| change).collect()
}

impl Simulator<'_> {
    /// Cancels one of the jobs that the store has as lost, with a crash on either side of what is written then.
    pub(super) async fn cancel_jobs(&mut self) -> bool {
        let Some((key, row)) = jobs::read(&self.store).await.expect("reads").into_iter().next() else {
            return false;
        };
        let action = self.actions;
        self.actions += 1;
        let crash = self.crash.filter(|crash| crash.action == action);
        self.jobs.all.get_mut(row.handle()).expect("it was started").cancelled = true;
        if crash.is_none_or(|crash| crash.committed) {
            let change = CatalogChange { key, value: None, expect: Expect::Anything };
            self.store.commit(Batch::catalog(change)).await.expect("is written");
        }
        if crash.is_some() {
            self.crash(false).await;
        }
        true
    }
}

pub(super) fn job_cases() -> Vec<Case> {
    let job = |name: &str, rest: Value| task(&format!("plugin:{name}.sync"), rest);
    let branch = |name: &str, state: Value| json!({ "StartAt": name, "States": { name: state } });
    vec![
        case("a job", one(job("job", json!({}))), json!({}), Ok(json!("done"))),
        case(
            "a job with a time-out that is not reached",
            one(job("job", json!({ "TimeoutSeconds": 900_000 }))),
            json!({}),
            Ok(json!("done")),
        ),
        case(
            "a job is another one when it is retried",
            one(job(
                "job-second-time",
                json!({
            "TimeoutSeconds": 900_000, "Retry": [{ "ErrorEquals": ["Job.Failed"] }] }),
            )),
            json!({}),
            Ok(json!("done")),
        ),
        case("a job that cannot be asked for is cancelled", one(job("job-trap", json!({}))), json!({}), {
            Err("Plugin.Trapped")
        }),
        racing(
            "a job that takes too long is cancelled",
            json!({ "StartAt": "S", "States": {
            "S": job("job-forever", json!({ "TimeoutSeconds": 90, "Next": "Never",
                "Retry": [{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 1 }],
                "Catch": [{ "ErrorEquals": ["States.Timeout"], "Next": "Late" }] })),
            "Never": { "Type": "Fail" },
            "Late": { "Type": "Pass", "OutputPath": "$.Error", "End": true } } }),
            json!({}),
            Ok(json!("States.Timeout")),
        ),
        racing(
            "jobs of lost branches are cancelled",
            json!({ "StartAt": "P", "States": {
            "P": { "Type": "Parallel", "Next": "Never", "Branches": [
                branch("A", job("job-forever", json!({}))),
                branch("B", job("job-forever", json!({ "TimeoutSeconds": 900_000 }))),
                { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 30, "Next": "F" }, "F": { "Type": "Fail", "Error": "Lost" } } }
            ], "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }] },
            "Never": { "Type": "Fail" },
            "Caught": { "Type": "Pass", "OutputPath": "$.Error", "End": true } } }),
            json!({}),
            Ok(json!("Lost")),
        ),
        racing(
            "jobs until the execution's time-out",
            json!({ "TimeoutSeconds": 100, "StartAt": "M", "States": {
            "M": { "Type": "Map", "End": true, "ItemProcessor": branch("J", job("job-forever", json!({}))) } } }),
            json!([1, 2, 3]),
            Err("States.Timeout"),
        ),
    ]
}

#[tokio::test]
async fn a_job_ends_or_is_cancelled_through_a_crash_anywhere() {
    let crashes = runs::crash_everywhere(job_cases(), 0).await;
    assert!(crashes > 300, "only {crashes} crash points were tried");
    // A redrive starts jobs of its own.
    runs::crash_everywhere(job_cases(), 1).await;
}
