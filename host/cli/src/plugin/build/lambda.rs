//! `dirigent plugin build --lambda FILE`: the folder of a plugin that wraps an AWS Lambda handler.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use super::super::args::Build;
use super::super::embedded;
use super::super::project::{self, MANIFEST, Project};
use super::Language;

/// The plugin's folder, made if it is not there. One that is there keeps its manifest, which the author may have changed.
pub(super) fn project(file: &Path, args: &Build) -> anyhow::Result<Project> {
    let (file, named) = split(file);
    let (file, handler) = (file.as_path(), args.handler.clone().or(named));
    if !file.is_file() {
        bail!("there is no handler {}", file.display());
    }
    let language = Language::of_lambda(file)?;
    language.toolkit_or_why()?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None => {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            project::name(&stem).map_err(|why| anyhow!("{why}. Choose a name with --name"))?
        }
    };
    let dir = args.out.clone().unwrap_or_else(|| PathBuf::from(&name));
    let manifest = dir.join(MANIFEST);
    if !manifest.exists() {
        let text = manifest_text(&name, language, &from(&dir, file)?, handler.as_deref());
        embedded::place_file(&manifest, text.as_bytes())?;
        embedded::place_file(&dir.join(".gitignore"), b"/.dirigent\n/plugin.wasm\n")?;
    }
    let project = Project::read(&dir)?;
    let same = project.lambda.as_ref().is_some_and(|lambda| {
        lambda.file.canonicalize().ok() == file.canonicalize().ok()
            && handler.as_ref().is_none_or(|handler| lambda.handler.as_ref() == Some(handler))
    });
    if !same || project.name != name {
        bail!(
            "{} is the manifest of something else. Change it, or choose another folder with --out",
            manifest.display()
        );
    }
    Ok(project)
}

/// `handler.py:charge` names a function as well. A file whose own name has a colon is taken as it is.
fn split(file: &Path) -> (PathBuf, Option<String>) {
    let named = file.to_str().filter(|_| !file.exists()).and_then(|text| text.rsplit_once(':'));
    match named {
        Some((path, function)) if !function.is_empty() && !function.contains('/') => {
            (path.into(), Some(function.into()))
        }
        _ => (file.to_owned(), None),
    }
}

fn manifest_text(name: &str, language: Language, file: &Path, handler: Option<&str>) -> String {
    let text = |value: &str| toml::Value::from(value).to_string();
    let handler = handler.map(|handler| format!("handler = {}\n", text(handler))).unwrap_or_default();
    format!(
        "name = {name}\nversion = \"1.0.0\"\ndescription = {description}\n\n\
         # What the handler finds in its environment. No secrets: they belong to connections.\n[environment]\n\n\
         [build]\nlanguage = \"{language}\"\nlambda = {file}\n{handler}",
        name = text(name),
        description = text(&format!("The Lambda function {name}")),
        file = text(&file.to_string_lossy()),
    )
}

/// How a file is called from within a folder that may not be there yet.
fn from(dir: &Path, file: &Path) -> anyhow::Result<PathBuf> {
    let here =
        |path: &Path| std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()));
    let (dir, file) = (here(dir)?, here(file)?);
    let shared = dir.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = dir.components().skip(shared).map(|_| "..");
    Ok(up
        .map(PathBuf::from)
        .chain(file.components().skip(shared).map(|part| part.as_os_str().into()))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_from_a_folder() {
        for (dir, file, expected) in [
            ("/a/charge", "/a/handler.py", "../handler.py"),
            ("/a/b/charge", "/a/src/handler.py", "../../src/handler.py"),
            ("/a", "/a/src/handler.py", "src/handler.py"),
        ] {
            assert_eq!(from(Path::new(dir), Path::new(file)).unwrap(), Path::new(expected), "{dir} {file}");
        }
    }

    #[test]
    fn a_function_behind_a_file() {
        for (text, file, function) in [
            ("src/handler.py", "src/handler.py", None),
            ("src/handler.py:charge", "src/handler.py", Some("charge")),
            ("src/handler.py:", "src/handler.py:", None),
            ("a:b/handler.py", "a:b/handler.py", None),
        ] {
            let expected = (PathBuf::from(file), function.map(str::to_owned));
            assert_eq!(split(Path::new(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_manifest_is_one_that_hosts_take() {
        for handler in [None, Some("main")] {
            let text = manifest_text("charge", Language::Python, Path::new("../odd \"name\".py"), handler);
            assert_eq!(dirigent_runtime::check_manifest(&text, "charge", "1.0.0"), Ok(()), "{text}");
        }
    }
}
