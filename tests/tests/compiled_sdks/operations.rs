//! What a library offers, in the real host: each operation in a plugin of that language, and what the plugin gets.

use std::fs;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::project::Project;
use crate::server;

#[test]
fn in_c() {
    let tried = Tried::new("c");
    tried.everything();
    // A redirect is an answer like others.
    let redirected = json!([{ "do": "http", "url": tried.url("/to/echo"), "show": ["location"] }]);
    tried.check(&[(redirected, json!([{ "status": 302, "headers": { "location": "/echo" }, "body": "" }]))]);
}

#[test]
fn in_go() {
    let tried = Tried::new("go");
    tried.everything();
    // net/http follows a redirect.
    let redirected = json!([{ "do": "http", "url": tried.url("/to/echo") }]);
    tried.check(&[(redirected, json!([{ "status": 200, "headers": {}, "body": "GET /echo [] " }]))]);
    tried.a_garbage_collector_and_the_host_get_along();
}

/// The plugin of a language, and the servers that it may reach.
struct Tried {
    language: &'static str,
    project: Project,
    server: SocketAddr,
    nowhere: SocketAddr,
}

impl Tried {
    fn new(language: &'static str) -> Tried {
        let (server, nowhere) = (server::start(), server::nowhere());
        let project = Project::operations(language, |manifest| {
            manifest
                .replace("\"http://127.0.0.1:8080\"", &format!("\"http://{server}\", \"http://{nowhere}\""))
        });
        let configuration = format!(
            "[[allow]]\nhttp = [\"http://{server}\", \"http://{nowhere}\"]\nkeyvalue = [\"orders\"]\n\
             config = [\"region\", \"absent\"]\n[config]\nregion = \"eu-central-1\"\n"
        );
        fs::write(project.path().join(".dirigent/dirigent.toml"), configuration).unwrap();
        Tried { language, project, server, nowhere }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server)
    }

    #[track_caller]
    fn check(&self, cases: &[(Value, Value)]) {
        for (operations, expected) in cases {
            let answers = self.project.answers(operations);
            assert_eq!(&answers, expected, "{}: {operations}", self.language);
        }
    }

    fn everything(&self) {
        self.check(&values());
        self.check(&buckets());
        self.check(&self.requests());
        self.context();
        self.errors_of_requests();
        self.failures();
    }

    fn requests(&self) -> Vec<(Value, Value)> {
        let headers = json!([["X-Order", "a"], ["X-Order", "b"]]);
        vec![
            (
                json!([{ "do": "http", "method": "POST", "url": self.url("/echo?x=1&y=%20#part"), "headers": headers, "body": "héllo", "show": ["X-Answer", "X-Absent"] }]),
                json!([{ "status": 200, "headers": { "X-Answer": "42", "X-Absent": null }, "body": "POST /echo?x=1&y=%20 [a+b] héllo" }]),
            ),
            (
                json!([{ "do": "http", "method": "PUT", "url": self.url("/echo"), "fill": 300_000 }]),
                json!([{ "status": 200, "headers": {}, "body": "PUT /echo [] 300000 bytes" }]),
            ),
            (
                json!([{ "do": "http", "method": "PURGE", "url": self.url(""), "timeout_ms": 60_000 }]),
                json!([{ "status": 200, "headers": {}, "body": "PURGE / [] " }]),
            ),
            (
                json!([{ "do": "http", "method": "GET", "url": self.url("/bytes/300000"), "length": true }]),
                json!([{ "status": 200, "headers": {}, "body": 300_000 }]),
            ),
            (
                json!([{ "do": "http", "method": "DELETE", "url": self.url("/status/404") }]),
                json!([{ "status": 404, "headers": {}, "body": "" }]),
            ),
        ]
    }

    fn errors_of_requests(&self) {
        for (request, words) in [
            (json!({ "url": format!("http://{}/", self.nowhere) }), "connection-refused"),
            (json!({ "url": self.url("/"), "headers": [["Keep-Alive", "5"]] }), "is the host's to set"),
            (json!({ "url": self.url("/"), "headers": [["X", "a\nb"]] }), "header"),
            (json!({ "url": "ftp://127.0.0.1/" }), "ftp"),
            (json!({ "url": self.url("/"), "method": "NO METHOD" }), "method"),
        ] {
            let mut operation = request.clone();
            operation["do"] = "http".into();
            let answers = self.project.answers(&json!([operation]));
            let error = answers[0]["error"].as_str().unwrap_or_default();
            assert!(error.contains(words), "{}: {request}: {words} is not in {answers}", self.language);
        }
    }

    fn context(&self) {
        let answers =
            self.project.answers(&json!([{ "do": "context" }, { "do": "random" }, { "do": "clock" }]));
        let context = &answers[0];
        for (field, expected) in [
            ("stateName", json!("Operate")),
            ("resource", json!("plugin:operations")),
            ("attempt", json!(0)),
            ("taskToken", json!("")),
            ("limited", json!(true)),
            ("hostVersion", json!(env!("CARGO_PKG_VERSION"))),
        ] {
            assert_eq!(context[field], expected, "{}: {field} of {context}", self.language);
        }
        let (arn, name) = (&context["executionArn"], context["executionName"].as_str().unwrap());
        assert!(arn.as_str().unwrap().ends_with(&format!(":{name}")), "{context}");
        let (arn, name) = (&context["stateMachineArn"], context["stateMachineName"].as_str().unwrap());
        assert!(arn.as_str().unwrap().ends_with(&format!(":stateMachine:{name}")), "{context}");
        assert!(!context["idempotencyKey"].as_str().unwrap().is_empty(), "{context}");
        assert!(answers[1].as_str().unwrap().len() >= 8, "{answers}");
        // Some day after this was written, in milliseconds.
        assert!(answers[2].as_u64().unwrap() > 1_700_000_000_000, "{answers}");
    }

    fn failures(&self) {
        for (operations, code, words) in [
            (
                json!([{ "do": "fail", "error": "Card.Declined", "cause": "100 %s" }]),
                1,
                "Card.Declined: 100 %s",
            ),
            (
                json!([{ "do": "panic", "message": "at the disco" }]),
                1,
                "Its last error was: panic: at the disco",
            ),
            (json!([{ "do": "panic", "message": "at the disco" }]), 1, "Plugin.Trapped"),
            (json!([{ "do": "kv-get", "bucket": "others", "key": "a" }]), 1, "Plugin.CapabilityDenied"),
            (json!([{ "do": "config", "key": "others" }]), 1, "Plugin.CapabilityDenied"),
            (json!([{ "do": "http", "url": "http://127.0.0.1:1/" }]), 1, "Plugin.CapabilityDenied"),
            (json!({}), 1, "Plugin.InvalidInput: the input does not fit"),
        ] {
            let finished = self.project.run(&operations);
            assert_eq!(finished.code, Some(code), "{}: {operations}: {}", self.language, finished.stderr);
            let stderr = &finished.stderr;
            assert!(stderr.contains(words), "{}: {operations}: {words} is not in\n{stderr}", self.language);
        }
    }

    /// Go's collector runs while the host hands over values of every size, in one instance and in many.
    fn a_garbage_collector_and_the_host_get_along(&self) {
        let get = self.url("/bytes/200000");
        let round = json!([
            { "do": "churn", "times": 100 },
            { "do": "kv-set", "bucket": "orders", "key": "large", "value": "z".repeat(50_000) },
            { "do": "kv-get", "bucket": "orders", "key": "large" },
            { "do": "http", "method": "GET", "url": get, "length": true },
        ]);
        let answers = self.project.answers(&json!([{ "do": "repeat", "times": 50, "operations": round }]));
        assert_eq!(answers[0][3]["body"], 200_000);
        assert_eq!(answers[0][2].as_str().unwrap().len(), 50_000);
        assert_eq!(self.project.map(100, &json!([{ "do": "churn", "times": 50 }])), vec![json!([8]); 100]);
    }
}

