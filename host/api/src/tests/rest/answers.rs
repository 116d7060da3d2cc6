//! What single routes answer.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{encoded, fail, wait};
use crate::tests::{OWN, World, column, pass, text};

#[tokio::test]
async fn metrics_are_told_to_prometheus() {
    let answer = World::new().await.ask("GET", "/metrics", None).await;
    assert_eq!(
        (answer.status, &*answer.content_type),
        (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8")
    );
    let failed = r#"dirigent_plugin_calls_total{plugin="echo",version="1.0.0",outcome="Plugin.Trapped"} 1"#;
    assert!(answer.body.lines().any(|line| line == failed), "{}", answer.body);
}

#[tokio::test]
async fn ranges_of_a_history() {
    let world = World::new().await;
    let arn = world.done("order", pass(json!({ "n": 1 }))).await;
    let all = "ExecutionStarted PassStateEntered PassStateExited ExecutionSucceeded";
    for (query, types, output) in [
        ("", all, Some(r#"{"n":1}"#)),
        ("?data=false", all, None),
        ("?from=2&limit=2", "PassStateEntered PassStateExited", Some(r#"{"n":1}"#)),
        ("?from=3&limit=10000&data=false", "PassStateExited ExecutionSucceeded", None),
        ("?from=5", "", None),
    ] {
        let answer =
            world.ask("GET", &format!("/api/executions/{}/history{query}", encoded(&arn)), None).await;
        let body = answer.json();
        assert_eq!(column(&body["events"], "type").join(" "), types, "{query}");
        assert_eq!(body["lastEventId"], 4, "{query}");
        let events = body["events"].as_array().unwrap();
        let exited = events.iter().find_map(|event| event.get("stateExitedEventDetails"));
        assert_eq!(exited.and_then(|details| details["output"].as_str()), output, "{query}");
    }
    let stream = format!("/api/executions/{}/events", encoded(&arn));
    for (query, told) in [("", true), ("?data=true", true), ("?data=false", false)] {
        let answer = world.ask("GET", &format!("{stream}{query}"), None).await;
        assert_eq!(answer.body.contains(r#"\"n\":1"#), told, "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn who_uses_a_plugin() {
    let world = World::new().await;
    let task = |resource: &str| json!({ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": resource, "End": true } } });
    // The world's host binds `plugin:echo` to the component that the directory calls echo@1.0.0, and nothing else.
    let user = world.create_as(OWN, "user", task("plugin:echo")).await;
    world.create_as(OWN, "other", task("plugin:other")).await;
    world.create_as(OWN, "none", pass(json!(1))).await;
    for (name, users) in
        [("echo", vec![&user]), ("echo%401.0.0", vec![&user]), ("echo%402.0.0", vec![]), ("ech", vec![])]
    {
        let answer = world.ask("GET", &format!("/api/plugins/{name}/users"), None).await.json();
        assert_eq!(answer, json!({ "stateMachineArns": users, "more": false }), "{name}");
    }
}

#[tokio::test]
async fn what_a_search_finds() {
    let world = World::new().await;
    let good = world.done("order-1", pass(json!(1))).await;
    let bad = world.done("order-2", fail("Made.Up")).await;
    let other = world.done("other", fail("Else")).await;
    let machine = bad.replace(":execution:", ":stateMachine:").rsplit_once(':').unwrap().0.to_owned();
    for (query, wanted) in [
        ("", vec![&other, &bad, &good]),
        ("?status=SUCCEEDED", vec![&good]),
        ("?status=FAILED&status=SUCCEEDED", vec![&other, &bad, &good]),
        ("?error=Made.Up", vec![&bad]),
        ("?error=Made", vec![]),
        ("?namePrefix=order-", vec![&bad, &good]),
        ("?status=FAILED&namePrefix=order-", vec![&bad]),
        (&format!("?stateMachineArn={}", encoded(&machine)), vec![&bad]),
        ("?startedAfter=2100-01-01T00:00:00Z", vec![]),
        ("?startedBefore=2100-01-01T00:00:00%2B01:00", vec![&other, &bad, &good]),
    ] {
        let found = world.ask("GET", &format!("/api/executions{query}"), None).await.json();
        let arns = super::column(&found["executions"], "executionArn");
        assert_eq!(arns.iter().collect::<Vec<_>>(), wanted, "{query}");
    }
    // In pages, each execution once.
    let (mut arns, mut query) = (Vec::new(), String::new());
    loop {
        let page = world.ask("GET", &format!("/api/executions?limit=2{query}"), None).await.json();
        arns.extend(super::column(&page["executions"], "executionArn"));
        let Some(next) = page["nextToken"].as_str() else { break };
        query = format!("&nextToken={next}");
    }
    assert_eq!(arns, [other, bad, good]);
}

#[tokio::test]
async fn an_executions_events_are_streamed_to_its_end() {
    let world = World::new().await;
    let machine = world.create_as(OWN, "m", wait()).await;
    let arn =
        text(&world.must("StartExecution", json!({ "stateMachineArn": machine })).await["executionArn"]);
    let path = format!("/api/executions/{}/events", encoded(&arn));
    let stop = async {
        // The stream is open and has read what there was by then, or has not: both must come out the same.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        world.must("StopExecution", json!({ "executionArn": arn, "error": "Enough" })).await
    };
    let (answer, _) = tokio::join!(world.ask("GET", &path, None), stop);
    let types: Vec<String> = answer
        .body
        .split("\n\n")
        .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")))
        .map(|data| serde_json::from_str::<Value>(data).unwrap())
        .map(|data| data["type"].as_str().or(data["status"].as_str()).unwrap().to_owned())
        .collect();
    assert_eq!(types, ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted", "ABORTED"]);
    assert!(
        answer.body.contains("event: history\nid: 1\n") || answer.body.contains("id: 1\n"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_revision_is_named_by_number_id_version_or_as_the_latest() {
    let world = World::new().await;
    let arn = world.done("m", fail("Made.Up")).await;
    let machine = arn.replace(":execution:", ":stateMachine:").rsplit_once(':').unwrap().0.to_owned();
    let mended = json!({ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "Else" } } });
    let id = text(&world.update(&machine, mended).await["revisionId"]);
    let version = world.publish(&machine).await;
    for onto in [json!(2), json!("latest"), json!(id), json!(version)] {
        let path = format!("/api/executions/{}", encoded(&arn));
        // Each time back to the first one, which has no id.
        for (onto, error) in [(&json!(1), "Made.Up"), (&onto, "Else")] {
            let answer = world.ask("POST", &format!("{path}/redrive"), Some(json!({ "onto": onto }))).await;
            assert_eq!(answer.status, StatusCode::OK, "{onto}: {}", answer.body);
            assert_eq!(world.ended(&arn).await["error"], error, "{onto}");
        }
    }
    for wrong in [json!("newest"), json!(9), json!(format!("{version}9")), json!(arn)] {
        let path = format!("/api/executions/{}/redrive", encoded(&arn));
        let answer = world.ask("POST", &path, Some(json!({ "onto": wrong }))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}: {}", answer.body);
    }
}

#[tokio::test]
async fn lines_that_plugins_logged_come_in_pages() {
    let world = World::new().await;
    let since = "2026-01-31T08:00:00.000Z";
    for (query, lines, after) in
        [("", 4, 4), ("?after=1&limit=2", 2, 3), ("?after=4", 0, 4), ("?since=2026-01-31T08:00:00Z", 4, 4)]
    {
        let answer = world.ask("GET", &format!("/api/plugins/echo%401.0.0/logs{query}"), None).await.json();
        assert_eq!(answer["lines"].as_array().unwrap().len(), lines, "{query}");
        assert_eq!(answer["after"], after, "{query}");
        if lines > 0 {
            assert_eq!(answer["lines"][0]["plugin"], "echo@1.0.0");
            assert_eq!(answer["lines"][0]["time"] == since, query.contains("since"), "{query}");
        }
    }
}
