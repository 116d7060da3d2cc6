//! Components that wait inside, with WASI 0.3: they are granted what any other is, and stopped as any other is.

use std::{sync::Arc, time::Duration};

use dirigent_outgoing::Client;
use dirigent_runtime::{Call, Fuel, LimitOverrides, LogLevel, Runtime, error_names};
use serde_json::{Value, json};

use crate::{
    server::{Recording, Trace, counting},
    support::{House, call, call_digest, context, output},
};

const ASKS: &str = "[asks]\nhttp = [\"http://*.example.com\", \"http://*.example.org\"]";
const ALLOW: &str = "allow = [{ http = [\"http://*.example.com\"] }]";

async fn open(house: &mut House) -> (Arc<Runtime>, Trace) {
    let (server, _) = counting().await;
    let trace = Trace::default();
    let names = [("api.example.com", "93.184.216.34"), ("inside.example.com", "10.1.2.3")];
    let names = names.map(|(name, address)| (name, vec![address.parse().unwrap()]));
    let network = Recording { trace: trace.clone(), names: names.into(), server: Some(server) };
    house.manifest("waiter", "1.0.0", ASKS);
    house.allow(ALLOW);
    house.config.services.client = Arc::new(Client::new(network.network()));
    (house.open().await, trace)
}

fn post(url: &str) -> Value {
    json!({ "posts": [{ "url": url, "body": "order" }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_and_sends_at_the_same_time() {
    let mut house = House::with(&["waiter", "echo"]);
    let (runtime, trace) = open(&mut house).await;
    let posts: Vec<_> = (0..20)
        .map(|n| json!({ "url": format!("http://api.example.com/{n}"), "body": format!("order {n}") }))
        .collect();
    let input = json!({ "milliseconds": 5, "say": "waited", "posts": posts });
    let outcome = call(&runtime, "plugin:waiter", input).await;
    let answer = output(&outcome);
    assert_eq!((&answer["waited"], &answer["random"]), (&json!(true), &json!(8)));
    assert!(answer["year"].as_u64().unwrap() >= 2025, "{answer}");
    let answers = answer["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 20);
    assert!(answers.iter().all(|answer| answer["status"] == 200), "{answers:?}");
    assert!(trace.take().contains(&"connect 93.184.216.34:80".to_owned()));
    let lines: Vec<_> = outcome.logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    assert_eq!(lines, [(LogLevel::Info, "waited")]);
    let metering = &outcome.metering;
    assert!(metering.fuel > 0 && metering.sent_bytes >= 20 * 7 && metering.peak_memory > 0, "{metering:?}");
    // Others are served by their own engine meanwhile.
    assert_eq!(output(&call(&runtime, "plugin:echo", json!([1])).await), json!([1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reaches_no_more_than_others() {
    let mut house = House::with(&["waiter"]);
    let (runtime, trace) = open(&mut house).await;
    let cases = [
        ("http://inside.example.com/", "10.1.2.3, which is not a public address (private)", 1),
        ("http://www.example.org/", "the operator does not allow that", 0),
        ("http://127.0.0.1/", "its plugin.toml does not ask for that", 0),
    ];
    for (url, cause, steps) in cases {
        let failure = call(&runtime, "plugin:waiter", post(url)).await.result.unwrap_err();
        assert_eq!(failure.error, error_names::CAPABILITY_DENIED, "{url}");
        assert!(failure.cause.contains(cause), "{url}: {failure}");
        assert_eq!(trace.take().len(), steps, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_stopped_as_others_are() {
    let mut house = House::with(&["waiter"]);
    let (runtime, _) = open(&mut house).await;
    let cases = [
        (json!({ "loop": true }), error_names::OUT_OF_FUEL),
        (json!({ "stuck": true }), error_names::TIMEOUT),
        (json!({ "milliseconds": 600_000 }), error_names::TIMEOUT),
        // Streams are the host's memory.
        (json!({ "streams": 1_000_000 }), error_names::TRAPPED),
    ];
    for (input, error) in cases {
        let limits = LimitOverrides {
            fuel: Some(Fuel(50_000_000)),
            time: Some(Duration::from_millis(200)),
            ..LimitOverrides::default()
        };
        let digest = runtime.resolve("plugin:waiter").unwrap();
        let call = Call { limits, ..Call::new(context("plugin:waiter"), input.to_string()) };
        let failure = call_digest(&runtime, digest, call).await.result.unwrap_err();
        assert_eq!(failure.error, error, "{input}: {failure}");
    }
    let answer = call(&runtime, "plugin:waiter", json!({})).await;
    assert_eq!(output(&answer)["answers"], json!([]));
}

#[tokio::test]
async fn it_comes_from_the_cache_and_can_be_switched_off() {
    let mut house = House::with(&["waiter"]);
    let digest = {
        let (runtime, _) = open(&mut house).await;
        output(&call(&runtime, "plugin:waiter", json!({})).await);
        runtime.resolve("plugin:waiter").unwrap()
    };
    // From the cache.
    let runtime = house.open().await;
    output(&call(&runtime, "plugin:waiter", json!({})).await);
    drop(runtime);

    house.config.wasi_0_3 = false;
    let runtime = house.open().await;
    let call = Call::new(context("plugin:waiter"), "{}");
    let failure = call_digest(&runtime, digest, call).await.result.unwrap_err();
    assert_eq!(failure.error, error_names::BROKEN);
    assert!(failure.cause.contains("switched off"), "{failure}");
}
