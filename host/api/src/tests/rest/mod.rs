//! `/api`: what its tests share.

mod answers;
mod backups;
mod described;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{OWN, World, column, text};
use crate::{
    BackupSource, Host, PluginAsk, PluginDirectory, PluginEntry, PluginLogLine, PluginStatus, PluginUsage,
};

/// Largest answer that is read.
const MOST: usize = 1 << 20;

pub(super) struct OnePlugin;

impl PluginDirectory for OnePlugin {
    fn plugins(&self) -> Vec<PluginEntry> {
        vec![PluginEntry {
            name: "echo".into(),
            version: "1.0.0".into(),
            description: "Gives back what it gets".into(),
            digest: Some("00".repeat(32)),
            serves: vec!["arn:aws:states:::sqs:sendMessage".into()],
            asks: vec![PluginAsk {
                kind: "keyvalue".into(),
                asks: vec!["orders-*".into()],
                operator: vec!["orders-eu".into()],
                roles: BTreeMap::from([("strict".into(), Vec::new())]),
            }],
            imports: Vec::new(),
            component_bytes: 73_000,
            status: PluginStatus::Broken,
            why: Some("on purpose".into()),
            usage: self.usage().remove("echo@1.0.0").unwrap_or_default(),
        }]
    }

    fn logs(&self, plugin: &str, after: u64, since_ms: Option<i64>, limit: usize) -> Vec<PluginLogLine> {
        let line = |number: u64| PluginLogLine {
            number,
            time_ms: since_ms.unwrap_or_default(),
            plugin: plugin.to_owned(),
            execution_arn: "arn:aws:states:us-east-1:000000000000:execution:m:e".into(),
            state: "Echo".into(),
            attempt: 0,
            level: "info".into(),
            message: "a line".into(),
        };
        (after + 1..=4).map(line).take(limit).collect()
    }

    fn name_of(&self, component: [u8; 32]) -> Option<String> {
        (component == [7; 32]).then(|| "echo@1.0.0".into())
    }

    fn usage(&self) -> BTreeMap<String, PluginUsage> {
        let failures = BTreeMap::from([("Plugin.Trapped".into(), 1)]);
        let usage = PluginUsage { calls: 2, failures, ..PluginUsage::default() };
        BTreeMap::from([("echo@1.0.0".into(), usage)])
    }
}

/// A backup of more than a piece.
struct Text;

/// Lines of it.
const LINES: usize = 50_000;

impl BackupSource for Text {
    fn write(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        (0..LINES).try_for_each(|line| writeln!(to, "line {line}"))
    }
}

/// An answer: its status, its content type, and its body.
struct Answer {
    status: StatusCode,
    content_type: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl World {
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let router =
            crate::router(Host::new(self.engine.clone(), Arc::new(OnePlugin)).with_backups(Arc::new(Text)));
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = async {
            let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
            let status = answer.status();
            let content_type =
                answer.headers().get("content-type").map_or("", |value| value.to_str().unwrap());
            let content_type = content_type.to_owned();
            let bytes = axum::body::to_bytes(answer.into_body(), MOST).await.unwrap();
            Answer { status, content_type, body: String::from_utf8(bytes.into()).unwrap() }
        };
        tokio::time::timeout(super::BOUND, answer).await.unwrap_or_else(|_| panic!("{method} {path} hangs"))
    }

    /// An execution that has ended, of a machine of its own.
    async fn done(&self, name: &str, definition: Value) -> String {
        let machine = self.create_as(OWN, name, definition).await;
        let started = self.must("StartExecution", json!({ "stateMachineArn": machine, "name": name })).await;
        let arn = text(&started["executionArn"]);
        self.ended(&arn).await;
        arn
    }
}

fn fail(error: &str) -> Value {
    json!({ "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": error, "Cause": "so" } } })
}

fn wait() -> Value {
    json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 3600, "End": true } } })
}

fn encoded(arn: &str) -> String {
    arn.replace(':', "%3A").replace('/', "%2F")
}
