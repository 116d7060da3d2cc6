//! Returns its input, text for text. For trying things out, and for measuring what a call costs without any work.

use dirigent_plugin::{Context, Failure, plugin};
use serde_json::value::RawValue;

fn run(_: &Context, input: Box<RawValue>) -> Result<Box<RawValue>, Failure> {
    Ok(input)
}

plugin!(run);
