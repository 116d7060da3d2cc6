//! What a plugin reaches outside: requests go out when all three allow it, and only to addresses that somebody named.

use std::sync::Arc;

use dirigent_outgoing::Client;
use serde_json::{Value, json};

use crate::{
    server::{Recording, Trace, counting},
    support::{House, call, output},
};

fn get(url: &str) -> Value {
    json!({ "operations": [{ "do": "http", "url": url }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_where_they_go() {
    let (server, _) = counting().await;
    let trace = Trace::default();
    let address = |text: &str| text.parse().unwrap();
    let network = Recording {
        trace: trace.clone(),
        names: [
            ("api.example.com", vec![address("93.184.216.34")]),
            ("inside.example.com", vec![address("10.1.2.3")]),
            ("metadata.example.com", vec![address("169.254.169.254")]),
            ("both.example.com", vec![address("127.0.0.1"), address("93.184.216.34")]),
            ("named.example.com", vec![address("10.9.0.1")]),
        ]
        .into(),
        server: Some(server),
    };
    let mut house = House::with(&["caller"]);
    house.manifest("caller", "1.0.0", "[asks]\nhttp = [\"http://*\", \"http://*:8080\"]");
    house.allow(
        "allow = [{ http = [\"http://*.example.com\", \"http://127.0.0.1:8080\", \"http://localhost\"] }, \
         { http = [\"http://named.example.com\"], addresses = [\"10.9.0.0/16\"] }]",
    );
    house.config.services.client = Arc::new(Client::new(network.network()));
    let runtime = house.open().await;

    // What was asked, the cause's words or none for an answer, and where it went.
    let cases: &[(&str, Option<&str>, &[&str])] = &[
        ("http://api.example.com/a", None, &["resolve api.example.com", "connect 93.184.216.34:80"]),
        (
            "http://inside.example.com/",
            Some("10.1.2.3, which is not a public address (private)"),
            &["resolve inside.example.com"],
        ),
        ("http://metadata.example.com/latest", Some("(link-local)"), &["resolve metadata.example.com"]),
        ("http://both.example.com/", None, &["resolve both.example.com", "connect 93.184.216.34:80"]),
        ("http://named.example.com/", None, &["resolve named.example.com", "connect 10.9.0.1:80"]),
        ("http://127.0.0.1:8080/", None, &["connect 127.0.0.1:8080"]),
        ("http://127.0.0.1/", Some("the operator does not allow that"), &[]),
        ("http://other.org/", Some("the operator does not allow that"), &[]),
        ("https://api.example.com/", Some("its plugin.toml does not ask for that"), &[]),
    ];
    for (url, cause, went) in cases {
        let outcome = call(&runtime, "plugin:caller", get(url)).await;
        match cause {
            None => assert_eq!(output(&outcome)["answers"][0]["status"], 200, "{url}"),
            Some(words) => {
                let failure = outcome.result.unwrap_err();
                assert_eq!(failure.error, "Plugin.CapabilityDenied", "{url}");
                assert!(failure.cause.contains(words), "{url}: {failure}");
            }
        }
        assert_eq!(trace.take(), *went, "{url}");
    }
}

#[tokio::test]
async fn values_that_are_granted() {
    let mut house = House::with(&["caller"]);
    house.manifest("caller", "1.0.0", "[asks]\nconfig = [\"greeting\", \"other\"]");
    house.allow("allow = [{ config = [\"*\"] }]");
    for (key, value) in [("greeting", "hello"), ("secret", "no")] {
        house.config.services.values.insert(key.into(), value.into());
    }
    let runtime = house.open().await;
    let ask = |key: &str| json!({ "operations": [{ "do": "config", "key": key }, { "do": "config-all" }] });
    let outcome = call(&runtime, "plugin:caller", ask("greeting")).await;
    assert_eq!(output(&outcome)["answers"], json!(["hello", { "greeting": "hello" }]));
    let failure = call(&runtime, "plugin:caller", ask("secret")).await.result.unwrap_err();
    assert_eq!(failure.error, "Plugin.CapabilityDenied");
}
