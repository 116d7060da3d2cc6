//! The three calls of a job, of a component that exports them, and what components that do not are asked.

use std::sync::Arc;

use dirigent_runtime::{Call, Failure, JobAnswer, JobEntry, Runtime, error_names};
use serde_json::{Value, json};

use crate::support::{House, PATIENCE, call, context, output};

/// Calls a job of the plugin.
async fn job(runtime: &Runtime, plugin: &str, entry: JobEntry, input: &Value) -> Result<JobAnswer, Failure> {
    let resource = format!("plugin:{plugin}");
    let pin = runtime.resolve(&resource).expect("it is there");
    let call = Call::new(context(&resource), input.to_string());
    tokio::time::timeout(PATIENCE, runtime.job(pin, entry, call)).await.expect("in time").result
}

#[tokio::test]
async fn a_job_is_started_asked_for_and_cancelled() {
    let house = House::with(&["job_probe"]);
    let runtime = house.open().await;
    let fail = json!([{ "do": "fail", "error": "Job.Broken", "cause": "as it was told" }]);
    let clock = json!([{ "do": "clock" }]);
    // A plan, and how a job of it stands.
    for (plan, wanted) in [
        (json!({}), Ok(JobAnswer::Succeeded(r#"{"polled":[],"started":[]}"#.into()))),
        (json!({ "poll": clock, "times": u64::MAX, "waitMs": 1500 }), Ok(JobAnswer::Running(Some(1500)))),
        (json!({ "poll": clock, "times": u64::MAX }), Ok(JobAnswer::Running(None))),
        (json!({ "poll": fail }), Err("Job.Broken")),
        (json!({ "poll": [{ "do": "panic", "message": "on purpose" }] }), Err(error_names::TRAPPED)),
    ] {
        let started = job(&runtime, "job_probe", JobEntry::Start, &plan).await;
        let Ok(JobAnswer::Started(handle)) = started else { panic!("{plan}: {started:?}") };
        let handle: Arc<str> = handle.into();
        let got = job(&runtime, "job_probe", JobEntry::Poll(handle.clone()), &Value::Null).await;
        assert_eq!(got.map_err(|failure| failure.error), wanted.map_err(str::to_owned), "{plan}");
        let cancelled = job(&runtime, "job_probe", JobEntry::Cancel(handle), &Value::Null).await;
        assert_eq!(cancelled, Ok(JobAnswer::Cancelled), "{plan}");
    }
    let refused = job(&runtime, "job_probe", JobEntry::Start, &json!({ "start": fail })).await;
    assert_eq!(refused.expect_err("fails").error, "Job.Broken");
}

#[tokio::test]
async fn a_component_serves_what_it_exports() {
    let house = House::with(&["job_probe", "echo"]);
    let runtime = house.open().await;
    for (plugin, serves) in [("job_probe", true), ("echo", false)] {
        let pin = runtime.resolve(&format!("plugin:{plugin}")).expect("it is there");
        assert_eq!(runtime.serves_jobs(pin).await, serves, "{plugin}");
    }
    let refused = job(&runtime, "echo", JobEntry::Start, &json!({})).await.expect_err("has no jobs");
    assert_eq!(refused.error, error_names::BROKEN, "{refused}");
    assert_eq!(output(&call(&runtime, "plugin:job_probe", json!({})).await), json!([]), "it is a task too");
}
