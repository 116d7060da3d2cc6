//! A component that imports all of WASI loads, and gets nothing but the time, randomness and its log.

use dirigent_runtime::LogLevel;
use serde_json::json;

use crate::support::{House, call, eventually, output};

#[tokio::test]
async fn everything_is_there_and_nothing_is_granted() {
    let house = House::with(&["probe"]);
    let runtime = house.open().await;
    let outcome = call(&runtime, "plugin:probe", json!({})).await;
    let mut got = output(&outcome);
    assert!(got["year"].take().as_u64().unwrap() >= 2025);
    let expected = json!({
        "arguments": 0,
        "environment": 0,
        "directories": 0,
        "input": false,
        "lookup": "permanent-resolver-failure",
        "tcp": "access-denied",
        "udp": "access-denied",
        "written": true,
        "random": 8,
        "year": null,
    });
    assert_eq!(got, expected);
    let lines: Vec<_> = outcome.logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    let expected =
        [(LogLevel::Info, "first line"), (LogLevel::Info, "second line"), (LogLevel::Warn, "unfinished")];
    assert_eq!(lines, expected);
    assert!(outcome.metering.host_calls > 10, "{:?}", outcome.metering);
    // A call does not wait until the table knows that the component is compiled.
    eventually("its imports are shown", || {
        let imports = &runtime.plugins()[0].imports;
        imports.iter().any(|import| import.starts_with("wasi:sockets/tcp")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn leaving_the_process_is_no_answer() {
    let house = House::with(&["probe"]);
    let runtime = house.open().await;
    for (code, expected) in [(0, "exit code 0"), (1, "exit code 1")] {
        let failure = call(&runtime, "plugin:probe", json!({"exit": code})).await.result.unwrap_err();
        assert_eq!(failure.error, "Plugin.Trapped");
        assert!(failure.cause.contains(expected), "{failure}");
    }
}
