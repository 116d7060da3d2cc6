//! The plugin {{name}}: says hello to whom its input names.

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Input {
    name: String,
}

#[derive(Debug, PartialEq, Serialize)]
struct Output {
    greeting: String,
}

fn run(ctx: &Context, input: Input) -> Result<Output, Failure> {
    log::info!("attempt {} of {}", ctx.attempt, ctx.state_name);
    if input.name.is_empty() {
        // A state's Retry and Catch match this name.
        return Err(Failure::new("Greeting.NoName", "the name is empty"));
    }
    Ok(Output { greeting: format!("Hello, {}!", input.name) })
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_greets() {
        let greeted = run(&Context::for_test("Greet"), Input { name: "Ada".into() });
        assert_eq!(greeted.ok(), Some(Output { greeting: "Hello, Ada!".into() }));
    }
}
