//! What a result writer leaves in its bucket.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dirigent_items::{
    Buckets, ChildResult, Outcome, OutputType, ResultWriter, Transformation, WriteError, WriterConfig,
};
use serde_json::{Value, json};

const MAP_RUN: &str = "arn:aws:states:local:000000000000:mapRun:orders/Map:ad9b5f27";

fn config(output_type: OutputType, transformation: Transformation) -> WriterConfig {
    WriterConfig {
        bucket: "results".into(),
        prefix: Some("jobs/daily".into()),
        map_run_arn: MAP_RUN.into(),
        map_run_name: "ad9b5f27".into(),
        output_type,
        transformation,
    }
}

fn result<'a>(name: &'a str, outcome: Outcome<'a>) -> ChildResult<'a> {
    ChildResult {
        execution_arn: "arn:e",
        name,
        state_machine_arn: "arn:m",
        input: r#"{"n":1}"#,
        start_date: 1_738_633_790_099,
        stop_date: 1_738_633_790_160,
        redrive_count: 0,
        redrive_status: "NOT_REDRIVABLE",
        redrive_status_reason: Some("Execution is SUCCEEDED and cannot be redriven"),
        outcome,
    }
}

fn files(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let key = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(key, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn buckets() -> (tempfile::TempDir, Buckets) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("results")).unwrap();
    let buckets = Buckets::folder(dir.path());
    (dir, buckets)
}

/// Whoever drives writers moves them between threads.
fn sent<T: Send>(value: T) -> T {
    value
}

