//! What lies in the host's buckets, and Map Runs as a client sees them.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use dirigent_tests::client::text;
use dirigent_tests::host::Host;
use serde_json::{Value, json};

/// The bucket of these tests.
pub(crate) const BUCKET: &str = "orders";

fn folder(host: &Host) -> PathBuf {
    host.data().join("buckets").join(BUCKET)
}

/// An object of the bucket.
pub(crate) fn put(host: &Host, key: &str, content: &str) {
    let file = folder(host).join(key);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// A CSV object of so many rows: columns `id` and `name`.
pub(crate) fn put_rows(host: &Host, key: &str, rows: u64) {
    put(host, key, "");
    let mut file = BufWriter::new(fs::File::create(folder(host).join(key)).unwrap());
    writeln!(file, "id,name").unwrap();
    for row in 0..rows {
        writeln!(file, "{row},name of {row}").unwrap();
    }
    file.flush().unwrap();
}

/// The text of an object.
pub(crate) fn get(host: &Host, key: &str) -> String {
    fs::read_to_string(folder(host).join(key)).unwrap()
}

/// An object as JSON.
pub(crate) fn get_json(host: &Host, key: &str) -> Value {
    serde_json::from_str(&get(host, key)).unwrap()
}

/// A state machine of one Distributed Map with this state as its item processor.
pub(crate) fn map(state: Value, more: Value) -> Value {
    let mut map = json!({
        "Type": "Map",
        "Label": "rows",
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Row",
            "States": { "Row": state }
        },
        "End": true
    });
    map.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "StartAt": "Rows", "States": { "Rows": map } })
}

/// `ItemReader` of an object.
pub(crate) fn reader(key: &str, config: Value) -> Value {
    json!({
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": { "Bucket": BUCKET, "Key": key }
    })
}

/// `ResultWriter` into the bucket.
pub(crate) fn writer() -> Value {
    json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": BUCKET, "Prefix": "results" }
    })
}

/// The ARN of an execution's only Map Run, once it has begun.
pub(crate) fn run_of(host: &Host, execution: &str) -> Option<String> {
    let runs = host.must("ListMapRuns", json!({ "executionArn": execution }));
    runs["mapRuns"].get(0).map(|run| text(&run["mapRunArn"]))
}

/// What DescribeMapRun says.
pub(crate) fn describe(host: &Host, run: &str) -> Value {
    host.must("DescribeMapRun", json!({ "mapRunArn": run }))
}
