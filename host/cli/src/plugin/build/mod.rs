//! From a project to a component: `dirigent plugin build`, and what all languages share.
//!
//! A language is a file here with a [`Toolkit`]: the template of a project, the library that is put beside it, and a
//! function that runs the language's tools. `workspace.rs` is what such a function works with, `tool.rs` runs programs.

mod c;
mod go;
mod js;
mod lambda;
mod language;
mod module;
mod python;
mod rust;
mod tool;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use include_dir::Dir;

pub(crate) use language::Language;
pub(crate) use workspace::Workspace;

use super::args::{Build, How};
use super::project::Project;

/// What it takes to write plugins in one language.
pub(crate) struct Toolkit {
    /// The files of a new project: among them `plugin.toml`, `cases.json`, `workflow.asl.json`, `README.md` and `.gitignore`.
    /// `{{name}}` stands for the plugin's name.
    pub(crate) template: &'static Dir<'static>,
    /// Folders that a build finds below `.dirigent/`, by their path there. The contract is at `.dirigent/wit` in any case.
    pub(crate) folders: &'static [(&'static str, &'static Dir<'static>)],
    /// Single files, in the same way.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Makes the component.
    pub(crate) build: fn(&Project, &Workspace) -> anyhow::Result<Component>,
    /// Whether `build` wraps an AWS Lambda handler if [`Project::lambda`] names one.
    pub(crate) wraps_lambda: bool,
}

/// A component that tools have made, where they left it.
#[derive(Debug)]
pub(crate) struct Component(pub(crate) PathBuf);

/// `dirigent plugin build`.
pub(super) fn command(args: &Build) -> anyhow::Result<ExitCode> {
    let project = match &args.lambda {
        Some(file) => lambda::project(file, args)?,
        None => Project::read(&args.dir)?,
    };
    if project.language.is_none() {
        bail!(
            "{} does not say what the plugin is written in: add [build] language = \"rust\" (or {})",
            project.manifest().display(),
            Language::names()
        );
    }
    build(&project, args.how)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds a project's component, and puts it into its folder.
pub(super) fn build(project: &Project, how: How) -> anyhow::Result<()> {
    let begin = Instant::now();
    let Some(language) = project.language else { bail!("{} has no language", project.name) };
    let toolkit = language.toolkit_or_why()?;
    if let Some(lambda) = &project.lambda
        && !toolkit.wraps_lambda
    {
        bail!("{}: Lambda handlers in {language} cannot be wrapped", lambda.file.display());
    }
    let workspace = Workspace::of(project)?.with(how);
    workspace.place(toolkit)?;
    let Component(made) =
        (toolkit.build)(project, &workspace).with_context(|| format!("cannot build {}", project.name))?;
    let bytes = std::fs::read(&made).with_context(|| format!("cannot read {}", made.display()))?;
    check_component(&bytes).with_context(|| made.display().to_string())?;
    replace(&project.component(), &bytes)?;
    eprintln!(
        "built {} ({} KiB) in {:.1} s",
        project.component().display(),
        bytes.len() / 1024,
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Refuses what is no component, and says what it is instead.
///
/// Source: the component model's binary format, preamble.
pub(super) fn check_component(bytes: &[u8]) -> anyhow::Result<()> {
    match bytes {
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            bail!(
                "it is a core WebAssembly module, and no component: `wasm-tools component new` makes one of it"
            )
        }
        _ => bail!("it is no WebAssembly component"),
    }
}

fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let new = path.with_extension("wasm.new");
    std::fs::write(&new, bytes)
        .and_then(|()| std::fs::rename(&new, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::check_component;

    #[test]
    fn components_are_told_from_modules() {
        for (bytes, expected) in [
            (&b"\0asm\x0d\0\x01\0"[..], None),
            (b"\0asm\x01\0\0\0", Some("core WebAssembly module")),
            (b"#!/bin/sh", Some("no WebAssembly component")),
            (b"", Some("no WebAssembly component")),
        ] {
            let error = check_component(bytes).err().map(|error| error.to_string());
            match (error, expected) {
                (None, None) => {}
                (Some(error), Some(expected)) => assert!(error.contains(expected), "{error}"),
                (error, expected) => panic!("{bytes:?}: {error:?}, expected {expected:?}"),
            }
        }
    }
}
