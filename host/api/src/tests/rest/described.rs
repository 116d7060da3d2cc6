//! `/api`, held to its own OpenAPI description: every operation is called, and every answer fits its schema.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Answer, encoded, fail, wait};
use crate::rest;
use crate::tests::{OWN, World, pass, text};

/// The description, as a client reads it.
fn document() -> Value {
    serde_json::to_value(rest::router().1).unwrap()
}

/// Holds an answer against what the description says of an operation's.
fn fits(document: &Value, path: &str, method: &str, answer: &Answer) {
    let responses = &document["paths"][path][method]["responses"];
    let class = format!("{}XX", answer.status.as_u16() / 100);
    let response = [answer.status.as_str(), &class].into_iter().find_map(|status| responses.get(status));
    let what = format!("{method} {path}: {} {}", answer.status, answer.body);
    let response = response.unwrap_or_else(|| panic!("{what}: the status is not described"));
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_empty(), "{what}: no body is described");
        return;
    };
    let (content_type, described) = content.iter().next().unwrap();
    assert!(answer.content_type.starts_with(content_type), "{what}: {}", answer.content_type);
    if content_type != "application/json" {
        return;
    }
    let schema = json!({ "allOf": [described["schema"]], "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&answer.json()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what}: {errors:?}");
}

/// A call of each operation that succeeds, and some that are refused: path in the description, method, path of the
/// call, body, and status.
async fn calls(world: &World) -> Vec<(&'static str, &'static str, String, Option<Value>, u16)> {
    let logs = "/api/plugins/{name}/logs";
    let good = world.done("good", pass(json!({ "n": 1 }))).await;
    let bad = world.done("bad", fail("Made.Up")).await;
    let machine = world.create_as(OWN, "sleeper", wait()).await;
    let machines = encoded(&machine);
    let sleeper = world.must("StartExecution", json!({ "stateMachineArn": machine })).await;
    let sleeper = text(&sleeper["executionArn"]);
    let quick = world.create_as(OWN, "quick", pass(json!(1))).await;
    let of = |arn: &str, rest: &str| format!("/api/executions/{}{rest}", encoded(arn));
    let (all, one) = ("/api/executions", "/api/executions/{arn}");
    let (good, none) = (&good, &format!("{good}x"));
    vec![
        (all, "get", all.into(), None, 200),
        (all, "get", format!("{all}?status=FAILED&status=TIMED_OUT&limit=1&error=Made.Up"), None, 200),
        (
            all,
            "get",
            format!("{all}?stateMachineArn={machines}&startedAfter=2020-01-01T00:00:00Z"),
            None,
            200,
        ),
        (all, "get", format!("{all}?status=failed"), None, 400),
        (all, "get", format!("{all}?stauts=FAILED"), None, 400),
        (all, "get", format!("{all}?limit=0"), None, 400),
        (all, "get", format!("{all}?error="), None, 400),
        (all, "get", format!("{all}?error"), None, 400),
        (all, "get", format!("{all}?limit=many"), None, 400),
        (all, "get", format!("{all}?startedAfter=yesterday"), None, 400),
        (all, "get", format!("{all}?nextToken=forged"), None, 400),
        (all, "get", format!("{all}?stateMachineArn={machines}x"), None, 400),
        (
            all,
            "post",
            format!("{all}?wait=20s"),
            Some(json!({ "stateMachineArn": quick, "input": [1] })),
            200,
        ),
        (all, "post", all.into(), Some(json!({ "stateMachineArn": machine, "name": "stay" })), 202),
        (all, "post", all.into(), Some(json!({ "stateMachineArn": machine, "nam": "x" })), 400),
        (all, "post", all.into(), Some(json!({})), 400),
        (all, "post", all.into(), None, 400),
        (one, "get", of(good, ""), None, 200),
        (one, "get", of(&bad, ""), None, 200),
        (one, "get", of(none, ""), None, 400),
        (one, "get", of("x", ""), None, 400),
        ("/api/executions/{arn}/history", "get", of(good, "/history?from=2&limit=1&data=false"), None, 200),
        ("/api/executions/{arn}/history", "get", of(good, "/history?from=0"), None, 400),
        ("/api/executions/{arn}/history", "get", of(good, "/history?limit=1001"), None, 400),
        ("/api/executions/{arn}/history", "get", of(none, "/history"), None, 400),
        ("/api/executions/{arn}/tasks", "get", of(good, "/tasks"), None, 200),
        ("/api/executions/{arn}/tasks", "get", of(none, "/tasks"), None, 400),
        ("/api/executions/{arn}/events", "get", of(good, "/events"), None, 200),
        ("/api/executions/{arn}/events", "get", of(none, "/events"), None, 400),
        ("/api/executions/{arn}/redrive", "post", of(&bad, "/redrive"), Some(json!({})), 200),
        ("/api/executions/{arn}/redrive", "post", of(good, "/redrive"), Some(json!({})), 400),
        ("/api/executions/{arn}/redrive", "post", of(&bad, "/redrive"), Some(json!({ "onto": "new" })), 400),
        ("/api/executions/{arn}/redrive", "post", of(&bad, "/redrive"), Some(json!({ "state": "F" })), 400),
        ("/api/executions/{arn}/stop", "post", of(&sleeper, "/stop"), Some(json!({ "error": "E" })), 200),
        (
            "/api/executions/{arn}/stop",
            "post",
            of(good, "/stop"),
            Some(json!({ "error": "E".repeat(257) })),
            400,
        ),
        (
            "/api/executions/stop",
            "post",
            "/api/executions/stop".into(),
            Some(json!({ "filter": { "stateMachineArn": machine }, "cause": "enough" })),
            200,
        ),
        ("/api/executions/stop", "post", "/api/executions/stop".into(), Some(json!({ "filter": {} })), 400),
        ("/api/executions/stop", "post", "/api/executions/stop".into(), Some(json!({})), 400),
        (
            "/api/executions/redrive",
            "post",
            "/api/executions/redrive".into(),
            Some(json!({ "executionArns": [good, bad, "x"], "onto": "latest" })),
            200,
        ),
        (
            "/api/executions/redrive",
            "post",
            "/api/executions/redrive".into(),
            Some(json!({ "executionArns": vec!["x"; 1_001] })),
            400,
        ),
        ("/api/backup", "post", "/api/backup".into(), None, 200),
        ("/api/plugins", "get", "/api/plugins".into(), None, 200),
        ("/api/plugins/{name}/users", "get", "/api/plugins/echo/users".into(), None, 200),
        (logs, "get", "/api/plugins/echo/logs?after=1&limit=2".into(), None, 200),
        (logs, "get", "/api/plugins/echo/logs?limit=1001".into(), None, 400),
        (logs, "get", "/api/plugins/echo/logs?since=yesterday".into(), None, 400),
        // A host that asks nobody who they are; another test has one that does.
        ("/session", "get", "/session".into(), None, 200),
        ("/session", "post", "/session".into(), Some(json!({ "token": "any" })), 400),
        ("/session", "delete", "/session".into(), None, 204),
        ("/api/events", "get", format!("/api/events?stateMachineArn={machines}x"), None, 400),
    ]
}

#[tokio::test]
async fn every_operation_answers_as_it_is_described() {
    let world = World::new().await;
    let document = document();
    let mut called = BTreeSet::new();
    for (path, method, call, body, status) in calls(&world).await {
        let answer = world.ask(&method.to_uppercase(), &call, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {call}: {}", answer.body);
        fits(&document, path, method, &answer);
        called.insert((path.to_owned(), method.to_owned()));
    }
    // The stream of all events has no end; what it streams is another test's.
    let described = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone()))
    });
    assert_eq!(called, described.collect(), "every operation that is described is called");
    let served = world.ask("GET", "/api/openapi.json", None).await;
    assert_eq!(served.json(), document);
}

/// The console's types are made of the description as it is committed. After a change of the API, `DIRIGENT_BLESS=1` writes
/// that anew, and `npm run api-types` the types.
#[test]
fn the_console_has_the_description() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../console/openapi.json");
    let (_, document) = rest::router();
    let description = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    if std::env::var_os("DIRIGENT_BLESS").is_some() {
        std::fs::write(path, &description).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == description, "openapi.json is stale: run this test with DIRIGENT_BLESS=1");
}