fn values() -> Vec<(Value, Value)> {
    let deep = json!({ "a": [1, -0.5, 1e40, "\0\"\\\n\u{1f600}é</>", null, true, {}], "": [], "big": 12_345_678_901_234_567_u64 });
    vec![
        (json!([]), json!([])),
        (json!([{ "do": "value", "value": deep }]), json!([deep])),
        (json!([{ "do": "heartbeat" }, { "do": "log", "message": "a line" }]), json!([null, null])),
        (
            json!([{ "do": "config", "key": "region" }, { "do": "config", "key": "absent" }]),
            json!(["eu-central-1", null]),
        ),
        (json!([{ "do": "environment", "key": "CURRENCY" }]), json!(["EUR"])),
        (
            json!([
                { "do": "recall", "name": "s" },
                { "do": "record", "name": "s", "value": { "n": [1] } },
                { "do": "recall", "name": "s" },
                { "do": "step", "name": "t", "operations": [{ "do": "value", "value": 7 }] },
                { "do": "step", "name": "t", "operations": [{ "do": "value", "value": 8 }] },
            ]),
            json!(["fresh", null, { "done": { "n": [1] } }, [7], [7]]),
        ),
    ]
}

fn buckets() -> Vec<(Value, Value)> {
    let on = |what: &str, key: &str| json!({ "do": what, "bucket": "orders", "key": key });
    let set =
        |key: &str, value: &str| json!({ "do": "kv-set", "bucket": "orders", "key": key, "value": value });
    let add =
        |delta: u64| json!({ "do": "kv-increment", "bucket": "orders", "key": "count", "delta": delta });
    vec![(
        json!([
            on("kv-get", "a"),
            set("a", "one"),
            set("b", ""),
            on("kv-get", "a"),
            on("kv-get", "b"),
            on("kv-exists", "a"),
            on("kv-exists", "c"),
            on("kv-keys", ""),
            on("kv-delete", "a"),
            on("kv-delete", "a"),
            on("kv-get", "a"),
            add(40),
            add(2)
        ]),
        json!([null, null, null, "one", "", true, false, ["a", "b"], null, null, null, 40, 42]),
    )]
}
