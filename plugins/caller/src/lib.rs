//! Calls the host as its input lists: `{"operations": [{"do": "http", "url": "http://127.0.0.1:8080/"}]}`, and answers with
//! what each call gave. For the tests of what plugins may call; do not install it.
//!
//! The operations are in the crate `operations`. The answer is `{"answers": […]}`, one for each, in order.

use dirigent_plugin::{Context, Failure, plugin};
use operations::Operation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Input {
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Output {
    answers: Vec<Value>,
}

fn run(context: &Context, input: Input) -> Result<Output, Failure> {
    Ok(Output { answers: operations::run(context, &input.operations)? })
}

plugin!(run);
