//! Actions on an engine in memory, without HTTP and without components.

#![allow(clippy::unwrap_used)]

mod accounts;
mod aliases;
mod auth;
mod bounds;
mod configurations;
mod console;
mod kept_express;
mod redrive;
mod rest;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dirigent_engine::{Binding, Engine, EngineConfig, Fault, TaskCall, TaskHost, TaskOutcome};
use dirigent_store::MemoryStore;
use serde_json::{Value, json};

use crate::actions;
use crate::error::ApiError;
use crate::params::Params;

/// Longest wait of a test for anything.
const BOUND: Duration = Duration::from_secs(20);

/// The host's own account.
const OWN: &str = "000000000000";

struct NoTasks;

#[async_trait]
impl TaskHost for NoTasks {
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]> {
        (binding.key() == "plugin:echo").then_some([7; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn act(
        &self,
        engine: &Arc<Engine>,
        account: &str,
        action: &str,
        parameters: &dirigent_engine::Payload,
    ) -> Option<Result<dirigent_engine::Payload, Fault>> {
        crate::call_own_action(engine, account, action, parameters).await
    }

    async fn call(&self, _: [u8; 32], _: TaskCall) -> TaskOutcome {
        panic!("there is no component to call")
    }
}

struct World {
    store: Arc<MemoryStore>,
    engine: Arc<Engine>,
}

impl World {
    async fn on(store: Arc<MemoryStore>) -> World {
        let engine = Engine::open(EngineConfig::default(), store.clone(), Arc::new(NoTasks)).await.unwrap();
        World { store, engine }
    }

    async fn new() -> World {
        World::on(Arc::default()).await
    }

    async fn call_as(&self, account: &str, action: &str, params: Value) -> Result<Value, ApiError> {
        let Value::Object(params) = params else { panic!("{params} is no object") };
        let call = actions::dispatch(&self.engine, action, Params::new(account, params));
        tokio::time::timeout(BOUND, call).await.unwrap_or_else(|_| panic!("{action} does not answer"))
    }

    async fn must_as(&self, account: &str, action: &str, params: Value) -> Value {
        let shown = params.to_string();
        let answer = self.call_as(account, action, params).await;
        answer.unwrap_or_else(|error| panic!("{action} {shown:.300}: {}", error.body()))
    }

    /// Calls as the host's own account.
    async fn must(&self, action: &str, params: Value) -> Value {
        self.must_as(OWN, action, params).await
    }

    /// The code of an error.
    async fn refused(&self, action: &str, params: Value) -> &'static str {
        let shown = params.to_string();
        match self.call_as(OWN, action, params).await {
            Ok(answer) => panic!("{action} {shown} succeeded: {answer}"),
            Err(error) => error.code(),
        }
    }

    /// Creates a Standard state machine, and returns its ARN.
    async fn create_as(&self, account: &str, name: &str, definition: Value) -> String {
        let role = "arn:aws:iam::000000000000:role/r";
        let params = json!({ "name": name, "definition": definition.to_string(), "roleArn": role });
        text(&self.must_as(account, "CreateStateMachine", params).await["stateMachineArn"])
    }

    /// What DescribeExecution says of an execution that has ended.
    async fn ended(&self, arn: &str) -> Value {
        let id = actions::find_execution(&self.engine, arn).await.unwrap();
        tokio::time::timeout(BOUND, self.engine.ended(id)).await.expect("ends in time").unwrap();
        self.must_as(OWN, "DescribeExecution", json!({ "executionArn": arn })).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string")).to_owned()
}

/// The strings of a list under a name.
fn column(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(&item[name])).collect()
}

fn pass(result: Value) -> Value {
    json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "Result": result, "End": true } } })
}
