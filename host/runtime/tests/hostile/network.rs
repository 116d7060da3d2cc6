//! Attacks over the network: on addresses that are nobody's business, on the rules, and on the host by what it gets back.
//!
//! Names and connections are a test's own (`wire.rs`), so no packet leaves this process, whatever a case gets through.

use std::{collections::HashSet, sync::Arc, time::Duration};

use dirigent_outgoing::{Client, Network, special_purpose};
use dirigent_runtime::{
    Allow, ByteSize, Call, LimitOverrides, OperatorPolicy, Outcome, Runtime, error_names,
};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::{
    limits,
    wire::{PUBLIC, Recorder},
};
use crate::support::{House, call, call_digest, context, output};

/// What a case has to come to.
#[derive(Debug)]
enum Expected {
    /// `Plugin.CapabilityDenied`, with this in its cause.
    Denied(&'static str),
    /// Another error, with this in its cause.
    Failed(&'static str, &'static str),
    /// The guest is answered, with this text in the answer.
    Answered(&'static str),
}

use Expected::{Answered, Denied, Failed};

/// A host whose `caller` asks for `asks`, and is allowed the same.
struct Site {
    recorder: Recorder,
    runtime: Arc<Runtime>,
    complaints: Mutex<Vec<String>>,
    // Dropped last.
    _house: House,
}

impl Site {
    async fn new(rules: &[&str]) -> Self {
        let recorder = Recorder::default();
        let mut house = House::with(&["caller", "echo"]);
        house.manifest("caller", "1.0.0", &format!("[asks]\nhttp = {}\n", json!(rules)));
        let http = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        house.config.services.policy = Arc::new(OperatorPolicy(vec![Allow { http, ..Allow::default() }]));
        let network = Network::new(recorder.clone(), recorder.clone());
        house.config.services.client = Arc::new(Client::new(network));
        let runtime = house.open().await;
        Self { recorder, runtime, complaints: Mutex::default(), _house: house }
    }

    async fn run(&self, limits: LimitOverrides, operations: Value) -> Outcome {
        let digest = self.runtime.resolve("plugin:caller").unwrap();
        let input = json!({ "operations": operations }).to_string();
        call_digest(&self.runtime, digest, Call { limits, ..Call::new(context("plugin:caller"), input) })
            .await
    }

    async fn expect(&self, operations: Value, expected: &Expected) {
        self.expect_within(limits(), operations, expected).await;
    }

    async fn expect_within(&self, limits: LimitOverrides, operations: Value, expected: &Expected) {
        let shown = operations.to_string();
        let ended = self.run(limits, operations).await.result;
        let as_expected = match (&ended, expected) {
            (Err(failure), Denied(why)) => {
                failure.error == error_names::CAPABILITY_DENIED && failure.cause.contains(why)
            }
            (Err(failure), Failed(error, why)) => failure.error == *error && failure.cause.contains(why),
            (Ok(output), Answered(text)) => output.contains(text),
            _ => false,
        };
        if !as_expected {
            self.complaints.lock().push(format!("{shown}: expected {expected:?}, got {ended:?}"));
        }
        let honest = call(&self.runtime, "plugin:echo", json!(shown)).await;
        assert_eq!(output(&honest), json!(shown));
        self.nothing_else_was_reached();
    }

    /// Every case came to what it has to come to.
    fn done(&self) {
        let complaints = self.complaints.lock();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    /// The point of all of it: whatever the guest was told, connections went to public addresses only.
    fn nothing_else_was_reached(&self) {
        for address in self.recorder.connected() {
            assert_eq!(special_purpose(address.ip()), None, "{address} was connected to");
        }
    }
}

fn get(url: &str) -> Value {
    json!([{ "do": "http", "url": url }])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_are_not_public() {
    // Every host is allowed, so it is the address alone that is refused.
    let site = Site::new(&["http://*", "http://*:8080"]).await;
    let mut seen = HashSet::new();
    for host in [
        "127.0.0.1",
        "127.0.0.1:8080",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::]",
        // Spellings that the system's resolver takes for addresses.
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        // Names that resolve to such addresses.
        "localhost",
        "localhost.",
        "private.example",
        "metadata.example",
        "loopback6.example",
        "mapped.example",
        "several.example",
    ] {
        assert!(seen.insert(host), "{host} is here twice");
        site.expect(get(&format!("http://{host}/latest/meta-data/")), &Denied("is not a public address"))
            .await;
    }
    assert_eq!(site.recorder.connected(), []);
    // And it is not everything that is refused.
    site.expect(get("http://public.example/"), &Answered("\"status\":200")).await;
    assert_eq!(site.recorder.connected().len(), 1);
    site.done();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_change_and_redirects() {
    let site = Site::new(&["http://*"]).await;
    // Of several addresses the public one.
    site.expect(get("http://mixed.example/"), &Answered("\"status\":200")).await;
    // Public when it is asked for first, and then the loopback.
    site.expect(
        json!([{ "do": "http", "url": "http://rebinding.example/close" }, { "do": "http", "url": "http://rebinding.example/" }]),
        &Denied("rebinding.example is at 127.0.0.1"),
    )
    .await;
    // The host follows no redirect, and the guest's own request is checked as any.
    site.expect(
        json!([{ "do": "http", "url": "http://public.example/redirect", "show": ["location"] }]),
        &Answered("\"location\":\"http://169.254.169.254/\""),
    )
    .await;
    site.expect(
        json!([{ "do": "http", "url": "http://public.example/redirect" }, { "do": "http", "url": "http://169.254.169.254/" }]),
        &Denied("169.254.169.254 is at 169.254.169.254"),
    )
    .await;
    site.expect(get("http://missing.example/"), &Answered("DNS-error")).await;
    assert!(site.recorder.connected().iter().all(|address| address.ip() == PUBLIC));
    site.done();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_and_ways_around_them() {
    let site = Site::new(&["GET http://public.example/v1/*", "GET http://*.inside.example"]).await;
    let asks = Denied("plugin.toml does not ask for that");
    for url in [
        "http://public.example/",
        "http://public.example/v10",
        "http://public.example/V1/a",
        "http://public.example/v1/../admin",
        "http://public.example/v1/./../admin",
        "http://public.example/v1/%2e%2e/admin",
        "http://public.example/v1/%2E./admin",
        "http://public.example/v1/..%2fadmin",
        "http://public.example/v1/..%5cadmin",
        "http://public.example/v1/%252e%252e/admin",
        "http://public.example/v1/..;x=y/admin",
        "http://public.example/v1//admin",
        "http://public.example:8080/v1/a",
        "https://public.example/v1/a",
        "http://public.example.evil.example/v1/a",
        "http://evil.example/v1/a?http://public.example/v1/a",
        "http://inside.example/",
        "http://notinside.example/",
        "http://inside.example.evil.example/",
    ] {
        site.expect(get(url), &asks).await;
    }
    for method in ["POST", "DELETE", "get", "GETS"] {
        site.expect(json!([{ "do": "http", "method": method, "url": "http://public.example/v1/a" }]), &asks)
            .await;
    }
    assert_eq!(site.recorder.connected(), []);
    for url in ["http://public.example/v1/a", "http://PUBLIC.example/v1/a", "http://a.inside.example/x"] {
        site.expect(get(url), &Answered("\"status\":200")).await;
    }
    site.done();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smuggling() {
    let site = Site::new(&["http://*"]).await;
    let with_header = |name: &str, value: &str| json!([{ "do": "http", "url": "http://public.example/", "headers": [[name, value]] }]);
    for (name, value) in [
        ("X-A", "b\r\nX-Evil: 1"),
        ("X-A", "b\nX-Evil: 1"),
        ("X-A", "b\0X-Evil"),
        ("X-A: b\r\nX-Evil", "1"),
        ("X Evil", "1"),
        ("", "x-evil"),
        ("Host", "evil.example"),
        ("host", "169.254.169.254"),
        ("Transfer-Encoding", "chunked, x-evil"),
        ("Connection", "x-evil"),
        ("Upgrade", "x-evil"),
    ] {
        site.expect(with_header(name, value), &Answered("the host refuses the header")).await;
    }
    for url in [
        "http://public.example/a\r\nX-Evil: 1",
        "http://public.example/ HTTP/1.1\r\nX-Evil: 1\r\n\r\n",
        "http://public.example\r\nx-evil/",
        "http://public .example/",
    ] {
        site.expect(get(url), &Answered("the host refuses the")).await;
    }
    for method in ["GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET", "", "x evil"] {
        let request = json!([{ "do": "http", "method": method, "url": "http://public.example/" }]);
        site.expect(request, &Answered("the host refuses the method")).await;
    }
    // Who reads them as the rules do sees the host behind the `@`, and who does not, the one before it.
    for url in [
        "http://public.example@169.254.169.254/",
        "http://169.254.169.254@public.example/",
        "http://a:b@public.example/",
    ] {
        site.expect(get(url), &Answered("HTTP-request-URI-invalid")).await;
    }
    site.done();
    assert_eq!(site.recorder.connected(), []);
    // A length that is not the body's would have the rest of it read as a second request.
    let mut lying = with_header("Content-Length", "3");
    lying[0]["method"] = json!("POST");
    lying[0]["body"] = json!("abcGET /x-evil HTTP/1.1\r\n\r\n");
    let _ = site.run(limits(), lying).await;
    for head in site.recorder.heads() {
        let head = head.to_ascii_lowercase();
        assert!(!head.contains("x-evil") && !head.contains("content-length: 3\r\n"), "{head}");
        assert!(head.contains("host: public.example"), "{head}");
    }
    site.done();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back() {
    let site = Site::new(&["http://*"]).await;
    let small = LimitOverrides { output: Some(ByteSize::kib(64)), ..limits() };
    site.expect_within(small, get("http://public.example/huge"), &Answered("HttpResponseBodySize")).await;
    site.expect_within(small, get("http://public.example/endless"), &Answered("HttpResponseBodySize")).await;
    let sent = json!([{ "do": "http", "method": "POST", "url": "http://public.example/", "fill": 200_000 }]);
    site.expect_within(small, sent, &Answered("HttpRequestBodySize")).await;
    for path in ["endless-headers", "many-headers", "no-http", "cut", "two-lengths"] {
        site.expect(get(&format!("http://public.example/{path}")), &Answered("got no response")).await;
    }
    let brief = LimitOverrides { time: Some(Duration::from_millis(300)), ..limits() };
    for path in ["silent", "stalled"] {
        let url = format!("http://public.example/{path}");
        site.expect_within(brief, get(&url), &Failed(error_names::TIMEOUT, "stopped after 300ms")).await;
        let patient = json!([{ "do": "http", "url": url, "timeout_ms": 50 }]);
        site.expect(patient, &Answered("connection-read-timeout")).await;
    }
    // Requests without end are stopped as any loop is.
    let flood = json!([{ "do": "repeat", "times": 1_000_000_000, "operations": [{ "do": "http", "url": "http://public.example/" }] }]);
    let brief = LimitOverrides { time: Some(Duration::from_secs(1)), ..limits() };
    site.expect_within(brief, flood, &Failed(error_names::TIMEOUT, "stopped after 1s")).await;
    site.done();
}
