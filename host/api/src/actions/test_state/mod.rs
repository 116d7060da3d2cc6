//! TestState: one state of a definition, run alone. Source: AWS Step Functions API Reference, "TestState".
//!
//! - `request`: the parameters
//! - `state`: the state that is meant, and what may be tested
//! - `context`: a context object of the caller's
//! - `mock`: what stands for the state's work
//! - `models`: what the results of AWS's actions look like
//! - `answer`: what is told of the run
//!
//! Messages that AWS was not recorded with are this program's own. What an HTTP Task sends and gets passes the
//! engine by, so an answer has no `request` and no `response`.

mod answer;
mod context;
mod mock;
mod models;
mod request;
mod state;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use dirigent_engine::core::StateTest;
use dirigent_engine::{Engine, Payload, TestRequest};
use serde_json::Value;

use crate::error::ApiError;
use crate::params::Params;
use request::Request;

pub(super) async fn run(engine: &Arc<Engine>, params: Params) -> Result<Value, ApiError> {
    let request = Request::read(params, &engine.config().limits)?;
    let tested = state::find(&request)?;
    state::check(&request, &tested)?;
    let context = request.context.as_deref().map(context::parse).transpose()?;
    let mock = mock::of(&request, tested.state())?;
    let input = match &request.input {
        Some(text) => super::start_execution::parse_input(text)?,
        None => Payload::empty_object(),
    };
    let look = answer::Look::at(tested.state(), &request, &input);
    let run = TestRequest {
        program: tested.program,
        entry: tested.entry,
        input,
        role_arn: request.role_arn.as_deref().map(Arc::from),
        test: StateTest {
            mock,
            context,
            variables: variables(request.variables.as_deref())?,
            retries: request.configuration.retries,
        },
    };
    let (status, findings) = engine.test_state(run).await?;
    look.answer(&status, &findings)
}

/// `variables`: an object from names to values.
fn variables(text: Option<&str>) -> Result<Vec<(Arc<str>, Payload)>, ApiError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    match serde_json::from_str(text) {
        Ok(Value::Object(values)) => {
            Ok(values.into_iter().map(|(name, value)| (name.into(), Payload::from_value(value))).collect())
        }
        _ => Err(ApiError::validation("Invalid variables provided: they must be a JSON object")),
    }
}
