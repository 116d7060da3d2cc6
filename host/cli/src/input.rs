//! What the command line takes from a file, from standard input, or as it stands.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow};

/// The text of an argument that is the text itself, `@FILE`, or `-` for standard input. `what` names it in errors.
pub(crate) fn text(what: &str, argument: &str) -> anyhow::Result<String> {
    match argument.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("cannot read the {what} {file}")),
        None if argument == "-" => standard_input(what),
        None => Ok(argument.to_owned()),
    }
}

/// The text of a file; `-` is standard input.
pub(crate) fn file(what: &str, file: &Path) -> anyhow::Result<String> {
    if file.as_os_str() == "-" {
        return standard_input(what);
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read the {what} {}", file.display()))
}

/// As [`text`], if it is JSON.
///
/// # Errors
/// Says in which line and column it is not.
pub(crate) fn json(what: &str, argument: &str) -> anyhow::Result<String> {
    let text = text(what, argument)?;
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => {
            let file = argument.strip_prefix('@').map(|file| format!(" of {file}")).unwrap_or_default();
            Err(anyhow!("the {what} is not JSON: {error}{file}"))
        }
    }
}

fn standard_input(what: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read the {what} from standard input"))?;
    Ok(text)
}
