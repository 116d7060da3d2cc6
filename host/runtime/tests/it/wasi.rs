//! A component that imports all of WASI loads, and gets nothing but the time, randomness, its log and its manifest's
//! environment.

use dirigent_runtime::{Call, Digest, LogLevel, Runtime};
use serde_json::json;

use crate::support::{House, call, call_digest, component, context, eventually, output};

#[tokio::test]
async fn everything_is_there_and_nothing_is_granted() {
    let house = House::with(&["probe"]);
    let runtime = house.open().await;
    let outcome = call(&runtime, "plugin:probe", json!({})).await;
    let mut got = output(&outcome);
    assert!(got["year"].take().as_u64().unwrap() >= 2025);
    let expected = json!({
        "arguments": 0,
        "environment": [],
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
async fn the_environment_is_the_manifests() {
    // One component under three names: what an execution pins says which of them it is, also after the registry is gone.
    let house = House::with(&["probe"]);
    for (name, manifest) in [
        ("orders", "[environment]\nTABLE = \"orders\"\nLEVEL = \"debug\""),
        ("returns", "[environment]\nTABLE = \"returns\""),
    ] {
        house.install(name, "1.0.0", &component("probe"));
        house.manifest(name, "1.0.0", manifest);
    }
    let runtime = house.open().await;
    let pin = |name: &str| runtime.resolve(&format!("plugin:{name}")).unwrap();
    let expected = [
        ("probe", pin("probe"), json!([])),
        ("orders", pin("orders"), json!([["LEVEL", "debug"], ["TABLE", "orders"]])),
        ("returns", pin("returns"), json!([["TABLE", "returns"]])),
    ];
    assert_eq!(
        expected[0].1,
        Digest::of(&component("probe")),
        "without an environment it is the component's digest"
    );

    let check = async |runtime: &Runtime| {
        for (name, pin, environment) in &expected {
            let outcome = call_digest(runtime, *pin, Call::new(context("plugin:probe"), "{}")).await;
            assert_eq!(&output(&outcome)["environment"], environment, "{name}");
            assert_eq!(runtime.name_of(*pin), Some(format!("{name}@1.0.0")));
        }
    };
    check(&runtime).await;

    // Another environment is another pin. The old one keeps what it had.
    house.manifest("orders", "1.0.0", "[environment]\nTABLE = \"new\"");
    let old = expected[1].1;
    let new = eventually("changed", || runtime.resolve("plugin:orders").filter(|pin| *pin != old)).await;
    let outcome = call_digest(&runtime, new, Call::new(context("plugin:orders"), "{}")).await;
    assert_eq!(output(&outcome)["environment"], json!([["TABLE", "new"]]));
    check(&runtime).await;

    drop(runtime);
    std::fs::remove_dir_all(house.folder.path().join("registry")).unwrap();
    check(&*house.open().await).await;
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
