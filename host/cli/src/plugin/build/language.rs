//! The languages that plugins are written in.

use std::fmt;

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde::Deserialize;

use super::{Toolkit, c, go, js, python, rust};

/// A language, by the name that `--lang` and `[build] language` have for it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Rust
    Rust,
    /// JavaScript
    Js,
    /// TypeScript
    Ts,
    /// Python
    Python,
    /// Go
    Go,
    /// C
    C,
}

impl Language {
    pub(crate) const ALL: [Language; 6] =
        [Language::Rust, Language::Js, Language::Ts, Language::Python, Language::Go, Language::C];

    /// What this program has for the language, if it has.
    pub(crate) fn toolkit(self) -> Option<&'static Toolkit> {
        match self {
            Language::Rust => rust::TOOLKIT.as_ref(),
            Language::Js => js::JAVASCRIPT.as_ref(),
            Language::Ts => js::TYPESCRIPT.as_ref(),
            Language::Python => python::TOOLKIT.as_ref(),
            Language::Go => go::TOOLKIT.as_ref(),
            Language::C => c::TOOLKIT.as_ref(),
        }
    }

    /// As [`Self::toolkit`], or an error that says that there is none.
    pub(crate) fn toolkit_or_why(self) -> anyhow::Result<&'static Toolkit> {
        self.toolkit().with_context(|| format!("this build of dirigent cannot build {self} yet"))
    }

    /// Their names, for messages.
    pub(crate) fn names() -> String {
        Self::ALL.map(|language| language.to_string()).join(", ")
    }

    /// The language of a Lambda handler, by the ending of its file.
    pub(crate) fn of_lambda(file: &std::path::Path) -> anyhow::Result<Language> {
        match file.extension().and_then(|ending| ending.to_str()) {
            Some("py") => Ok(Language::Python),
            Some("js" | "mjs" | "cjs") => Ok(Language::Js),
            _ => bail!(
                "{} is no handler that can be wrapped: it ends in .py, .js, .mjs or .cjs",
                file.display()
            ),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "rust",
            Language::Js => "js",
            Language::Ts => "ts",
            Language::Python => "python",
            Language::Go => "go",
            Language::C => "c",
        })
    }
}
