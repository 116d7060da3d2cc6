//! Calls of the AWS API and of `/api`, as plain HTTP: what a test sends is what it says.

use std::fmt;

use serde_json::{Value, json};

use crate::wait::{PATIENCE, eventually};

/// The role of every state machine in tests. Nothing looks at it.
pub const ROLE: &str = "arn:aws:iam::000000000000:role/tests";

/// Why a call was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiError {
    /// The HTTP status; 0 when there was no answer.
    pub status: u16,
    /// AWS's error name; [`ApiError::NO_ANSWER`] when there was none.
    pub code: String,
    /// What it says.
    pub message: String,
}

impl ApiError {
    /// The code of a call that was not answered, as its host went away. Whether it was carried out is open.
    pub const NO_ANSWER: &str = "(no answer)";
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.message)
    }
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON; `null` if it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// A client of one host.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
}

impl Client {
    /// A client for the host at this URL.
    #[must_use]
    pub fn new(url: &str) -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The machine's proxy has no business with loopback.
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Client { agent: config.into(), url: url.to_owned() }
    }

    /// A GET.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn get(&self, path: &str) -> Result<Answer, ApiError> {
        let response = self.agent.get(format!("{}{path}", self.url)).call();
        answer(response)
    }

    /// A POST of any bytes with any headers.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, ApiError> {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send(body))
    }

    /// An action of the AWS API.
    ///
    /// # Errors
    /// AWS's error, or [`ApiError::NO_ANSWER`].
    pub fn call(&self, action: &str, params: Value) -> Result<Value, ApiError> {
        let target = format!("AWSStepFunctions.{action}");
        let headers = [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", target.as_str())];
        let answer = self.post("/", &headers, &params.to_string())?;
        let body = answer.json();
        if answer.status == 200 {
            return Ok(body);
        }
        let text = |name: &str| body[name].as_str().unwrap_or(&answer.body).to_owned();
        Err(ApiError { status: answer.status, code: text("__type"), message: text("message") })
    }

    /// An action that must succeed.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn must(&self, action: &str, params: Value) -> Value {
        let shown = params.to_string();
        self.call(action, params).unwrap_or_else(|error| panic!("{action} {shown:.300}: {error}"))
    }

    /// Creates a Standard state machine, and returns its ARN.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn create(&self, name: &str, definition: &Value) -> String {
        let params = json!({ "name": name, "definition": definition.to_string(), "roleArn": ROLE });
        text(&self.must("CreateStateMachine", params)["stateMachineArn"])
    }

    /// Starts an execution, and returns its ARN.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn start(&self, machine: &str, input: &Value) -> String {
        let params = json!({ "stateMachineArn": machine, "input": input.to_string() });
        text(&self.must("StartExecution", params)["executionArn"])
    }

    /// What DescribeExecution says once the execution has ended.
    ///
    /// # Panics
    /// When it does not end.
    #[track_caller]
    pub fn ended(&self, execution: &str) -> Value {
        eventually(&format!("{execution} ends"), || {
            let description = self.must("DescribeExecution", json!({ "executionArn": execution }));
            (description["status"] != "RUNNING").then_some(description)
        })
    }

    /// The output of an execution, once it has succeeded.
    ///
    /// # Panics
    /// When it does not succeed.
    #[track_caller]
    pub fn output(&self, execution: &str) -> Value {
        let description = self.ended(execution);
        assert_eq!(description["status"], "SUCCEEDED", "{description:#}");
        parse(&description["output"])
    }

    /// The whole history of an execution, page by page.
    ///
    /// # Panics
    /// When it cannot be had.
    #[track_caller]
    #[must_use]
    pub fn history(&self, execution: &str) -> Vec<Value> {
        let params = json!({ "executionArn": execution, "maxResults": 1_000 });
        self.pages("GetExecutionHistory", "events", params)
    }

    /// All pages of a list.
    ///
    /// # Panics
    /// When they cannot be had.
    #[track_caller]
    #[must_use]
    pub fn pages(&self, action: &str, list: &str, mut params: Value) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let mut page = self.must(action, params.clone());
            match page[list].take() {
                Value::Array(items) => all.extend(items),
                other => panic!("{action} answers with {list}: {other}"),
            }
            match page["nextToken"].take() {
                Value::Null => return all,
                token => params["nextToken"] = token,
            }
        }
    }
}

/// A string of an answer.
///
/// # Panics
/// When the value is something else.
#[track_caller]
#[must_use]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string")).to_owned()
}

/// JSON in a string of an answer.
///
/// # Panics
/// When there is none.
#[track_caller]
#[must_use]
pub fn parse(value: &Value) -> Value {
    let text = text(value);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text} is not JSON: {error}"))
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, ApiError> {
    let lost = |error: ureq::Error| ApiError {
        status: 0,
        code: ApiError::NO_ANSWER.to_owned(),
        message: error.to_string(),
    };
    let mut response = response.map_err(lost)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(u64::MAX).read_to_string().map_err(lost)?;
    Ok(Answer { status, body })
}