async fn write(buckets: &Buckets, config: WriterConfig) {
    let mut writer = sent(sent(ResultWriter::open(buckets, config)).await.unwrap());
    let cause = Some("because");
    let error = Some("Oops");
    for (name, outcome) in [
        ("a", Outcome::Succeeded { output: r#"[{"x": 1}, 2]"# }),
        ("b", Outcome::Failed { error, cause }),
        ("c", Outcome::Succeeded { output: "{\n\"y\": 2}" }),
        ("d", Outcome::TimedOut { error, cause: None }),
        ("e", Outcome::Aborted { error: None, cause: None }),
    ] {
        sent(writer.push(&result(name, outcome))).await.unwrap();
    }
    sent(writer.push_pending(r#"{"n":9}"#)).await.unwrap();
    let place = sent(writer.finish()).await.unwrap();
    assert_eq!((&*place.bucket, &*place.key), ("results", "jobs/daily/ad9b5f27/manifest.json"));
}

#[tokio::test]
async fn each_transformation_and_output_type() {
    let included = json!({"Included": true});
    let full = |name: &str, output: &str| {
        json!({
            "ExecutionArn": "arn:e", "Input": "{\"n\":1}", "InputDetails": included, "Name": name, "Output": output,
            "OutputDetails": included, "RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "StartDate": "2025-02-04T01:49:50.099Z", "StateMachineArn": "arn:m", "Status": "SUCCEEDED",
            "StopDate": "2025-02-04T01:49:50.160Z"
        })
    };
    let cases = [
        (Transformation::None, vec![full("a", r#"[{"x": 1}, 2]"#), full("c", "{\n\"y\": 2}")]),
        (Transformation::Compact, vec![json!([{"x": 1}, 2]), json!({"y": 2})]),
        (Transformation::Flatten, vec![json!({"x": 1}), json!(2), json!({"y": 2})]),
    ];
    for (transformation, succeeded) in cases {
        for (output_type, extension) in [(OutputType::Json, "json"), (OutputType::Jsonl, "jsonl")] {
            let (dir, buckets) = buckets();
            write(&buckets, config(output_type, transformation)).await;
            // Written again, as after a crash: nothing more is there than before.
            write(&buckets, config(output_type, transformation)).await;
            let mut found = files(&dir.path().join("results"));
            let mut take = |name: &str| found.remove(&format!("jobs/daily/ad9b5f27/{name}")).unwrap();
            let manifest: Value = serde_json::from_str(&take("manifest.json")).unwrap();
            let mut entries = |name: &str| -> (Vec<Value>, Value) {
                let text = take(&format!("{name}_0.{extension}"));
                let key = format!("jobs/daily/ad9b5f27/{name}_0.{extension}");
                let listed = json!([{"Key": key, "Size": text.len()}]);
                let entries = match output_type {
                    OutputType::Json => serde_json::from_str(&text).unwrap(),
                    OutputType::Jsonl => {
                        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
                    }
                };
                (entries, listed)
            };
            let ((good, good_files), (bad, bad_files)) = (entries("SUCCEEDED"), entries("FAILED"));
            let (pending, pending_files) = entries("PENDING");
            assert_eq!(good, succeeded, "{transformation:?} {output_type:?}");
            let statuses: Vec<&Value> = bad.iter().map(|entry| &entry["Status"]).collect();
            assert_eq!(statuses, ["FAILED", "TIMED_OUT", "ABORTED"]);
            assert_eq!((&bad[0]["Error"], &bad[0]["Cause"]), (&json!("Oops"), &json!("because")));
            assert!(bad[2].get("Error").is_none() && bad[0].get("Output").is_none());
            assert_eq!(
                pending,
                [json!({"Input": "{\"n\":9}", "InputDetails": included, "Status": "PENDING"})]
            );
            let expected = json!({
                "DestinationBucket": "results", "MapRunArn": MAP_RUN,
                "ResultFiles": {"FAILED": bad_files, "PENDING": pending_files, "SUCCEEDED": good_files}
            });
            assert_eq!(manifest, expected);
            assert!(found.is_empty(), "{:?}", found.keys());
        }
    }
}

#[tokio::test]
async fn without_results_there_is_a_manifest_alone() {
    let (dir, buckets) = buckets();
    for (prefix, folder) in [(None, ""), (Some(""), ""), (Some("p/"), "p/"), (Some("p"), "p/")] {
        let mut config = config(OutputType::Json, Transformation::None);
        config.prefix = prefix.map(str::to_owned);
        let place = ResultWriter::open(&buckets, config).await.unwrap().finish().await.unwrap();
        assert_eq!(place.key, format!("{folder}ad9b5f27/manifest.json"));
    }
    let found = files(&dir.path().join("results"));
    assert_eq!(found.len(), 2);
    let manifest: Value = serde_json::from_str(&found["ad9b5f27/manifest.json"]).unwrap();
    assert_eq!(manifest["ResultFiles"], json!({"FAILED": [], "PENDING": [], "SUCCEEDED": []}));
}

#[tokio::test]
async fn results_larger_than_a_part_and_what_was_aborted() {
    let (dir, buckets) = buckets();
    let output = format!("\"{}\"", "x".repeat(3 << 20));
    for finish in [true, false] {
        let mut config = config(OutputType::Json, Transformation::Compact);
        config.prefix = Some(finish.to_string());
        let mut writer = ResultWriter::open(&buckets, config).await.unwrap();
        for _ in 0..5 {
            writer.push(&result("a", Outcome::Succeeded { output: &output })).await.unwrap();
        }
        if finish {
            writer.finish().await.unwrap();
        } else {
            sent(writer.abort()).await;
        }
    }
    let found = files(&dir.path().join("results"));
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["true/ad9b5f27/SUCCEEDED_0.json", "true/ad9b5f27/manifest.json"]
    );
    let entries: Vec<String> = serde_json::from_str(&found["true/ad9b5f27/SUCCEEDED_0.json"]).unwrap();
    assert!(entries.len() == 5 && entries.iter().all(|entry| entry.len() == 3 << 20));
}

#[tokio::test]
async fn what_is_refused() {
    let (_dir, buckets) = buckets();
    let mut none = config(OutputType::Json, Transformation::None);
    none.bucket = "nothing".into();
    let mut out = config(OutputType::Json, Transformation::None);
    out.prefix = Some("../out".into());
    for (config, expected) in [(none, "The specified bucket does not exist"), (out, "is not valid")] {
        let error = ResultWriter::open(&buckets, config).await.unwrap_err();
        assert_eq!(error.error_name(), "States.ResultWriterFailed");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let mut writer =
        ResultWriter::open(&buckets, config(OutputType::Json, Transformation::Flatten)).await.unwrap();
    let error = writer.push(&result("a", Outcome::Succeeded { output: "[1" })).await.unwrap_err();
    assert!(error.to_string().contains("it is not JSON"), "{error}");
    let error = writer.push(&result("b", Outcome::Succeeded { output: "1" })).await.unwrap_err();
    assert!(matches!(error, WriteError::Interrupted), "{error}");
    assert!(matches!(writer.finish().await, Err(WriteError::Interrupted)));
}
