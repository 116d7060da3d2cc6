//! `dirigent validate`.

use std::process::ExitCode;

use dirigent_asl::{Diagnostic, Program, Severity};

use crate::args;
use crate::input;
use crate::locate::{locate, syntax_error};

pub(crate) fn validate(args: &args::Validate) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    for file in &args.files {
        let name = file.display().to_string();
        let text = input::file("definition", file)?;
        let (_, diagnostics) = Program::compile_text(&text);
        report(&name, &text, &diagnostics).iter().for_each(|line| println!("{line}"));
        failed |= diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A line a problem, `FILE:LINE:COLUMN: severity CODE: message (pointer)`, and one that sums up.
pub(crate) fn report(file: &str, text: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut errors = 0;
    let syntax = syntax_error(text);
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => {
                errors += 1;
                "error"
            }
            Severity::Warning => "warning",
        };
        let place =
            match syntax.or_else(|| diagnostic.location.as_deref().and_then(|place| locate(text, place))) {
                Some((line, column)) => format!("{file}:{line}:{column}"),
                None => file.to_owned(),
            };
        lines.push(format!(
            "{place}: {severity} {}: {} ({})",
            diagnostic.code,
            diagnostic.message,
            diagnostic.location.as_deref().unwrap_or("no place")
        ));
    }
    let warnings = diagnostics.len() - errors;
    lines.push(match (errors, warnings) {
        (0, 0) => format!("{file}: ok"),
        (errors, warnings) => format!("{file}: {errors} errors, {warnings} warnings"),
    });
    lines
}
