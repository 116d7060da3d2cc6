//! Calls of the AWS Step Functions API: JSON 1.0, the action in a header, no signature, as the host is on loopback.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};

/// How long a call may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Nothing here assumes a role; AWS's API wants one.
const ROLE: &str = "arn:aws:iam::000000000000:role/order-fulfilment";
/// Events a page; AWS's maximum. An order's history has some 150.
const PAGE: u32 = 1_000;

/// A client.
pub(super) struct Api {
    agent: ureq::Agent,
    url: String,
}

/// How an execution stands, as DescribeExecution answers.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Described {
    pub(super) status: String,
    pub(super) output: Option<Value>,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
}

impl Api {
    pub(super) fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(LIMIT))
            // An error's body says what is wrong.
            .http_status_as_error(false)
            .build();
        Self { agent: config.into(), url: url.to_owned() }
    }

    /// Creates the state machine, or brings it up to date if an earlier demo has created it. Returns its ARN.
    pub(super) fn put_state_machine(&self, name: &str, definition: &str) -> Result<String> {
        let input = json!({ "name": name, "definition": definition, "roleArn": ROLE });
        match self.call("CreateStateMachine", &input)? {
            Ok(created) => text(&created, "stateMachineArn"),
            Err(error) if error.kind == "StateMachineAlreadyExists" => {
                let arn = self.find_state_machine(name)?;
                let input = json!({ "stateMachineArn": arn, "definition": definition });
                self.call("UpdateStateMachine", &input)??;
                Ok(arn)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn find_state_machine(&self, name: &str) -> Result<String> {
        let list = self.call("ListStateMachines", &json!({ "maxResults": PAGE }))??;
        let machines = list["stateMachines"].as_array().context("ListStateMachines answered with no list")?;
        let machine = machines.iter().find(|machine| machine["name"] == name);
        text(machine.with_context(|| format!("there is no state machine {name}"))?, "stateMachineArn")
    }

    /// Starts an execution; returns its ARN.
    pub(super) fn start_execution(&self, machine: &str, name: &str, input: &str) -> Result<String> {
        let input = json!({ "stateMachineArn": machine, "name": name, "input": input });
        text(&self.call("StartExecution", &input)??, "executionArn")
    }

    /// An execution's history so far, without inputs and outputs.
    pub(super) fn history(&self, execution: &str) -> Result<Vec<Value>> {
        let mut events = Vec::new();
        let mut token = Value::Null;
        loop {
            let mut input =
                json!({ "executionArn": execution, "maxResults": PAGE, "includeExecutionData": false });
            if !token.is_null() {
                input["nextToken"] = token;
            }
            let mut page = self.call("GetExecutionHistory", &input)??;
            match page["events"].take() {
                Value::Array(more) => events.extend(more),
                other => bail!("GetExecutionHistory answered with {other} for events"),
            }
            token = page["nextToken"].take();
            if token.is_null() {
                return Ok(events);
            }
        }
    }

    /// How an execution stands.
    pub(super) fn describe_execution(&self, execution: &str) -> Result<Described> {
        let answer = self.call("DescribeExecution", &json!({ "executionArn": execution }))??;
        let optional = |key: &str| answer[key].as_str().map(str::to_owned);
        let output = match answer["output"].as_str() {
            Some(output) => Some(serde_json::from_str(output).context("an output that is not JSON")?),
            None => None,
        };
        Ok(Described {
            status: text(&answer, "status")?,
            output,
            error: optional("error"),
            cause: optional("cause"),
        })
    }

    /// One call. The outer error is of the connection, the inner one is AWS's.
    fn call(&self, action: &str, input: &Value) -> Result<Result<Value, AwsError>> {
        let failed = || format!("calling {action} on {}", self.url);
        let mut response = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", format!("AWSStepFunctions.{action}"))
            .send(input.to_string())
            .with_context(failed)?;
        let body = response.body_mut().read_to_string().with_context(failed)?;
        let answer: Value =
            serde_json::from_str(&body).with_context(|| format!("{action} answered no JSON: {body}"))?;
        if response.status().is_success() {
            return Ok(Ok(answer));
        }
        // `Name`, or `namespace#Name`.
        let kind = answer["__type"].as_str().unwrap_or_default();
        Ok(Err(AwsError {
            action: action.to_owned(),
            kind: kind.rsplit('#').next().unwrap_or_default().to_owned(),
            message: answer["message"].as_str().map_or_else(|| body.clone(), str::to_owned),
        }))
    }
}

/// An error that the API answered with.
#[derive(Debug)]
struct AwsError {
    action: String,
    kind: String,
    message: String,
}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.action, self.kind, self.message)
    }
}

impl std::error::Error for AwsError {}

fn text(answer: &Value, key: &str) -> Result<String> {
    answer[key].as_str().map(str::to_owned).ok_or_else(|| anyhow!("an answer without {key}: {answer}"))
}
