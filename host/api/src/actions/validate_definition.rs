//! ValidateStateMachineDefinition.

use std::sync::Arc;

use dirigent_asl::{Program, Severity};
use dirigent_engine::Engine;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::params::Params;

/// AWS answers with at most this many diagnostics.
const MAX_DIAGNOSTICS: i64 = 100;

pub(super) fn run(engine: &Arc<Engine>, mut params: Params) -> Result<Value, ApiError> {
    let definition = params.required("definition", 1, engine.config().limits.definition_bytes)?;
    let machine_type = params.word("type", &["STANDARD", "EXPRESS"])?;
    let severity = params.word("severity", &["ERROR", "WARNING"])?;
    let most = super::page_size(&mut params, MAX_DIAGNOSTICS as usize, MAX_DIAGNOSTICS)?;
    params.check()?;
    let (program, mut diagnostics) = Program::compile_text(&definition);
    if let (Some(program), Some("EXPRESS")) = (program, machine_type.as_deref()) {
        diagnostics.extend(program.express_problems());
    }
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let warnings = severity.as_deref() == Some("WARNING");
    let shown: Vec<Value> = diagnostics
        .iter()
        .filter(|diagnostic| warnings || diagnostic.severity == Severity::Error)
        .map(|diagnostic| {
            let mut shown = json!({
                "severity": match diagnostic.severity { Severity::Error => "ERROR", Severity::Warning => "WARNING" },
                "code": diagnostic.code,
                "message": diagnostic.message,
            });
            if let Some(location) = &diagnostic.location {
                shown["location"] = location.as_str().into();
            }
            shown
        })
        .collect();
    let truncated = shown.len() > most;
    let shown: Vec<Value> = shown.into_iter().take(most).collect();
    Ok(json!({ "result": if failed { "FAIL" } else { "OK" }, "diagnostics": shown, "truncated": truncated }))
}
