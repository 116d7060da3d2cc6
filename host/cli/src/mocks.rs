//! The file of `--mocks`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use dirigent_api::mock_config;
use dirigent_engine::TestCases;

use crate::locate::{locate, syntax_error};

/// Greatest size of a mock configuration, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// The test cases of a mock configuration; none without a file.
///
/// # Errors
/// When the file cannot be read, or has problems: each is a line, `FILE:LINE:COLUMN: message (pointer)`.
pub(crate) fn read(file: Option<&Path>) -> anyhow::Result<TestCases> {
    let Some(file) = file else { return Ok(TestCases::default()) };
    let name = file.display();
    let mut text = String::new();
    File::open(file)
        .and_then(|opened| opened.take(MAX_BYTES + 1).read_to_string(&mut text))
        .with_context(|| format!("cannot read the mock configuration {name}"))?;
    if text.len() as u64 > MAX_BYTES {
        bail!("the mock configuration {name} is larger than {MAX_BYTES} bytes");
    }
    mock_config::parse(&text).map_err(|problems| {
        let syntax = syntax_error(&text);
        let lines = problems.iter().map(|problem| {
            let place = match syntax.or_else(|| locate(&text, &problem.place)) {
                Some((line, column)) => format!("{name}:{line}:{column}"),
                None => name.to_string(),
            };
            format!("\n{place}: {problem}")
        });
        anyhow::anyhow!("the mock configuration cannot be used:{}", lines.collect::<String>())
    })
}
