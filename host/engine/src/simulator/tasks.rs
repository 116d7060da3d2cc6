//! The plugins of the simulator.

use dirigent_asl::Program;
use serde_json::json;

use super::journaling;
use crate::core::TaskRun;
use crate::event::Fault;
use crate::payload::Payload;

/// The tasks that cases use: a function of resource, input, retry count, and how often the execution was redriven.
pub(super) fn task(program: &Program, run: &TaskRun, redrives: u32) -> Result<Payload, Fault> {
    let state = program.state(run.state);
    let dirigent_asl::Kind::Task(task) = &state.kind else { panic!("only tasks run") };
    match task.resource_text.trim_end_matches(".waitForTaskToken") {
        name if name.starts_with("plugin:notes") => journaling::outcome(name, run),
        "plugin:hand-on" | "plugin:beats" => Ok(Payload::empty_object()),
        "plugin:echo" => Ok(run.parameters.detached()),
        "plugin:double" => {
            let number = run.parameters.value().as_i64().unwrap_or_default();
            Ok(Payload::from_value(json!(number * 2)))
        }
        "plugin:mended" if redrives >= 1 => Ok(run.parameters.detached()),
        "plugin:mended-twice" if redrives >= 2 => Ok(run.parameters.detached()),
        "plugin:mended" | "plugin:mended-twice" => {
            Err(Fault::new("Custom.Broken", "not yet redriven enough"))
        }
        "plugin:fail-if-odd" if run.parameters.value().as_i64().is_some_and(|number| number % 2 == 0) => {
            Ok(run.parameters.detached())
        }
        "plugin:fail-if-odd" => Err(Fault::new("Custom.Odd", "an odd number")),
        "plugin:fail" => Err(Fault::new("Custom.Error", "it always fails")),
        "plugin:timeout" => Err(Fault { error: Some("States.Timeout".into()), cause: None }),
        "plugin:third-time" if run.token.is_some() => Ok(Payload::empty_object()),
        "plugin:third-time" if run.retry_count < 2 => Err(Fault::new("Custom.NotYet", "not yet")),
        "plugin:third-time" => Ok(Payload::from_value(json!({ "attempt": run.retry_count }))),
        other => panic!("no such task: {other}"),
    }
}
