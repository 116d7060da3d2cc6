//! `dirigent validate`.

use std::io::Read;
use std::process::ExitCode;

use anyhow::Context;
use dirigent_asl::{Diagnostic, Program, Severity};

use crate::args;
use crate::locate::locate;

pub(crate) fn validate(args: &args::Validate) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    for file in &args.files {
        let name = file.display().to_string();
        let text = if name == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            text
        } else {
            std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?
        };
        let (_, diagnostics) = Program::compile_text(&text);
        print(&name, &text, &diagnostics);
        failed |= diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A line a problem, `FILE:LINE:COLUMN: severity CODE: message (pointer)`, and one that sums up.
pub(crate) fn print(file: &str, text: &str, diagnostics: &[Diagnostic]) {
    let mut errors = 0;
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => {
                errors += 1;
                "error"
            }
            Severity::Warning => "warning",
        };
        let place = match locate(text, &diagnostic.location) {
            Some((line, column)) => format!("{file}:{line}:{column}"),
            None => file.to_owned(),
        };
        println!("{place}: {severity} {}: {} ({})", diagnostic.code, diagnostic.message, diagnostic.location);
    }
    let warnings = diagnostics.len() - errors;
    match (errors, warnings) {
        (0, 0) => println!("{file}: ok"),
        (errors, warnings) => println!("{file}: {errors} errors, {warnings} warnings"),
    }
}
